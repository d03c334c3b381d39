"""The records that a new installation starts with; the same ones every time."""
