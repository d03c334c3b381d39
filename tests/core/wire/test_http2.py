"""Heads of HTTP/2 as heads of HTTP/1.1, and back."""

import httptools
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.wire.http2 import (
    PREFACE,
    Unspeakable,
    answers_in_http2,
    as_answer,
    as_chunk,
    as_request,
    begins_http2,
    last_chunk,
)

ASKED = [(b":method", b"GET"), (b":scheme", b"https"), (b":authority", b"tags.test"), (b":path", b"/v1?a=1")]


@pytest.mark.parametrize("size", [4, 14, len(PREFACE), len(PREFACE) + 9])
def test_the_preface_is_known_by_its_first_bytes(size: int) -> None:
    """However much of it has come."""
    assert begins_http2((PREFACE + b"\0" * 9)[:size])


@pytest.mark.parametrize("data", [b"", b"P", b"PRI", b"PRIVATE / HTTP/1.1\r\n", b"PRI * HTTP/1.1\r\n", b"POST / "])
def test_nothing_else_is_taken_for_it(data: bytes) -> None:
    """Too little of it neither."""
    assert not begins_http2(data)


def test_a_request_keeps_its_fields_and_gets_a_host() -> None:
    """Repeated fields in their order."""
    head, method, chunked = as_request([*ASKED, (b"x-a", b"1"), (b"te", b"trailers"), (b"x-a", b"2")], ended=True)
    assert head == b"GET /v1?a=1 HTTP/1.1\r\nhost: tags.test\r\nx-a: 1\r\nx-a: 2\r\n\r\n"
    assert (method, chunked) == (b"GET", False)


def test_a_host_beside_an_authority_is_said_once() -> None:
    """Two would be refused."""
    assert as_request([*ASKED, (b"host", b"tags.test")], ended=True)[0].count(b"host: ") == 1


def test_a_body_of_unknown_length_comes_in_chunks() -> None:
    """Else in the length that was said."""
    assert as_request(ASKED, ended=False)[2]
    assert as_request(ASKED, ended=False)[0].endswith(b"transfer-encoding: chunked\r\n\r\n")
    assert not as_request([*ASKED, (b"content-length", b"3")], ended=False)[2]


@pytest.mark.parametrize(
    "fields",
    [
        [(b":method", b"CONNECT"), (b":authority", b"tags.test:443")],
        [(b":method", b"GET /x"), *ASKED[1:]],
        [*ASKED[:3], (b":path", b"/a b")],
        [*ASKED[:3], (b":path", b"/a\r\nx: y")],
        [*ASKED, (b"x-a", b"1\r\nx-b: 2")],
        [*ASKED, (b"x a", b"1")],
    ],
)
def test_what_could_be_read_in_two_ways_is_not_said(fields: list[tuple[bytes, bytes]]) -> None:
    """Lines inside lines, and tunnels."""
    with pytest.raises(Unspeakable):
        as_request(fields, ended=True)


class Heard:
    """What a parser of HTTP/1.1 hears."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.url = b""
        self.fields: list[tuple[bytes, bytes]] = []
        self.body = b""
        self.requests = 0

    def on_url(self, url: bytes) -> None:
        """A piece of the target."""
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field."""
        self.fields.append((name, value))

    def on_body(self, piece: bytes) -> None:
        """A piece of the body."""
        self.body += piece

    def on_message_complete(self) -> None:
        """It is whole."""
        self.requests += 1


VALUES = st.binary(max_size=12)
NAMES = st.one_of(st.from_regex(rb"[a-z-]{1,8}", fullmatch=True), st.binary(min_size=1, max_size=6))
PATHS = st.one_of(st.just(b"/"), st.binary(max_size=12).map(lambda rest: b"/" + rest))


@given(PATHS, st.lists(st.tuples(NAMES, VALUES), max_size=4), st.lists(st.binary(min_size=1, max_size=30), max_size=3))
def test_one_request_is_never_read_as_two(path: bytes, fields: list[tuple[bytes, bytes]], pieces: list[bytes]) -> None:
    """Whatever its target, fields, body and trailers hold: it is one request with that body, or none at all."""
    said = [*ASKED[:3], (b":path", path), *((name, value) for name, value in fields if not name.startswith(b":"))]
    said = [pair for pair in said if pair[0] not in (b"content-length", b"upgrade", b"host")]
    try:
        head, _, chunked = as_request(said, ended=False)
        sent = head + b"".join(map(as_chunk, pieces)) + last_chunk(fields)
    except Unspeakable:
        return
    assert chunked
    heard = Heard()
    try:
        httptools.HttpRequestParser(heard).feed_data(sent)
    except httptools.HttpParserError:
        assert heard.requests == 0
        return
    assert (heard.requests, heard.body, heard.url) == (1, b"".join(pieces), path)
    assert heard.fields[0] == (b"host", b"tags.test")


def test_an_answer_leaves_out_what_belongs_to_a_connection() -> None:
    """By name, and by being named in Connection."""
    fields = [
        (b"Set-Cookie", b"a=1"), (b"Connection", b"close, X-Mine"), (b"X-Mine", b"1"), (b"Set-Cookie", b" b=2 "),
        (b"Keep-Alive", b"timeout=5"), (b"Transfer-Encoding", b"chunked"), (b"bad name", b"1"), (b"X-Bad", b"a\0b"),
    ]  # fmt: skip
    assert as_answer(200, fields) == [(b":status", b"200"), (b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]


@pytest.mark.parametrize(
    ("data", "is_http2"),
    [
        (b"\0\0\0\x04\0\0\0\0\0", True),
        (b"\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64", True),
        (b"\0\0\x08\x07\0\0\0\0\0\0\0\0\0\0\0\0\x01", True),
        (b"\0\0\x05\x04\0\0\0\0\0", False),
        (b"\0\0\x06\x04\0\0\0\0\x01", False),
        (b"\0\0\x06\x04", False),
        (b"HTTP/1.1 200 OK\r\n", False),
        (b"", False),
    ],
)
def test_the_first_frame_of_a_server_tells_http2(data: bytes, is_http2: bool) -> None:
    """Settings or a good-bye of the whole connection, and nothing else."""
    assert answers_in_http2(data) is is_http2
