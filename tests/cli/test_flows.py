"""`truemirror flows` as people use it who write no Python; the browser itself is used in tests/pytest_plugin."""

import json
from pathlib import Path
from typing import Any

import pytest

from truemirror.adapters.flow_history import write_history
from truemirror.bootstrap.flow_pages import keep_trace
from truemirror.cli.main import run
from truemirror.core.flow.standing import Past, Standing
from truemirror.core.flow.trace import Call, Outcome, Said, Step, Target, Trace, Try
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.errors import ExitCode

AT = "2026-11-24T12:00:00+00:00"
CONFIGURATION = """
[flows]
suite = "flows"
pages = "shop"

[services.shop]
hosts = ["shop.internal"]

[[flows.quarantine]]
test = "flows/test_shop.py::test_the_list_is_sorted"
owner = "team-shop"
until = "2999-01-01"
reason = "it flickers"
"""
FLOWS = '''
import pytest


@pytest.mark.harmless
def test_ada_logs_in(visitor):
    """She sees her name."""
    visitor.open("/")


def test_the_list_is_sorted(visitor):
    visitor.open("/")
'''


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two flows, as the working directory."""
    (tmp_path / "truemirror.toml").write_text(CONFIGURATION)
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "test_shop.py").write_text(FLOWS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(body: bytes, recording: str = "") -> Call:
    """A call of a page."""
    answer = Response(200, headers=Headers((("Content-Type", "application/json"),)), body=body)
    exchange = Exchange(Request("GET", "/v1/tags"), answer)
    url = "http://shop.internal/v1/tags"
    return Call(url, exchange, 1.0, service="shop", operation="GET /v1/tags", recording=recording)


def keep(folder: Path, outcome: Outcome, body: bytes = b'{"label": "new"}', target: Target = Target.MIRROR) -> None:
    """A trace of the first flow."""
    steps = (Step("open /", 1.0, 20.0), Step('click button "Buy"', 30.0, 10.0, "it is not enabled"))
    said = (Said("error", "x is undefined", 2.0),)
    message = "" if outcome is Outcome.PASSED else "PageError: it is not enabled"
    one = Try(1, outcome, message, 1.5, steps, (call(body),), said)
    keep_trace(folder, Trace("flows/test_shop.py::test_ada_logs_in", target, (one,), AT, "fake 1"))


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """What it says to programs."""
    run(["flows", *arguments, "--json"])
    return json.loads(capsys.readouterr().out)


def test_flows_are_listed_by_their_titles_with_how_they_stood(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the order of their files; what is harmless, flaky or in quarantine says so."""
    past = Past("flows/test_shop.py::test_ada_logs_in", "mirror", Standing.FLAKY, AT, 2)
    write_history(shop / "report" / "flows", [past])
    assert run(["flows", "list"]) == ExitCode.KEPT
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "flows/test_shop.py"
    assert shown[1].split() == ["flaky", "Ada", "logs", "in", "(harmless;", "flaky", "in", "1", "of", "1", "runs)"]
    assert "new" in shown[2]
    assert "The list is sorted  (in quarantine until 2999-01-01: it flickers (ask team-shop))" in shown[2]


def test_words_choose_flows(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And words that fit nothing are told with the nearest title."""
    (one,) = document(capsys, "list", "ada")
    assert (one["title"], one["about"], one["harmless"]) == ("Ada logs in", "She sees her name.", True)
    assert run(["flows", "list", "sorted", "lists"]) == ExitCode.USAGE
    assert "nearest: The list is sorted" in capsys.readouterr().err


def test_a_quarantine_that_names_no_flow_is_told(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A flow was renamed; one that names a result beside a flow is not idle."""
    named = CONFIGURATION.replace("test_the_list_is_sorted", "test_gone")
    more = named[named.index("[[") :].replace("test_gone", "test_ada_logs_in::contract")
    (shop / "truemirror.toml").write_text(named + more)
    run(["flows", "list"])
    told = capsys.readouterr().err
    assert "the quarantine of flows/test_shop.py::test_gone names no flow; its owner is team-shop" in told
    assert "::contract" not in told


def test_without_flows_it_is_said_how_to_begin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the line to write."""
    monkeypatch.chdir(tmp_path)
    assert run(["flows", "list"]) == ExitCode.USAGE
    assert 'suite = "suites/flows"' in capsys.readouterr().err


def test_without_a_browser_nothing_is_started_and_the_line_that_installs_it_is_told(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It could not run, which is neither success nor failure."""
    monkeypatch.setenv("PATH", str(shop))
    assert run(["flows", "run"]) == ExitCode.COULD_NOT_RUN
    assert "apt-get install chromium chromium-driver" in capsys.readouterr().err


def test_a_service_that_nobody_can_stand_for_is_unknown_and_told(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every flow has its line; nothing is known of the pages."""
    monkeypatch.setattr("truemirror.bootstrap.flows_command.check_browser", lambda: None)
    status = run(["flows", "run", "ada"])
    shown = capsys.readouterr().out
    assert "Ada logs in" in shown
    assert "shop is needed and has neither a mirror nor a `start` line" in shown
    assert status == ExitCode.UNKNOWN


def test_wrong_options_are_told_in_the_words_of_pytest(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As wrong usage."""
    monkeypatch.setattr("truemirror.bootstrap.flows_command.check_browser", lambda: None)
    assert run(["flows", "run", "--environment", "staging"]) == ExitCode.USAGE
    assert "there is no environment 'staging'" in capsys.readouterr().err


def test_what_failed_is_shown_with_its_last_steps_and_its_page(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What passed is not, unless it is named."""
    keep(shop / "report" / "flows", Outcome.FAILED)
    assert run(["flows", "show"]) == ExitCode.KEPT
    shown = capsys.readouterr().out
    assert 'click button "Buy": it is not enabled' in shown
    assert "console: x is undefined" in shown
    assert "page: report/flows/" in shown
    (one,) = document(capsys, "show", "ADA_logs")
    assert (one["outcome"], one["target"]) == ("failed", "mirror")
    assert Path(one["page"]).is_file()


def test_where_nothing_failed_that_is_said(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And where all flows are."""
    keep(shop / "report" / "flows", Outcome.PASSED)
    assert run(["flows", "show"]) == ExitCode.KEPT
    assert "none failed" in capsys.readouterr().out
    assert run(["flows", "show", "nobody"]) == ExitCode.USAGE
    assert "test_ada_logs_in" in capsys.readouterr().err


def test_before_the_first_run_there_is_nothing_to_show(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the command that comes first."""
    assert run(["flows", "show"]) == ExitCode.USAGE
    assert "fix: truemirror flows run" in capsys.readouterr().err


def test_a_mirror_that_answers_otherwise_than_the_live_service_is_named(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By service and operation; equal runs are equal, and runs that share no flow tell nothing."""
    mirror, live, none = shop / "mirror", shop / "live", shop / "none"
    keep(mirror, Outcome.PASSED)
    keep(live, Outcome.PASSED, b'{"name": "new"}', Target.LIVE)
    none.mkdir()
    assert run(["flows", "compare", str(mirror), str(live)]) == ExitCode.BROKEN
    assert "mirror drift: shop: GET /v1/tags" in capsys.readouterr().out
    assert run(["flows", "compare", str(mirror), str(mirror)]) == ExitCode.KEPT
    assert run(["flows", "compare", str(mirror), str(none)]) == ExitCode.UNKNOWN


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    """Of the group and of each of its commands."""
    for words in ([], ["list"], ["run"], ["show"], ["compare"]):
        assert run(["flows", *words, "--help"]) == ExitCode.KEPT
        assert "truemirror flows" in capsys.readouterr().out.partition("Example")[2]
