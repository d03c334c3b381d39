"""Plans and latency inside the process: each client raises, waits and gives up as it does with a live service."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import httpx
import pytest
import tornado.httpclient

from truemirror.adapters.inprocess.board import Board
from truemirror.adapters.inprocess.seams import isolated
from truemirror.core.mirror.decision import Mode
from truemirror.core.mirror.latency import parse_latency
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.mirror.plan_text import parse_plan
from truemirror.core.wire.exchange import Chunk, Exchange, FaultKind, Framing, Request, Response
from truemirror.core.wire.headers import Headers

URL = "http://live.test"
PLAIN = Headers((("Content-Type", "text/plain"), ("Content-Length", "4")))
STREAM = Headers((("Transfer-Encoding", "chunked"),))
CHUNKS = (Chunk(4, 0.0), Chunk(4, 40.0), Chunk(4, 80.0))
Make = Callable[..., Board]


def mirror() -> Mirror:
    """Two plain answers, one of which clients have little patience for, an error and a stream."""
    exchanges = (
        Exchange(Request("GET", "/plain"), Response(200, "OK", PLAIN, b"fine")),
        Exchange(Request("GET", "/never"), Response(200, "OK", PLAIN, b"fine")),
        Exchange(Request("GET", "/down"), Response(503, "Busy", PLAIN, b"down")),
        Exchange(
            Request("GET", "/stream"), Response(200, "OK", STREAM, b"onceonceonce", (), Framing.CHUNKED, CHUNKS), 80.0
        ),
    )
    return Mirror("live", "1").with_scenario(Scenario("default", exchanges))


def planned(board_of: Make, *rules: object) -> Board:
    """A board whose neighbour follows a plan."""
    board = board_of(URL, mirror())
    board.neighbours["live"].replayer.plan(parse_plan(list(rules)))
    return board


def slow(board_of: Make, latency: str) -> Board:
    """A board whose neighbour takes its time."""
    board = board_of(URL, mirror())
    board.neighbours["live"].replayer.delay(parse_latency(latency))
    return board


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        (FaultKind.RESET, "/reset"),
        (FaultKind.EMPTY, "/hangup"),
        (FaultKind.GARBAGE, "/garbage"),
        (FaultKind.TRUNCATED, "/short"),
        (FaultKind.TIMEOUT, "/never"),
    ],
)
def test_a_planned_fault_is_the_clients_own_exception(
    kind: FaultKind, target: str, client: Any, service: Any, board_of: Make
) -> None:
    """The very types that it raises when a live service fails like this."""
    live = client("GET", service.url + target)
    assert live.error
    with isolated(planned(board_of, f"every call: {kind}")):
        assert client("GET", f"{URL}/plain").error == live.error


def test_a_planned_refusal_is_the_clients_own_exception(client: Any, service: Any, board_of: Make) -> None:
    """As if nobody listened."""
    service.close()
    live = client("GET", service.url + "/json")
    assert live.error
    with isolated(planned(board_of, "every call: refused")):
        assert client("GET", f"{URL}/plain").error == live.error


def test_the_call_after_a_planned_fault_is_answered(client: Any, board_of: Make) -> None:
    """A client that tries again gets through; one that retries by itself needs no second try."""
    with isolated(planned(board_of, "call 1: reset")) as board:
        first, second = client("GET", f"{URL}/plain"), client("GET", f"{URL}/plain")
        assert first.error or client.__name__ in ("requests-retrying", "aiohttp")
        assert second.body == b"fine"
        assert [call.answered for call in board.calls][:2] == ["planned", "recorded"]


def test_a_planned_status_is_the_recorded_error(client: Any, board_of: Make) -> None:
    """Known by its reason and its body."""
    with isolated(planned(board_of, "every call of GET /plain: 503")):
        seen = client("GET", f"{URL}/plain")
    if client.__name__ == "requests-retrying":
        assert seen.error  # it tried again, as it was told to
    else:
        assert (seen.status, seen.body) == (503, b"down")


def test_a_late_answer_is_the_same_answer(client: Any, board_of: Make) -> None:
    """Not before its time."""
    with isolated(board_of(URL, mirror())):
        soon = client("GET", f"{URL}/plain")
    with isolated(slow(board_of, "fixed:40ms")):
        began = time.monotonic()
        assert client("GET", f"{URL}/plain") == soon
        assert time.monotonic() - began >= 0.04


def test_who_has_no_patience_gives_up(client: Any, service: Any, board_of: Make) -> None:
    """With the exception for a service that never answers, after the time that the client itself sets."""
    live = client("GET", service.url + "/never")
    assert live.error
    with isolated(slow(board_of, "fixed:1800s")):
        assert client("GET", f"{URL}/never").error == live.error


def test_a_stream_takes_the_time_that_was_recorded(client: Any, board_of: Make) -> None:
    """Its last piece is not there before its time."""
    with isolated(slow(board_of, "recorded")):
        began = time.monotonic()
        assert client("GET", f"{URL}/stream").body == b"onceonceonce"
        assert client.__name__ == "tornado" or time.monotonic() - began >= 0.08


def test_pieces_come_at_their_times_for_who_reads_them_one_by_one(board_of: Make) -> None:
    """Three pieces, forty milliseconds apart."""
    with (
        isolated(slow(board_of, "recorded")),
        httpx.Client() as client,
        client.stream("GET", f"{URL}/stream") as answer,
    ):
        began = time.monotonic()
        times = [time.monotonic() - began for _ in answer.iter_raw()]
    assert len(times) == 3
    assert times[1] >= 0.03
    assert times[2] >= 0.07


async def ticking(asking: Awaitable[Any]) -> tuple[Any, int]:
    """What comes of waiting, and how often the event loop went round meanwhile."""
    waiting = asyncio.ensure_future(asking)
    ticks = 0
    while not waiting.done():
        await asyncio.sleep(0.001)
        ticks += 1
    return await waiting, ticks


async def by_httpx(url: str) -> bytes:
    """Ask with httpx."""
    async with httpx.AsyncClient() as client:
        return (await client.get(url)).content


async def by_aiohttp(url: str) -> bytes:
    """Ask with aiohttp."""
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return await answer.read()


async def by_tornado(url: str) -> bytes:
    """Ask with tornado."""
    answer = await tornado.httpclient.AsyncHTTPClient(force_instance=True).fetch(url)
    return answer.body


@pytest.mark.parametrize("ask", [by_httpx, by_aiohttp, by_tornado])
def test_a_late_answer_does_not_hold_up_the_event_loop(ask: Callable[[str], Awaitable[bytes]], board_of: Make) -> None:
    """Other tasks run while one waits."""
    with isolated(slow(board_of, "fixed:300ms")):
        body, ticks = asyncio.run(ticking(ask(f"{URL}/plain")))
    assert body == b"fine"
    assert ticks >= 5


@pytest.mark.parametrize("ask", [by_httpx, by_aiohttp])
def test_answers_without_delay_give_way_to_other_tasks_too(
    ask: Callable[[str], Awaitable[bytes]], board_of: Make
) -> None:
    """As with any network: both have asked before one is answered, and a task can be cancelled."""
    said: list[str] = []

    async def one(name: str) -> None:
        said.append(f"{name} asks")
        assert await ask(f"{URL}/plain") == b"fine"
        said.append(f"{name} knows")

    async def both() -> None:
        await asyncio.gather(one("first"), one("second"))
        third = asyncio.ensure_future(one("third"))
        await asyncio.sleep(0)
        third.cancel()
        with pytest.raises(asyncio.CancelledError):
            await third

    with isolated(board_of(URL, mirror())):
        asyncio.run(both())
    assert said[:2] == ["first asks", "second asks"]
    assert "third knows" not in said


def test_many_late_answers_are_waited_for_together(board_of: Make) -> None:
    """Fifty waits of a tenth of a second at once: the loop sleeps for all of them, not for each."""

    async def ask() -> list[bytes]:
        return list(await asyncio.gather(*(by_aiohttp(f"{URL}/plain") for _ in range(50))))

    with isolated(slow(board_of, "fixed:100ms")) as board:
        assert asyncio.run(ask()) == [b"fine"] * 50
    assert len(board.calls) == 50


def test_a_task_that_is_cancelled_while_it_waits_leaves_nothing_behind(board_of: Make) -> None:
    """Whoever gives up is not answered later."""

    async def ask() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await by_aiohttp(f"{URL}/plain")

    with isolated(slow(board_of, "fixed:50ms")):
        asyncio.run(ask())


def test_a_live_service_is_asked_after_a_planned_delay(client: Any, service: Any, board_of: Make) -> None:
    """What comes is live."""
    live = client("GET", service.url + "/json")
    board = board_of(service.url, mode=Mode.OFF)
    board.neighbours["live"].replayer.plan(parse_plan("every call: delay 20ms"))
    with isolated(board):
        began = time.monotonic()
        assert client("GET", service.url + "/json") == live
        assert client.__name__ == "tornado" or time.monotonic() - began >= 0.02
