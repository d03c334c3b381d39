"""Where a session stands in the recording, and which of several recordings answers it next.

Rules: a session with a recorded namesake walks that scenario; any other stands at a place in the whole recording. A
request is answered by its next occurrence after that place, else by its first; then the session stands there. The
first request of a session without a namesake is answered by its first occurrence that no write lies before; where there
is none, it is a guess, and the answer that was recorded most often is the best one. So a session that repeats a
scenario in its own order gets exactly the recording, and sessions never touch each other. An answer that lies behind
writes which the session has not made is served, and counted as ahead. Pages ask for several things at once, so that
reads of one scenario fall in any order: one that was stepped over answers later, as long as no write lies between.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

NOWHERE = -1
"""The place of a session that has asked nothing yet."""

LOOKED_AT = 64
"""So many occurrences tell which answer is the commonest."""

SKIPPED = 32
"""So many reads that were stepped over are remembered; no page asks for more at once."""

AnswerOf = Callable[[int], str]
"""The answer at a place, as a text that is the same for equal answers."""

Begin = Callable[[Sequence[int]], int]
"""Where among these places a session begins that knows of no scenario; `beginning`, remembered."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a session stands."""

    place: int = NOWHERE
    home: int = NOWHERE
    """The number of the scenario that the session repeats; NOWHERE when it has no namesake."""
    skipped: tuple[int, ...] = ()
    """Reads of that scenario that were stepped over since its last write, in order."""


@dataclass(frozen=True, slots=True)
class Step:
    """One answer and where it leaves the session."""

    place: int
    """The recording that answers."""
    stands: int
    """Where the session stands afterwards."""
    ahead: int
    """How many recorded writes between the session's place and the answer the session has not made."""
    away: bool = False
    """The session has a scenario of its own, but the answer is from another one."""
    skipped: tuple[int, ...] = ()
    """What `Standing.skipped` is afterwards."""


@dataclass(frozen=True, slots=True)
class Spans:
    """What the timeline needs to know of a recording: who owns each place and how many writes lie before it."""

    scenario_of: Sequence[int]
    """The number of the scenario at each place."""
    starts: Sequence[int]
    """The first place of each scenario."""
    writes_before: Sequence[int]
    """How many writes lie before each place; one longer than the recording."""


def step(standing: Standing, places: Sequence[int], spans: Spans, begin: Begin = min) -> Step:
    """Choose among the places (sorted, not empty) where one identity was recorded. O(log n)."""
    for late in standing.skipped:
        if _has(places, late):
            return Step(late, standing.place, 0, skipped=tuple(one for one in standing.skipped if one != late))
    if len(places) == 1:
        chosen = places[0]
        away = standing.home != NOWHERE and spans.scenario_of[chosen] != standing.home
        return Step(chosen, chosen, _ahead(standing, chosen, spans), away, _skipped(standing, chosen, spans))
    own = _at_home(standing, places, spans) if standing.home != NOWHERE else places
    away = not own
    candidates = own or places
    after = bisect_right(candidates, standing.place)
    chosen = candidates[after] if after < len(candidates) else candidates[0]
    if standing.place == NOWHERE and candidates is places:
        chosen = begin(places)
    is_away = away and standing.home != NOWHERE
    return Step(chosen, chosen, _ahead(standing, chosen, spans), is_away, _skipped(standing, chosen, spans))


def _has(places: Sequence[int], place: int) -> bool:
    """Whether a place is among sorted ones."""
    found = bisect_left(places, place)
    return found < len(places) and places[found] == place


def _skipped(standing: Standing, chosen: int, spans: Spans) -> tuple[int, ...]:
    """The reads of the session's scenario that were not asked for and that no write divides from the chosen place."""
    if standing.home == NOWHERE or spans.scenario_of[chosen] != standing.home or chosen <= standing.place:
        return ()
    writes = spans.writes_before
    if writes[chosen + 1] > writes[chosen]:
        return ()
    begin = max(bisect_left(writes, writes[chosen]), spans.starts[standing.home])
    kept = (place for place in standing.skipped if place >= begin)
    passed = range(max(begin, standing.place + 1, chosen - SKIPPED), chosen)
    return (*kept, *passed)[-SKIPPED:]


def _at_home(standing: Standing, places: Sequence[int], spans: Spans) -> Sequence[int]:
    """The places inside the session's own scenario, which is one contiguous run of the recording."""
    first = spans.starts[standing.home]
    last = spans.starts[standing.home + 1] if standing.home + 1 < len(spans.starts) else len(spans.scenario_of)
    return places[bisect_right(places, first - 1) : bisect_right(places, last - 1)]


def beginning(places: Sequence[int], spans: Spans, answer_of: AnswerOf) -> int:
    """Where a session begins that knows of no scenario: before all writes, else where the commonest answer is first."""
    looked_at = places[:LOOKED_AT]
    for place in looked_at:
        if not writes_between(NOWHERE, place, spans):
            return place
    answers = [answer_of(place) for place in looked_at]
    ((commonest, _),) = Counter(answers).most_common(1)
    return looked_at[answers.index(commonest)]


def _ahead(standing: Standing, chosen: int, spans: Spans) -> int:
    """Writes recorded between where the session stands and the answer."""
    return writes_between(standing.place, chosen, spans)


def writes_between(stands: int, chosen: int, spans: Spans) -> int:
    """Writes recorded before a place, in its scenario, that lie behind where a session stands if it stands in there."""
    scenario_of = spans.scenario_of
    scenario = scenario_of[chosen]
    begin = spans.starts[scenario]
    if begin <= stands < len(scenario_of) and scenario_of[stands] == scenario:
        begin = stands + 1
    return spans.writes_before[chosen] - spans.writes_before[begin] if chosen > begin else 0
