"""JSON Schema documents of the drafts 4, 6, 7, 2019-09 and 2020-12, read into terms.

Rules: a schema means what the specification of its draft says, and beyond that what the policy says; nothing is
fetched, nothing is guessed.
"""

from truemirror.core.schema.reading.dialect import Dialect, dialect_of
from truemirror.core.schema.reading.error import SchemaError, Unreadable
from truemirror.core.schema.reading.policy import Reading, Side, Undeclared
from truemirror.core.schema.reading.reader import meaning
from truemirror.core.schema.reading.source import Source

__all__ = [
    "Dialect",
    "Reading",
    "SchemaError",
    "Side",
    "Source",
    "Undeclared",
    "Unreadable",
    "dialect_of",
    "meaning",
]
