"""The mirror server towards clients that speak HTTP/2, in clear text and over TLS."""

import asyncio
import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress

import h2.connection
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.adapters.http.http2_talking import Got, talking2
from tests.adapters.http.mirror_serving import answer, ask, call, fields, mirror, port_of, serving, talking, told
from tests.adapters.http.raw_sockets import raw_client, read_all
from tests.long_runs import long_run
from tests.tiny_services import until

from truemirror.adapters.certificates import Tls, tls_for
from truemirror.adapters.http.server import Limits, MirrorServer
from truemirror.core.wire.exchange import Chunk, Fault, FaultKind, Framing, Interim, Response

FINE = call("GET /fine", answer(b"fine"))
EVENTS = fields(("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked"))
STREAM = Response(
    200, "OK", EVENTS, b"data: 1\n\ndata: 2\n\n", (), Framing.CHUNKED, chunks=(Chunk(9, 0.0), Chunk(9, 60.0)),
    trailers=fields(("X-Sum", "2")),
)  # fmt: skip
UNTIL_CLOSE = Response(200, "OK", fields(), b"to the end", (), Framing.CLOSE)
HINTED = answer(b"ok", 200, interims=(Interim(103, "Early Hints", fields(("Link", "</a.css>"))),))
COOKIES = Response(204, "No Content", fields(("Set-Cookie", "a=1"), ("X-B", "2"), ("Set-Cookie", "c=3")))
CUT = Fault(
    FaultKind.TRUNCATED, partial=Response(200, "OK", fields(("Content-Length", "9")), b"abc", (), Framing.LENGTH)
)
INTERNAL, PROTOCOL, MUST_BE_1_1 = 2, 1, 13


def test_an_answer_is_what_was_recorded_less_the_connection() -> None:
    """Order, repeats and status; one connection serves many requests."""
    with serving(mirror(FINE, call("GET /cookies", COOKIES))) as server, talking2(port_of(server)) as talk:
        for _ in range(3):
            got = talk.ask("GET /fine")
            assert (got.heads, got.body) == ([[(":status", "200"), ("content-length", "4")]], b"fine")
        got = talk.ask("GET /cookies")
        assert got.heads == [[(":status", "204"), ("set-cookie", "a=1"), ("x-b", "2"), ("set-cookie", "c=3")]]
        assert got.body == b""
        assert talk.ask("HEAD /fine").body == b""
        assert talk.ask("GET /missing").status == "501"


def test_the_same_recording_answers_both_versions() -> None:
    """What a client speaks is no part of a request."""
    with serving(mirror(FINE, FINE)) as server, talking2(port_of(server)) as talk:
        assert told(server, ask("GET /fine"))[0].endswith(b"fine")
        assert talk.ask("GET /fine").body == b"fine"


def test_chunks_trailers_and_early_hints_come_as_frames() -> None:
    """And an answer that lasts until its connection ends is one that ends."""
    known = mirror(call("GET /stream", STREAM), call("GET /hinted", HINTED), call("GET /close", UNTIL_CLOSE))
    with serving(known, latency="recorded") as server, talking2(port_of(server)) as talk:
        got = talk.ask("GET /stream")
        assert got.pieces == [b"data: 1\n\n", b"data: 2\n\n"]
        assert got.trailers == [("x-sum", "2")]
        hinted = talk.ask("GET /hinted")
        assert [dict(head)[":status"] for head in hinted.heads] == ["103", "200"]
        assert hinted.body == b"ok"
        assert talk.ask("GET /close").body == b"to the end"


def test_bodies_of_requests_count_whatever_their_framing() -> None:
    """With a length, without one, in pieces, with trailers, and after being told to go on."""
    known = mirror(call("POST /post", answer(b"posted"), body=b"hello"))
    with serving(known) as server, talking2(port_of(server)) as talk:
        assert talk.ask("POST /post", ("content-length", "5"), body=b"hello").body == b"posted"
        number = talk.begin("POST /post", ended=False)
        talk.send(number, b"he", ended=False)
        talk.send(number, b"llo", ended=False)
        talk.h2.send_headers(number, [("x-sum", "5")], end_stream=True)
        talk.flush()
        assert talk.wait(number).body == b"posted"
        number = talk.begin("POST /post", ("expect", "100-continue"), ended=False)
        while not talk.streams[number].heads:
            talk.read()
        talk.send(number, b"hello")
        assert [dict(head)[":status"] for head in talk.wait(number).heads] == ["100", "200"]
        assert talk.ask("POST /post", body=b"other").status == "501"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault(FaultKind.RESET), INTERNAL),
        (Fault(FaultKind.REFUSED), INTERNAL),
        (Fault(FaultKind.EMPTY), INTERNAL),
        (Fault(FaultKind.GARBAGE, received=b"\0\1\2 no HTTP\r\n\r\n"), PROTOCOL),
        (CUT, INTERNAL),
    ],
)
def test_a_failure_breaks_its_own_stream(fault: Fault, code: int) -> None:
    """The others on the connection go on."""
    with serving(mirror(call("GET /bad", fault), FINE)) as server, talking2(port_of(server)) as talk:
        bad, fine = talk.begin("GET /bad"), talk.begin("GET /fine")
        talk.wait(bad, fine)
        assert talk.streams[bad].error == code
        assert talk.streams[bad].body == (b"abc" if fault is CUT else b"")
        assert talk.ask("GET /fine").body == b"fine"


def test_a_timeout_is_silence_on_its_stream() -> None:
    """Until the client gives up; the connection goes on."""
    with serving(mirror(call("GET /slow", Fault(FaultKind.TIMEOUT)), FINE)) as server:
        with talking2(port_of(server)) as talk:
            slow = talk.begin("GET /slow")
            assert talk.ask("GET /fine").body == b"fine"
            assert talk.streams[slow].heads == []
            talk.h2.reset_stream(slow, 8)
            talk.flush()
            assert talk.ask("GET /fine").body == b"fine"
        until(lambda: not server.doors[0].connections)


def test_tunnels_are_refused_in_favour_of_http_1_1() -> None:
    """A WebSocket is opened in HTTP/1.1; the stream says so."""
    with serving(mirror(FINE)) as server, talking2(port_of(server)) as talk:
        number = talk.h2.get_next_available_stream_id()
        talk.streams[number] = Got()
        talk.h2.send_headers(number, [(":method", "CONNECT"), (":authority", "tags.test")])
        talk.flush()
        assert talk.wait(number).error == MUST_BE_1_1
        assert talk.ask("GET /fine").body == b"fine"


def test_a_large_answer_waits_for_the_windows_of_its_client() -> None:
    """A client that opens none gets no more than it allowed, and others pass by."""
    large = bytes(range(256)) * 12_000
    with serving(mirror(call("GET /large", answer(large)), FINE)) as server, talking2(port_of(server)) as talk:
        talk.greedy = False
        number = talk.begin("GET /large")
        while len(talk.streams[number].body) < 65_535:
            talk.read()
        with talking2(port_of(server)) as other:
            assert other.ask("GET /fine").body == b"fine"
        assert len(talk.streams[number].body) == 65_535
        talk.h2.increment_flow_control_window(len(large))
        talk.h2.increment_flow_control_window(len(large), number)
        talk.flush()
        assert talk.wait(number).body == large


def test_a_large_request_is_read_whole_or_refused() -> None:
    """Beyond any window; beyond the limit it is told why before its end."""
    body = b"x" * 3_000_000
    known = mirror(call("POST /large", answer(b"all of it"), body=body))
    with serving(known) as server, talking2(port_of(server)) as talk:
        assert talk.ask("POST /large", body=body).body == b"all of it"
    with serving(known, limits=Limits(body_bytes=1_000)) as server, talking2(port_of(server)) as talk:
        got = talk.ask("POST /large", ("content-length", "1001"), body=b"x" * 1_001)
        assert got.status == "413"


def test_what_is_no_http2_is_told_so() -> None:
    """A good-bye with a code, and the end."""
    with serving(mirror(FINE)) as server, talking2(port_of(server)) as talk:
        assert talk.ask("GET /fine").body == b"fine"
        talk.connection.sendall(b"\0\0\1\0\0\0\0\0\0x")  # DATA on stream 0 (RFC 9113 §6.1)
        while not talk.closed:
            talk.read()
        assert talk.goodbye == PROTOCOL


def test_a_body_that_does_not_come_is_waited_for_no_longer_than_in_http_1_1() -> None:
    """Then its stream is told so; the connection goes on."""
    known = mirror(FINE, call("POST /post", answer(b"posted"), body=b"hello"))
    with serving(known, limits=Limits(arrival_seconds=0.2)) as server, talking2(port_of(server)) as talk:
        number = talk.begin("POST /post", ended=False)
        assert talk.wait(number).status == "408"
        assert talk.ask("GET /fine").body == b"fine"


def test_a_server_that_stops_says_goodbye() -> None:
    """So that a client knows where it stands."""
    with serving(mirror(FINE)) as server, talking2(port_of(server)) as talk:
        assert talk.ask("GET /fine").body == b"fine"
        server.stop()
        while not talk.closed:
            talk.read()
        assert talk.goodbye == 0


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    """A CA and a certificate for this machine."""
    return tls_for([], tmp_path_factory.mktemp("data") / "ca")


def test_httpx_speaks_http2_over_tls(tls: Tls) -> None:
    """A hundred requests at once share one connection, each in its own session."""
    known = mirror(*(call(f"GET /{number}", answer(str(number).encode())) for number in range(20)))
    context = ssl.create_default_context(cafile=str(tls.ca))

    async def drive(url: str) -> list[tuple[str, str]]:
        """All of them."""
        async with httpx.AsyncClient(http2=True, verify=context, base_url=url, timeout=30) as client:
            answers = await asyncio.gather(*(client.get(f"/{number % 20}") for number in range(100)))
        return [(one.http_version, one.text) for one in answers]

    with serving(known, tls=tls.context) as server:
        got = asyncio.run(drive(server.url()))
    assert got == [("HTTP/2", str(number % 20)) for number in range(100)]


# under fire


def frames(*said: tuple[int, int, int, bytes]) -> bytes:
    """Frames of kind, flags, stream and payload."""
    return b"".join(
        len(payload).to_bytes(3, "big") + bytes([kind, flags]) + number.to_bytes(4, "big") + payload
        for kind, flags, number, payload in said
    )


def hello() -> bytes:
    """What a well-behaved client says: its preface, a request with a body, and one without."""
    client = h2.connection.H2Connection()
    client.initiate_connection()
    head = [(":scheme", "http"), (":authority", "tags.test"), (":path", "/fine")]
    client.send_headers(1, [(":method", "POST"), *head])
    client.send_data(1, b"hello", end_stream=True)
    client.send_headers(3, [(":method", "GET"), *head], end_stream=True)
    return client.data_to_send()


HELLO = hello()
FRAME = st.tuples(
    st.integers(0, 11), st.integers(0, 255), st.sampled_from((0, 1, 2, 3, 5, 2**31 - 1)), st.binary(max_size=40)
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A good beginning with bytes changed, and any frames behind it."""
    sent = bytearray(HELLO)
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(24, len(sent)))
        sent[start : min(len(sent), start + draw(st.integers(0, 9)))] = draw(st.binary(max_size=9))
    return bytes(sent) + frames(*draw(st.lists(FRAME, max_size=6)))


class Defects(logging.Handler):
    """Keeps what the server and its loop say of themselves."""

    def __init__(self) -> None:
        """Nothing yet."""
        super().__init__(logging.ERROR)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        self.told.append(self.format(record))


@pytest.fixture(scope="module")
def attacked() -> Iterator[MirrorServer]:
    """One server for all attacks, that never met a defect of its own."""
    defects = Defects()
    loggers = [logging.getLogger(name) for name in ("truemirror.server", "asyncio")]
    for logger in loggers:
        logger.addHandler(defects)
    known = mirror(FINE, call("POST /fine", answer(b"posted"), body=b"hello"))
    with serving(known, limits=Limits(head_bytes=4_096, body_bytes=65_536, arrival_seconds=5.0)) as served:
        yield served
        until(lambda: not served.doors[0].connections)
    for logger in loggers:
        logger.removeHandler(defects)
    assert defects.told == []


def attack(server: MirrorServer, sent: bytes, size: int) -> None:
    """Send in pieces, say that this was all, and read to the end; a bystander is served after."""
    with raw_client(port_of(server)) as client, suppress(ConnectionError):
        for start in range(0, len(sent), size):
            client.sendall(sent[start : start + size])
        with suppress(OSError):
            client.shutdown(socket.SHUT_WR)
        read_all(client)
    with talking(server) as bystander:
        bystander.send(ask("GET /fine"))
        assert bystander.read().endswith(b"fine")


@settings(max_examples=100, deadline=None)
@given(mutated(), st.integers(4, 400))
def test_mutated_frames_hurt_nobody(attacked: MirrorServer, sent: bytes, size: int) -> None:
    """In one piece or in many."""
    attack(attacked, sent, size)


@long_run(20_000)
@given(mutated(), st.integers(1, 400))
def test_mutated_frames_hurt_nobody_all_night(attacked: MirrorServer, sent: bytes, size: int) -> None:
    """The same, for minutes."""
    attack(attacked, sent, size)
