"""Answers out of bytes, as a client of HTTP/1.1 must read them."""

import contextlib
import itertools
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.adapters.locust.reading import Heads, Reader, Unreadable

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Kind: plain\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"
UNTIL_CLOSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nhello"
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n" + PLAIN
EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"


def read(pieces: Iterable[bytes], heads: Heads | None = None, is_head: bool = False) -> tuple[Reader, bool]:
    """A reader that was fed, and whether the answer is whole."""
    reader = Reader({} if heads is None else heads)
    reader.expect(is_head)
    is_whole = False
    for piece in pieces:
        assert not is_whole
        is_whole = reader.feed(piece)
    return reader, is_whole


@given(
    answer=st.sampled_from([PLAIN, CHUNKED, GO_ON, EMPTY]),
    cuts=st.lists(st.integers(1, 200), max_size=6),
    times=st.integers(1, 3),
)
def test_an_answer_is_the_same_however_it_is_cut(answer: bytes, cuts: list[int], times: int) -> None:
    """Status, body, headers and the fate of the connection depend on the bytes alone, seen before or not."""
    heads: Heads = {}
    whole, _ = read([answer])
    for _ in range(times):
        marks = sorted({0, len(answer), *(cut % len(answer) for cut in cuts)})
        reader, is_whole = read((answer[a:b] for a, b in itertools.pairwise(marks)), heads)
        assert is_whole
        assert (reader.status, reader.body(), reader.keep_alive) == (whole.status, whole.body(), whole.keep_alive)
        assert reader.headers() == whole.headers()


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [(PLAIN, 200, b"hello"), (CHUNKED, 201, b"hello"), (GO_ON, 200, b"hello"), (EMPTY, 204, b"")],
)
def test_an_answer_is_read_by_its_framing(answer: bytes, status: int, body: bytes) -> None:
    """Length, chunks, a word to go on before it, none at all."""
    reader, is_whole = read([answer])
    assert (is_whole, reader.status, reader.body(), reader.keep_alive) == (True, status, body, True)


def test_a_head_that_was_seen_is_not_mistaken_for_another_body() -> None:
    """The same head with another body, and with half of it."""
    heads: Heads = {}
    read([PLAIN], heads)
    assert heads
    other = PLAIN.replace(b"hello", b"world")
    reader, is_whole = read([other], heads)
    assert is_whole
    assert reader.body() == b"world"
    reader, is_whole = read([other[:-2]], heads)
    assert not is_whole
    assert reader.feed(other[-2:])
    assert reader.body() == b"world"


def test_headers_are_those_of_the_last_answer() -> None:
    """A reader that first met chunks, then a head it knows."""
    heads: Heads = {}
    read([PLAIN], heads)
    reader, _ = read([CHUNKED], heads)
    reader.expect(False)
    assert reader.feed(PLAIN)
    assert reader.body() == b"hello"
    assert ("X-Kind", "plain") in reader.headers()


def test_an_answer_to_head_has_no_body() -> None:
    """Its length is that of a body which does not come; the connection is not kept."""
    reader, is_whole = read([b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"], is_head=True)
    assert is_whole
    assert (reader.body(), reader.keep_alive) == (b"", False)


@pytest.mark.parametrize(
    "answer", [PLAIN.replace(b"X-Kind: plain", b"Connection: close"), PLAIN.replace(b"HTTP/1.1", b"HTTP/1.0")]
)
def test_a_connection_that_will_be_closed_is_not_kept(answer: bytes) -> None:
    """By its header, or its version; the second time, too."""
    heads: Heads = {}
    for _ in range(2):
        reader, is_whole = read([answer], heads)
        assert (is_whole, reader.keep_alive) == (True, False)


def test_two_answers_to_one_request_end_the_connection() -> None:
    """Whoever says more than was asked cannot be trusted with the next request."""
    reader, is_whole = read([PLAIN + PLAIN])
    assert is_whole
    assert (reader.body(), reader.keep_alive) == (b"hello", False)


def test_a_body_may_end_with_its_connection() -> None:
    """Without a length the end is the close."""
    reader, is_whole = read([UNTIL_CLOSE])
    assert not is_whole
    reader.ended()
    assert (reader.status, reader.body(), reader.keep_alive) == (200, b"hello", False)


@pytest.mark.parametrize(
    ("said", "kind"),
    [(b"", "closed"), (PLAIN[:-1], "truncated"), (CHUNKED[:-3], "truncated"), (PLAIN[:20], "truncated")],
)
def test_an_end_too_early_has_its_name(said: bytes, kind: str) -> None:
    """Nothing at all is another matter than half an answer."""
    reader, _ = read([said] if said else [])
    with pytest.raises(Unreadable, match=kind):
        reader.ended()


@pytest.mark.parametrize("said", [b"SSH-2.0-OpenSSH_9.2\r\n", b"\x00\x01\x02\x03", b"HTTP/1.1 2x0 OK\r\n\r\n"])
def test_what_is_not_http_is_said_to_be_so(said: bytes) -> None:
    """Another protocol, or none."""
    with pytest.raises(Unreadable, match="not HTTP"):
        read([said])


@given(st.binary(max_size=300), st.integers(1, 299))
def test_no_bytes_end_a_reader_otherwise(said: bytes, cut: int) -> None:
    """Whatever comes: an answer, a wait for more, or Unreadable."""
    reader = Reader({})
    reader.expect(False)
    with contextlib.suppress(Unreadable):
        if not reader.feed(b"HTTP/1.1 200" + said[:cut]) and said[cut:]:
            reader.feed(said[cut:])
