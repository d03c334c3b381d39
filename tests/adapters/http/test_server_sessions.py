"""Sessions at the mirror server: each walks the recording by itself."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx
import requests
from tests.adapters.http.mirror_serving import answer, ask, body_of, call, mirror, replayer, serving, told

from truemirror.core.mirror.model import Scenario
from truemirror.core.wire.exchange import Exchange

POLL = tuple(call("GET /job", answer(text)) for text in (b"queued", b"running", b"done"))


def bodies(answers: list[bytes]) -> list[bytes]:
    """What the answers hold."""
    return [body_of(one) for one in answers]


def test_the_same_request_is_answered_as_the_recording_goes_on() -> None:
    """Polling sees what it saw, and begins anew after the last answer."""
    with serving(mirror(*POLL)) as server:
        assert bodies(told(server, *[ask("GET /job")] * 4)) == [b"queued", b"running", b"done", b"queued"]


def test_sessions_do_not_touch_each_other() -> None:
    """Two sessions on one connection, interleaved, each get the whole recording."""
    one, two = ask("GET /job", "X-Truemirror-Session: one"), ask("GET /job", "baggage: a=b,truemirror.session=two")
    with serving(mirror(*POLL)) as server:
        assert bodies(told(server, one, two, two, one, two, one)) == [
            b"queued", b"queued", b"running", b"running", b"done", b"done",
        ]  # fmt: skip


def test_a_session_with_a_recorded_namesake_walks_its_scenario() -> None:
    """What others recorded for the same request is not for it."""
    scenarios = (
        Scenario("ada", (call("GET /me", answer(b"ada")), call("GET /me", answer(b"ada again")))),
        Scenario("bob", (call("GET /me", answer(b"bob")),)),
    )
    ada, bob = ask("GET /me", "X-Truemirror-Session: ada"), ask("GET /me", "X-Truemirror-Session: bob")
    with serving(mirror(scenarios=scenarios)) as server:
        assert bodies(told(server, bob, ada, bob, ada, bob)) == [b"bob", b"ada", b"bob", b"ada again", b"bob"]


def test_a_session_can_begin_anew() -> None:
    """The handle resets one session and leaves the others."""
    one, two = ask("GET /job", "X-Truemirror-Session: one"), ask("GET /job", "X-Truemirror-Session: two")
    with serving(mirror(*POLL)) as server:
        told(server, one, two)
        server.reset("one")
        assert bodies(told(server, one, two)) == [b"queued", b"running"]
        server.reset()
        assert bodies(told(server, one, two)) == [b"queued", b"queued"]


def test_answers_to_remembered_requests_follow_a_mirror_that_changed() -> None:
    """What was recorded meanwhile is served at once, also to a connection that stayed open."""
    asked = replayer(mirror(call("GET /job", answer(b"old"))))
    with serving(asked) as server:
        assert bodies(told(server, *[ask("GET /job")] * 2)) == [b"old", b"old"]
        asked.renew(mirror(call("GET /job", answer(b"new"))))
        assert bodies(told(server, *[ask("GET /job")] * 2)) == [b"new", b"new"]


def test_strict_mode_refuses_what_lies_ahead_every_time() -> None:
    """Also when the request is remembered from a time when it did not lie ahead."""
    exchanges = (call("GET /a", answer(b"before")), call("POST /a", answer()), call("GET /b", answer(b"behind")))
    with serving(mirror(*exchanges), strict=True) as server:
        answers = told(server, ask("POST /a"), ask("GET /b"), ask("GET /a"), ask("GET /b"))
    assert [int(one.split()[1]) for one in answers] == [200, 200, 200, 501]


def asking_by_threads(url: str, session: str) -> list[bytes]:
    """One session's walk, with requests."""
    with requests.Session() as client:
        client.headers["X-Truemirror-Session"] = session
        return [client.get(f"{url}/job").content for _ in range(3)]


async def asking_by_tasks(url: str, count: int) -> list[list[bytes]]:
    """Many sessions' walks at once, with httpx."""

    async def walk(client: httpx.AsyncClient, number: int) -> list[bytes]:
        headers = {"X-Truemirror-Session": f"task {number}"}
        return [(await client.get(f"{url}/job", headers=headers)).content for _ in range(3)]

    async with httpx.AsyncClient(trust_env=False) as client:
        return list(await asyncio.gather(*(walk(client, number) for number in range(count))))


def test_threads_and_tasks_get_their_own_walks() -> None:
    """Twenty clients at once, by threads and by tasks, each see the recording in its order."""
    expected = [b"queued", b"running", b"done"]
    with serving(mirror(*POLL)) as server:
        with ThreadPoolExecutor(20) as pool:
            walks = list(pool.map(lambda number: asking_by_threads(server.url(), f"thread {number}"), range(20)))
        assert walks == [expected] * 20
        assert asyncio.run(asking_by_tasks(server.url(), 20)) == [expected] * 20


def test_every_answer_is_counted_once() -> None:
    """The tally of remembered requests is that of the others."""
    asked = replayer(mirror(*POLL, call("GET /unused", answer())))
    with serving(asked) as server:
        told(server, *[ask("GET /job")] * 7, ask("GET /missing"))
    assert (asked.tally.hits, asked.tally.misses) == (7, 1)
    assert dict(asked.tally.used) == {0: 3, 1: 2, 2: 2}
    assert asked.unused() == [3]


def test_a_recording_of_many_sessions_is_replayed_exactly_under_labels() -> None:
    """Each labelled session gets its own scenario from beginning to end, in whatever order they come."""

    def exchanges(name: str) -> tuple[Exchange, ...]:
        return tuple(call("GET /n", answer(f"{name}{number}".encode())) for number in range(3))

    names = ["a", "b", "c"]
    with serving(mirror(scenarios=tuple(Scenario(name, exchanges(name)) for name in names))) as server:
        order = ["c", "a", "a", "b", "c", "b", "a", "c", "b"]
        answers = bodies(told(server, *(ask("GET /n", f"X-Truemirror-Session: {name}") for name in order)))
    assert answers == [b"c0", b"a0", b"a1", b"b0", b"c1", b"b1", b"a2", b"c2", b"b2"]
