"""Whether the targets of a run are held: the one place where PASS, FAIL, INCONCLUSIVE and INVALID are said.

    judge(profile, tally, seconds, calibration, canary)  ->  a TargetVerdict for each target

Rules: judged is the window from the end of the warm-up to the last look that is over, and nothing else; looks are fixed
beforehand, each with its own share of the allowed error. PASS needs all of it: every gate of the target passes, the run
had settled and did not drift, and nothing speaks against the instrument. What speaks against it makes INVALID; a FAIL
stands under lateness alone, after that is taken off it. What MSER would leave out as warm-up may spoil a PASS but never
make one: else a stall in the first half would vanish.
"""

from dataclasses import dataclass, replace

from truemirror.core.load import calibration as proved
from truemirror.core.load import instrument
from truemirror.core.load.arrivals import expected
from truemirror.core.load.batches import Series
from truemirror.core.load.calibration import Calibration, Canary
from truemirror.core.load.drift import Drift
from truemirror.core.load.gates import Excuse, error_gate, mean_gate, share_gate
from truemirror.core.load.histogram import share_over
from truemirror.core.load.profile import Profile, Target
from truemirror.core.load.selected import Seconds, declared_mix, seconds_of
from truemirror.core.load.tally import Tally
from truemirror.core.load.verdict import Gate, InstrumentSaid, RateSaid, TargetVerdict, Verdict, worst
from truemirror.core.load.window import Window, batch_means, drift_in, look_ends, settled, steadiness, window_at

_LATE_FOR_A_LIMIT = 0.1
"""A flow this share of a percentile's limit late may be over it for that alone."""


def judge(
    profile: Profile,
    tally: Tally,
    seconds: float,
    calibration: Calibration | None,
    canary: Canary | None = None,
) -> tuple[TargetVerdict, ...]:
    """Every target's verdict, in the order of the profile.

    `seconds` is how much of the run is complete: all requests that were meant to begin before have ended. Before the
    first look the verdict is INCONCLUSIVE, or INVALID, with the estimates so far. Raises UsageError without scipy.
    """
    return tuple(judge_target(profile, target, tally, seconds, calibration, canary) for target in profile.targets)


def judge_target(
    profile: Profile,
    target: Target,
    tally: Tally,
    seconds: float,
    calibration: Calibration | None,
    canary: Canary | None = None,
) -> TargetVerdict:
    """One target's verdict; see `judge`."""
    run = seconds_of(tally, target.select, 0, window_at(profile, seconds).end)
    window = settled(window_at(profile, seconds), run, profile.judging, tightest_ms(target))
    case = _Case(profile, target, tally, window, instrument.said(tally, window.begin, window.end, calibration))
    doubts = instrument.doubts(profile, tally, window.begin, window.end, tightest_ms(target))
    hard = (*proved.complaints(calibration, canary, profile.arrivals.rate),
            *(one.reason for one in doubts if not one.failure_may_stand))  # fmt: skip
    soft = tuple(one.reason for one in doubts if one.failure_may_stand)
    gates = tuple(_under_doubt(gate, bool(hard), bool(soft)) for gate in _gates(case, run))
    reasons = (*hard, *soft, *(f"{one.metric}: {why}" for one in gates for why in one.reasons))
    return TargetVerdict(
        target=target.name,
        verdict=worst(gate.verdict for gate in gates),
        reasons=reasons,
        gates=gates,
        alpha=profile.judging.alpha,
        look=window.look,
        seconds=window.end - window.begin,
        rate=rate_said(profile, case.generator.begun, window),
        instrument=case.generator,
        steady=steadiness(window, run.since(window.begin), profile.judging),
        machine=calibration.machine if calibration else "",
    )


def tightest_ms(target: Target) -> float:
    """The smallest time that a target names, in ms; without any, the generator may take what it takes of a second."""
    named = [limit.over_ms for limit in target.limits] + ([target.mean_ms] if target.mean_ms is not None else [])
    return min(named, default=1000.0)


def rate_said(profile: Profile, begun: int, window: Window) -> RateSaid:
    """At which rate it was measured, against the rate that is stated."""
    length = window.end - window.begin
    planned = expected(profile.arrivals, profile.stages, window.begin, window.end) / length if length else 0.0
    stated = profile.arrivals.stated_rate or profile.arrivals.rate
    scale = profile.arrivals.rate / stated
    share = f"{100 * scale:.2g} %" if scale < 0.995 else f"{scale:.0%}".replace("%", " %")
    says = f"measured at {share} of {stated:,.10g}/s"
    if scale < 0.995:
        says += "; says nothing about capacity"
    return RateSaid(planned, begun / length if length else 0.0, stated, scale, says)


@dataclass(frozen=True, slots=True)
class _Case:
    """One target in one window."""

    profile: Profile
    target: Target
    tally: Tally
    window: Window
    generator: InstrumentSaid

    def excuse(self, over_ms: float) -> Excuse:
        """What of a failure may be the generator's."""
        lag = instrument.lag_of(self.tally, self.window.begin, self.window.end)
        own = self.generator.lag_mean_ms + (self.generator.null_mean_ms or 0.0)
        return Excuse(own, share_over(lag, _LATE_FOR_A_LIMIT * over_ms))


def _gates(case: _Case, run: Seconds) -> tuple[Gate, ...]:
    """All gates of a target, with everything that spoils a PASS; `run` has the seconds from 0 on."""
    found = _plain(case, run, case.window.begin)
    if case.window.begin > case.window.declared:
        whole = _plain(case, run, case.window.declared)
        found = tuple(_spoiled(gate, other, case.window) for gate, other in zip(found, whole, strict=True))
    found = tuple(_steady(gate, case, run.since(case.window.begin)) for gate in found)
    return tuple(_early(_failing(gate, found[-1]), case) for gate in found)


def _mix(case: _Case, begin: int) -> list[tuple[Seconds, float]]:
    """The operations of a target from a second on, each with its declared share; empty unless the profile asks."""
    if not case.profile.judging.stratified:
        return []
    mix = declared_mix(case.profile, case.target.select)
    return [(seconds_of(case.tally, part, begin, case.window.end), share) for part, share in mix.items()]


def _plain(case: _Case, run: Seconds, begin: int) -> tuple[Gate, ...]:
    """Mean, percentiles and errors from a second on, each by itself; errors come last."""
    seconds = run.since(begin)
    judging, target = case.profile.judging, case.target
    mean = mean_gate(seconds, target.mean_ms or 0.0, judging, case.excuse(0.0), _mix(case, begin))
    shares = tuple(
        share_gate(seconds, one.over_ms, one.share, judging, case.excuse(one.over_ms), mean.tau or 1.0)
        for one in target.limits
    )
    means = (mean,) if target.mean_ms is not None else ()
    return (*means, *shares, error_gate(seconds, target.errors_max, judging))


def _spoiled(gate: Gate, whole: Gate, window: Window) -> Gate:
    """A PASS that needs a longer warm-up than was declared is none."""
    if gate.verdict is not Verdict.PASS or whole.verdict is Verdict.PASS:
        return gate
    why = f"it holds only without the first {window.begin} s; declare `warm_up = {window.begin}` if they are warm-up"
    return replace(gate, verdict=Verdict.INCONCLUSIVE, reasons=(why,))


def _steady(gate: Gate, case: _Case, seconds: Seconds) -> Gate:
    """What a run that never settled, or drifted, leaves of a gate: a FAIL that every single batch shows, else nothing.

    A service that is overloaded grows slower without end; its bounds are wide, and yet all of it is over the limit.
    """
    drift = drift_in(seconds.responses(), case.profile.judging)
    if case.window.settled and not drift.is_one(tightest_ms(case.target)):
        return gate
    if _all_over(gate, case, seconds):
        why = f"every part of the run is over the limit of {gate.limit:g}"
        return replace(gate, verdict=Verdict.FAIL, need_more_s=None, reasons=(why, _unsteady(case.window, drift)))
    verdict = Verdict.INCONCLUSIVE if gate.verdict.is_conclusive else gate.verdict
    return replace(gate, verdict=verdict, reasons=(*gate.reasons, _unsteady(case.window, drift)))


def _unsteady(window: Window, drift: Drift) -> str:
    """Why a run is not steady, in words."""
    if not window.settled:
        return f"the run had not settled after {window.end} s"
    halves = f"{drift.first:.1f} ms in the first half, {drift.last:.1f} ms in the last"
    return f"the answers drifted: {halves} (p {drift.p:.2g})"


def _all_over(gate: Gate, case: _Case, seconds: Seconds) -> bool:
    """Whether each batch alone breaks the limit, lateness taken off; ten of ten do by chance once in 1,000 runs."""
    excuse = case.excuse(gate.over_ms or 0.0)
    if gate.metric == "mean_ms":
        series, off = seconds.responses(), excuse.ms
    elif gate.metric == "errors":
        series, off = seconds.errors(), 0.0
    else:
        series, off = seconds.over(gate.over_ms or 0.0) or Series((), ()), excuse.share_late
    means = batch_means(series, case.profile.judging)
    return bool(means) and min(means) - off > gate.limit


def _failing(gate: Gate, errors: Gate) -> Gate:
    """While more requests fail than may, no other gate passes: the work was not done."""
    over = errors.estimate is not None and errors.estimate > errors.limit
    if gate.metric == "errors" or gate.verdict is not Verdict.PASS or not over:
        return gate
    return replace(gate, verdict=Verdict.INCONCLUSIVE, reasons=("too many requests fail to say how fast it is",))


def _under_doubt(gate: Gate, hard: bool, soft: bool) -> Gate:
    """What is left of a gate when the instrument is in doubt."""
    if hard or (soft and gate.verdict is not Verdict.FAIL):
        return replace(gate, verdict=Verdict.INVALID)
    return gate


def _early(gate: Gate, case: _Case) -> Gate:
    """Before the first look nothing is decided."""
    if case.window.look or not gate.verdict.is_conclusive:
        return gate
    first = look_ends(case.profile)[0]
    return replace(
        gate,
        verdict=Verdict.INCONCLUSIVE,
        reasons=(*gate.reasons, f"the run ended after {case.window.end} s, the first look is at {first} s"),
        need_more_s=float(first - case.window.end),
    )
