"""Asking a live service twice, without sockets: the order of the steps, and what is no noise."""

import asyncio
from collections.abc import Callable

import pytest

from truemirror.core.mirror.model import Mirror, MirrorRules, Noise, Scenario
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Outcome, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.errors import UpstreamError
from truemirror.testing.stores import MemoryMirrors
from truemirror.usecases.noise import (
    APART_MS,
    OTHERWISE,
    Asker,
    LearnedNoise,
    begin_again,
    compare_recordings,
    keep_noise,
)
from truemirror.usecases.redact import Redactor

JSON = Headers((("Content-Type", "application/json"),))


class Clock:
    """Time that passes only when somebody waits, or a little with each look."""

    def __init__(self) -> None:
        """It begins at zero."""
        self.now = 0.0

    def today(self) -> str:
        """Some day."""
        return "2026-01-31"

    def monotonic_ms(self) -> float:
        """A millisecond later."""
        self.now += 1
        return self.now

    async def pause(self, seconds: float) -> None:
        """Let it pass."""
        self.now += 1000 * seconds


class Live:
    """A service whose answers depend on the request and how often it was asked."""

    def __init__(self, clock: Clock, answer: Callable[[str, int], Outcome]) -> None:
        """`answer` gets the target and the number of the time it is asked, from 0."""
        self.asked: list[tuple[str, float]] = []
        self._clock = clock
        self._answer = answer

    async def send(self, request: Request) -> Exchange:
        """One answer."""
        number = sum(target == request.target for target, _ in self.asked)
        self.asked.append((request.target, self._clock.now))
        return Exchange(request, self._answer(request.target, number), 1.0)

    async def close(self) -> None:
        """Nothing is open."""


class Quiet:
    """Progress for nobody."""

    def stage(self, name: str, total: int | None = None) -> None:
        """Say nothing."""

    def advance(self, steps: int = 1, note: str = "") -> None:
        """Say nothing."""

    def done(self, outcome: str = "") -> None:
        """Say nothing."""


def json(text: str, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(status, "OK", JSON, text.encode())


def mirror(*targets: str, rules: MirrorRules | None = None) -> Mirror:
    """A mirror in which these were asked."""
    exchanges = tuple(Exchange(Request("GET", target), json("{}")) for target in targets)
    return Mirror("tags", "0", (Scenario("default", exchanges),), rules or MirrorRules())


def learn(recorded: Mirror, answer: Callable[[str, int], Outcome]) -> tuple[LearnedNoise, Live]:
    """Ask twice."""
    clock = Clock()
    live = Live(clock, answer)
    asker = Asker(live, Redactor, clock, clock.pause, Quiet())
    return asyncio.run(asker.learn(recorded)), live


def test_everything_is_asked_twice_a_second_apart() -> None:
    """So that times of whole seconds differ."""
    learned, live = learn(mirror("/a", "/b"), lambda target, number: json(f'{{"n":{number}}}'))
    assert [target for target, _ in live.asked] == ["/a", "/b", "/a", "/b"]
    times = [now for _, now in live.asked]
    assert min(times[2] - times[0], times[3] - times[1]) >= APART_MS - 1
    assert learned.asked == learned.found.pairs == 2
    assert [rule.part for rule in learned.found.rules] == ["body:/n", "body:/n"]


def test_a_fresh_token_is_no_noise() -> None:
    """A recording holds the same stand-in for it each time."""
    fresh = "sk_live_9aF3kLm2Qx7ZtR8vB1nC4dE", "sk_live_Zq81LmN4xYt7RwVb3KcD5eF"  # planted
    learned, _ = learn(mirror("/a"), lambda target, number: json(f'{{"access_token":"{fresh[number]}"}}'))
    assert (learned.found.rules, learned.found.unlike) == ((), ())


def test_a_transport_failure_is_told_and_is_no_noise() -> None:
    """By its kind."""
    learned, _ = learn(
        mirror("/a", "/b"),
        lambda target, number: Fault(FaultKind.RESET) if (target, number) == ("/b", 1) else json("1"),
    )
    assert (learned.failed, learned.found.rules, learned.found.unlike) == ({"reset": 1}, (), ())


def test_a_service_that_is_not_there_is_an_error_at_once() -> None:
    """Nothing else is asked."""
    with pytest.raises(UpstreamError, match="cannot be reached: refused"):
        learn(mirror("/a", "/b"), lambda target, number: Fault(FaultKind.REFUSED))


def test_an_error_that_was_not_recorded_teaches_nothing() -> None:
    """Whatever varies in it."""
    learned, _ = learn(mirror("/a"), lambda target, number: json(f'{{"n":{number}}}', 503))
    assert (learned.left_out, learned.found.pairs) == ({OTHERWISE: 1}, 0)


def test_an_error_on_one_side_is_a_real_difference() -> None:
    """It is told."""
    learned, _ = learn(mirror("/a"), lambda target, number: json("1", 200 + 300 * number))
    assert [(one.part, one.one, one.other) for one in learned.found.unlike] == [("status", "200", "500")]


def test_rules_are_added_to_the_mirror_as_it_is_now() -> None:
    """What a person wrote stays, and nothing is written when nothing is new."""
    mine = Noise("*", "body:/mine", "string")
    store = MemoryMirrors(mirror("/a", rules=MirrorRules(noise=(mine,))))
    learned, _ = learn(store.load("tags"), lambda target, number: json(f'{{"n":{number},"mine":"x{number}"}}'))
    assert keep_noise(store, "tags", "0", learned.found)
    kept = store.load("tags")
    assert kept.rules.noise == (mine, Noise("GET /a", "body:/n", "integer"))
    assert not keep_noise(store, "tags", "0", learned.found)
    assert store.load("tags") is kept


def test_two_recordings_are_compared_under_the_rules_of_the_first() -> None:
    """And what they show is kept there."""
    rules = MirrorRules(noise=(Noise("*", "body:/a", "integer"),))
    store, second = MemoryMirrors(mirror("/a", rules=rules)), MemoryMirrors()
    begin_again(store, second, {"tags": "0", "new": "0"})
    assert second.load("tags") == Mirror("tags", "0", (), rules)
    again = Exchange(Request("GET", "/a"), json('{"n":1}'))
    second.save(Mirror("tags", "0", (Scenario("default", (again,)),), rules))
    shown = compare_recordings(store, second, {"tags": "0", "new": "0"}, {})
    assert list(shown) == ["tags"]
    assert store.load("tags").rules.noise == (*rules.noise, Noise("GET /a", "body:/n", "absent-or-present"))


def test_what_was_written_to_one_service_may_show_in_another() -> None:
    """Unless it is declared that nothing was."""

    def two(number: int) -> MemoryMirrors:
        """Recordings of both services in one run."""
        read = Exchange(Request("GET", "/a"), json(f'{{"n":{number}}}'))
        write = Exchange(Request("POST", "/q"), json("{}"))
        return MemoryMirrors(
            *(Mirror(name, "0", (Scenario("default", (one,)),)) for name, one in (("tags", read), ("auth", write)))
        )

    versions = {"tags": "0", "auth": "0"}
    shown = compare_recordings(two(1), two(2), versions, {})
    assert ([one.wrote for one in shown.values()], shown["tags"].found.rules) == ([True, True], ())
    shown = compare_recordings(two(1), two(2), versions, {"auth": ["POST /q"]})
    assert shown["tags"].found.rules == (Noise("GET /a", "body:/n", "integer"),)
