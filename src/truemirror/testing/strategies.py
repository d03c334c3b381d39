"""Hypothesis strategies for what travels: requests, outcomes, exchanges, as odd as the wire allows.

Rules: everything drawn is a valid core value; bodies lean towards JSON in the styles that real services write, and
towards what breaks naive storage: bytes that are no UTF-8, long numbers, repeated keys, control characters.
"""

import json
from typing import Any

from hypothesis import strategies as st

from truemirror.core.wire.exchange import (
    Chunk,
    Coding,
    Exchange,
    Fault,
    FaultKind,
    Framing,
    Interim,
    Outcome,
    Request,
    Response,
)
from truemirror.core.wire.frame import Frame, FrameKind, Side
from truemirror.core.wire.headers import Headers

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
"""Any JSON value."""

ODD_BODIES = (
    b"",
    b"null",
    b'{"a":1.10,"b":1e5,"c":1E400,"d":-0}',
    b'{"id":123456789012345678901234567890}',
    b'{"a":1,"a":2}',
    b'{"half":"\\ud800"}',
    b'["\xff"]',
    b'{"url":"http:\\/\\/x\\/"}',
    b'{"html":"\\u003cb\\u003e \\u0026"}\n',
    b'[\n\t1,\n\t{"a": []}\n]',
    b'{ "a" : 1 }',
    b"[" * 400 + b"]" * 400,
    b"\x00\x01\x02",
    b"\xef\xbb\xbf{}",
    b"a\r\nb\n",
    b"\x7fDEL",
    b"x" * 65_536,
    b"x" * 65_537,
)
"""Bodies that naive storage changes."""


def _written(value: Any, indent: int | None, ascii_only: bool, compact: bool, end: str) -> bytes:
    """A value as some service would write it."""
    separators = (",", ":") if compact and indent is None else None
    return (json.dumps(value, indent=indent, ensure_ascii=ascii_only, separators=separators) + end).encode(
        "utf-8", "surrogatepass"
    )


json_bodies: st.SearchStrategy[bytes] = st.builds(
    _written,
    json_values,
    st.sampled_from([None, None, 2, 4]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "\n"]),
)
"""JSON in the styles of common serialisers."""

bodies: st.SearchStrategy[bytes] = (
    json_bodies | st.sampled_from(ODD_BODIES) | st.binary(max_size=40) | st.text(max_size=40).map(str.encode)
)
"""Any body."""

_latin = st.text(st.characters(max_codepoint=255), max_size=12)
_names = st.sampled_from(["Accept", "accept", "Content-Type", "Date", "Set-Cookie", "Vary", "X-Odd"]) | _latin
headers: st.SearchStrategy[Headers] = st.lists(st.tuples(_names, _latin), max_size=5).map(Headers.of)
"""Header fields, repeats and odd names included."""

codings: st.SearchStrategy[tuple[Coding, ...]] = st.lists(
    st.builds(Coding, st.sampled_from(["gzip", "br", "zstd"]), st.none() | st.integers(0, 22)), max_size=2
).map(tuple)
"""Content codings."""

times: st.SearchStrategy[float] = st.floats(0, 100_000)
"""Milliseconds."""

requests: st.SearchStrategy[Request] = st.builds(
    Request,
    st.sampled_from(["GET", "POST", "PUT", "DELETE", "get", "M-SEARCH"]),
    st.text(max_size=12).map("/".__add__) | st.sampled_from(["*", "/v1/deals/42?a=1&a=&b", "/%e2%82%ac", "/\udcff"]),
    headers,
    bodies,
    codings,
)
"""Requests as they were sent."""

_codes = st.none() | st.integers(1000, 4999)
_cuts = st.just(()) | st.lists(st.integers(0, 9), min_size=2, max_size=3).map(tuple)
frames: st.SearchStrategy[Frame] = st.builds(
    Frame,
    st.sampled_from(Side),
    st.sampled_from([kind for kind in FrameKind if kind not in (FrameKind.TEXT, FrameKind.CLOSE)]),
    bodies,
    times,
    pieces=_cuts,
) | st.builds(
    Frame,
    st.sampled_from(Side),
    st.sampled_from([FrameKind.TEXT, FrameKind.CLOSE]),
    json_bodies.filter(lambda body: b"\xed" not in body) | st.text(max_size=20).map(str.encode),
    times,
    _codes,
    _cuts,
)
"""What is said over a WebSocket."""

_interims = st.builds(Interim, st.integers(100, 199), _latin, headers)

responses: st.SearchStrategy[Response] = st.builds(
    Response,
    st.integers(100, 599),
    _latin,
    headers,
    bodies,
    codings,
    st.sampled_from(Framing),
    st.lists(st.builds(Chunk, st.integers(0, 10_000), times), max_size=2).map(tuple),
    headers,
    st.just(()) | st.lists(_interims, max_size=2).map(tuple),
    st.just(()) | st.lists(frames, max_size=3).map(tuple),
    st.just(b"") | bodies,
)
"""Answers as they were received."""

outcomes: st.SearchStrategy[Outcome] = responses | st.builds(
    Fault, st.sampled_from(FaultKind), st.text(max_size=8), st.none() | responses, bodies
)
"""What came of a request."""

exchanges: st.SearchStrategy[Exchange] = st.builds(Exchange, requests, outcomes, times)
"""Whole exchanges."""
