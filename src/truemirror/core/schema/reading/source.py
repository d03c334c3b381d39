"""Where a schema is: a place in a document, and the documents that its references may reach.

Rules: nothing is ever fetched; pointers are JSON pointers as in RFC 6901, without the `#`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from truemirror.core.schema.reading.dialect import Dialect
from truemirror.core.schema.terms import Json


@dataclass(frozen=True, slots=True)
class Source:
    """A schema and its surroundings."""

    root: Json
    """The document."""
    dialect: Dialect
    """The draft of the documents that do not say theirs."""
    pointer: str = ""
    """Where in the document the schema is."""
    uri: str = ""
    """Where the document is; references are relative to it."""
    documents: Mapping[str, Json] = field(default_factory=dict)
    """The other documents that references may reach, by their URIs."""


def steps_of(pointer: str) -> tuple[str, ...]:
    """The steps of a JSON pointer."""
    if not pointer:
        return ()
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer.removeprefix("/").split("/"))


def pointer_of(steps: Iterable[str]) -> str:
    """The JSON pointer of some steps."""
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)
