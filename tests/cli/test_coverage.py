"""`truemirror coverage` as it is used."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.core.contract.deals_contract import deal, documents, error, exchange, page

from truemirror.adapters.contract_files import ContractFiles
from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.bootstrap.coverage import report_used
from truemirror.cli.main import run
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.errors import ExitCode
from truemirror.usecases.replay import Replayer

LIST = exchange("GET", "/v1/deals?stage=lead", 200, page())
ONE = exchange("GET", "/v1/deals/d1", 200, deal())
MISSING = exchange("GET", "/v1/deals/d9", 404, error())
MIRROR = Mirror("deals", "1.0.0", (Scenario("ada", (ONE, MISSING), "2026-01-31"), Scenario("bob", (LIST,), "")))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a contract and a mirror, as the working directory."""
    (tmp_path / "truemirror.toml").write_text('[services.deals]\nowner = "team-deals"\n')
    monkeypatch.chdir(tmp_path)
    ContractFiles(tmp_path / "contracts").save("deals", "1.0.0", documents())
    MirrorFiles(tmp_path / "mirrors").save(MIRROR)
    replayer = Replayer(MIRROR)
    replayer.answer(ONE.request)
    report_used(tmp_path / "used.json", {"deals": replayer})
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """What it says to programs, of the only mirror."""
    run(["coverage", "--json", *arguments])
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


@pytest.mark.usefixtures("project")
def test_without_a_run_use_is_not_run_and_never_zero(capsys: pytest.CaptureFixture[str]) -> None:
    """In the table and for programs."""
    assert run(["coverage"]) == ExitCode.KEPT
    out = capsys.readouterr().out
    assert "not run" in out
    assert "0 of 3" not in out
    (mirror,) = told(capsys)["mirrors"]
    assert mirror["used"] is mirror["operations"]["used"] is mirror["error_statuses"]["used"] is None


@pytest.mark.usefixtures("project")
def test_with_a_run_every_gap_has_a_line_and_a_next_step(capsys: pytest.CaptureFixture[str]) -> None:
    """What nobody used is named by scenario and by recording."""
    assert run(["coverage", "deals", "--used", "used.json"]) == ExitCode.KEPT
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert "POST /v1/deals" in lines
    assert "next  truemirror serve deals --mode record-missing --upstream deals=URL" in lines
    assert "ada 0002  GET /v1/deals/d9" in lines
    assert "bob  (1 recording)" in lines
    assert "next  when nobody needs them, delete their folders in mirrors/deals/1.0.0" in lines


@pytest.mark.usefixtures("project")
def test_the_age_is_shown_with_what_nobody_knows(capsys: pytest.CaptureFixture[str]) -> None:
    """One scenario has no day."""
    (mirror,) = told(capsys)["mirrors"]
    assert mirror["age"]["oldest"] == mirror["age"]["newest"] == "2026-01-31"
    assert mirror["age"]["undated"] == 1
    assert (mirror["version"], mirror["contract"]) == ("1.0.0", "1.0.0")
    assert run(["coverage"]) == ExitCode.KEPT
    assert "(2026-01-31), 1 undated" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--min-operations", "50"], ExitCode.KEPT),
        (["--min-operations", "51"], ExitCode.BROKEN),
        (["--used", "used.json", "--min-used", "33"], ExitCode.KEPT),
        (["--used", "used.json", "--min-used", "34"], ExitCode.BROKEN),
        (["--min-used", "1"], ExitCode.UNKNOWN),
    ],
)
@pytest.mark.usefixtures("project")
def test_limits_decide_the_exit_code(arguments: list[str], code: ExitCode) -> None:
    """Two of four operations are recorded, one of three recordings is used; what nobody measured is unknown."""
    assert run(["coverage", *arguments]) == code


def test_nothing_to_say_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a mirror nor a contract."""
    monkeypatch.chdir(tmp_path)
    assert run(["coverage"]) == ExitCode.UNKNOWN


@pytest.mark.usefixtures("project")
def test_a_service_that_nobody_knows_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """The nearest are named."""
    assert run(["coverage", "tags"]) == ExitCode.USAGE
    assert "nearest: deals" in capsys.readouterr().err


def test_a_file_that_is_no_report_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With its line, and not as a defect of ours."""
    (project / "used.json").write_text("{\n torn")
    assert run(["coverage", "--used", "used.json"]) == ExitCode.COULD_NOT_RUN
    assert "used.json:2: this is no JSON" in capsys.readouterr().err


def test_a_mirror_that_cannot_be_read_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The rest is counted."""
    (project / "mirrors/deals/1.0.0/bob/0001.json").write_text("{torn")
    assert run(["coverage"]) == ExitCode.BROKEN
    out = capsys.readouterr().out
    assert "bob/0001.json" in out
    assert "deals 1.0.0" in out


def test_a_recording_that_changed_since_the_run_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its use counts for nothing."""
    other = exchange("GET", "/v1/deals/d1", 200, deal(title="another"))
    MirrorFiles(project / "mirrors").save(Mirror("deals", "1.0.0", (Scenario("ada", (other,), "2026-01-31"),)))
    assert run(["coverage", "--used", "used.json"]) == ExitCode.KEPT
    assert "1 used recordings are not there any more" in capsys.readouterr().out


def test_a_service_that_the_run_did_not_ask_was_not_used(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """That is known, and is zero."""
    report_used(project / "used.json", {})
    (mirror,) = told(capsys, "--used", "used.json")["mirrors"]
    assert mirror["used"] == 0


def test_the_gate_warns_of_a_mirror_that_is_too_old_or_breaks(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the configuration says, with the command that records it again."""
    MirrorFiles(project / "mirrors").save(Mirror("deals", "1.0.0", (Scenario("ada", (ONE, MISSING), "2024-02-29"),)))
    limit = '[services.deals]\nowner = "team-deals"\nmax_age_days = 30\n'
    (project / "truemirror.toml").write_text(limit)
    assert run(["gate", "--no-suites"]) == ExitCode.KEPT
    assert "! deals: " in capsys.readouterr().out
    (project / "truemirror.toml").write_text('stale = "refuse"\n' + limit)
    assert run(["gate", "--no-suites"]) == ExitCode.BROKEN
    out = capsys.readouterr().out
    assert "days old, allowed are 30" in out
    assert "truemirror record deals --upstream URL" in out


def test_what_was_recorded_cannot_steer_the_terminal(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A scenario's name may hold anything."""
    MirrorFiles(project / "mirrors").save(Mirror("deals", "1.0.0", (Scenario("\x1b[2Jada", (LIST,), "2026-01-31"),)))
    report_used(project / "used.json", {})
    assert run(["coverage", "--used", "used.json"]) == ExitCode.KEPT
    out = capsys.readouterr().out
    assert "\x1b[2J" not in out
    assert "\N{REPLACEMENT CHARACTER}[2Jada  (1 recording)" in out
