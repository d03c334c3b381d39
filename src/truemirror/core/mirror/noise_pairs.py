"""A conversation that was recorded twice: which exchanges are the same one, and which requests vary by themselves.

    same       the k-th occurrence of a request in both runs
    moved      of what is left, the k-th request of an operation in both, where there are equally many of it
    alone      in one run only

Rules: scenario by scenario. What a request says because an answer before it gave it, in both runs, is no noise of the
client: the value flows from the answer, and a replay gives the recorded one. The default scenario is merged, so that of
more requests than the second run made the last ones are those of the first run.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import orjson

from truemirror.core.mirror.exchange_id import identity_under
from truemirror.core.mirror.model import DEFAULT_SCENARIO, Mirror, MirrorRules, Scenario
from truemirror.core.mirror.noise import FoundNoise, NoiseFinder
from truemirror.core.mirror.noise_walk import Spot
from truemirror.core.mirror.noise_where import request_spots
from truemirror.core.mirror.operation import operation_of
from truemirror.core.mirror.parts import parts_of
from truemirror.core.wire.exchange import Exchange, Fault, Response, is_safe

Numbered = tuple[int, Exchange]
"""An exchange and its number in its scenario, from 0."""
Given = Mapping[str, int]
"""The number of the exchange whose answer gave a value first."""


@dataclass(frozen=True, slots=True)
class Twice:
    """What recording twice showed."""

    found: FoundNoise
    alone: tuple[tuple[str, str], ...] = ()
    """Scenario and request of what only the second run asked."""
    wrote: bool = False
    """Whether the runs wrote something, so that the second one met another state."""


def recorded_twice(kept: Mirror, second: Mirror, *, wrote: bool = False) -> Twice:
    """Hold the kept recording against a second one of the same conversations; the kept one may hold more.

    `wrote` tells that something was written to another service; what was written to this one is seen here.
    """
    rules = kept.rules
    finder = NoiseFinder(rules, wrote=wrote or any(is_write(one, rules.reads) for _, _, one in second.places()))
    alone: list[tuple[str, str]] = []
    for scenario in second.scenarios:
        before = kept.scenario(scenario.name) or Scenario(scenario.name)
        left_over = _hold(finder, before, scenario)
        alone += [(scenario.name, f"{one.request.method} {one.request.target}") for one in left_over]
    return Twice(finder.found(), tuple(alone), finder.wrote)


def is_write(exchange: Exchange, reads: Iterable[str]) -> bool:
    """Whether an exchange may have changed something: unsafe, not declared to be a read, and not refused."""
    request, status = exchange.request, exchange.status
    if is_safe(request.method) or operation_of(request.method, request.path) in reads:
        return False
    return status is None or status < 400 or status >= 500


def _hold(finder: NoiseFinder, kept: Scenario, second: Scenario) -> list[Exchange]:
    """Compare one scenario with its second self; gives back what only the second one has."""
    left, right = _by_identity(kept, finder.known), _by_identity(second, finder.known)
    for key, (_, one) in left.items():
        if key in right:
            finder.compare(one, right[key][1])
    old, new = _by_operation(left, right), _by_operation(right, left)
    given, its_given = _given(kept), _given(second)
    alone: list[Exchange] = []
    for operation, others in new.items():
        ones = old.get(operation, [])
        if kept.name == DEFAULT_SCENARIO:
            ones = ones[-len(others) :]
        if len(ones) != len(others):
            alone += [exchange for _, exchange in others]
            continue
        for mine, its_other in zip(ones, others, strict=True):
            _moved(finder, mine, its_other, given, its_given)
    return alone


def _moved(finder: NoiseFinder, one: Numbered, other: Numbered, given: Given, its_given: Given) -> None:
    """Compare two requests at the same place, and their answers where nothing but noise tells the requests apart."""

    def flows(spot: Spot) -> bool:
        """Whether both values came from answers before."""
        return _came_before(spot.said[0], given, one[0]) and _came_before(spot.said[1], its_given, other[0])

    request, its_other = one[1].request, other[1].request
    spots = request_spots(request, its_other, parts_of(request), parts_of(its_other))
    _, is_real = finder.take(one[1], spots, of="request", flows=flows)
    if not is_real:
        finder.compare(one[1], other[1])


def _came_before(values: Sequence[str], given: Given, number: int) -> bool:
    """Whether all values were given by answers before the exchange of that number."""
    return bool(values) and all(given.get(value, number) < number for value in values)


def _by_identity(scenario: Scenario, rules: MirrorRules) -> dict[tuple[bytes, int], Numbered]:
    """Exchanges by what was asked and for which time."""
    seen: defaultdict[bytes, int] = defaultdict(int)
    found: dict[tuple[bytes, int], Numbered] = {}
    for number, exchange in enumerate(scenario.exchanges):
        identity = identity_under(exchange, rules)
        found[identity, seen[identity]] = number, exchange
        seen[identity] += 1
    return found


def _by_operation(
    mine: dict[tuple[bytes, int], Numbered], others: dict[tuple[bytes, int], Numbered]
) -> dict[str, list[Numbered]]:
    """What the other run lacks, by operation, in order."""
    found: defaultdict[str, list[Numbered]] = defaultdict(list)
    for key, (number, exchange) in mine.items():
        if key not in others:
            found[operation_of(exchange.request.method, exchange.request.path)].append((number, exchange))
    return found


def _given(scenario: Scenario) -> Given:
    """Where answers gave a value first: JSON texts and numbers, header values, steps of a Location."""
    given: dict[str, int] = {}
    for number, exchange in enumerate(scenario.exchanges):
        for value in _values(exchange.outcome):
            given.setdefault(value, number)
    return given


def _values(outcome: Response | Fault) -> Iterator[str]:
    """What an answer gives."""
    if not isinstance(outcome, Response):
        return
    for name, value in outcome.headers:
        yield value
        if name.lower() == "location":
            yield from value.split("/")
    try:
        document = orjson.loads(outcome.body)
    except orjson.JSONDecodeError:
        return
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
        elif value is not None and type(value) is not bool:
            yield str(value)
