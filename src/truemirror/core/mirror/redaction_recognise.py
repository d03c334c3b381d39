"""Secrets in a request that nothing tells but the mirror.

A recording that had seen a secret anywhere replaced it everywhere, in innocent places too: in a path, in a comment. A
request alone does not show that. But its values can be hashed, and the mirror's stand-ins tell whether one is known.

Rules: this is asked only when a request was not found otherwise. Values are whole words, or whole JSON strings.
"""

import re
from collections.abc import Iterable, Mapping

from truemirror.core.mirror.redaction_known import undone
from truemirror.core.mirror.redaction_shapes import is_unique
from truemirror.core.mirror.standin import DIGIT_MARK, MARK, is_stand_in, stand_in
from truemirror.core.wire.canonical import canonical_query
from truemirror.core.wire.exchange import Request

STAND_IN = re.compile(rf"(?:[A-Za-z0-9]{{2,10}}[_-]){{0,2}}{MARK}[0-9a-z-]*|{DIGIT_MARK}[0-9]{{4,22}}")
"""A stand-in in a text, less those of JSON Web Tokens."""
_VALUE = re.compile(r'"([^"\\]{8,})"|([\w.~+/=-]{8,})')
_ENDS = re.compile(r"[/?&=;,\s]+")
_WORD = re.compile(r"[\w-]{8,}")


def recorded_stand_ins(requests: Iterable[Request]) -> frozenset[str]:
    """Every stand-in that recorded requests hold in their targets and bodies."""
    found: set[str] = set()
    for request in requests:
        for text in (request.target, request.body.decode("latin-1")):
            if MARK in text or DIGIT_MARK in text:
                found.update(STAND_IN.findall(text))
    return frozenset(found)


def recognised(request: Request, recorded: frozenset[str]) -> Mapping[str, str]:
    """The values of a request whose stand-ins were recorded, with these."""
    if not recorded:
        return {}
    stands = {value: stand_in(value) for value in values_in(request) if is_unique(value) and not is_stand_in(value)}
    return {value: stand for value, stand in stands.items() if stand in recorded}


def values_in(request: Request) -> set[str]:
    """Every value in a request that could be a secret by itself."""
    forms = (*canonical_query(request.query), *canonical_query(request.body.decode("latin-1")))
    values = {value for _, value in forms if value}
    for layer in (*undone(request.target.encode("utf-8", "surrogatepass")), *undone(request.body)):
        text = layer.decode("utf-8", "surrogateescape")
        values.update(found[1] or found[2] for found in _VALUE.finditer(text))
        values.update(_WORD.findall(text))
        values.update(_ENDS.split(text))
    return values
