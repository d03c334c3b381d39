"""What the generator proved about itself before the run: how fast it can go, and that it reads a known delay rightly.

Rules: R_max is the highest rate at which, against a server that answers at once, flows still begin on time, what is
planned is made, and the answers take next to nothing of the tightest limit. A generator that misreads a known delay
measures nothing, whatever its rate. Values come from measurements that adapters make; here they are judged.
"""

from collections.abc import Iterable
from dataclasses import dataclass

LATEST_MS = 5.0
"""The lag that 99 of 100 flows stay below."""
NULL_SHARE = 0.05
"""What the answers of a server that does nothing may take of the tightest limit."""
LEAST_MADE = 0.99
"""The share of planned arrivals that begin."""
DELAY_ERROR_MS = 1.0
"""How far a known delay may be misread."""
HALF = 0.5
"""A run goes no faster than this share of R_max."""
MACHINE_CHANGE = 0.10
"""How much slower or faster the same work may be after the run."""


@dataclass(frozen=True, slots=True)
class Step:
    """One rate held against a server that answers at once."""

    rate: float
    """Planned, in flows a second."""
    made: float
    """The share of planned flows that began."""
    lag_p99_ms: float
    null_mean_ms: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a generator can do on this machine."""

    r_max: float
    """Flows a second; 0 when no step held."""
    null_mean_ms: float
    """The mean answer of a server that does nothing, at the rate of the run or the nearest step above."""
    delay_ms: float = 0.0
    """The known delay; 0 when none was tried."""
    delay_read_ms: float = 0.0
    """How long it was measured to be, mean."""
    machine: str = ""
    """The fingerprint of the machine it holds for."""


@dataclass(frozen=True, slots=True)
class Canary:
    """The same fixed work before and after the run, in ms."""

    before_ms: float
    after_ms: float

    @property
    def change(self) -> float:
        """By which share it became slower (positive) or faster."""
        return self.after_ms / self.before_ms - 1 if self.before_ms > 0 else 0.0


def holds(step: Step, tightest_ms: float) -> bool:
    """Whether the generator was on time at this rate."""
    return step.lag_p99_ms <= LATEST_MS and step.null_mean_ms <= NULL_SHARE * tightest_ms and step.made >= LEAST_MADE


def highest_rate(steps: Iterable[Step], tightest_ms: float) -> float:
    """R_max: the highest rate that held, with all lower ones holding too; 0 when the lowest did not."""
    highest = 0.0
    for step in sorted(steps, key=lambda one: one.rate):
        if not holds(step, tightest_ms):
            break
        highest = step.rate
    return highest


def null_mean_at(steps: Iterable[Step], rate: float) -> float:
    """The null mean of the step at this rate, or the next one above, or the highest; 0 without steps."""
    ordered = sorted(steps, key=lambda one: one.rate)
    above = [one for one in ordered if one.rate >= rate] or ordered[-1:]
    return above[0].null_mean_ms if above else 0.0


def rate_allowed(calibration: Calibration) -> float:
    """The highest rate that a run may have without being forced, in flows a second."""
    return HALF * calibration.r_max


def complaints(calibration: Calibration | None, canary: Canary | None, rate: float) -> tuple[str, ...]:
    """Why a run at this rate measured nothing, whatever it measured; empty when it did."""
    if calibration is None:
        return ("the generator was not calibrated on this machine",)
    said = []
    wrong = calibration.delay_read_ms - calibration.delay_ms - calibration.null_mean_ms
    if calibration.delay_ms and not abs(wrong) <= DELAY_ERROR_MS:
        said.append(
            f"a known delay of {calibration.delay_ms:g} ms was read as {calibration.delay_read_ms:.2f} ms"
            f" ({calibration.null_mean_ms:.2f} ms of it are the generator's own)"
        )
    if rate > calibration.r_max:
        said.append(f"{rate:g} flows/s are more than this generator can make here ({calibration.r_max:g}/s)")
    if canary is not None and not abs(canary.change) <= MACHINE_CHANGE:
        said.append(f"the machine changed during the run: the same work took {canary.change:+.0%} time afterwards")
    return tuple(said)
