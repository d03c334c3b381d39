"""A conversation that was recorded twice: which exchanges are the same one, and which requests vary by themselves.

    same       the k-th occurrence of a request in both runs
    followed   of what is left, the same where the request carries the first run's values in place of its own
    moved      of what is left, the k-th request of an operation in both, where there are equally many of it
    alone      in one run only

Rules: scenario by scenario. What a request says because an answer before it gave it, in both runs, is no noise of the
client: the value flows from the answer, and a replay gives the recorded one. Such values are followed along the links
that both runs show, but for those that a client makes, whose varying is what is looked for. The default scenario is
merged, so that of more requests than the second run made the last ones are those of the first run.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import orjson

from truemirror.core.mirror.again import in_old_values
from truemirror.core.mirror.exchange_id import identity_under
from truemirror.core.mirror.links import find_links
from truemirror.core.mirror.model import DEFAULT_SCENARIO, Link, Mirror, MirrorRules, Scenario
from truemirror.core.mirror.noise import FoundNoise, NoiseFinder
from truemirror.core.mirror.noise_walk import Spot
from truemirror.core.mirror.noise_where import request_spots
from truemirror.core.mirror.operation import operation_of
from truemirror.core.mirror.parts import parts_of
from truemirror.core.wire.exchange import Exchange, Fault, Response, is_safe

Numbered = tuple[int, Exchange]
"""An exchange and its number in its scenario, from 0."""
Asked = tuple[bytes, int]
"""What was asked, and for which time, from 0."""
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
    following = replace(rules, links=_given_links(kept, second))
    for scenario in second.scenarios:
        before = kept.scenario(scenario.name) or Scenario(scenario.name)
        left_over = _hold(finder, before, scenario, following)
        alone += [(scenario.name, f"{one.request.method} {one.request.target}") for one in left_over]
    return Twice(finder.found(), tuple(alone), finder.wrote)


def is_write(exchange: Exchange, reads: Iterable[str]) -> bool:
    """Whether an exchange may have changed something: unsafe, not declared to be a read, and not refused."""
    request, status = exchange.request, exchange.status
    if is_safe(request.does) or operation_of(request.does, request.path) in reads:
        return False
    return status is None or status < 400 or status >= 500


def _given_links(kept: Mirror, second: Mirror) -> tuple[Link, ...]:
    """Where values flow from answers into requests, in both runs or as the mirror holds it; no value of a client."""
    shown = find_links(second)
    links = (*kept.rules.links, *(link for link in find_links(kept) if link in shown))
    return tuple(link for link in dict.fromkeys(links) if link.to and not link.made)


def _hold(finder: NoiseFinder, kept: Scenario, second: Scenario, following: MirrorRules) -> list[Exchange]:
    """Compare one scenario with its second self; gives back what only the second one has."""
    left, right = _by_identity(kept.exchanges, finder.known), _by_identity(second.exchanges, finder.known)
    for key, (_, one) in left.items():
        if key in right:
            finder.compare(one, right[key][1])
    followed = _followed(kept, second, following)
    old, new = _less(left, right), _less(right, left)
    again = _by_identity(followed, finder.known)
    left_over = {number for number, _ in new.values()}
    same = {key for key in old if key in again and again[key][0] in left_over}
    for key in same:
        left_over.discard(again[key][0])
    for key, (_, one) in old.items():
        if key in same:
            finder.compare(one, again[key][1])
    ones = _by_operation(exchange for key, exchange in old.items() if key not in same)
    others = _by_operation((number, followed[number]) for number, _ in new.values() if number in left_over)
    given, its_given = _given(kept), _given(second)
    alone: list[Exchange] = []
    for operation, its in others.items():
        mine = ones.get(operation, [])
        if kept.name == DEFAULT_SCENARIO:
            mine = mine[-len(its) :]
        if len(mine) != len(its):
            alone += [second.exchanges[number] for number, _ in its]
            continue
        for one_of_mine, its_other in zip(mine, its, strict=True):
            _moved(finder, one_of_mine, its_other, given, its_given)
    return alone


def _followed(kept: Scenario, second: Scenario, following: MirrorRules) -> tuple[Exchange, ...]:
    """The second run, in the values of the first where a request carries them; other exchanges as they are."""
    if not following.links:
        return tuple(second.exchanges)
    again = in_old_values(kept.exchanges, second.exchanges, following)
    pairs = zip(second.exchanges, again, strict=True)
    return tuple(today if today.request == renamed.request else renamed for today, renamed in pairs)


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


def _by_identity(exchanges: Iterable[Exchange], rules: MirrorRules) -> dict[Asked, Numbered]:
    """Exchanges by what was asked and for which time."""
    seen: defaultdict[bytes, int] = defaultdict(int)
    found: dict[Asked, Numbered] = {}
    for number, exchange in enumerate(exchanges):
        identity = identity_under(exchange, rules)
        found[identity, seen[identity]] = number, exchange
        seen[identity] += 1
    return found


def _less(mine: Mapping[Asked, Numbered], others: Mapping[Asked, Numbered]) -> dict[Asked, Numbered]:
    """What the other run lacks, in order."""
    return {key: one for key, one in mine.items() if key not in others}


def _by_operation(exchanges: Iterable[Numbered]) -> dict[str, list[Numbered]]:
    """Exchanges by operation, in order."""
    found: defaultdict[str, list[Numbered]] = defaultdict(list)
    for number, exchange in exchanges:
        found[operation_of(exchange.request.does, exchange.request.path)].append((number, exchange))
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
