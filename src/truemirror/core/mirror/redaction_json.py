"""Labelled values of a JSON text.

Rules: the text is read token by token and never parsed as a whole, so broken, repeated, streamed or truncated documents
are no obstacle, repeated names are all seen, and every value has its place. An array's values go by the array's name;
`value` inside a secret is the secret; all inside what is kept is kept.
"""

import re
from collections.abc import Iterator

from truemirror.core.mirror.redaction_names import Kind, RedactionPolicy
from truemirror.core.mirror.redaction_spots import Escapes, Labelled, json_view

_TOKEN = re.compile(r'"((?:[^"\\]++|\\.)*+)("|\\?\Z)(\s*:)?|([\[\]{}])', re.DOTALL)
_NUMBER = re.compile(r"\s*(-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)")
_VALUE_NAMES = frozenset({"value", "raw", "plain", "plaintext", "text", "current", "new", "old", "data", "content"})
_NUMERIC = frozenset({Kind.SECRET, Kind.CODE})
_SECRET = frozenset({Kind.SECRET, Kind.SECRET_TEXT})
_LEAST_KEY = 16
_LEAST_CONTENT = 8


def looks_like_json(text: str) -> bool:
    """Whether a text begins as a JSON object or array does."""
    head = text[:64].lstrip("\ufeff \t\r\n)]}',")
    return head[:1] in ("{", "[") and '"' in text


def json_values(text: str, policy: RedactionPolicy) -> Iterator[Labelled]:
    """Every string worth a look and every number under a secret's name, with what its name says."""
    around: list[tuple[bool, Kind]] = []
    kind = Kind.OTHER
    for found in _TOKEN.finditer(text):
        bracket = found[4]
        if bracket:
            kind = _step(around, bracket, kind)
        elif found[3]:
            kind = _kind_of(found[1], policy, around[-1][1] if around else Kind.OTHER)
            if len(found[1]) >= _LEAST_KEY:
                yield Labelled(found.start(1), found[1], Kind.IDENTIFIER, Escapes.JSON)
            if kind in _NUMERIC and (number := _NUMBER.match(text, found.end())) and number[1] not in ("0", "1"):
                yield Labelled(number.start(1), number[1], Kind.SECRET, Escapes.NONE)
        else:
            if around and not around[-1][0]:
                kind = around[-1][1]
            if len(found[1]) >= _LEAST_CONTENT or kind not in SAYS_NOTHING:
                yield Labelled(found.start(1), found[1], kind, Escapes.JSON)
            kind = Kind.OTHER


SAYS_NOTHING = frozenset({Kind.OTHER, Kind.IDENTIFIER, Kind.KEPT})
"""Kinds of names under which a short value is nothing to look at."""


def _step(around: list[tuple[bool, Kind]], bracket: str, kind: Kind) -> Kind:
    """Into an object or array, taking along what its name says, or out of one."""
    if bracket in "{[":
        if around and not around[-1][0]:
            kind = around[-1][1]
        around.append((bracket == "{", kind))
    elif around:
        around.pop()
    return Kind.OTHER


def _kind_of(raw: str, policy: RedactionPolicy, around: Kind) -> Kind:
    """What an attribute's name says, inside an object whose own name says something too."""
    name = json_view(raw).text if "\\" in raw else raw
    if around is Kind.KEPT:
        return around
    return Kind.SECRET if around in _SECRET and name.lower() in _VALUE_NAMES else policy.kind(name)
