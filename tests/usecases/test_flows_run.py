"""Flows are chosen by words and run; what nobody knows is never success."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from truemirror.config import Config, FlowsConfig
from truemirror.core.flow.quarantine import Quarantined
from truemirror.core.flow.standing import Past, Standing
from truemirror.errors import CouldNotRun, ExitCode, UsageError
from truemirror.usecases.flows_run import Flow, FlowResult, FlowsRun, chosen, list_flows, run_flows, suite_of

CONFIG = Config(root=Path("/repository"), flows=FlowsConfig(suite="suites/flows", pages="web"))
AT = "2026-11-24T12:00:00+00:00"


class Pytest:
    """Prints these lines into the report and ends so."""

    def __init__(self, *lines: Mapping[str, Any], status: int = 0, last: Sequence[str] = ()) -> None:
        self.lines, self.status, self.last = lines, status, last
        self.arguments: list[str] = []

    def __call__(
        self, arguments: Sequence[str], heard: Callable[[Mapping[str, Any]], None]
    ) -> tuple[int, Sequence[str]]:
        """Run."""
        self.arguments = list(arguments)
        for line in self.lines:
            heard(line)
        return self.status, self.last


def flow(standing: str = "passed", **more: Any) -> dict[str, Any]:
    """A line of the report about a flow."""
    past = {"test": "f.py::test_a", "target": "mirror", "standing": standing, "at": AT}
    return {"flow": {"title": "A", "folder": "report/flows", "beside": {}, "quarantine": "", **past, **more}}


def ran(*lines: Mapping[str, Any], status: int = 0, flaky_breaks: bool = False) -> FlowsRun:
    """A run that came out so."""
    return run_flows(["f.py"], [], Pytest(*lines, status=status), lambda _: None, flaky_breaks=flaky_breaks)


def test_flows_are_listed_with_what_history_and_quarantine_say() -> None:
    """The suite of the configuration is collected."""
    entry = Quarantined("f.py::test_b", "team-web", "2999-01-01", "flickers")
    config = replace(CONFIG, flows=replace(CONFIG.flows, quarantine=(entry,)))
    told = [{"test": f"f.py::test_{name}", "title": name, "about": "", "harmless": False} for name in "ab"]
    runner = Pytest({"collected": told})
    history = [Past("f.py::test_a", "mirror", Standing.FLAKY, AT)]
    first, second = list_flows(config, runner, history, "2026-11-24")
    assert runner.arguments[:2] == ["suites/flows", "--collect-only"]
    assert first.record is not None
    assert (first.record.flaky, first.quarantine) == (1, "")
    assert second.record is None
    assert "team-web" in second.quarantine


def test_a_suite_that_cannot_be_read_is_told_in_the_words_of_pytest() -> None:
    """Nothing is listed."""
    with pytest.raises(CouldNotRun, match="SyntaxError"):
        list_flows(CONFIG, Pytest(status=2, last=["SyntaxError: x"]), (), "2026-11-24")


def test_without_a_suite_it_is_said_where_to_write_it() -> None:
    """Nothing is guessed."""
    with pytest.raises(UsageError, match="no flows are configured"):
        suite_of(Config(root=Path()))


FLOWS = (Flow("f.py::test_ada", "Ada logs in", "She sees her name."), Flow("f.py::test_vic", "Vic may only read"))


@pytest.mark.parametrize(("words", "found"), [((), 2), (("LOGS", "ada"), 1), (("name",), 1), (("test_vic",), 1)])
def test_words_choose_the_flows_that_hold_all_of_them(words: tuple[str, ...], found: int) -> None:
    """In the title, in what its author says, or in the name of the test."""
    assert len(chosen(FLOWS, words)) == found


def test_words_that_fit_nothing_are_told_with_the_nearest_title() -> None:
    """A slip of the finger."""
    with pytest.raises(UsageError) as told:
        chosen(FLOWS, ("Ada", "loggs", "in"))
    assert told.value.nearest == "Ada logs in"


def test_every_result_is_heard_as_it_comes() -> None:
    """And the run knows where its pages are."""
    heard: list[FlowResult] = []
    whole = run_flows(["f.py"], ["--x"], Pytest(flow(), flow("failed"), status=1), heard.append)
    assert [one.past.standing for one in heard] == [Standing.PASSED, Standing.FAILED]
    assert whole.folder == "report/flows"


@pytest.mark.parametrize(
    ("line", "status", "code"),
    [
        (flow(), 0, ExitCode.KEPT),
        (flow("flaky"), 0, ExitCode.KEPT),
        (flow("failed"), 1, ExitCode.BROKEN),
        (flow("failed", quarantined=True), 0, ExitCode.KEPT),
        (flow("unknown"), 1, ExitCode.UNKNOWN),
        (flow(beside={"contract": {"text": "broken", "quarantined": ""}}), 1, ExitCode.BROKEN),
        (flow(beside={"contract": {"text": "broken", "quarantined": "until 2999"}}), 0, ExitCode.KEPT),
        (flow(), 1, ExitCode.BROKEN),
    ],
)
def test_a_run_ends_as_its_worst_flow(line: Mapping[str, Any], status: int, code: ExitCode) -> None:
    """What pytest says is never made better."""
    assert ran(line, status=status).exit_code is code


def test_a_flaky_flow_breaks_the_run_where_that_is_wanted() -> None:
    """As asked."""
    assert ran(flow("flaky"), flaky_breaks=True).exit_code is ExitCode.BROKEN


def test_a_run_without_a_flow_is_unknown() -> None:
    """No evidence is never success."""
    assert ran(status=5).exit_code is ExitCode.UNKNOWN
    assert ran().exit_code is ExitCode.UNKNOWN


def test_what_pytest_could_not_do_is_told_in_its_words() -> None:
    """Wrong usage is one thing, a defect another; Ctrl-C stays what it is."""
    with pytest.raises(UsageError, match="no such option"):
        run_flows(["f.py"], [], Pytest(status=4, last=["no such option"]), lambda _: None)
    with pytest.raises(CouldNotRun, match="INTERNALERROR"):
        run_flows(["f.py"], [], Pytest(status=3, last=["INTERNALERROR"]), lambda _: None)
    with pytest.raises(CouldNotRun, match="could not be run"):
        run_flows(["f.py"], [], Pytest(status=1), lambda _: None)
    with pytest.raises(KeyboardInterrupt):
        run_flows(["f.py"], [], Pytest(status=2), lambda _: None)
