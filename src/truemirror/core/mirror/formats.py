"""The versions of the mirror's file format: every older one is read, a newer one is refused.

Rules: every file says its own format, so a folder that is half converted is still read rightly. One step leads from a
format to the next and knows nothing of any other; a step gets plain JSON and gives plain JSON. A document without a
format is of the first one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from truemirror.core.mirror.model import FORMAT
from truemirror.errors import FormatError

Document = dict[str, Any]
Converter = Callable[[Document], Document]


def unchanged(document: Document) -> Document:
    """The converter of a kind of document that stayed as it was."""
    return document


@dataclass(frozen=True, slots=True)
class Step:
    """How documents of one format become those of the next, by kind."""

    mirror: Converter = unchanged
    """mirror.json"""
    scenario: Converter = unchanged
    """scenario.json"""
    part: Converter = unchanged
    """0001.json and so on"""


STEPS: Mapping[int, Step] = {}
"""From each older format to the next one; format 1 is the first and has none before it."""


def upgrade(document: Document, kind: str, *, steps: Mapping[int, Step] = STEPS, newest: int = FORMAT) -> Document:
    """The document in the newest format; `kind` is mirror, scenario or part. Raises FormatError.

    The answer's own "format" is the newest; the document that came in is not changed.
    """
    found = format_of(document, newest)
    for number in range(found, newest):
        document = {**getattr(steps[number], kind)(document), "format": number + 1}
    return document


def format_of(document: Document, newest: int = FORMAT) -> int:
    """The format that a document says it has. Raises FormatError when that is none or a newer one."""
    found = document.get("format", 1)
    if type(found) is not int or found < 1:
        raise FormatError(f"the format is a number from 1 on, not {found!r}", where="format", fix=f'"format": {newest}')
    if found > newest:
        raise FormatError(
            f"has format {found}, but this truemirror knows formats up to {newest}",
            where="format",
            fix="upgrade truemirror to the version that recorded it, or record the service again with this one",
        )
    return found
