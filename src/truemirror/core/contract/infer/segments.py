"""What a path segment can be by its look alone, so that many values are kept as one.

Rules: a class is told from a segment and the one before it, never from its siblings, so that the same path always has
the same key; a class is written with a character that no path can carry.
"""

import re
from itertools import pairwise

from truemirror.core.contract.infer.names import singular, words
from truemirror.core.mirror.operation import looks_like_parameter

MARK = "\0"
"""What the name of a class begins with."""

VERSION = re.compile(r"v\d{1,3}(?:\.\d+|(?:alpha|beta|rc)\d{0,3})?\Z")
YEAR, MONTH, DATE, NUMBER = MARK + "year", MARK + "month", MARK + "date", MARK + "number"

_CLASSES = (
    (YEAR, re.compile(r"(?:19|20)\d\d\Z")),
    (MONTH, re.compile(r"(?:0?[1-9]|1[0-2])\Z")),
    (NUMBER, re.compile(r"-?\d+\Z")),
    (DATE, re.compile(r"\d{4}-\d{2}(?:-\d{2})?\Z")),
    (MARK + "uuid", re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\Z")),
    (MARK + "hex", re.compile(r"(?=[0-9a-fA-F]*\d)[0-9a-fA-F]{12,}\Z")),
    (MARK + "address", re.compile(r".+(?:@|%40).+\..+\Z")),
    (MARK + "slashed", re.compile(r".*%2[Ff].*\Z")),
)
_MEMBER = MARK + "member"


def key_of(text: str, before: str) -> str:
    """The class of a segment that is a value whatever is beside it, else the segment itself."""
    if not text or text.isalpha():
        return text
    for name, pattern in _CLASSES:
        if pattern.match(text):
            return name
    if looks_like_parameter(text) and not VERSION.match(before) and is_plural(before):
        return _MEMBER
    return text


def keys_of(path: str) -> list[str]:
    """The key of each segment of a path, which begins with a slash."""
    texts = path.split("/")
    return [key_of(text, before) for before, text in pairwise(texts)]


def is_plural(text: str) -> bool:
    """Whether a segment names a collection."""
    name = words(text)
    return singular(name) != name
