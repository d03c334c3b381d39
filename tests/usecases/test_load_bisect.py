"""Who spends the time, found by swapping."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.adapters.reports.load_runs_made_up import PROFILE, made_up

from truemirror.config import Config, ServiceConfig
from truemirror.core.load.ran import Ran
from truemirror.core.load.verdict import Verdict
from truemirror.errors import UsageError
from truemirror.usecases.load import NobodyWatches
from truemirror.usecases.load_bisect import bisect, candidates, target_of

SERVICES = {
    "public-api": ServiceConfig("public-api", consumes=("auth", "deals")),
    "deals": ServiceConfig("deals", consumes=("auth", "tags")),
    "auth": ServiceConfig("auth"),
    "tags": ServiceConfig("tags", consumes=("auth",)),
}


def ran(mean: float, verdict: Verdict = Verdict.FAIL) -> Ran:
    """A run whose first target has this mean, give or take a millisecond."""
    base = made_up(seconds=70)
    gate = replace(base.verdicts[0].gates[0], estimate=mean, lcl=mean - 1, ucl=mean + 1)
    return replace(base, verdicts=(replace(base.verdicts[0], gates=(gate,), verdict=verdict),))


def test_everybody_behind_is_a_candidate_once() -> None:
    """Near ones first, and never who is asked itself."""
    assert candidates(Config(Path(), services=SERVICES), PROFILE) == ("auth", "deals", "tags")
    with pytest.raises(UsageError, match="nobody is known behind public-api"):
        candidates(Config(Path()), PROFILE)


def test_the_swap_that_saves_most_names_its_service() -> None:
    """Where the bounds do."""
    means = {"": 70.0, "auth": 69.0, "deals": 68.5, "tags": 40.0}
    found = bisect(PROFILE, ("auth", "deals", "tags"), lambda name: (ran(means[name]), 0), NobodyWatches())
    assert (found.target, found.found.named, found.notes) == ("public_flow", "tags", ())
    assert found.found.savings[0].ms == pytest.approx(30.0)


def test_nobody_is_named_where_no_swap_saves_anything() -> None:
    """Chance names nobody."""
    found = bisect(PROFILE, ("auth", "tags"), lambda name: (ran(60.0), 0), NobodyWatches())
    assert found.found.named == ""


def test_a_mirror_that_could_not_answer_tells_nothing() -> None:
    """What failed was quick, and is told as a note instead."""
    found = bisect(PROFILE, ("auth",), lambda name: (ran(20.0 if name else 70.0), 3 if name else 0), NobodyWatches())
    assert found.found.named == ""
    assert "no answer to 3 requests" in found.notes[0]


def test_an_instrument_in_doubt_is_told() -> None:
    """Of the first run and of every swap."""
    found = bisect(PROFILE, ("auth",), lambda name: (ran(60.0, Verdict.INVALID), 0), NobodyWatches())
    assert [one.partition(":")[0] for one in found.notes] == ["with all services live", "with auth mirrored"]


def test_a_target_without_a_mean_has_no_budget() -> None:
    """There is nothing to be spent."""
    assert target_of(PROFILE) == "public_flow"
    with pytest.raises(UsageError, match="no target of the profile has a mean"):
        target_of(replace(PROFILE, targets=tuple(replace(one, mean_ms=None) for one in PROFILE.targets)))
