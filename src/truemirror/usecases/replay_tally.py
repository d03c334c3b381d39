"""What a mirror was asked and how it answered, counted.

Rules: counting is cheap enough for every answer; only the first misses are kept whole.
"""

from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from operator import add

from truemirror.core.mirror.miss import Miss

MISSES_KEPT = 1_000
"""How many misses are kept for the closing report."""


@dataclass(slots=True)
class Tally:
    """What a mirror was asked and how it answered."""

    hits: int = 0
    misses: int = 0
    relaxed: int = 0
    ahead: int = 0
    away: int = 0
    forwarded: int = 0
    planned: int = 0
    """Calls that a fault plan changed; one that it answered is no hit."""
    counts: "array[int]" = field(default_factory=partial(array, "Q"))
    """How often each place answered."""
    missed: list[Miss] = field(default_factory=list)
    """The first misses, for the closing report."""
    relaxations: Counter[str] = field(default_factory=Counter)
    """How often each part of each operation was relaxed, as `POST /v1/things body:/id`."""

    @property
    def used(self) -> Counter[int]:
        """How often each place answered that did at all."""
        return Counter({place: count for place, count in enumerate(self.counts) if count})

    def missed_one(self, miss: Miss) -> None:
        """One more request was refused."""
        self.misses += 1
        if len(self.missed) < MISSES_KEPT:
            self.missed.append(miss)

    def relaxed_one(self, operation: str, parts: Iterable[str]) -> None:
        """One more request fitted only because these parts were relaxed."""
        self.relaxed += 1
        self.relaxations.update(f"{operation} {part}" for part in parts)


def merged(tallies: Iterable[Tally], places: int) -> Tally:
    """What several counted of one mirror of so many places, together; the first misses of each, as far as are kept."""
    whole = Tally(counts=array("Q", bytes(8 * places)))
    for one in tallies:
        for name in ("hits", "misses", "relaxed", "ahead", "away", "forwarded", "planned"):
            setattr(whole, name, getattr(whole, name) + getattr(one, name))
        whole.counts = array("Q", map(add, whole.counts, one.counts))
        whole.missed = [*whole.missed, *one.missed][:MISSES_KEPT]
        whole.relaxations.update(one.relaxations)
    return whole
