"""Requests out of bytes, without a socket."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.adapters.http.server.reader import Arrived, Limits, Malformed, Reader

REQUESTS = (
    b"GET /v1/tags?a=1&a=%20 HTTP/1.1\r\nHost: tags\r\nX-Two: a\r\nx-two:  b \r\nX-Bytes: \xe9\r\n\r\n",
    b"POST /v1/tags HTTP/1.1\r\nHost: tags\r\nContent-Length: 5\r\n\r\nhello",
    b"POST /v1/tags HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nX-End: t\r\n\r\n",
    b"PUT /x HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nhi",
    b"HEAD http://tags:80?x HTTP/1.1\r\nHost: elsewhere\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: tags\r\n\r\n",
)
STREAM = b"".join(REQUESTS)


def read(*pieces: bytes, limits: Limits | None = None) -> list[Arrived | Malformed]:
    """What arrives from these pieces."""
    reader = Reader(limits or Limits())
    return [one for piece in pieces for one in reader.feed(piece)]


def test_requests_keep_what_was_sent() -> None:
    """Target, field order, case, repeats and bytes; trailers and offers to upgrade are left out."""
    requests = [one.request for one in read(STREAM) if isinstance(one, Arrived)]
    assert [(one.method, one.target) for one in requests] == [
        ("GET", "/v1/tags?a=1&a=%20"),
        ("POST", "/v1/tags"),
        ("POST", "/v1/tags"),
        ("PUT", "/x"),
        ("HEAD", "/?x"),
        ("OPTIONS", "*"),
    ]
    assert requests[0].headers.pairs == (("Host", "tags"), ("X-Two", "a"), ("x-two", "b"), ("X-Bytes", "é"))
    assert [one.body for one in requests] == [b"", b"hello", b"hello!", b"hi", b"", b""]
    assert requests[3].headers.get("upgrade") is None
    assert requests[4].headers.get("host") == "tags:80"


@pytest.mark.parametrize("authority", [b"ada:secret@tags:80", b"ada@tags:80", b"a@b:c@tags:80", b"tags:80"])
def test_an_absolute_target_names_the_host_without_name_and_password(authority: bytes) -> None:
    """What stands before the last @ is nobody's host, and a secret at that."""
    (arrived,) = read(b"GET http://%b/v1?mail=a@b HTTP/1.1\r\nHost: elsewhere\r\n\r\n" % authority)
    assert isinstance(arrived, Arrived)
    assert arrived.request.target == "/v1?mail=a@b"
    assert arrived.request.headers.pairs == (("Host", "tags:80"),)


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_where_the_network_cuts_changes_nothing(cuts: list[int]) -> None:
    """Any cutting of the stream gives the same requests."""
    places = [0, *sorted(cuts), len(STREAM)]
    pieces = [STREAM[start:end] for start, end in pairwise(places)]
    assert read(*pieces) == read(STREAM)


def test_every_single_cut_changes_nothing() -> None:
    """The same, for all places where one cut can be."""
    whole = read(STREAM)
    assert all(read(STREAM[:place], STREAM[place:]) == whole for place in range(len(STREAM)))


@given(st.binary(max_size=200), st.integers(0, len(STREAM)))
def test_no_bytes_make_a_reader_fail(noise: bytes, place: int) -> None:
    """Whatever comes, wherever: requests, perhaps a Malformed, never an exception, nothing after a Malformed."""
    reader = Reader(Limits())
    arrived = reader.feed(STREAM[:place] + noise + STREAM[place:])
    assert all(isinstance(one, Arrived) for one in arrived[:-1])
    if arrived and isinstance(arrived[-1], Malformed):
        assert reader.feed(REQUESTS[0]) == []


def test_a_reader_is_clean_exactly_between_requests() -> None:
    """The short way of the server depends on it."""
    reader = Reader(Limits())
    for place in range(len(REQUESTS[1])):
        assert reader.clean == (place == 0)
        reader.feed(REQUESTS[1][place : place + 1])
    assert reader.clean


@pytest.mark.parametrize("extra", [b"\r\n", b"\r\n\r\n"])
def test_empty_lines_between_requests_are_passed_over(extra: bytes) -> None:
    """As RFC 9112 §2.2 asks for."""
    assert len(read(REQUESTS[0] + extra + REQUESTS[1])) == 2


def test_whether_the_connection_stays_is_the_clients_wish() -> None:
    """By version and by Connection."""
    lines = {
        b"HTTP/1.1\r\n": (True, False),
        b"HTTP/1.1\r\nConnection: close\r\n": (False, False),
        b"HTTP/1.0\r\n": (False, True),
        b"HTTP/1.0\r\nConnection: keep-alive\r\n": (True, True),
    }
    for line, expected in lines.items():
        (one,) = read(b"GET / " + line + b"\r\n")
        assert isinstance(one, Arrived)
        assert (one.keep_alive, one.http10) == expected


def test_continue_is_due_until_the_body_comes() -> None:
    """A client that sends the body at once need not be told."""
    reader = Reader(Limits())
    reader.feed(b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
    assert reader.continue_due
    reader.feed(b"x")
    assert not reader.continue_due
    reader.feed(b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx")
    assert not reader.continue_due


@pytest.mark.parametrize("size", [99, 100, 101])
def test_the_limit_of_a_body_is_exact(size: int) -> None:
    """A hundred bytes are a hundred bytes, announced or in chunks."""
    limits = Limits(body_bytes=100)
    body = b"x" * size
    announced = b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n%b" % (size, body)
    chunked = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (size, body)
    for sent in (announced, chunked):
        (one,) = read(sent, limits=limits)
        assert isinstance(one, Malformed) == (size > 100)


def test_trailers_count_as_body() -> None:
    """An endless list of them is no way around the limit."""
    trailers = b"".join(b"X-%d: y\r\n" % number for number in range(100))
    sent = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + trailers + b"\r\n"
    (one,) = read(sent, limits=Limits(body_bytes=100))
    assert isinstance(one, Malformed)
    assert one.code == "body_too_large"
