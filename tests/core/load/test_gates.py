"""One number held against its limit."""

import pytest
from tests.core.load.tallies import steady, tally

from truemirror.core.load.gates import Excuse, error_gate, mean_gate, percentile_name, share_gate
from truemirror.core.load.profile import Judging, Selection
from truemirror.core.load.selected import Seconds, seconds_of
from truemirror.core.load.verdict import Verdict

_JUDGING = Judging()
_NONE = Excuse()


def _seconds(mean: float = 30.0, **how: object) -> Seconds:
    """A minute of 50 requests a second."""
    return seconds_of(tally(steady(60, mean), **how), Selection(), 0, 60)  # type: ignore[arg-type]


def _slow_ones(each: int, of_every: int) -> Seconds:
    """A minute in which so many of every so many'th second's requests take 200 ms."""
    run = [[200.0] * (each if at % of_every == 0 else 0) + [20.0] * 50 for at in range(60)]
    return seconds_of(tally([one[:50] for one in run], limits=(120.0,)), Selection(), 0, 60)


@pytest.mark.parametrize(
    ("limit", "verdict"),
    [(46.0, Verdict.PASS), (31.0, Verdict.PASS), (30.0, Verdict.INCONCLUSIVE), (28.0, Verdict.FAIL)],
)
def test_a_mean_passes_below_fails_above_and_is_silent_at_its_limit(limit: float, verdict: Verdict) -> None:
    """By its bounds."""
    assert mean_gate(_seconds(), limit, _JUDGING, _NONE).verdict is verdict


def test_a_failure_that_lateness_may_explain_is_none() -> None:
    """30 ms against 28, of which 3 may be the generator's."""
    found = mean_gate(_seconds(), 28.0, _JUDGING, Excuse(ms=3.0))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.reasons[0].endswith("but lateness of the generator may explain it")


def test_the_guard_is_neither_sides() -> None:
    """A tenth of the limit, both ways."""
    guarded = Judging(guard=0.1)
    assert mean_gate(_seconds(), 31.0, guarded, _NONE).verdict is Verdict.INCONCLUSIVE
    assert mean_gate(_seconds(), 28.0, guarded, _NONE).verdict is Verdict.INCONCLUSIVE
    assert mean_gate(_seconds(), 36.0, guarded, _NONE).verdict is Verdict.PASS


def test_between_the_bounds_it_is_said_how_long_it_would_take() -> None:
    """A mean nearer to its limit needs longer."""
    run = [[30 + 20 * (((second // 3) * 7) % 11) / 10] * 50 for second in range(60)]
    seconds = seconds_of(tally(run), Selection(), 0, 60)
    far, near = (mean_gate(seconds, limit, _JUDGING, _NONE) for limit in (43.0, 41.0))
    assert far.verdict is near.verdict is Verdict.INCONCLUSIVE
    assert far.need_more_s is not None
    assert near.need_more_s is not None
    assert near.need_more_s > far.need_more_s
    assert f"about {far.need_more_s:.0f} s more would tell" in far.reasons[0]


def test_a_percentile_is_a_share() -> None:
    """Two of 50 are 4 %: p95 holds, p99 is broken."""
    seconds = _slow_ones(2, 1)
    p95 = share_gate(seconds, 120.0, 0.05, _JUDGING, _NONE, 1.0)
    p99 = share_gate(seconds, 120.0, 0.01, _JUDGING, _NONE, 1.0)
    assert (p95.metric, p95.verdict, p95.estimate) == ("p95_ms", Verdict.PASS, 0.04)
    assert (p99.metric, p99.verdict) == ("p99_ms", Verdict.FAIL)
    late = share_gate(seconds, 120.0, 0.01, _JUDGING, Excuse(share_late=0.04), 1.0)
    assert late.verdict is Verdict.INCONCLUSIVE


def test_few_slow_ones_are_judged_by_exact_bounds() -> None:
    """None of 3,000: p99 holds, p99.9 is not shown by so few."""
    seconds = _seconds(limits=(120.0,))
    assert share_gate(seconds, 120.0, 0.01, _JUDGING, _NONE, 1.0).verdict is Verdict.PASS
    rare = share_gate(seconds, 120.0, 0.001, _JUDGING, _NONE, 1.0)
    assert (rare.metric, rare.verdict) == ("p999_ms", Verdict.INCONCLUSIVE)
    assert rare.need_more_s == 46  # 5,296 requests at 50 a second, of which 60 s are there
    assert share_gate(seconds, 120.0, 0.01, _JUDGING, _NONE, 8.0).verdict is Verdict.INCONCLUSIVE


def test_failures_that_come_together_count_as_fewer() -> None:
    """20 in one second are less certain than 20 spread out."""
    spread = error_gate(_seconds(errors=dict.fromkeys(range(0, 60, 3), 1)), 0.02, _JUDGING)
    together = error_gate(_seconds(errors={30: 20}), 0.02, _JUDGING)
    assert spread.estimate == together.estimate
    assert spread.ucl is not None
    assert together.ucl is not None
    assert spread.ucl < together.ucl
    assert "failed: status 503 (20)" in together.reasons


def test_no_failures_hold_a_share_only_with_requests_enough() -> None:
    """3,000 show one in a hundred, not one in a thousand."""
    assert error_gate(_seconds(), 0.01, _JUDGING).verdict is Verdict.PASS
    assert error_gate(_seconds(), 0.001, _JUDGING).verdict is Verdict.INCONCLUSIVE


def test_too_few_requests_say_so() -> None:
    """And none at all."""
    few = seconds_of(tally(steady(60, 30.0, rate=5)), Selection(), 0, 60)
    found = mean_gate(few, 46.0, _JUDGING, _NONE)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "300 requests in 60 s are too few" in found.reasons[0]
    assert found.need_more_s == 140
    none = seconds_of(tally([[]] * 60), Selection(), 0, 60)
    assert error_gate(none, 0.5, _JUDGING).reasons == ("no request was measured",)


@pytest.mark.parametrize(("share", "name"), [(0.05, "p95_ms"), (0.5, "p50_ms"), (0.001, "p999_ms"), (0.1, "p90_ms")])
def test_a_share_has_the_name_of_its_percentile(share: float, name: str) -> None:
    """As a profile writes it."""
    assert percentile_name(share) == name
