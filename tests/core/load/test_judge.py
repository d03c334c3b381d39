"""Which word a run earns."""

from dataclasses import replace

import pytest
from tests.core.load.tallies import CALIBRATED, KIND, generator, profile, steady, tally

from truemirror.core.load.calibration import Canary
from truemirror.core.load.judge import judge
from truemirror.core.load.profile import Limit, Profile
from truemirror.core.load.tally import Tally
from truemirror.core.load.verdict import TargetVerdict, Verdict


def _judged(run: Tally, asked: Profile | None = None, seconds: float = 70.0) -> TargetVerdict:
    """The verdict of the only target."""
    (found,) = judge(asked or profile(), run, seconds, CALIBRATED)
    return found


def test_a_run_well_below_its_limit_passes() -> None:
    """With its bounds, its look and the seconds that were judged."""
    found = _judged(tally(steady(70, 30.0)))
    assert found.verdict is Verdict.PASS, found.reasons
    assert (found.look, found.seconds, found.gates[0].n) == (1, 60, 3000)
    assert (found.gates[0].ucl or 99) < 46


def test_a_run_well_above_its_limit_fails_and_says_by_how_much() -> None:
    """The reason has the numbers."""
    found = _judged(tally(steady(70, 60.0)))
    assert found.verdict is Verdict.FAIL
    assert "the limit is 46 ms" in found.reasons[0]


def test_without_any_request_nothing_passes() -> None:
    """Not even the share of errors."""
    run = tally([[] for _ in range(70)])
    found = _judged(run)
    assert found.verdict is Verdict.INVALID
    assert any("no request was measured" in why for why in found.reasons)
    assert _judged(Tally()).verdict is Verdict.INVALID


def test_before_the_first_look_nothing_is_decided() -> None:
    """The estimate is told, the verdict waits."""
    found = _judged(tally(steady(50, 30.0)), seconds=50)
    assert (found.verdict, found.look) == (Verdict.INCONCLUSIVE, 0)
    assert found.gates[0].estimate == pytest.approx(30, abs=1)
    assert found.gates[0].need_more_s == 20


def test_between_looks_the_last_one_that_is_over_counts() -> None:
    """What came after it is not looked at."""
    slow_later = steady(70, 30.0) + steady(20, 500.0)
    assert _judged(tally(slow_later), seconds=90).verdict is Verdict.PASS


def test_a_stall_early_in_the_window_is_not_thrown_away_as_warm_up() -> None:
    """MSER would leave it out; the whole window does not pass, so nothing does."""
    run = steady(70, 30.0)
    for second in (14, 15):
        run[second] = [3000.0] * 50
    found = _judged(tally(run))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert any("declare `warm_up" in why for why in found.reasons)


def test_a_clock_that_jumped_makes_the_run_invalid() -> None:
    """Seconds that are missing are named."""
    run = tally(steady(70, 30.0))
    kept = {second: one for second, one in run.instrument.items() if second not in (30, 31)}
    found = _judged(replace(run, instrument=kept))
    assert found.verdict is Verdict.INVALID
    assert "2 seconds from 30 on" in found.reasons[0]


def test_a_lost_worker_makes_the_run_invalid_even_when_it_fails() -> None:
    """Its part of the load is missing."""
    assert _judged(replace(tally(steady(70, 60.0)), lost=("w1",))).verdict is Verdict.INVALID


def test_a_late_generator_makes_a_pass_invalid_and_leaves_a_failure_it_cannot_explain() -> None:
    """20 ms of lateness do not explain 400 ms."""
    assert _judged(tally(steady(70, 30.0), lag_ms=20.0)).verdict is Verdict.INVALID
    assert _judged(tally(steady(70, 60.0), lag_ms=20.0)).verdict is Verdict.INVALID
    assert _judged(tally(steady(70, 400.0), lag_ms=20.0)).verdict is Verdict.FAIL


def test_flows_that_vanish_make_the_run_invalid() -> None:
    """A slow answer must not just be missing."""
    run = tally(steady(70, 30.0))
    found = _judged(replace(run, instrument={second: generator(60) for second in range(70)}))
    assert found.verdict is Verdict.INVALID
    assert any("never heard of again" in why for why in found.reasons)


def test_a_machine_that_changed_makes_the_run_invalid() -> None:
    """The canary took 20 % longer afterwards."""
    (found,) = judge(profile(), tally(steady(70, 30.0)), 70, CALIBRATED, Canary(100, 120))
    assert found.verdict is Verdict.INVALID


def test_an_uncalibrated_generator_says_nothing() -> None:
    """It never proved anything."""
    (found,) = judge(profile(), tally(steady(70, 30.0)), 70, None)
    assert found.verdict is Verdict.INVALID


def test_a_limit_that_nobody_counted_is_not_taken_for_kept() -> None:
    """Absence of a count is no zero."""
    found = _judged(tally(steady(70, 30.0)), profile(limits=(Limit(120.0, 0.05),)))
    assert found.verdict is Verdict.INVALID
    counted = _judged(tally(steady(70, 30.0), limits=(120.0,)), profile(limits=(Limit(120.0, 0.05),)))
    assert counted.verdict is Verdict.PASS, counted.reasons


def test_failed_requests_fail_the_errors_and_keep_the_mean_from_passing() -> None:
    """Fast refusals are no speed."""
    run = tally(steady(70, 5.0), errors=dict.fromkeys(range(70), 10), timeout_ms=20.0)
    found = _judged(run)
    assert found.verdict is Verdict.FAIL
    assert {one.metric: one.verdict for one in found.gates} == {
        "mean_ms": Verdict.INCONCLUSIVE,
        "errors": Verdict.FAIL,
    }
    assert any("status 503 (600)" in why for why in found.reasons)


def test_answers_that_drift_do_not_pass() -> None:
    """From 20 to 38 ms: below the limit, but where does it end."""
    run = [[20 + second * 0.25 + (at % 7) for at in range(50)] for second in range(70)]
    found = _judged(tally(run))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert any("drifted" in why or "settled" in why for why in found.reasons)


def test_an_overloaded_service_fails_though_it_never_settles() -> None:
    """Both halves are over the limit."""
    run = [[100 + second * 40.0 + (at % 7) for at in range(50)] for second in range(70)]
    assert _judged(tally(run)).verdict is Verdict.FAIL


def test_a_scaled_rate_is_said() -> None:
    """With what it is worth."""
    found = _judged(tally(steady(70, 30.0)), profile(stated=2500.0))
    assert found.rate.says == "measured at 2 % of 2,500/s; says nothing about capacity"
    assert _judged(tally(steady(70, 30.0))).rate.says == "measured at 100 % of 50/s"


def test_a_target_of_other_requests_is_judged_by_those_alone() -> None:
    """Requests of another kind change nothing."""
    run = tally(steady(70, 30.0))
    other = {
        (second, replace(KIND, operation="GET /slow")): cell
        for (second, _), cell in tally(steady(70, 900.0)).cells.items()
    }
    asked = profile()
    target = replace(asked.targets[0], select=replace(asked.targets[0].select, operations=(KIND.operation,)))
    found = _judged(replace(run, cells={**run.cells, **other}), replace(asked, targets=(target,)))
    assert found.verdict is Verdict.PASS


def test_a_stratified_mean_is_that_of_the_declared_mix() -> None:
    """Chance made four of five requests fast ones; declared is one of two."""
    fast, slow = (replace(KIND, operation=f"GET /{name}") for name in ("fast", "slow"))
    cells = {(second, fast): cell for (second, _), cell in tally(steady(70, 20.0, rate=160)).cells.items()}
    cells |= {(second, slow): cell for (second, _), cell in tally(steady(70, 60.0, rate=40)).cells.items()}
    run = Tally(cells, {second: generator(160) for second in range(70)}, workers=("w0",))
    asked = profile(rate=160)
    calls = tuple(replace(asked.flows[0].calls[0], operation=kind.operation) for kind in (fast, slow))
    mixed = replace(asked, flows=(replace(asked.flows[0], calls=calls),))
    plain = _judged(run, mixed).gates[0]
    declared = _judged(run, replace(mixed, judging=replace(mixed.judging, stratified=True))).gates[0]
    assert plain.estimate == pytest.approx(28, abs=1)
    assert declared.estimate == pytest.approx(40, abs=1)
    few = replace(run, cells={key: cell for key, cell in cells.items() if key[1] == fast})
    told = _judged(few, replace(mixed, judging=replace(mixed.judging, stratified=True))).gates[0]
    assert told.verdict is Verdict.INCONCLUSIVE
    assert "of every operation" in told.reasons[0]
