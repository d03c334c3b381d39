"""The requests that a target is about, as one number a second.

Rules: a second without requests is a zero, so that every series has the length of its window; what is not counted is
None, never zero.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from truemirror.core.load.adding import add_cells, total
from truemirror.core.load.batches import Series
from truemirror.core.load.profile import Profile, Selection
from truemirror.core.load.tally import Cell, Kind, Tally


def selects(selection: Selection, kind: Kind) -> bool:
    """Whether requests of this kind belong to a target; an empty field selects all."""
    return (
        (not selection.services or kind.service in selection.services)
        and (not selection.operations or kind.operation in selection.operations)
        and (not selection.flows or kind.flow in selection.flows)
    )


@dataclass(frozen=True, slots=True)
class Seconds:
    """The cells of a target in one window, a second each."""

    cells: tuple[Cell, ...]

    @property
    def whole(self) -> Cell:
        """All as one."""
        return total(self.cells)

    def since(self, second: int) -> "Seconds":
        """Without so many first seconds."""
        return Seconds(self.cells[second:])

    def responses(self) -> Series:
        """Response times, in ms."""
        return self._series(tuple(one.response_sum for one in self.cells))

    def errors(self) -> Series:
        """How many failed."""
        return self._series(tuple(float(sum(one.errors.values())) for one in self.cells))

    def over(self, limit_ms: float) -> Series | None:
        """How many took longer; None when somewhere nobody counted."""
        if any(one.count and limit_ms not in one.over for one in self.cells):
            return None
        return self._series(tuple(float(one.over.get(limit_ms, 0)) for one in self.cells))

    def means(self) -> tuple[float, ...]:
        """The mean of each second in ms; a second without requests repeats the one before."""
        found: list[float] = []
        for one in self.cells:
            found.append(one.response_sum / one.count if one.count else found[-1] if found else 0.0)
        return tuple(found)

    def _series(self, sums: tuple[float, ...]) -> Series:
        """With the counts beside it."""
        return Series(tuple(float(one.count) for one in self.cells), sums)


def seconds_of(tally: Tally, selection: Selection, begin: int, end: int) -> Seconds:
    """The seconds [begin, end) of the requests that are selected."""
    found: dict[int, Cell] = {}
    for (second, kind), cell in tally.cells.items():
        if begin <= second < end and selects(selection, kind):
            found[second] = add_cells(found[second], cell) if second in found else cell
    return Seconds(tuple(found.get(second, Cell()) for second in range(begin, end)))


def declared_mix(profile: Profile, selection: Selection) -> Mapping[Selection, float]:
    """Each operation that a target selects, with its share of the mix that the profile declares."""
    weights: dict[Selection, float] = {}
    for flow in profile.flows:
        for call in flow.calls:
            if selects(selection, Kind(call.service, call.operation, flow.name)):
                part = Selection((call.service,), (call.operation,), selection.flows)
                weights[part] = weights.get(part, 0.0) + flow.weight
    whole = math.fsum(weights.values())
    return {part: weight / whole for part, weight in weights.items()}
