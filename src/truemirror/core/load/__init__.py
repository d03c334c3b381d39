"""Load: which requests arrive when, what was measured, and whether a target is held."""
