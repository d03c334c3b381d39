"""Recorded failures, met again at the socket."""

import errno
import socket
from contextlib import suppress

import pytest
from tests.adapters.http.mirror_serving import (
    answer,
    ask,
    body_of,
    call,
    mirror,
    serving,
    status_of,
    talking,
    told,
    told_until_closed,
)

from truemirror.adapters.http.server import Limits
from truemirror.core.wire.exchange import Chunk, Fault, FaultKind, Framing, Response
from truemirror.core.wire.headers import Headers

FINE = call("GET /fine", answer(b"fine"))


def failing(kind: FaultKind, partial: Response | None = None, received: bytes = b"") -> Fault:
    """A fault of a kind."""
    return Fault(kind, "as recorded", partial, received)


@pytest.mark.parametrize("kind", [FaultKind.RESET, FaultKind.REFUSED, FaultKind.UNRESOLVED, FaultKind.TLS])
def test_a_lost_connection_is_a_reset(kind: FaultKind) -> None:
    """The client's system tells of an RST; other connections go on."""
    with serving(mirror(call("GET /bad", failing(kind)), FINE)) as server, talking(server) as other:
        for _ in range(2):
            with talking(server) as talk:
                talk.send(ask("GET /bad"))
                with pytest.raises(ConnectionResetError):
                    talk.read()
        other.send(ask("GET /fine"))
        assert status_of(other.read()) == 200


def test_a_reset_in_the_middle_sends_what_had_come() -> None:
    """The part that was recorded arrives, then the reset."""
    partial = answer(b"half", 200)
    partial = Response(200, "OK", Headers((("Content-Length", "8"),)), partial.body)
    with serving(mirror(call("GET /bad", failing(FaultKind.RESET, partial)))) as server, talking(server) as talk:
        talk.send(ask("GET /bad"))
        got = talk.connection.recv(100)
        with suppress(ConnectionResetError):
            while True:
                got += talk.connection.recv(100)
        assert got == b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf"


def test_a_truncated_answer_ends_early_and_cleanly() -> None:
    """The head promises more than comes before the end of the connection."""
    partial = Response(200, "OK", Headers((("Content-Length", "8"),)), b"half")
    with serving(mirror(call("GET /bad", failing(FaultKind.TRUNCATED, partial)))) as server:
        assert told_until_closed(server, ask("GET /bad")) == b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf"


def test_a_truncated_stream_lacks_its_last_chunk() -> None:
    """The chunks that came, without the one that ends the body."""
    partial = Response(200, "OK", Headers((("Transfer-Encoding", "chunked"),)), b"half", (), Framing.CHUNKED)
    with serving(mirror(call("GET /bad", failing(FaultKind.TRUNCATED, partial)))) as server:
        assert body_of(told_until_closed(server, ask("GET /bad"))) == b"4\r\nhalf\r\n"


def test_half_a_head_is_sent_as_it_came() -> None:
    """What had come before the end of the connection comes, though it is no answer."""
    with serving(mirror(call("GET /bad", failing(FaultKind.TRUNCATED, received=b"HTTP/1.1 200 OK\r\nCont")))) as server:
        assert told_until_closed(server, ask("GET /bad")) == b"HTTP/1.1 200 OK\r\nCont"


def test_an_empty_answer_is_the_end_of_the_connection() -> None:
    """Not a byte comes."""
    with serving(mirror(call("GET /bad", failing(FaultKind.EMPTY)))) as server:
        assert told_until_closed(server, ask("GET /bad")) == b""


def test_garbage_is_sent_as_it_came() -> None:
    """What is not HTTP stays what it is."""
    with serving(mirror(call("GET /bad", failing(FaultKind.GARBAGE, received=b"\0\xffSSH-2.0\n")))) as server:
        assert told_until_closed(server, ask("GET /bad")) == b"\0\xffSSH-2.0\n"


def test_a_timeout_is_silence_until_the_client_leaves() -> None:
    """Nothing comes, the connection stays, and others are answered meanwhile."""
    with serving(mirror(call("GET /bad", failing(FaultKind.TIMEOUT)), FINE)) as server, talking(server) as talk:
        talk.send(ask("GET /bad") + ask("GET /fine"))
        assert status_of(told(server, ask("GET /fine"))[0]) == 200
        talk.connection.setblocking(False)
        with pytest.raises(BlockingIOError):
            talk.connection.recv(1)
        talk.connection.setblocking(True)
        talk.connection.shutdown(socket.SHUT_WR)
        assert talk.connection.recv(1) == b""


def test_a_timeout_whose_client_stays_ends_after_its_limit() -> None:
    """Nobody is held for ever."""
    with serving(mirror(call("GET /bad", failing(FaultKind.TIMEOUT))), limits=Limits(hold_seconds=0.01)) as server:
        assert told_until_closed(server, ask("GET /bad")) == b""


def test_a_failure_and_a_success_of_one_request_take_turns_as_recorded() -> None:
    """The second try works, as it did then; also when the request is remembered."""
    exchanges = (
        call("GET /it", answer(b"1")),
        call("GET /it", failing(FaultKind.EMPTY)),
        call("GET /it", answer(b"3")),
    )
    with serving(mirror(*exchanges)) as server:
        for _ in range(2):
            with talking(server) as talk:
                talk.send(ask("GET /it"))
                assert body_of(talk.read()) == b"1"
                talk.send(ask("GET /it"))
                assert talk.read() == b""
            assert body_of(told(server, ask("GET /it"))[0]) == b"3"


def test_recorded_latency_delays_answers_but_keeps_their_order() -> None:
    """A slow first answer is not overtaken by a quick second one, and is the same answer."""
    slow = call("GET /slow", answer(b"slow"), elapsed_ms=30.0)
    streamed = Response(
        200,
        "OK",
        Headers((("Transfer-Encoding", "chunked"),)),
        b"onetwo",
        (),
        Framing.CHUNKED,
        (Chunk(3, 0), Chunk(3, 9)),
    )
    stream = call("GET /stream", streamed, elapsed_ms=12.0)
    with serving(mirror(slow, FINE, stream), latency="recorded") as server, talking(server) as talk:
        talk.send(ask("GET /slow") + ask("GET /stream") + ask("GET /fine"))
        assert [body_of(talk.read()) for _ in range(3)] == [b"slow", b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n", b"fine"]


def test_a_client_that_leaves_during_a_delay_disturbs_nobody() -> None:
    """The answer has nobody to go to."""
    slow = call("GET /slow", answer(b"slow"), elapsed_ms=20.0)
    with serving(mirror(slow, FINE), latency="recorded") as server:
        for _ in range(5):
            with talking(server) as talk:
                talk.send(ask("GET /slow") * 3)
        assert told(server, ask("GET /slow"), ask("GET /fine"))[1].endswith(b"fine")


def test_the_system_calls_the_reset_by_its_name() -> None:
    """An RST, not an end: the error number is that of a reset."""
    with serving(mirror(call("GET /bad", failing(FaultKind.RESET)))) as server, talking(server) as talk:
        talk.send(ask("GET /bad"))
        with pytest.raises(OSError, match="reset") as caught:
            talk.connection.recv(1)
        assert caught.value.errno == errno.ECONNRESET
