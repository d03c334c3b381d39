"""What is said of a target after a run, and with which numbers.

Rules: values only. INVALID is not a kind of FAIL: the instrument failed, nothing is known of the target. No data is
INCONCLUSIVE or INVALID, never PASS. Reasons are whole sentences for people; programs read the numbers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from truemirror.errors import ExitCode


class Verdict(StrEnum):
    """Whether a target is held."""

    PASS = "PASS"  # noqa: S105 - no password
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"
    """Too little is known: the bounds lie on both sides of the limit, or the run was not steady."""
    INVALID = "INVALID"
    """The generator or the machine failed: the numbers say nothing about the target."""

    @property
    def exit_code(self) -> ExitCode:
        """What a command ends with."""
        return _EXITS[self]

    @property
    def is_conclusive(self) -> bool:
        """Whether more seconds would change nothing."""
        return self in (Verdict.PASS, Verdict.FAIL)


_EXITS = {
    Verdict.PASS: ExitCode.KEPT,
    Verdict.FAIL: ExitCode.BROKEN,
    Verdict.INCONCLUSIVE: ExitCode.UNKNOWN,
    Verdict.INVALID: ExitCode.COULD_NOT_RUN,
}
_WORST_FIRST = (Verdict.FAIL, Verdict.INVALID, Verdict.INCONCLUSIVE, Verdict.PASS)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict of all together; of none INCONCLUSIVE, for nothing was shown.

    A FAIL comes first: one is only said where it stands whatever else went wrong.
    """
    said = set(verdicts)
    return next((one for one in _WORST_FIRST if one in said), Verdict.INCONCLUSIVE)


@dataclass(frozen=True, slots=True)
class Gate:
    """One number of a target held against its limit."""

    metric: str
    """mean_ms, p95_ms (a share over that time, see `over_ms`), errors."""
    verdict: Verdict
    limit: float
    """In ms for the mean; for percentiles and errors the share that may be over or fail."""
    over_ms: float | None = None
    """For a percentile: the time that only the share `limit` may exceed."""
    estimate: float | None = None
    """In the unit of the limit; None without data."""
    lcl: float | None = None
    """The lower bound: the true value lies below it with a chance of alpha at most, as far as the rule holds."""
    ucl: float | None = None
    n: int = 0
    tau: float | None = None
    """So many requests tell as much as one independent one."""
    need_more_s: float | None = None
    """Seconds that a verdict would probably take beyond these; None when there is one, or no time would do."""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RateSaid:
    """At which rate it was measured, and what that is worth. Flows a second."""

    planned: float
    achieved: float
    stated: float
    scale: float
    says: str
    """`measured at 2 % of 6,000/s; says nothing about capacity`."""


@dataclass(frozen=True, slots=True)
class InstrumentSaid:
    """How the generator did in the seconds that were judged."""

    lag_p99_ms: float | None = None
    lag_mean_ms: float = 0.0
    planned: int = 0
    begun: int = 0
    dropped: int = 0
    null_mean_ms: float | None = None
    r_max: float | None = None
    cpu: float = 0.0
    """The highest share of one core that a generator's process used, in its busiest second."""
    steal: float = 0.0
    """The mean share of the machine's time that went to others."""
    probe_late_ms: float = 0.0
    workers: int = 0
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Steadiness:
    """Whether the run had settled."""

    warmup_s: float
    """Seconds left out at the beginning."""
    settled: bool = True
    lag1: float | None = None
    """The correlation of neighbouring batches."""
    batches: int = 0
    drift_p: float | None = None
    first_half_ms: float | None = None
    last_half_ms: float | None = None


@dataclass(frozen=True, slots=True)
class TargetVerdict:
    """What is said of one target."""

    target: str
    verdict: Verdict
    reasons: tuple[str, ...]
    gates: tuple[Gate, ...]
    alpha: float
    """Chance of a wrong word for each look and side that the bounds are made for."""
    look: int
    """Which look it was, from 1; 0 when the run ended before the first."""
    seconds: float
    """How much of the run was judged."""
    rate: RateSaid
    instrument: InstrumentSaid
    steady: Steadiness
    machine: str = ""

    @property
    def headline(self) -> Gate | None:
        """The gate that a line in a terminal shows: the worst, of equals the first."""
        return min(self.gates, key=lambda one: _WORST_FIRST.index(one.verdict), default=None)
