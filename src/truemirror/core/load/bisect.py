"""Which service spends the budget: the run again and again, each time with one service swapped for its mirror.

Rules: a mirror answers as fast as was recorded, so what a swap saves is what the live service takes more than that. A
service is named only when the lower bound of its saving is above zero and above the upper bound of every other; a
likely one without that is told as likely, not named. Bounds of a difference are the root of the summed squares of both
half-widths, at the risk that those were made for, shared among the services (Bonferroni).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from truemirror.core.load.batches import LEAST_BATCHES
from truemirror.core.load.quantiles import t_quantile
from truemirror.core.load.verdict import Gate

_DEGREES = LEAST_BATCHES - 1
"""Of the bounds in the worst case."""

_NOTHING = "no swap saves more than chance would; it is spent elsewhere, or the runs are too short"


@dataclass(frozen=True, slots=True)
class Saving:
    """What it saves to swap one service, in ms of the mean."""

    service: str
    ms: float
    low: float
    high: float
    holds: bool
    """Whether the limit is kept without it, by estimate."""


@dataclass(frozen=True, slots=True)
class Bisected:
    """Who spends the budget."""

    savings: tuple[Saving, ...]
    """The greatest first."""
    named: str
    """The service, where the bounds name one; empty otherwise."""
    says: str
    """A sentence."""


def bisected(baseline: Gate, swapped: Mapping[str, Gate], alpha: float) -> Bisected:
    """What the means of all runs tell; `swapped` has the mean gate of the run without each service.

    `alpha` is what the bounds of the gates were made for. Raises UsageError without scipy.
    """
    if baseline.estimate is None:
        return Bisected((), "", "the run with all services live measured nothing")
    wider = t_quantile(1 - alpha / max(1, len(swapped)), _DEGREES) / t_quantile(1 - alpha, _DEGREES)
    found = [_saving(name, baseline, gate, wider) for name, gate in swapped.items() if gate.estimate is not None]
    ordered = tuple(sorted(found, key=lambda one: (-one.ms, one.service)))
    if not ordered:
        return Bisected((), "", "no run with a mirror measured anything")
    first, others = ordered[0], ordered[1:]
    if first.low > 0 and all(first.low > other.high for other in others):
        kept = "keeps" if first.holds else "does not keep"
        says = f"{first.service} spends it: without it the mean is {first.ms:.1f} ms lower ({first.low:.1f} to"
        return Bisected(ordered, first.service, f"{says} {first.high:.1f}) and {kept} the limit")
    if first.low > 0:
        likely = [one.service for one in ordered if one.high >= first.low]
        return Bisected(ordered, "", f"more than one may spend it: {', '.join(likely)}; longer runs would tell")
    return Bisected(ordered, "", _NOTHING)


def _saving(service: str, baseline: Gate, gate: Gate, wider: float) -> Saving:
    """The difference of two means with its bounds."""
    ms = (baseline.estimate or 0.0) - (gate.estimate or 0.0)
    half = math.hypot(_half(baseline), _half(gate)) * wider
    return Saving(service, ms, ms - half, ms + half, (gate.estimate or 0.0) <= baseline.limit)


def _half(gate: Gate) -> float:
    """The half-width of a gate's bounds."""
    return ((gate.ucl or 0.0) - (gate.lcl or 0.0)) / 2
