"""The `pattern` keyword, for values and for names.

Rules: a pattern that is a regular language is one; any other is opaque, known by its text alone.
"""

from functools import lru_cache

from truemirror.core.schema.language_reading import NotRegular, read_pattern
from truemirror.core.schema.terms import Kind, Matches, Opaque, Term


@lru_cache(maxsize=1_024)
def matching(text: str) -> Term:
    """Strings in which a pattern is found."""
    try:
        return Matches(read_pattern(text))
    except NotRegular:
        return Opaque(Kind.STRING, f"pattern:{text}")
