"""The mirror server under fire: whatever is sent, it answers or closes, and serves everybody else."""

import logging
import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.adapters.http.mirror_serving import answer, ask, call, mirror, port_of, serving, talking
from tests.adapters.http.raw_sockets import raw_client, read_all
from tests.long_runs import long_run

from truemirror.adapters.http.server import Limits, MirrorServer
from truemirror.core.wire.exchange import Coding, Fault, FaultKind, Framing, Response
from truemirror.core.wire.headers import Headers

FINE = ask("GET /fine")
FINE_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"
STREAMED = Response(200, "OK", Headers((("Transfer-Encoding", "chunked"),)), b"stream", (), Framing.CHUNKED)
CODED = answer(b"coded", 200, ("Content-Encoding", "gzip"), codings=(Coding("gzip"),))
EXCHANGES = (
    call("GET /fine", answer(b"fine")),
    call("GET /stream", STREAMED),
    call("GET /coded", CODED),
    call("POST /post", answer(b"posted"), body=b"hello"),
    call("GET /reset", Fault(FaultKind.RESET)),
    call("GET /empty", Fault(FaultKind.EMPTY)),
    call("GET /truncated", Fault(FaultKind.TRUNCATED, partial=STREAMED)),
    call("GET /garbage", Fault(FaultKind.GARBAGE, received=b"\0")),
)
VALID = (
    FINE,
    ask("GET /stream", "traceparent: 00-1-2-03"),
    ask("GET /coded", "Accept-Encoding: gzip;q=1.0"),
    ask("POST /post", "Expect: 100-continue", body=b"hello"),
    ask("POST /post", "Transfer-Encoding: chunked") + b"5\r\nhello\r\n0\r\n\r\n",
    ask("POST /post", "Content-Type: multipart/form-data; boundary=x", body=b"--x\r\n\r\na\r\n--x--"),
    ask("POST /post", "Content-Type: application/json", "Content-Encoding: deflate", body=b'{"a": [1, 2]}'),
    ask("GET /reset"),
    ask("GET /empty"),
    ask("GET /truncated"),
    ask("GET /garbage"),
    ask("GET /missing?a=1&b", "X-Truemirror-Session: é", "baggage: truemirror.session=%"),
    ask("GET /fine", "Connection: Upgrade", "Upgrade: websocket"),
    ask("GET /__truemirror__/journal?last=-1"),
    ask("POST /__truemirror__/reset", "Content-Type: application/json"),
    b"GET /fine HTTP/1.0\r\n\r\n",
)
SNIPPETS = (
    b"\r\n",
    b"\n",
    b"\0",
    b" ",
    b":",
    b"HTTP/1.1",
    b"Content-Length: 9\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"%",
    b"\xff",
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Some valid requests in a row, with a few bytes taken out, doubled, changed or put in."""
    sent = bytearray(b"".join(draw(st.lists(st.sampled_from(VALID), min_size=1, max_size=4))))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(sent)))
        end = min(len(sent), start + draw(st.integers(0, 12)))
        piece = draw(st.one_of(st.sampled_from(SNIPPETS), st.binary(max_size=6), st.just(bytes(sent[start:end]) * 2)))
        sent[start:end] = piece
    return bytes(sent)


class Defects(logging.Handler):
    """Keeps what the server says of itself."""

    def __init__(self) -> None:
        """Nothing yet."""
        super().__init__()
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        self.told.append(self.format(record))


@pytest.fixture(scope="module")
def server() -> Iterator[MirrorServer]:
    """One server for all attacks, impatient and small, that never met a defect of its own."""
    defects = Defects()
    logging.getLogger("truemirror.server").addHandler(defects)
    with serving(mirror(*EXCHANGES), limits=Limits(head_bytes=4_096, body_bytes=65_536, arrival_seconds=5.0)) as served:
        yield served
    logging.getLogger("truemirror.server").removeHandler(defects)
    assert defects.told == []


def attack(server: MirrorServer, pieces: list[bytes]) -> None:
    """Send, say that this was all, and read until the server closes; a bystander is served before and after."""
    with talking(server) as bystander:
        bystander.send(FINE)
        assert bystander.read() == FINE_ANSWER
        with raw_client(port_of(server)) as client, suppress(ConnectionError):  # a reset is an answer, a timeout is not
            for piece in pieces:
                client.sendall(piece)
            with suppress(OSError):  # it may be reset already
                client.shutdown(socket.SHUT_WR)
            read_all(client)
        bystander.send(FINE)
        assert bystander.read() == FINE_ANSWER


@settings(max_examples=150, deadline=None)
@given(mutated(), st.integers(1, 60))
def test_mutated_requests_hurt_nobody(server: MirrorServer, sent: bytes, size: int) -> None:
    """In one piece or in many."""
    attack(server, [sent[start : start + size] for start in range(0, len(sent), size)])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=300), max_size=4))
def test_noise_hurts_nobody(server: MirrorServer, pieces: list[bytes]) -> None:
    """Any bytes at all."""
    attack(server, pieces)


@long_run(25_000)
@given(mutated(), st.integers(1, 400))
def test_mutated_requests_hurt_nobody_all_night(server: MirrorServer, sent: bytes, size: int) -> None:
    """The same, for minutes."""
    attack(server, [sent[start : start + size] for start in range(0, len(sent), size)])


@long_run(10_000)
@given(st.lists(st.binary(min_size=1, max_size=2_000), max_size=6))
def test_noise_hurts_nobody_all_night(server: MirrorServer, pieces: list[bytes]) -> None:
    """Any bytes at all, for minutes."""
    attack(server, pieces)


def test_every_valid_request_is_survived_twice(server: MirrorServer) -> None:
    """Also when it is remembered."""
    for request in VALID * 2:
        attack(server, [request])
