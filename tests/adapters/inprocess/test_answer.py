"""What arrives at a client is what its request would have received."""

import gzip
from http.client import HTTPResponse
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.adapters.inprocess.answer import Answer, answer_to, cut, on_the_wire
from truemirror.core.wire.exchange import Chunk, Coding, Framing, Request, Response
from truemirror.core.wire.headers import Headers

CONTENT = b'{"items": []}' * 10
PACKED = Response(
    200, "OK", Headers((("Content-Encoding", "gzip"), ("Content-Length", "9"))), CONTENT, (Coding("gzip", 6),)
)


def asking(accept: str | None, method: str = "GET") -> Request:
    """A request with an Accept-Encoding, or without one."""
    return Request(method, "/", Headers((("Accept-Encoding", accept),) if accept is not None else ()))


@pytest.mark.parametrize("accept", ["gzip", "br, gzip;q=0.5", "*", None])
def test_codings_go_on_for_who_accepts_them(accept: str | None) -> None:
    """And for who asks exactly as the recorded client did; the length follows."""
    answer = answer_to(asking(accept), PACKED, asking(accept if accept is None else "deflate"))
    assert gzip.decompress(answer.body) == CONTENT
    assert dict(answer.headers) == {"Content-Encoding": "gzip", "Content-Length": str(len(answer.body))}


@pytest.mark.parametrize("accept", ["identity", "br", "gzip;q=0", None])
def test_others_get_the_plain_content(accept: str | None) -> None:
    """Without the header that names the coding."""
    answer = answer_to(asking(accept), PACKED, asking("gzip"))
    assert answer.body == CONTENT
    assert dict(answer.headers) == {"Content-Length": str(len(CONTENT))}


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
def test_what_has_no_body_keeps_its_headers(method: str, status: int) -> None:
    """A promised length is kept, and nothing follows the head."""
    headers = Headers((("Content-Length", "12"), ("Transfer-Encoding", "chunked")))
    answer = answer_to(asking(None, method), Response(status, "", headers, framing=Framing.CHUNKED), asking(None))
    assert answer.headers == headers.pairs
    assert b"".join(on_the_wire(answer)).endswith(b"\r\n\r\n")
    assert len(list(on_the_wire(answer))) == 1


@given(body=st.binary(max_size=60), sizes=st.lists(st.integers(0, 20), max_size=6))
def test_pieces_make_up_the_body(body: bytes, sizes: list[int]) -> None:
    """However a body is cut, nothing of it is lost."""
    assert b"".join(cut(body, tuple(sizes))) == body


def test_pieces_are_those_that_arrived() -> None:
    """One read each, as recorded."""
    response = Response(200, "", body=b"first,second", chunks=(Chunk(6, 0.0), Chunk(6, 50.0)))
    assert answer_to(asking(None), response, asking(None)).pieces == (b"first,", b"second")


class Wire:
    """A socket that a standard client reads."""

    def __init__(self, answer: Answer, *, whole: bool = True) -> None:
        self.written = b"".join(on_the_wire(answer, whole=whole))

    def makefile(self, *_: Any) -> BytesIO:
        return BytesIO(self.written)


names = st.text("ABCabc-", min_size=1, max_size=8).map(lambda name: f"X-{name}")
values = st.text(st.characters(min_codepoint=33, max_codepoint=255, exclude_characters="\x7f\x85\xa0"), max_size=12)


@given(
    status=st.integers(200, 599).filter(lambda status: status not in (204, 304)),
    reason=st.text("abc DEF", max_size=10).map(str.strip),
    fields=st.lists(st.tuples(names, values.map(str.strip)), max_size=4),
    pieces=st.lists(st.binary(min_size=1, max_size=40), max_size=4),
    framing=st.sampled_from([Framing.LENGTH, Framing.CHUNKED, Framing.CLOSE]),
)
def test_a_standard_client_reads_what_was_written(
    status: int, reason: str, fields: list[tuple[str, str]], pieces: list[bytes], framing: Framing
) -> None:
    """Status, reason, every header in order and all of the body, whatever the framing."""
    body = b"".join(pieces)
    framed = {
        Framing.LENGTH: [("Content-Length", str(len(body)))],
        Framing.CHUNKED: [("Transfer-Encoding", "chunked")],
        Framing.CLOSE: [],
    }[framing]
    headers = tuple(fields + framed)
    wire: Any = Wire(Answer(status, reason, headers, body, tuple(pieces), framing))
    read = HTTPResponse(wire, method="GET")
    read.begin()
    assert (read.status, read.reason, read.read()) == (status, reason, body)
    assert tuple((name, value) for name, value in read.getheaders()) == headers
