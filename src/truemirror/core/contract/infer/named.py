"""Which texts name things: values of parameters in paths that led somewhere, and of attributes that identify.

Rules: a text that names a thing is no choice among few anywhere, for things come and go without a change of the
contract; the texts themselves are not kept, only marks in a field of fixed size, so that however many there were cost
the same, and their order does not matter. The field may say yes too often, hardly ever, and never no.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote
from zlib import crc32

from truemirror.core.contract.infer.texts import is_token

IDENTIFYING = frozenset(
    {"id", "uuid", "slug", "key", "username", "login", "handle", "name", "title", "label", "email", "ref", "sku"}
)
"""Attributes whose values name the thing they belong to."""

_ENDINGS = ("_id", "Id", "_ids", "Ids")
_BITS = 20
_MASK = (1 << _BITS) - 1
_OTHER = 0x5BD1E995


class Named:
    """The texts that name things, as marks."""

    __slots__ = ("_marks",)

    def __init__(self) -> None:
        """Nothing named yet."""
        self._marks: bytearray | None = None

    def add(self, text: str) -> None:
        """Take in one name; what could be no choice anyway is left out."""
        if is_token(text):
            marks = self._marks = self._marks or bytearray(1 << (_BITS - 3))
            for place in _places(text):
                marks[place >> 3] |= 1 << (place & 7)

    def add_path(self, path: str, template: str) -> None:
        """Take in the parameters of a path that led somewhere."""
        for text, step in zip(path.split("/"), template.split("/"), strict=False):
            if step.startswith("{"):
                self.add(unquote(text))

    def add_value(self, value: Any) -> None:
        """Take in what identifies things anywhere in a JSON value."""
        for text in _identifying(value):
            self.add(text)

    def __contains__(self, text: str) -> bool:
        """Whether a text names a thing."""
        marks = self._marks
        return marks is not None and all(marks[place >> 3] & (1 << (place & 7)) for place in _places(text))


NOBODY = Named()
"""Where nothing is known of names. It is never added to."""


def _places(text: str) -> tuple[int, int]:
    """Where the marks of a text are; the same in every process."""
    coded = text.encode("utf-8", "surrogatepass")
    return crc32(coded) & _MASK, crc32(coded, _OTHER) >> (32 - _BITS)


def _identifying(value: Any) -> Iterator[str]:
    """The texts under identifying attributes, however deep; lists of ids too."""
    todo = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, list):
            todo.extend(inner for inner in one if isinstance(inner, dict | list))
        elif isinstance(one, dict):
            for name, inner in one.items():
                if isinstance(inner, dict):
                    todo.append(inner)
                elif name in IDENTIFYING or name.endswith(_ENDINGS):
                    yield from _texts(inner)
                if isinstance(inner, list):
                    todo.append(inner)


def _texts(value: Any) -> Iterator[str]:
    """A text, or the texts in a list."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (one for one in value if isinstance(one, str))
