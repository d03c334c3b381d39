"""The types that noise keeps: which values are of a kind, and which kind several values share.

    JSON        date-time, date, http-date, uuid ⊂ string        integer ⊂ number
    text        http-date, date-time, date, uuid, etag, integer ⊂ number ⊂ string      (headers, query)

Rules: a kind is of one family, and the kinds of a family are contained in its widest, so that two of them have one that
holds both. A flag, null, an object and a list have no kind: whether they are there or not is what they say.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from email.utils import parsedate_to_datetime
from typing import Any, Final

from truemirror.core.mirror.redaction_shapes import is_uuid, is_words

ABSENT_OR_PRESENT: Final = "absent-or-present"
WIDE_FIRST: Final = ("string", "number", "date-time", "date", "http-date", "uuid", "etag", "integer")
"""Kinds of values; of two that hold the same value the wider comes first."""
KINDS: Final = (*WIDE_FIRST, ABSENT_OR_PRESENT)
"""All that a rule can name."""
DEPENDENT: Final = frozenset({"string", "number", "integer", "etag", ABSENT_OR_PRESENT})
"""Kinds that may also differ because somebody wrote something in between."""

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(.*)\Z", re.DOTALL)
_TIME = re.compile(
    r"[Tt ](?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])\Z"
)
_HTTP_DATE = re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT\Z")
_ETAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"\Z|[\x21\x23-\x2b\x2d-\x7e]+\Z')
_INTEGER = re.compile(r"-?[0-9]+\Z")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\Z")
_TEXT_KINDS = ("http-date", "date-time", "date", "uuid", "integer", "number", "string")
_JSON_KINDS = ("date-time", "date", "http-date", "uuid", "integer", "number", "string")
_NUMERIC = frozenset({"integer", "number"})


def _dated(text: str) -> str:
    """date or date-time (RFC 3339), empty for what is neither."""
    found = _DATE.match(text)
    if not found:
        return ""
    try:
        date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return ""
    return "date" if not found[4] else "date-time" if _TIME.match(found[4]) else ""


def _is_http_date(text: str) -> bool:
    """A date as HTTP writes it (RFC 9110 §5.6.7)."""
    if not _HTTP_DATE.match(text):
        return False
    try:
        parsedate_to_datetime(text)
    except ValueError:
        return False
    return True


_TEXTS: dict[str, Callable[[str], bool]] = {
    "string": lambda text: True,
    "date-time": lambda text: _dated(text) == "date-time",
    "date": lambda text: _dated(text) == "date",
    "http-date": _is_http_date,
    "uuid": is_uuid,
    "etag": lambda text: bool(_ETAG.match(text)),
    "integer": lambda text: bool(_INTEGER.match(text)),
    "number": lambda text: bool(_NUMBER.match(text)),
}


def is_text_of(kind: str, text: str) -> bool:
    """Whether the value of a header field or a query parameter is of a kind."""
    matches = _TEXTS.get(kind)
    return matches is not None and matches(text)


def is_value_of(kind: str, value: Any) -> bool:
    """Whether a JSON value is of a kind; digits in quotation marks are a string."""
    if type(value) is str:
        return kind not in _NUMERIC and is_text_of(kind, value)
    if kind == "integer":
        return type(value) is int
    return kind == "number" and type(value) in (int, float)


def kind_of_values(values: Iterable[Any]) -> str:
    """The narrowest kind that all JSON values have; empty when there is none."""
    known = tuple(values)
    return next((kind for kind in _JSON_KINDS if all(is_value_of(kind, one) for one in known)), "")


def kind_of_texts(name: str, texts: Sequence[str]) -> str:
    """The narrowest kind that all values of a header field or query parameter have."""
    if name.lower() == "etag" and all(is_text_of("etag", one) for one in texts):
        return "etag"
    return next((kind for kind in _TEXT_KINDS if all(is_text_of(kind, one) for one in texts)), "")


def is_meaning(one: object, other: object) -> bool:
    """Whether a difference between two texts says something: a word instead of a word, something instead of nothing.

    `ok` and `failed`, `HIT` and `MISS` are of the same type and yet not the same; chance is not made of words.
    """
    if not isinstance(one, str) or not isinstance(other, str):
        return False
    return not one or not other or is_words(one) or is_words(other)


def wider(one: str, other: str, *, text: bool) -> str:
    """The narrowest kind that holds two; empty when no kind does. `text` for headers and query parameters."""
    if one == other:
        return one
    if ABSENT_OR_PRESENT in (one, other):
        return ""
    if {one, other} <= _NUMERIC:
        return "number"
    if text or not _NUMERIC & {one, other}:
        return "string"
    return ""


def widest(kinds: Iterable[str], *, text: bool) -> tuple[str, ...]:
    """Kinds of one part as few as hold them all, in order of their names."""
    left: list[str] = []
    for kind in sorted(kinds):
        for place, known in enumerate(left):
            if both := wider(known, kind, text=text):
                left[place] = both
                break
        else:
            left.append(kind)
    return tuple(sorted(set(left)))


def holds(kind: str, other: str, *, text: bool) -> bool:
    """Whether all values of the other kind are of this one, too."""
    return wider(kind, other, text=text) == kind
