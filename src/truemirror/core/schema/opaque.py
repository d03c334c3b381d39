"""What opaque predicates say of single values: patterns that are not regular, and asserted formats.

Rules: judged by a compiled engine that cannot hang; None is an answer ("nobody here can tell"), never a guess. Examples
are tried, never trusted.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import jsonschema_rs

from truemirror.core.schema.terms import Json, Opaque

_EXAMPLES: Final[Mapping[str, tuple[str, ...]]] = {
    "date-time": ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.678+01:00", "1999-12-31T23:59:59Z"),
    "date": ("2026-01-02", "1999-12-31"),
    "time": ("03:04:05Z", "23:59:59+01:00"),
    "duration": ("P1D", "PT1H", "P1Y2M"),
    "email": ("a@b.example", "anna@example.com"),
    "idn-email": ("a@b.example", "anna@example.com"),
    "hostname": ("a", "example.com", "a.b.example"),
    "idn-hostname": ("a", "example.com"),
    "ipv4": ("127.0.0.1", "10.0.0.1"),
    "ipv6": ("::1", "2001:db8::1"),
    "uri": ("a:b", "http://example.com/", "urn:a:b"),
    "uri-reference": ("a", "/a/b", "http://example.com/"),
    "iri": ("a:b", "http://example.com/"),
    "iri-reference": ("a", "/a/b"),
    "uri-template": ("a", "/a/{b}"),
    "uuid": ("00000000-0000-4000-8000-000000000000", "12345678-1234-4234-9234-123456789abc"),
    "json-pointer": ("", "/a", "/a/0"),
    "relative-json-pointer": ("0", "1/a"),
    "regex": ("a", "^a+$"),
}
FORMATS: Final = frozenset(_EXAMPLES)
"""The formats that can be tested."""
_ODD: Final = ("", "a", "0", " ", "[", "%", "~", "{")
"""Texts that many formats refuse."""


def test(predicate: Opaque, value: Json) -> bool | None:
    """Whether a value is in a predicate; None when nobody here can tell."""
    keyword, _, argument = predicate.name.partition(":")
    if keyword == "format" and argument not in _EXAMPLES:
        return None
    engine = _engine(keyword, argument)
    if engine is None:
        return None
    try:
        return engine.is_valid(value)
    except ValueError:  # a search that takes too long
        return None


def examples(predicate: Opaque) -> tuple[str, ...]:
    """Texts worth testing: some that a format takes, some that it may refuse."""
    keyword, _, argument = predicate.name.partition(":")
    return (*_EXAMPLES.get(argument, ()), *_ODD) if keyword == "format" else _ODD


@lru_cache(maxsize=1_024)
def _engine(keyword: str, argument: str) -> jsonschema_rs.Validator | None:
    """A compiled validator of one keyword; None when the engine cannot read its argument."""
    if keyword not in ("pattern", "format"):
        return None
    try:
        return jsonschema_rs.Draft202012Validator({keyword: argument}, validate_formats=True, offline=True)
    except (ValueError, jsonschema_rs.ReferencingError):
        return None
