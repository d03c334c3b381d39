"""Load profiles as test items."""

from pathlib import Path

import pytest
import scipy.special  # noqa: F401  # before pytester takes its picture of what is imported: it cannot be twice
from tests.adapters.reports.load_runs_made_up import PROFILE

from truemirror.core.load.derive_text import profile_toml

RUN = """
import pytest
from dataclasses import replace
from tests.adapters.reports.load_runs_made_up import made_up
from truemirror.bootstrap import load
from truemirror.core.load.verdict import Verdict
from truemirror.errors import CouldNotRun

def run(config, profile, wish, watcher, progress):
    print("ran", profile.name, wish.where, wish.rate, wish.seconds)
    if wish.where == "live":
        raise CouldNotRun("the services did not start")
    ran = made_up()
    if wish.rate == 1:
        ran = replace(ran, verdicts=tuple(replace(one, verdict=Verdict.INVALID) for one in ran.verdicts))
    return ran

def pytest_configure(config):
    patch = pytest.MonkeyPatch()
    patch.setattr(load, "run_profile", run)
    patch.setattr(load, "keep_run", lambda config, ran: None)
    config.add_cleanup(patch.undo)  # this session runs in the process of others
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with one profile, whose runs are made up."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))
    pytester.makefile(".toml", truemirror='[services.public-api]\nowner = "team-api"\n')
    (pytester.mkdir("load") / "public-flow.toml").write_text(profile_toml(PROFILE))
    pytester.makeconftest(RUN)
    return pytester


def test_profiles_are_not_collected_unless_asked_for(project: pytest.Pytester) -> None:
    """A plain pytest run makes no load."""
    result = project.runpytest_inprocess("load")
    result.assert_outcomes()


def test_each_target_is_an_item(project: pytest.Pytester) -> None:
    """One that is held passes, one that is not fails with its numbers, and the profile ran once."""
    result = project.runpytest_inprocess("--load", "mirror", "--load-seconds", "30", "-s")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*log_in: FAIL, measured at 1 % of 6,000/s; says nothing about capacity*"])
    assert result.stdout.str().count("ran public-flow mirror 0.0 30.0") == 1


def test_what_shows_nothing_is_an_error(project: pytest.Pytester) -> None:
    """INVALID is no failure of the target, and no pass."""
    result = project.runpytest_inprocess("--load=mirror", "--load-rate", "1")
    result.assert_outcomes(errors=2)


def test_what_cannot_run_is_an_error(project: pytest.Pytester) -> None:
    """With its reason, and no traceback."""
    result = project.runpytest_inprocess("--load=live")
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*the services did not start*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_profile_with_mistakes_cannot_be_collected(project: pytest.Pytester) -> None:
    """Each is told with its line."""
    (project.path / "load" / "odd.toml").write_text('name = "odd"\nrate = 1\n')
    result = project.runpytest_inprocess("--load", "mirror", "load/odd.toml")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*odd.toml:2: rate*unknown key*"])
