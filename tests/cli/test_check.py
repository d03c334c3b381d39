"""`truemirror check` as it is used."""

import json
from pathlib import Path

import pytest
from tests.core.contract.deals_contract import deal, documents, error, exchange, page

from truemirror.adapters.contract_files import ContractFiles
from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.cli.main import run
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange
from truemirror.errors import ExitCode

GOOD = exchange("GET", "/v1/deals/d1", 200, deal())
MISSING = exchange("GET", "/v1/deals/d9", 404, error())


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a contract and a mirror that keeps it, as the working directory."""
    (tmp_path / "truemirror.toml").write_text(
        '[services.deals]\nowner = "team-deals"\n[services.web]\nconsumes = ["deals"]\n'
    )
    monkeypatch.chdir(tmp_path)
    ContractFiles(tmp_path / "contracts").save("deals", "1.0.0", documents())
    _record(tmp_path, GOOD, MISSING)
    return tmp_path


def _record(project: Path, *seen: Exchange) -> None:
    MirrorFiles(project / "mirrors").save(Mirror("deals", "1.0.0", (Scenario("ada", seen, "2026-01-31"),)))


def test_what_is_kept_is_said_in_a_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Notes are counted, and the last line says what it rests on."""
    assert run(["check"]) == ExitCode.KEPT
    assert capsys.readouterr().out.splitlines() == [
        "notes: 3 operation-unrecorded (--verbose shows them)",
        "kept: 1 contract, 2 recorded exchanges, 1 of 4 operations recorded; 0 break, 0 warn, 3 info",
    ]


def test_what_breaks_is_said_in_full(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rule, place, expectation, the contract's line, the recording, who calls it, and where else."""
    broken = deal(title=...)
    _record(
        project,
        exchange("GET", "/v1/deals/d1", 200, broken),
        exchange("GET", "/v1/deals?stage=lead", 200, page(broken)),
    )
    assert run(["check", "deals"]) == ExitCode.BROKEN
    assert capsys.readouterr().out.splitlines()[:8] == [
        "deals  (owner: team-deals)",
        "  ✗ response-attribute-missing  GET /v1/deals response 200 body /items/0/title",
        "      `items[0].title` is missing",
        "      expected string, actual absent",
        "      contract schemas/deal.schema.json#/properties/title",
        "      seen in mirrors/deals/1.0.0/ada, exchange 2",
        "      called by web",
        "      also at GET /v1/deals/{deal_id} response 200 body /title",
    ]


def test_notes_are_shown_when_asked_for(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each with its place."""
    assert run(["check", "--verbose"]) == ExitCode.KEPT
    assert "  · operation-unrecorded  POST /v1/deals" in capsys.readouterr().out


def test_programs_get_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Everything that people see, and the fingerprints."""
    _record(project, exchange("GET", "/v1/deals/d1", 200, b"<p>oops</p>"))
    assert run(["check", "--json"]) == ExitCode.BROKEN
    told = json.loads(capsys.readouterr().out)
    assert told["verdict"] == "broken"
    assert told["checked"] == {"deals": 1}
    assert told["contracts"] == {"deals": {"version": "1.0.0", "operations": 4, "recorded": 1}}
    found = told["findings"][0]
    assert (found["rule"], found["level"], found["owner"]) == ("response-not-json", "break", "team-deals")
    assert len(found["fingerprint"]) == 12


def test_files_that_cannot_be_read_are_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each with its line; the rest is checked all the same."""
    (project / "contracts/deals/1.0.0/schemas/tag.schema.json").write_text('{"a": 1,\n}')
    (project / "mirrors/deals/1.0.0/ada/0001.json").write_text("{")
    assert run(["check"]) == ExitCode.BROKEN
    told = capsys.readouterr().out
    assert f"✗ {project}/contracts/deals/1.0.0/schemas/tag.schema.json, line 2\n    cannot be read: is not JSON" in told
    assert "mirrors/deals/1.0.0/ada/0001.json" in told
    assert "Traceback" not in told


def test_nothing_to_check_is_unknown(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 3, and what to do."""
    assert run(["check", "--mirrors", "none", "--contracts", "none"]) == ExitCode.UNKNOWN
    assert capsys.readouterr().out.splitlines() == [
        "nothing to check: 0 contracts, 0 recorded exchanges, 0 of 0 operations recorded; 0 break, 0 warn, 0 info",
        "fix: record a service and infer its contract: truemirror record, truemirror infer",
    ]


def test_one_side_can_be_asked_for(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Contracts alone rest on no exchange."""
    assert run(["check", "--only", "contracts"]) == ExitCode.KEPT
    assert capsys.readouterr().out == (
        "kept: 1 contract, 0 recorded exchanges, 0 of 4 operations recorded; 0 break, 0 warn, 0 info\n"
    )


def test_an_unknown_service_names_the_known(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A slip in a name is wrong usage."""
    assert run(["check", "deal"]) == ExitCode.USAGE
    assert "nearest: deals" in capsys.readouterr().err


def test_brackets_and_escapes_in_bodies_are_shown_as_they_are(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a service answers can neither style nor steer the terminal."""
    _record(project, exchange("GET", "/v1/deals/d1", 200, deal(stage="[red]x\x1b[2J", **{"\x1b[1mk": 1})))
    run(["check", "--verbose"])
    told = capsys.readouterr().out
    assert 'actual string "[red]x\\u001b[2J"' in told
    assert "\x1b" not in told
