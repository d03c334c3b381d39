"""What becomes of a scenario when it is recorded again.

    replaced    a labelled scenario is the new conversation; what behaves as before keeps its old document
    merged      the k-th new exchange of an identity takes the place of the k-th old one, further ones come at the end

Rules: the new exchanges are read in the values of the old ones first (`again`). An exchange whose id stays the same
stays as it was recorded first (its times and dates included), so that recording the same behaviour again changes no
line; reads that fell in another order, with no write between them, keep the old one. Merging the same recording twice
gives the same result as once; a killed recorder's journal may therefore be merged again. Exchanges of identities that
were not recorded again stay.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush
from itertools import zip_longest
from math import inf, nextafter

from truemirror.core.mirror.again import in_old_values, rules_of_order
from truemirror.core.mirror.exchange_id import NO_RULES, exchange_id, identity_under
from truemirror.core.mirror.index import is_write
from truemirror.core.mirror.model import DEFAULT_SCENARIO, Mirror, MirrorRules, Scenario
from truemirror.core.wire.exchange import Exchange, Response

_SWITCHED = 101


@dataclass(frozen=True, slots=True)
class Recorded:
    """An exchange and when it began."""

    exchange: Exchange
    began_ms: float = 0.0
    """Milliseconds since some moment that is the same for the whole recording; 0 when unknown."""

    @property
    def ended_ms(self) -> float:
        """When it was over, always after it began."""
        return max(self.began_ms + self.exchange.elapsed_ms, nextafter(self.began_ms, inf))


def opened_by(one: Recorded) -> tuple[float, str] | None:
    """Which WebSocket this is, or is more of: when it began and its client's key; None for all else.

    A recorder writes down a WebSocket while it goes on: each time only what was said since the time before.
    """
    outcome = one.exchange.outcome
    if not isinstance(outcome, Response) or outcome.status != _SWITCHED:
        return None
    key = one.exchange.request.headers.get("sec-websocket-key")
    return (one.began_ms, key) if key else None


def joined(first: Recorded, more: Recorded) -> Recorded:
    """A WebSocket and what was said on it later."""
    before, after = first.exchange.outcome, more.exchange.outcome
    assert isinstance(before, Response)
    assert isinstance(after, Response)
    outcome = replace(before, frames=(*before.frames, *after.frames))
    return Recorded(replace(first.exchange, outcome=outcome, elapsed_ms=more.exchange.elapsed_ms), first.began_ms)


def merge(
    name: str,
    old: Scenario | None,
    new: Sequence[Exchange],
    *,
    replace: bool,
    today: str,
    rules: MirrorRules = NO_RULES,
) -> Scenario:
    """The scenario after a recording; `today` is the day of it, as YYYY-MM-DD."""
    before = old.exchanges if old else ()
    join = _replaced if replace and name != DEFAULT_SCENARIO else _merged
    exchanges = join(before, in_old_values(before, new, rules), rules) if before else tuple(new)
    changed = old is None or exchanges != before
    day = today if changed or not old else max(old.recorded, today)
    return Scenario(name, exchanges, day)


def _replaced(old: Sequence[Exchange], new: Sequence[Exchange], rules: MirrorRules) -> tuple[Exchange, ...]:
    """The new conversation, in the words of the old one where both say the same."""
    known: defaultdict[str, list[Exchange]] = defaultdict(list)
    for exchange in reversed(old):
        known[exchange_id(exchange, rules)].append(exchange)
    result: list[Exchange] = []
    for exchange in new:
        same = known.get(exchange_id(exchange, rules))
        result.append(same.pop() if same else exchange)
    return tuple(_in_old_order(old, result, rules))


def _in_old_order(old: Sequence[Exchange], new: Sequence[Exchange], rules: MirrorRules) -> Iterator[Exchange]:
    """The new exchanges; where a stretch without a write holds what it held before, in the order of before.

    A page asks for several things at once, and chance decides which comes first.
    """
    for before, now in zip_longest(_stretches(old, rules), _stretches(new, rules), fillvalue=()):
        yield from before if _said(before, rules) == _said(now, rules) else now


def _stretches(exchanges: Sequence[Exchange], rules: MirrorRules) -> Iterator[Sequence[Exchange]]:
    """The exchanges, divided at writes, each of which is a stretch of its own."""
    begin, reads = 0, frozenset(rules.reads)
    for number, exchange in enumerate(exchanges):
        if is_write(exchange.request, reads):
            yield exchanges[begin:number]
            yield (exchange,)
            begin = number + 1
    yield exchanges[begin:]


def _said(stretch: Sequence[Exchange], rules: MirrorRules) -> Mapping[bytes, Sequence[str]]:
    """What was asked and, each time, answered."""
    found: defaultdict[bytes, list[str]] = defaultdict(list)
    for exchange in stretch:
        found[identity_under(exchange, rules)].append(exchange_id(exchange, rules))
    return found


def _merged(old: Sequence[Exchange], new: Sequence[Exchange], rules: MirrorRules) -> tuple[Exchange, ...]:
    """The old exchanges, each replaced by its newer self, and those that are really new at the end."""
    result = list(old)
    places: defaultdict[bytes, list[int]] = defaultdict(list)
    for place in reversed(range(len(result))):
        exchange = result[place]
        places[identity_under(exchange, rules)].append(place)
    for exchange in new:
        free = places.get(identity_under(exchange, rules))
        if not free:
            result.append(exchange)
            continue
        place = free.pop()
        if exchange_id(result[place], rules) != exchange_id(exchange, rules):
            result[place] = exchange
    return tuple(result)


def fold(mirror: Mirror, recorded: Mapping[str, Sequence[Recorded]], *, replace: bool, today: str) -> Mirror:
    """The mirror with a recording in it, given by scenario in the order in which the exchanges came."""
    scenarios = {one.name: one for one in mirror.scenarios}
    order = rules_of_order(mirror.rules)
    for name, exchanges in recorded.items():
        new = in_order(exchanges, order)
        scenarios[name] = merge(name, scenarios.get(name), new, replace=replace, today=today, rules=mirror.rules)
    ordered = tuple(scenarios[name] for name in sorted(scenarios))
    return Mirror(mirror.service, mirror.version, ordered, mirror.rules)


def in_order(recorded: Iterable[Recorded], rules: MirrorRules = NO_RULES) -> tuple[Exchange, ...]:
    """The exchanges of one scenario in the order that recording it again gives too.

    What ended before another began stays before it; among those that overlapped the smaller id comes first. Exchanges
    of which it is not known when they began keep their place in the order in which they came. O(n log n).
    """
    result: list[Exchange] = []
    timed: list[Recorded] = []
    for one in recorded:
        if one.began_ms > 0:
            timed.append(one)
        else:
            result.extend(_settled(timed, rules))
            timed = []
            result.append(one.exchange)
    result.extend(_settled(timed, rules))
    return tuple(result)


def _settled(recorded: Sequence[Recorded], rules: MirrorRules) -> Iterator[Exchange]:
    """Exchanges with known times, split where nothing was under way, each run in its order."""
    run: list[Recorded] = []
    until = -inf
    for one in sorted(recorded, key=lambda one: one.began_ms):
        if one.began_ms >= until:
            yield from _overlapping(run, rules)
            run = []
        run.append(one)
        until = max(until, one.ended_ms)
    yield from _overlapping(run, rules)


def _overlapping(run: Sequence[Recorded], rules: MirrorRules) -> Iterator[Exchange]:
    """Exchanges in order of their beginning: each time the one with the smallest id that none of the rest precedes."""
    if len(run) < 2:
        yield from (one.exchange for one in run)
        return
    ends = [(one.ended_ms, number) for number, one in enumerate(run)]
    heapify(ends)
    free: list[tuple[str, float, float, int]] = []
    done = [False] * len(run)
    begun = 0
    for _ in run:
        while done[ends[0][1]]:
            heappop(ends)
        while begun < len(run) and run[begun].began_ms < ends[0][0]:
            one = run[begun]  # of equal ids the one that ended first, so that it does not matter which came first
            heappush(free, (exchange_id(one.exchange, rules), one.ended_ms, one.began_ms, begun))
            begun += 1
        number = heappop(free)[-1]
        done[number] = True
        yield run[number].exchange
