"""Regular languages: sets of strings that can be joined, cut and complemented, and asked for words.

Rules: a language is a value; everything is exact or refused, nothing is guessed.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """A regular set of strings of Unicode code points."""
