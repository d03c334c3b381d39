"""Whether the generator and its clock can be believed in the seconds that are judged.

Rules: each doubt is a sentence with its number and its limit. Some doubts only make answers look slower or the load
lighter (late flows, dropped ones): a failure stands under them when lateness cannot explain it. Under the others
(a lost worker, a stolen machine, a clock that jumped) nothing stands.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from truemirror.core.load.arrivals import expected
from truemirror.core.load.calibration import LATEST_MS, LEAST_MADE, Calibration
from truemirror.core.load.histogram import added, percentile
from truemirror.core.load.profile import Profile
from truemirror.core.load.tally import Instrument, Tally
from truemirror.core.load.verdict import InstrumentSaid

MOST_DROPPED = 0.001
MOST_STEAL = 0.02
LATE_SHARE = 0.10
"""Above 50 ms the lag may be this share of the tightest limit."""
MOST_UNHEARD = 0.01
"""The share of begun flows whose first request may be missing from the counts."""
_SIGMAS = 5.0


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reason why the numbers may not be the target's."""

    reason: str
    failure_may_stand: bool = False
    """Whether a FAIL that lateness cannot explain is one nevertheless."""


def lag_of(tally: Tally, begin: int, end: int) -> dict[int, int]:
    """How late flows began in the window, by bucket."""
    sums: dict[int, int] = {}
    for second in range(begin, end):
        if second in tally.instrument:
            sums = added(sums, tally.instrument[second].lag)
    return sums


def said(tally: Tally, begin: int, end: int, calibration: Calibration | None) -> InstrumentSaid:
    """The generator's numbers in [begin, end)."""
    seconds = [tally.instrument[second] for second in range(begin, end) if second in tally.instrument]
    begun = sum(one.begun for one in seconds)
    return InstrumentSaid(
        lag_p99_ms=percentile(lag_of(tally, begin, end), 0.99),
        lag_mean_ms=math.fsum(one.lag_sum for one in seconds) / begun if begun else 0.0,
        planned=sum(one.planned for one in seconds),
        begun=begun,
        dropped=sum(one.dropped for one in seconds),
        null_mean_ms=calibration.null_mean_ms if calibration else None,
        r_max=calibration.r_max if calibration else None,
        cpu=max((one.cpu for one in seconds), default=0.0),
        steal=math.fsum(one.steal for one in seconds) / len(seconds) if seconds else 0.0,
        probe_late_ms=max((one.probe_late_ms for one in seconds), default=0.0),
        workers=len(tally.workers),
        lost=tally.lost,
    )


def most_lag_ms(tightest_ms: float) -> float:
    """How late 1 flow in 100 may begin: 5 ms, or a tenth of the tightest limit where that is more."""
    return max(LATEST_MS, LATE_SHARE * tightest_ms)


def doubts(profile: Profile, tally: Tally, begin: int, end: int, tightest_ms: float) -> tuple[Doubt, ...]:
    """Every reason not to believe the seconds [begin, end)."""
    now = said(tally, begin, end, None)
    return (*_clock(tally.instrument, begin, end), *_workers(profile, now, begin, end), *_lateness(now, tightest_ms),
            *_unheard(profile, tally, begin, end))  # fmt: skip


def _clock(instrument: Mapping[int, Instrument], begin: int, end: int) -> list[Doubt]:
    """Seconds that are missing, or lie before the run."""
    found = []
    if early := sorted(second for second in instrument if second < 0):
        found.append(Doubt(f"the clock went back: second {early[0]} lies before the run began"))
    missing = [second for second in range(begin, end) if second not in instrument]
    if missing:
        named = f"second {missing[0]}" if len(missing) == 1 else f"{len(missing)} seconds from {missing[0]} on"
        found.append(Doubt(f"the clock jumped or the generator stood still: {named} of the run is missing"))
    return found


def _workers(profile: Profile, now: InstrumentSaid, begin: int, end: int) -> list[Doubt]:
    """Workers and neighbours."""
    found = [Doubt(f"worker {name} was lost; its requests are not counted") for name in now.lost]
    wanted = expected(profile.arrivals, profile.stages, begin, end)
    if abs(now.planned - wanted) > (1 - LEAST_MADE) * wanted + _SIGMAS * math.sqrt(wanted):
        found.append(Doubt(f"{now.planned:,} flows were planned where the rate makes {wanted:,.0f}"))
    if now.steal > MOST_STEAL:
        found.append(Doubt(f"{now.steal:.1%} of the machine's time went to others (at most {MOST_STEAL:.0%})"))
    return found


def _lateness(now: InstrumentSaid, tightest_ms: float) -> list[Doubt]:
    """Flows that began late or never: more load could only have been slower, lateness is taken off a failure."""
    found = []
    if now.dropped > MOST_DROPPED * now.planned:
        share = now.dropped / now.planned if now.planned else 1.0
        found.append(Doubt(f"{now.dropped:,} flows ({share:.1%}) found no free place and were never sent", True))
    if now.begun < LEAST_MADE * now.planned:
        found.append(Doubt(f"only {now.begun:,} of {now.planned:,} planned flows began", True))
    if now.lag_p99_ms is not None and now.lag_p99_ms > most_lag_ms(tightest_ms):
        found.append(
            Doubt(
                f"1 flow in 100 began {now.lag_p99_ms:.1f} ms late or later (at most {most_lag_ms(tightest_ms):g} ms)",
                True,
            )
        )
    return found


def _unheard(profile: Profile, tally: Tally, begin: int, end: int) -> list[Doubt]:
    """Flows that began, of which not even the first request was counted: a slow answer must not just vanish."""
    first = {(flow.name, flow.calls[0].service, flow.calls[0].operation) for flow in profile.flows if flow.calls}
    heard = sum(
        cell.count
        for (second, kind), cell in tally.cells.items()
        if begin <= second < end and (kind.flow, kind.service, kind.operation) in first
    )
    begun = sum(tally.instrument[second].begun for second in range(begin, end) if second in tally.instrument)
    if begun - heard > MOST_UNHEARD * begun:
        return [Doubt(f"of {begun:,} flows that began, {begun - heard:,} were never heard of again")]
    return []
