"""What holds of every verdict, whatever the run."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.core.load.tallies import CALIBRATED, KIND, generator, profile

from truemirror.core.load.adding import exact_ms
from truemirror.core.load.judge import judge
from truemirror.core.load.profile import Limit, Profile
from truemirror.core.load.tally import Cell, Tally
from truemirror.core.load.verdict import TargetVerdict, Verdict

_SECONDS = 70
_EACH = 50
_LEVELS = st.floats(0, 40)
_MEANS = st.one_of(
    st.lists(st.floats(1, 90), min_size=_SECONDS, max_size=_SECONDS),
    st.builds(
        lambda level, wander, at, burst: [
            level + wander * ((second * 7) % 11) / 10 + (burst if second == at else 0.0) for second in range(_SECONDS)
        ],
        st.floats(20, 60), st.floats(0, 20), st.integers(0, _SECONDS), st.floats(0, 2000),
    ),
)  # fmt: skip
"""Mean answers of each second, in ms."""
_FAILED = st.lists(st.integers(0, _EACH), min_size=_SECONDS, max_size=_SECONDS) | st.just([0] * _SECONDS)


def _tally(means: list[float], failed: list[int] | None = None, over: list[int] | None = None) -> Tally:
    """A run with such means, in which so many of each second failed or took longer than 120 ms."""
    cells = {}
    for second, mean in enumerate(means):
        each = exact_ms(mean)
        errors = (failed or [0] * _SECONDS)[second]
        slow = max(errors, (over or [0] * _SECONDS)[second])
        kinds = {"reset": errors} if errors else {}
        cells[second, KIND] = Cell(_EACH, _EACH * each, _EACH * each * each * 1.5, _EACH * each, {120.0: slow}, kinds)
    return Tally(cells, {second: generator(_EACH) for second in range(_SECONDS)}, workers=("w0",))


def _judged(run: Tally, asked: Profile | None = None, seconds: float = _SECONDS) -> TargetVerdict:
    """The verdict of the only target."""
    (found,) = judge(asked or profile(), run, seconds, CALIBRATED)
    return found


@given(_MEANS, _FAILED, _FAILED)
def test_a_pass_has_all_that_it_needs(means: list[float], failed: list[int], over: list[int]) -> None:
    """And whatever the run, there is a verdict."""
    found = _judged(_tally(means, failed, over), profile(limits=(Limit(120.0, 0.05),)))
    if found.verdict is Verdict.PASS:
        assert found.look == 1
        assert found.steady.settled
        for gate in found.gates:
            assert gate.verdict is Verdict.PASS
            assert gate.n >= 1000
            assert gate.ucl is not None
            assert gate.ucl <= gate.limit
    else:
        assert found.reasons


@given(_MEANS)
def test_the_estimate_and_the_word_agree(means: list[float]) -> None:
    """No PASS over the limit, no FAIL at or below it."""
    mean = _judged(_tally(means)).gates[0]
    assert mean.estimate is not None
    if mean.estimate > mean.limit:
        assert mean.verdict is not Verdict.PASS
    else:
        assert mean.verdict is not Verdict.FAIL


@given(_MEANS, _LEVELS)
def test_slower_by_the_same_time_never_makes_a_pass(means: list[float], more: float) -> None:
    """All answers are late by as much."""
    before, after = (_judged(_tally(of)).verdict for of in (means, [one + exact_ms(more) for one in means]))
    assert before is Verdict.PASS or after is not Verdict.PASS


@given(_MEANS, st.sampled_from([1.125, 1.5, 2.0, 8.0]))
def test_slower_by_the_same_factor_never_makes_a_pass(means: list[float], factor: float) -> None:
    """All answers take so many times as long."""
    before, after = (_judged(_tally(of)).verdict for of in (means, [one * factor for one in means]))
    assert before is Verdict.PASS or after is not Verdict.PASS


@given(_MEANS, _FAILED)
def test_once_more_fail_than_may_nothing_passes(means: list[float], failed: list[int]) -> None:
    """However fast it is."""
    found = _judged(_tally(means, failed))
    judged = failed[round(found.steady.warmup_s) :]
    if sum(judged) > 0.02 * _EACH * len(judged):
        assert all(one.verdict is not Verdict.PASS for one in found.gates)


@given(_MEANS, st.integers(0, _SECONDS - 1), st.integers(0, 69))
def test_what_is_missing_never_passes(means: list[float], gone: int, early: int) -> None:
    """A worker, a second of the window, the look, the calibration."""
    run = _tally(means)
    assert _judged(replace(run, lost=("w1",))).verdict is not Verdict.PASS
    assert _judged(run, seconds=early).verdict is not Verdict.PASS
    assert judge(profile(), run, _SECONDS, None)[0].verdict is not Verdict.PASS
    without = replace(run, instrument={second: one for second, one in run.instrument.items() if second != gone})
    found = _judged(without)
    assert gone < found.steady.warmup_s or found.verdict is not Verdict.PASS
