"""What an archive of ours says, and that nothing is lost on the way through it."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.core.foreign.har_schema import HAR_1_2

from truemirror.core.foreign.carried import Source
from truemirror.core.foreign.har import read_har
from truemirror.core.foreign.har_writing import write_har
from truemirror.core.mirror.exchange_id import exchange_id
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.coding import encode
from truemirror.core.wire.exchange import Chunk, Coding, Exchange, Fault, FaultKind, Framing, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.testing.strategies import ODD_BODIES

_values = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=12).map(
    lambda text: text.strip(" \t")
)
_names = st.sampled_from(["Accept", "accept", "Set-Cookie", "Vary", "X-Odd", "Location", "Cookie", "Content-Length"])
_types = st.sampled_from(
    [
        "application/json", "text/plain; charset=ISO-8859-1", "text/html; charset=utf-16", "image/png",
        "text/x; charset=hex",
        "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain;charset=shift_jis",
    ]
)  # fmt: skip
_bodies = st.sampled_from(ODD_BODIES).filter(lambda body: len(body) < 1_000) | st.binary(max_size=40)


@st.composite
def _headers(draw: st.DrawFn) -> Headers:
    """Fields as the wire allows them."""
    pairs = draw(st.lists(st.tuples(_names, _values), max_size=4))
    if draw(st.booleans()):
        pairs.append(("Content-Type", draw(_types)))
    return Headers(tuple(pairs))


@st.composite
def _coded(draw: st.DrawFn) -> tuple[Headers, bytes, tuple[Coding, ...]]:
    """Headers, content, and codings that agree or do not."""
    headers, body = draw(_headers()), draw(_bodies)
    coding = draw(st.sampled_from(["", "gzip", "br", "zstd", "deflate", "odd"]))
    if not coding:
        return headers, body, ()
    headers = headers.adding("Content-Encoding", coding)
    undone = coding != "odd" and body and draw(st.booleans())
    return headers, body, (Coding(coding),) if undone else ()


@st.composite
def _exchanges(draw: st.DrawFn) -> Exchange:
    """Exchanges as a recorder keeps them."""
    headers, body, codings = draw(_coded())
    method = draw(st.sampled_from(["GET", "POST", "HEAD", "PURGE", "options"]))
    target = draw(
        st.sampled_from(["/", "/v1/a?b=%C3%A6&b&c=", "//x", "/a%2Fb", "/?", "/x?q=a b".replace(" ", "+"), "/a:b@c"])
    )
    request = Request(method, target, headers, body, codings)
    headers, body, codings = draw(_coded())
    status = draw(st.sampled_from([200, 201, 302, 404, 500, 599]))
    trailers = draw(st.sampled_from([Headers(), Headers((("X-Sum", "1"),))]))
    framing = draw(st.sampled_from(list(Framing)))
    if method == "HEAD":
        body, codings = b"", ()
    response = Response(status, draw(_values), headers, body, codings, framing, (Chunk(1, 2.0),), trailers)
    kind = draw(st.none() | st.sampled_from(list(FaultKind)))
    if kind is None:
        return Exchange(request, response, 1.5)
    partial = response if kind in (FaultKind.RESET, FaultKind.TRUNCATED) and draw(st.booleans()) else None
    received = draw(st.binary(max_size=8)) if kind is FaultKind.GARBAGE else b""
    return Exchange(request, Fault(kind, "what was said", partial, received), 1.5)


_mirrors = st.lists(
    st.tuples(st.sampled_from(["default", "a test"]), st.lists(_exchanges(), max_size=4)), max_size=2
).map(
    lambda drawn: Mirror(
        "tags", "1", tuple(Scenario(name, tuple(some), "2026-03-02") for name, some in sorted(dict(drawn).items()))
    )
)


def _written(mirror: Mirror) -> Any:
    """The archive as a file would hold it."""
    return json.loads(json.dumps(write_har(mirror, "", "1")[0]))


@settings(max_examples=40)
@given(_mirrors)
def test_a_mirror_comes_back_from_its_archive(mirror: Mirror) -> None:
    """Every exchange has the id that it had, in its scenario, in its order."""
    carried = read_har(Source("archive", _written(mirror)))
    came = [(one.scenario, exchange_id(one.exchange), one.exchange.elapsed_ms) for one in carried.exchanges]
    assert came == [(scenario.name, exchange_id(one), one.elapsed_ms) for _, scenario, one in mirror.places()]
    assert not [one for one in carried.left_out if one.whole]


@settings(max_examples=40)
@given(_mirrors)
def test_an_archive_is_as_har_1_2_says(mirror: Mirror) -> None:
    """All that the specification demands is there, in its type."""
    document = _written(mirror)
    assert [error.message for error in Draft202012Validator(HAR_1_2).iter_errors(document)] == []


def test_the_schema_can_find_something() -> None:
    """An archive without what is demanded is none."""
    document = _written(Mirror("tags", "1", (Scenario("default", (Exchange(Request("GET", "/"), Response(200)),)),)))
    del document["log"]["entries"][0]["timings"]
    assert list(Draft202012Validator(HAR_1_2).iter_errors(document))


@settings(max_examples=40)
@given(_mirrors)
def test_what_har_cannot_say_is_listed(mirror: Mirror) -> None:
    """Every fault, trailer and streamed body has its line."""
    _, left = write_har(mirror, "", "1")
    faults = sum(isinstance(one.outcome, Fault) for _, _, one in mirror.places())
    answers = [one.outcome.partial if isinstance(one.outcome, Fault) else one.outcome for _, _, one in mirror.places()]
    assert sum(one.part == "fault" for one in left) == faults
    assert sum(one.part == "response.trailers" for one in left) == sum(bool(a and a.trailers.pairs) for a in answers)
    assert sum(one.part == "response.frames" for one in left) == sum(bool(a and a.frames) for a in answers)
    assert sum(one.part == "response.interims" for one in left) == sum(bool(a and a.interims) for a in answers)
    assert sum(one.part == "response.chunks" for one in left) == sum(bool(a and a.chunks) for a in answers)


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "deflate"])
def test_content_that_is_still_coded_is_read_too(coding: str) -> None:
    """Some tools write the bytes of the wire; they are recognised."""
    import base64

    body = b'{"name": "Troms\xc3\xb8"}'
    raw = encode(body, (Coding(coding),))
    entry = {
        "request": {"method": "GET", "url": "https://a.example/"},
        "response": {
            "status": 200,
            "headers": [{"name": "Content-Encoding", "value": coding}],
            "content": {"size": len(raw), "text": base64.b64encode(raw).decode(), "encoding": "base64"},
        },
    }
    (one,) = read_har(Source("archive", {"log": {"entries": [entry]}})).exchanges
    assert isinstance(one.exchange.outcome, Response)
    assert one.exchange.outcome.body == body
    assert [found.name for found in one.exchange.outcome.codings] == [coding]


@pytest.mark.parametrize(("name", "body"), [("br", b"\x1a"), ("br", b";"), ("br", b"\x0b\x00\x80\x00\x03")])
def test_content_that_looks_coded_by_chance_stays_what_it_is(name: str, body: bytes) -> None:
    """It was decoded once, and is not decoded again."""
    headers = Headers((("Content-Encoding", name),))
    one = Exchange(Request("GET", "/"), Response(200, "OK", headers, body, (Coding(name),)), 1.5)
    mirror = Mirror("tags", "1", (Scenario("default", (one,), "2026-03-02"),))
    carried = read_har(Source("archive", _written(mirror)))
    assert [exchange_id(came.exchange) for came in carried.exchanges] == [exchange_id(one)]
