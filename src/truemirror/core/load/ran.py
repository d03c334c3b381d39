"""A load run that is over, and what is kept of it to be compared with later ones.

Rules: values only; whatever a page or a command tells of a run comes from here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from truemirror.core.contract.finding import Finding
from truemirror.core.load.budget import Spent
from truemirror.core.load.calibration import Calibration, Canary
from truemirror.core.load.profile import Profile
from truemirror.core.load.tally import Tally
from truemirror.core.load.verdict import TargetVerdict, Verdict, worst


@dataclass(frozen=True, slots=True)
class Held:
    """What of the answers under load was held against contracts, after the run."""

    answers: int = 0
    """Answers that were kept and judged."""
    errors: int = 0
    """Of them, those of failed requests."""
    findings: tuple[Finding, ...] = ()
    statuses: Mapping[int, int] = field(default_factory=dict)
    """How many of the judged answers had which status."""
    unjudged: tuple[str, ...] = ()
    """Services without a contract."""


@dataclass(frozen=True, slots=True)
class Past:
    """One target in an earlier run."""

    began: str
    verdict: str
    estimate: float | None
    lcl: float | None
    ucl: float | None
    limit: float
    machine: str = ""
    rate: float = 0.0


@dataclass(frozen=True, slots=True)
class Ran:
    """A run that is over."""

    profile: Profile
    tally: Tally
    seconds: float
    """How much of it is complete."""
    verdicts: tuple[TargetVerdict, ...]
    where: str
    """mirror, live, or the address that was loaded."""
    began: str = ""
    """RFC 3339, in UTC."""
    calibration: Calibration | None = None
    canary: Canary | None = None
    ended: str = "whole"
    """whole, stopped, failing or lost."""
    held: Held = Held()
    budget: tuple[Spent, ...] = ()
    past: Mapping[str, tuple[Past, ...]] = field(default_factory=dict)
    """By target: earlier runs of the same profile at the same place and rate, oldest first."""
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """That of all targets together."""
        return worst(one.verdict for one in self.verdicts)


def summary(ran: Ran) -> dict[str, object]:
    """The line that a run leaves in the history."""
    return {
        "began": ran.began,
        "profile": ran.profile.name,
        "where": ran.where,
        "rate": ran.profile.arrivals.rate,
        "seconds": ran.seconds,
        "machine": next((one.machine for one in ran.verdicts), ""),
        "targets": {one.target: _target(one) for one in ran.verdicts},
    }


def _target(one: TargetVerdict) -> dict[str, object]:
    """One target's line: the first gate, which is the mean where there is one."""
    gate = one.gates[0] if one.gates else None
    return {
        "verdict": str(one.verdict),
        "metric": gate.metric if gate else "",
        "limit": gate.limit if gate else 0.0,
        "estimate": gate.estimate if gate else None,
        "lcl": gate.lcl if gate else None,
        "ucl": gate.ucl if gate else None,
    }


def past_of(
    lines: Iterable[Mapping[str, object]], profile: str, where: str, rate: float
) -> Mapping[str, tuple[Past, ...]]:
    """Earlier runs that can be compared with one: of the same profile, place and rate. Odd lines are passed over."""
    found: dict[str, list[Past]] = {}
    for line in lines:
        targets = line.get("targets")
        if (line.get("profile"), line.get("where"), line.get("rate")) != (profile, where, rate):
            continue
        for name, one in targets.items() if isinstance(targets, dict) else ():
            if isinstance(one, dict) and isinstance(one.get("limit"), int | float):
                found.setdefault(str(name), []).append(_past(line, one))
    return {name: tuple(sorted(runs, key=lambda run: run.began)) for name, runs in found.items()}


def _past(line: Mapping[str, object], one: Mapping[str, object]) -> Past:
    """One target of one line."""
    numbers = [one.get(key) for key in ("estimate", "lcl", "ucl")]
    estimate, lcl, ucl = (float(value) if isinstance(value, int | float) else None for value in numbers)
    limit, rate = one.get("limit"), line.get("rate")
    return Past(
        str(line.get("began", "")),
        str(one.get("verdict", "")),
        estimate,
        lcl,
        ucl,
        float(limit) if isinstance(limit, int | float) else 0.0,
        str(line.get("machine", "")),
        float(rate) if isinstance(rate, int | float) else 0.0,
    )
