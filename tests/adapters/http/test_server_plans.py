"""Fault plans and drawn delays, met at real sockets."""

import socket
import time

import pytest
from tests.adapters.http.mirror_serving import (
    answer,
    ask,
    body_of,
    call,
    lines_of,
    mirror,
    replayer,
    serving,
    status_of,
    talking,
    told,
    told_until_closed,
)

from truemirror.adapters.http.server import Limits
from truemirror.core.mirror.latency import parse_latency
from truemirror.core.mirror.plan_text import parse_plan
from truemirror.core.wire.exchange import FaultKind, Framing, Response
from truemirror.core.wire.headers import Headers
from truemirror.usecases.replay import Replayer

FINE = call("GET /fine", answer(b"fine"))
OTHER = call("GET /other", answer(b"other"))
DOWN = call("GET /down", answer(b'{"code": "down"}', 503, ("Content-Type", "application/json")))
SESSION = "X-Truemirror-Session: "


def planned(*rules: object, session: str | None = None) -> Replayer:
    """A mirror with a plan."""
    asked = replayer(mirror(FINE, OTHER, DOWN))
    asked.plan(parse_plan(list(rules)), session)
    return asked


@pytest.mark.parametrize("kind", [FaultKind.RESET, FaultKind.REFUSED, FaultKind.UNRESOLVED, FaultKind.TLS])
def test_a_planned_loss_of_the_connection_is_a_reset_before_any_byte(kind: FaultKind) -> None:
    """A server that listens cannot refuse: its client's system tells of an RST; the call before was answered."""
    with serving(planned(f"call 2: {kind}")) as server, talking(server) as talk:
        talk.send(ask("GET /fine"))
        assert body_of(talk.read()) == b"fine"
        talk.send(ask("GET /fine"))
        with pytest.raises(ConnectionResetError):
            talk.read()
        assert told(server, ask("GET /fine"))[0].endswith(b"fine")


def test_a_planned_timeout_is_silence_until_the_client_gives_up() -> None:
    """Others are answered meanwhile."""
    with serving(planned("call 1: timeout")) as server, talking(server) as talk:
        talk.send(ask("GET /fine"))
        assert body_of(told(server, ask("GET /fine"))[0]) == b"fine"
        talk.connection.settimeout(0.05)
        with pytest.raises(TimeoutError):
            talk.connection.recv(1)


def test_a_planned_timeout_whose_client_stays_ends_after_its_limit() -> None:
    """Nobody is held for ever."""
    with serving(planned("call 1: timeout"), limits=Limits(hold_seconds=0.01)) as server:
        assert told_until_closed(server, ask("GET /fine")) == b""


def test_a_planned_truncation_ends_in_the_middle_of_the_recorded_answer() -> None:
    """The head promises four bytes, two come."""
    with serving(planned("call 1: truncated")) as server:
        got = told_until_closed(server, ask("GET /fine"))
        assert b"Content-Length: 4" in lines_of(got)
        assert body_of(got) == b"fi"


def test_a_planned_truncation_of_a_stream_lacks_the_last_chunk() -> None:
    """Half of what was recorded, and no end."""
    streamed = Response(200, "OK", Headers((("Transfer-Encoding", "chunked"),)), b"onetwo", (), Framing.CHUNKED)
    asked = replayer(mirror(call("GET /stream", streamed)))
    asked.plan(parse_plan("call 1: truncated"))
    with serving(asked) as server:
        assert body_of(told_until_closed(server, ask("GET /stream"))) == b"3\r\none\r\n"


def test_a_planned_empty_answer_is_the_end_of_the_connection() -> None:
    """Not a byte comes."""
    with serving(planned("call 1: empty")) as server:
        assert told_until_closed(server, ask("GET /fine")) == b""


def test_planned_garbage_is_not_http() -> None:
    """Something comes, and it is no status line."""
    with serving(planned("call 1: garbage")) as server:
        got = told_until_closed(server, ask("GET /fine"))
        assert got
        assert not got.startswith(b"HTTP/")


def test_a_planned_status_has_the_recorded_shape_of_that_error() -> None:
    """The service's own 503, though another operation had it; then the recording goes on."""
    with serving(planned("calls 1-2 of GET /fine: 503")) as server:
        answers = told(server, *[ask("GET /fine")] * 3)
        assert [status_of(one) for one in answers] == [503, 503, 200]
        assert body_of(answers[0]) == b'{"code": "down"}'


def test_a_planned_body_comes_as_it_was_written() -> None:
    """With its length and its media type."""
    with serving(planned({"status": 429, "body": {"wait": 1}, "headers": {"Retry-After": "1"}})) as server:
        got = told(server, ask("GET /fine"))[0]
        assert status_of(got) == 429
        assert body_of(got) == b'{"wait": 1}'
        assert {b"Content-Type: application/json", b"Content-Length: 11", b"Retry-After: 1"} <= set(lines_of(got))


def test_a_remembered_request_meets_a_plan_that_comes_later() -> None:
    """The short way ends where a plan begins, and comes back with a session that begins anew."""
    asked = replayer(mirror(FINE))
    with serving(asked) as server:
        mine, theirs = (ask("GET /fine", SESSION + name) for name in ("mine", "theirs"))
        assert [status_of(one) for one in told(server, *[mine, theirs] * 3)] == [200] * 6
        asked.plan(parse_plan("calls 2-: 503"), "mine")
        assert [status_of(one) for one in told(server, *[mine] * 3)] == [200, 503, 503]
        assert [status_of(one) for one in told(server, *[theirs] * 3)] == [200] * 3
        asked.reset("mine")
        assert [status_of(one) for one in told(server, *[mine] * 3)] == [200] * 3
        assert (asked.tally.hits, asked.tally.planned) == (6 + 1 + 3 + 3, 2)


def test_what_was_planned_is_told_in_the_journal() -> None:
    """With the rule that did it, and no recording's name."""
    with serving(planned("call 1 of GET /fine: 503")) as server:
        told(server, ask("GET /fine"))
        at, known, decision = server.doors[0].journal[-1]
        assert at > 0
        came = known.came(decision)
        assert getattr(came, "planned", False)
        assert [text for _, text in getattr(came, "notes", ())] == ["call 1 of GET /fine: 503"]


def test_a_planned_delay_comes_before_the_answer() -> None:
    """The first call waits, the second does not have to."""
    with serving(planned("call 1: delay 60ms")) as server:
        began = time.monotonic()
        assert body_of(told(server, ask("GET /fine"))[0]) == b"fine"
        assert time.monotonic() - began >= 0.06


def test_every_answer_waits_under_a_fixed_latency_the_remembered_ones_too() -> None:
    """Four calls, four waits."""
    with serving(mirror(FINE), latency="fixed:20ms") as server:
        began = time.monotonic()
        assert [body_of(one) for one in told(server, *[ask("GET /fine")] * 4)] == [b"fine"] * 4
        assert time.monotonic() - began >= 0.08


def test_a_drawn_latency_waits_as_long_as_was_drawn() -> None:
    """The delays of a session are known beforehand from the seed."""
    text = "lognormal:median=15ms,p95=40ms"
    drawn = [parse_latency(text).drawn_ms(5, "tags", "mine", number) for number in (1, 2, 3)]
    with serving(mirror(FINE), latency=text, seed=5) as server:
        told(server, ask("GET /fine", SESSION + "theirs"))
        for ms in drawn:
            began = time.monotonic()
            told(server, ask("GET /fine", SESSION + "mine"))
            assert time.monotonic() - began >= ms / 1000.0


def test_a_slow_answer_keeps_nobody_else_waiting() -> None:
    """While one client waits for a second, another is answered many times."""
    with serving(planned("call 1: delay 1s", session="slow")) as server, talking(server) as slow:
        slow.send(ask("GET /fine", SESSION + "slow"))
        slow.connection.setblocking(False)
        assert all(one.endswith(b"fine") for one in told(server, *[ask("GET /fine")] * 50))
        with pytest.raises(BlockingIOError):
            slow.connection.recv(1)


def test_a_body_comes_no_faster_than_its_bandwidth() -> None:
    """Six kilobytes at thirty kilobytes a second take a fifth of a second, and are the same bytes."""
    body = bytes(range(256)) * 24
    with serving(mirror(call("GET /big", answer(body)), FINE), bandwidth=30_000.0) as server:
        began = time.monotonic()
        assert body_of(told(server, ask("GET /big"))[0]) == body
        assert time.monotonic() - began >= len(body) / 30_000.0


def test_a_dribbled_body_blocks_no_other_connection() -> None:
    """One client gets a long body slowly; others are answered meanwhile."""
    big = call("GET /big", answer(bytes(1_000_000)))
    with serving(mirror(big, FINE), bandwidth=1_000.0) as server, talking(server) as slow:
        slow.send(ask("GET /big"))
        assert slow.connection.recv(10)
        assert all(one.endswith(b"fine") for one in told(server, *[ask("GET /fine")] * 3))


def test_a_dribbled_stream_keeps_its_chunks() -> None:
    """Framing is not part of the speed."""
    streamed = Response(200, "OK", Headers((("Transfer-Encoding", "chunked"),)), b"onetwo", (), Framing.CHUNKED)
    with serving(mirror(call("GET /stream", streamed)), bandwidth=2_000.0) as server:
        assert body_of(told(server, ask("GET /stream"))[0]) == b"6\r\nonetwo\r\n0\r\n\r\n"


def test_a_client_that_takes_nothing_holds_up_its_own_body() -> None:
    """What waits for it in the server stays small, however fast the line would be."""
    big = call("GET /big", answer(bytes(30_000_000)))
    with serving(mirror(big, FINE), bandwidth=1e9) as server, talking(server) as slow:
        slow.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        slow.send(ask("GET /big"))
        assert slow.connection.recv(10)
        for _ in range(5):
            told(server, ask("GET /fine"))
        waiting = [
            one._transport.get_write_buffer_size()  # type: ignore[attr-defined]  # the connections of the server
            for one in tuple(server.doors[0].connections)
        ]
        assert max(waiting) < 1_000_000
