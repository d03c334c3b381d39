"""Load as a stage of the gate."""

from dataclasses import replace
from pathlib import Path

from tests.adapters.reports.load_runs_made_up import made_up

from truemirror.config import Config
from truemirror.config.model import LoadConfig
from truemirror.core.gate.verdict import Stage, State, judge
from truemirror.core.gate.verdict import Verdict as Effect
from truemirror.core.load.ran import Ran
from truemirror.core.load.verdict import Verdict
from truemirror.errors import CouldNotRun, TruemirrorError
from truemirror.usecases.load_gate import load_stage

WARN = Config(Path())
REFUSE = Config(Path(), load=LoadConfig(undecided="refuse"))


def stage(config: Config, *outcomes: Ran | TruemirrorError) -> Stage:
    """The stage of some runs."""
    return load_stage(config, [("public-flow", one) for one in outcomes])


def said(verdict: Verdict) -> Ran:
    """A run whose targets all have one verdict."""
    ran = made_up()
    return replace(ran, verdicts=tuple(replace(one, verdict=verdict) for one in ran.verdicts))


def test_a_target_that_is_held_is_kept_and_says_its_scale() -> None:
    """So that nobody takes it for capacity."""
    made = stage(WARN, said(Verdict.PASS))
    assert made.state is State.KEPT
    assert "says nothing about capacity" in made.checks[0].summary


def test_a_target_that_is_not_held_blocks() -> None:
    """With the numbers and the command that shows it."""
    made = stage(WARN, said(Verdict.FAIL))
    judgement = judge([made])
    assert judgement.verdict is Effect.BLOCK
    assert judgement.reasons[0].next_step == "truemirror load public-flow"
    assert judgement.reasons[0].actual != "no data"


def test_a_run_that_shows_nothing_is_never_kept() -> None:
    """It is shown as not run, and with `refuse` the verdict is unknown."""
    for outcome in (said(Verdict.INVALID), said(Verdict.INCONCLUSIVE), CouldNotRun("no generator")):
        made = stage(WARN, outcome)
        assert made.state is State.NOT_RUN
        assert made.note
        assert judge([stage(REFUSE, outcome)]).verdict is Effect.UNKNOWN
