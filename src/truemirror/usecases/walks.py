"""Where sessions stand in a mirror, and where they stand when it has become another one.

Rules: a session keeps standing at the same exchange of its scenario, whatever was recorded around it.
"""

from array import array

from truemirror.core.mirror.flow import Flow
from truemirror.core.mirror.index import Index
from truemirror.core.mirror.timeline import NOWHERE


class Walk:
    """Where one session stands and which values it has; it changes under the replayer's lock."""

    __slots__ = ("flow", "home", "made", "place", "skipped")

    def __init__(
        self, place: int = NOWHERE, home: int = NOWHERE, made: tuple[int, ...] = (), flow: Flow | None = None
    ) -> None:
        """Begin there."""
        self.place = place
        self.home = home
        self.skipped: tuple[int, ...] = ()
        """Reads that were stepped over; forgotten when the mirror becomes another one."""
        self.made = made
        """The places of writes that this session recorded itself."""
        self.flow = flow
        """Today's values in place of the recorded ones; None while there are none."""


def moved(walk: Walk, old: Index, new: Index) -> Walk:
    """The same walk in another state of the mirror, where places have other numbers."""
    home = NOWHERE
    if walk.home != NOWHERE:
        home = new.scenario_numbers.get(old.mirror.scenarios[walk.home].name, NOWHERE)
    made = tuple(now for place in walk.made if (now := moved_place(place, old, new)) != NOWHERE)
    if walk.place == NOWHERE:
        return Walk(home=home, made=made, flow=walk.flow)
    place = moved_place(walk.place, old, new)
    return Walk(made=made, flow=walk.flow) if place == NOWHERE else Walk(place, home, made, walk.flow)


def moved_place(place: int, old: Index, new: Index) -> int:
    """The number that a place has now, or the last one of its scenario; NOWHERE without its scenario."""
    number = old.spans.scenario_of[place]
    now = new.scenario_numbers.get(old.mirror.scenarios[number].name)
    if now is None or not new.mirror.scenarios[now].exchanges:
        return NOWHERE
    last = len(new.mirror.scenarios[now].exchanges) - 1
    return new.spans.starts[now] + min(place - old.spans.starts[number], last)


def recounted(counts: "array[int]", old: Index, new: Index) -> "array[int]":
    """The counts of places under the numbers that they have now."""
    result = array("Q", bytes(8 * len(new.exchanges)))
    for place, count in enumerate(counts):
        if count and (now := moved_place(place, old, new)) != NOWHERE:
            result[now] += count
    return result
