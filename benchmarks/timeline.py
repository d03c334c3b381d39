"""How many tests get exactly what was recorded, replayed in another order than they were recorded in.

    python -m benchmarks.timeline [--runs 300] [--tests 12] [--seed 1]

A service with state (create, read, list, update, delete, poll) is recorded while a suite of drawn tests runs one after
another. The same suite is then replayed in recorded order, in a drawn order, and interleaved at random; each test is a
session of its own. Two kinds of suites: `own` tests work on what they created themselves, `shared` ones on three
resources that all of them change. A test is kept when every answer is the recorded one, byte for byte.

`truemirror` is the product's own Replayer on the product's own mirror, without labels (one scenario holds the whole
recording) and with labels (a scenario for each test). The other rules see the same recording without labels. `best
possible` is no rule but a bound: how many tests the best rule could keep that knows only what a session itself has
asked so far, and knows beforehand which tests will be run.

Rules: every run is drawn from its own seed, so that the table can be made again; nothing is timed.
"""

import argparse
import json
import random
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import mean, stdev

from benchmarks.table import markdown
from truemirror.core.mirror.decision import Replay
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.usecases.replay import Replayer

JSON = Headers((("Content-Type", "application/json"),))
SHARED = 3
"""How many resources the tests of a `shared` suite have in common."""
ORDERS = ("recorded", "random", "interleaved")

Asked = tuple[str, str, str]
"""Method, target and body."""
Answer = tuple[int, str]
"""Status and body."""
Ask = Callable[[int, Asked], Answer | None]
"""Asks in the name of a test, by its number; None for a miss."""
Talk = list[tuple[Asked, Answer | None]]
"""What one test asked and got."""
Tape = list[tuple[int, Asked, Answer]]
"""A recording: the test, what it asked and what it got, in order."""


class Service:
    """The service with state: items, and a job for each that is done at the third look."""

    def __init__(self) -> None:
        """Three items are there."""
        self._items = {number: f"seed {number}" for number in range(1, SHARED + 1)}
        self._looks: Counter[int] = Counter()

    def ask(self, asked: Asked) -> Answer:
        """Answer, and change."""
        method, target, body = asked
        if target == "/v1/items":
            if method == "GET":
                return 200, json.dumps(sorted(self._items.items()))
            number = max((*self._items, *self._looks, 0)) + 1
            self._items[number], self._looks[number] = body, 0
            return 201, json.dumps([number, body])
        number = int(target.split("/")[3])
        if number not in self._items:
            return 404, '"not found"'
        if target.endswith("/job"):
            self._looks[number] += 1
            return 200, '"done"' if self._looks[number] >= 3 else '"pending"'
        if method == "PUT":
            self._items[number] = body
        if method == "DELETE":
            del self._items[number]
            return 204, ""
        return 200, json.dumps([number, self._items[number]])


@dataclass(slots=True)
class Test:
    """One test of a drawn suite, being run."""

    number: int
    steps: Sequence[tuple[str, int, str]]
    """What it does, to which of its items (counted from 0), with which value."""
    items: list[int]
    """The numbers of its items, as it was told them."""
    talk: Talk = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Whether it has ended: after its last step, or at a miss."""
        return len(self.talk) == len(self.steps) or (bool(self.talk) and self.talk[-1][1] is None)

    def go_on(self, ask: Ask) -> None:
        """Do the next step."""
        verb, which, value = self.steps[len(self.talk)]
        target = "/v1/items"
        if verb not in ("create", "list"):
            target += f"/{self.items[which]}" + ("/job" if verb == "poll" else "")
        method = {"create": "POST", "update": "PUT", "delete": "DELETE"}.get(verb, "GET")
        asked = (method, target, value if method in ("POST", "PUT") else "")
        answer = ask(self.number, asked)
        self.talk.append((asked, answer))
        if verb == "create" and answer is not None:
            self.items.append(int(json.loads(answer[1])[0]))


@dataclass(frozen=True, slots=True)
class Suite:
    """What each test of a drawn suite does."""

    steps: tuple[tuple[tuple[str, int, str], ...], ...]
    items: tuple[int, ...]
    """The items that all of them know beforehand."""

    def tests(self) -> list[Test]:
        """All tests, not yet begun."""
        return [Test(number, steps, list(self.items)) for number, steps in enumerate(self.steps)]


def drawn_suite(drawn: random.Random, tests: int, kind: str) -> Suite:
    """A suite of one of the two kinds."""
    known = tuple(range(1, SHARED + 1)) if kind == "shared" else ()
    return Suite(tuple(_drawn_steps(drawn, number, len(known)) for number in range(tests)), known)


def _drawn_steps(drawn: random.Random, number: int, known: int) -> tuple[tuple[str, int, str], ...]:
    """Five to ten steps; without shared items it creates its own, with them it leaves all of them in place."""
    verbs = ("read", "list", "update", "poll") if known else ("create", "read", "list", "update", "delete", "poll")
    items = known
    steps: list[tuple[str, int, str]] = []
    for _ in range(drawn.randint(5, 10)):
        verb = drawn.choice(verbs)
        if not items and verb != "list":
            verb = "create"
        value = f"test {number} value {drawn.randint(1, 3)}"
        steps += [(verb, drawn.randrange(items) if items else 0, value)] * (3 if verb == "poll" else 1)
        items += verb == "create"
    return tuple(steps)


def recorded(suite: Suite) -> tuple[Tape, list[Talk]]:
    """Run the suite against the service, one test after the other."""
    service, tape, tests = Service(), Tape(), suite.tests()
    for test in tests:
        while not test.is_over:
            test.go_on(lambda _, asked: service.ask(asked))
        tape += [(test.number, asked, answer) for asked, answer in test.talk if answer is not None]
    return tape, [test.talk for test in tests]


def kept(suite: Suite, talks: Sequence[Talk], ask: Ask, order: str, drawn: random.Random) -> float:
    """Replay the suite; the share of tests that got exactly what was recorded."""
    tests = suite.tests()
    waiting = list(tests)
    if order == "random":
        drawn.shuffle(waiting)
    while waiting:
        test = drawn.choice(waiting) if order == "interleaved" else waiting[0]
        test.go_on(ask)
        if test.is_over:
            waiting.remove(test)
    return sum(test.talk == talk for test, talk in zip(tests, talks, strict=True)) / len(tests)


# -- rules -------------------------------------------------------------------------------------------------------------


def truemirror(tape: Tape, *, labels: bool) -> Ask:
    """The product: a scenario for each test, or one for all."""
    scenarios: dict[str, list[Exchange]] = {}
    for number, asked, (status, body) in tape:
        exchange = Exchange(_request(asked), Response(status, headers=JSON, body=body.encode()))
        scenarios.setdefault(f"test-{number:03d}" if labels else "default", []).append(exchange)
    replayer = Replayer(
        Mirror("items", "1.0.0", tuple(Scenario(name, tuple(all_)) for name, all_ in scenarios.items()))
    )

    def ask(number: int, asked: Asked) -> Answer | None:
        """Ask the mirror."""
        decision = replayer.answer(_request(asked), f"test-{number:03d}")
        if not isinstance(decision, Replay) or not isinstance(decision.exchange.outcome, Response):
            return None
        return decision.exchange.outcome.status, decision.exchange.outcome.body.decode()

    return ask


def _request(asked: Asked) -> Request:
    """As a client sends it."""
    method, target, body = asked
    return Request(method, target, JSON if body else Headers(), json.dumps(body).encode() if body else b"")


def _places(tape: Tape) -> dict[Asked, list[int]]:
    """Where each request was recorded."""
    places: dict[Asked, list[int]] = {}
    for place, (_, asked, _) in enumerate(tape):
        places.setdefault(asked, []).append(place)
    return places


def in_recorded_order(tape: Tape) -> Ask:
    """Each request in recorded order, whoever asks (vcrpy with one cassette); the last one again when there is none."""
    places, times = _places(tape), Counter[Asked]()

    def ask(_: int, asked: Asked) -> Answer | None:
        """Its next recording."""
        found = places.get(asked)
        if not found:
            return None
        times[asked] += 1
        return tape[found[min(times[asked], len(found)) - 1]][2]

    return ask


def by_writes(tape: Tape, *, by_session: bool) -> Ask:
    """A counter of writes so far, of all sessions or of each: the latest recording with no more writes before it."""
    places, writes = _places(tape), [0]
    for _, asked, _ in tape:
        writes.append(writes[-1] + (asked[0] != "GET"))
    so_far = Counter[int]()

    def ask(number: int, asked: Asked) -> Answer | None:
        """The recording of that state."""
        found = places.get(asked)
        if not found:
            return None
        key = number if by_session else 0
        chosen = bisect_right(found, so_far[key], key=writes.__getitem__) - 1
        so_far[key] += asked[0] != "GET"
        return tape[found[max(chosen, 0)]][2]

    return ask


def next_occurrence(tape: Tape, *, begin: str = "first", predecessor: bool = False) -> Ask:
    """The next occurrence after the place where the session stands, else the first: truemirror's rule taken apart.

    `begin` says what a session's first request gets: the first recording, or the commonest answer even where another
    lies before all writes. With `predecessor`, recordings behind the same request as in this session are preferred.
    """
    places, stands = _places(tape), dict[int, int]()

    def ask(number: int, asked: Asked) -> Answer | None:
        """Step."""
        found = places.get(asked)
        if not found:
            return None
        place = stands.get(number, -1)
        if predecessor and place >= 0:
            found = [one for one in found if one and tape[one - 1][1] == tape[place][1]] or found
        if begin == "commonest" and place < 0:
            ((common, _),) = Counter(tape[one][2] for one in found).most_common(1)
            found = [one for one in found if tape[one][2] == common]
        after = bisect_right(found, place)
        stands[number] = found[after] if after < len(found) else found[0]
        return tape[stands[number]][2]

    return ask


def best_possible(talks: Sequence[Talk], at: int = 0) -> int:
    """How many tests any rule could keep: where histories are the same, one answer has to do for all."""
    asked: dict[Asked, list[Talk]] = {}
    for talk in talks:
        if at < len(talk):
            asked.setdefault(talk[at][0], []).append(talk)
    total = sum(at == len(talk) for talk in talks)
    for alike in asked.values():
        answers: dict[Answer | None, list[Talk]] = {}
        for talk in alike:
            answers.setdefault(talk[at][1], []).append(talk)
        total += max(best_possible(same, at + 1) for same in answers.values())
    return total


RULES: dict[str, Callable[[Tape], Ask]] = {
    "truemirror, with labels": lambda tape: truemirror(tape, labels=True),
    "truemirror, without labels": lambda tape: truemirror(tape, labels=False),
    "next occurrence, begins with the first": next_occurrence,
    "… prefers the same predecessor": lambda tape: next_occurrence(tape, predecessor=True),
    "… begins with the commonest always": lambda tape: next_occurrence(tape, begin="commonest"),
    "each request in recorded order (vcrpy)": in_recorded_order,
    "a counter of all writes": lambda tape: by_writes(tape, by_session=False),
    "a counter of each session's writes": lambda tape: by_writes(tape, by_session=True),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw suites, replay them under every rule, print the table."""
    parser = argparse.ArgumentParser(description="Share of tests that get exactly what was recorded.")
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--tests", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args(arguments)
    columns = [(kind, order) for kind in ("own", "shared") for order in ORDERS]
    shares: dict[tuple[str, str, str], list[float]] = {}
    for run in range(told.runs):
        for kind in ("own", "shared"):
            suite = drawn_suite(random.Random(f"{told.seed} {run} {kind}"), told.tests, kind)
            tape, talks = recorded(suite)
            for order in ORDERS:
                for name, rule in RULES.items():
                    drawn = random.Random(f"{told.seed} {run} {order}")
                    shares.setdefault((name, kind, order), []).append(kept(suite, talks, rule(tape), order, drawn))
                shares.setdefault(("best possible without labels", kind, order), []).append(
                    best_possible(talks) / told.tests
                )
    head = ["tests kept, % (± standard deviation)", *(f"{kind}, {order}" for kind, order in columns)]
    names = (*RULES, "best possible without labels")
    print(markdown(head, [[name, *(_share(shares[name, *column]) for column in columns)] for name in names]))


def _share(values: Iterable[float]) -> str:
    """Mean and spread, in percent."""
    percent = [100 * value for value in values]
    return f"{mean(percent):.0f} ± {stdev(percent) if len(percent) > 1 else 0:.0f}"


if __name__ == "__main__":
    main()
