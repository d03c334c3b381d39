"""`truemirror infer` as it is used."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from tests.core.contract.deals_contract import deal, error, exchange, page

from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.cli.main import run
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange
from truemirror.errors import ExitCode

SEEN = (
    exchange("GET", "/v1/deals/d1", 200, deal()),
    exchange("GET", "/v1/deals?limit=1", 200, page(deal())),
    exchange("GET", "/v1/deals/d2", 404, error()),
)


def _record(folder: Path, *seen: Exchange, service: str = "deals") -> None:
    MirrorFiles(folder / "mirrors").save(Mirror(service, "0", (Scenario("default", seen or SEEN, "2026-01-31"),)))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one recorded service, as the working directory."""
    (tmp_path / "truemirror.toml").write_text('[services.deals]\nowner = "team-deals"\n')
    monkeypatch.chdir(tmp_path)
    _record(tmp_path)
    return tmp_path


def test_a_first_contract_is_written(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was written is listed, and the documents are there."""
    assert run(["infer", "deals"]) == ExitCode.KEPT
    assert capsys.readouterr().out.splitlines() == [
        "deals 1.0.0 created: 2 operations, 2 shapes, from 3 exchanges",
        "  contracts/deals/1.0.0/openapi.yaml",
        "  contracts/deals/1.0.0/schemas/deal.schema.json",
        "  contracts/deals/1.0.0/schemas/error.schema.json",
    ]
    document = yaml.safe_load((project / "contracts/deals/1.0.0/openapi.yaml").read_text())
    assert list(document["paths"]) == ["/v1/deals", "/v1/deals/{deal_id}"]


def test_inferring_again_changes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same mirror promises the same."""
    run(["infer", "deals"])
    capsys.readouterr()
    assert run(["infer", "deals"]) == ExitCode.KEPT
    assert capsys.readouterr().out.splitlines() == [
        "deals 1.0.0 unchanged: 2 operations, 2 shapes, from 3 exchanges",
        "  contracts/deals/1.0.0 promises the same",
    ]


def test_a_version_that_would_change_is_shown_and_left(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The differences, the two ways on, and an exit code that stops a script."""
    run(["infer", "deals"])
    before = (project / "contracts/deals/1.0.0/openapi.yaml").read_bytes()
    _record(project, *SEEN, exchange("DELETE", "/v1/deals/d1", 204))
    capsys.readouterr()
    assert run(["infer", "deals"]) == ExitCode.BROKEN
    told = capsys.readouterr().out
    assert "    + openapi.yaml#/paths/~1v1~1deals~1{deal_id}/delete: object with responses" in told
    assert "  fix: truemirror infer deals --as 1.1.0\n" in told
    assert (project / "contracts/deals/1.0.0/openapi.yaml").read_bytes() == before


@pytest.mark.parametrize(("option", "folder"), [(["--as", "1.1.0"], "1.1.0"), (["--overwrite"], "1.0.0")])
def test_both_ways_on_lead_on(project: Path, option: list[str], folder: str) -> None:
    """The commands that were shown do what they say."""
    run(["infer", "deals"])
    _record(project, *SEEN, exchange("DELETE", "/v1/deals/d1", 204))
    assert run(["infer", "deals", *option]) == ExitCode.KEPT
    assert "delete:" in (project / "contracts/deals" / folder / "openapi.yaml").read_text()


def test_several_services_at_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One that differs is enough to stop a script; the others are written."""
    _record(project, service="tags")
    run(["infer", "deals"])
    _record(project, *SEEN, exchange("DELETE", "/v1/deals/d1", 204))
    capsys.readouterr()
    assert run(["infer", "deals", "tags", "--json"]) == ExitCode.BROKEN
    told = json.loads(capsys.readouterr().out)
    assert [(one["service"], one["state"], one["proposed"]) for one in told] == [
        ("deals", "differs", "1.1.0"),
        ("tags", "created", ""),
    ]


def test_a_change_that_breaks_is_proposed_as_a_major_step(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An attribute that is gone breaks whoever reads it."""
    run(["infer", "deals"])
    renamed = {("name" if name == "title" else name): value for name, value in deal().items()}
    _record(project, exchange("GET", "/v1/deals/d1", 200, renamed), *SEEN[2:])
    capsys.readouterr()
    assert run(["infer", "deals"]) == ExitCode.BROKEN
    told = capsys.readouterr().out
    assert "  what it promises changes by a major step\n  fix: truemirror infer deals --as 2.0.0\n" in told


def test_a_lock_that_recordings_contradict_stops_a_script(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The lock is kept, the place named, and how many exchanges say otherwise."""
    run(["infer", "deals"])
    path = project / "contracts/deals/1.0.0/schemas/deal.schema.json"
    schema = json.loads(path.read_text())
    schema["properties"]["title"] |= {"enum": ["Ten desks"], "x-truemirror": {"locked": ["enum"]}}
    path.write_text(json.dumps(schema))
    capsys.readouterr()
    assert run(["infer", "deals"]) == ExitCode.BROKEN
    told = capsys.readouterr().out
    assert "  1 locked place kept as written\n  2 locks that recordings do not keep:\n" in told
    assert "schemas/deal.schema.json#/properties/title: response-enum-unknown" in told


def test_several_shapes_of_errors_are_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Which, who answers them, and what they are known as."""
    busy = {"type": "about:blank", "title": "Busy", "status": 503}
    _record(project, *SEEN, exchange("GET", "/v1/deals", 503, busy), exchange("GET", "/v1/deals", 401, error()))
    assert run(["infer", "deals"]) == ExitCode.KEPT
    assert capsys.readouterr().out.splitlines()[-3:] == [
        "  2 operations answer 2 shapes of errors:",
        "    error (error object with a code): 2 operations, 401, 404",
        "    error-2 (RFC 9457 problem): 1 operation, 503; rare: GET /v1/deals 503",
    ]


def test_questions_are_told_when_asked(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the number that each decision rests on; as JSON always."""
    assert run(["infer", "deals", "--questions"]) == ExitCode.KEPT
    assert "    schemas/deal.schema.json: weak: required " in capsys.readouterr().out
    run(["infer", "deals", "--json"])
    assert {one["kind"] for one in json.loads(capsys.readouterr().out)["questions"]} >= {"required"}


def test_a_person_says_what_is_a_map(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By place; for contracts the decision is locked instead."""
    path = tmp_path / "samples.jsonl"
    path.write_text('{"sizes": {"small": 1}, "rates": {"EUR": 1, "USD": 2}}\n')
    assert run(["infer", "--samples", str(path), "--map", "/sizes", "--object", "/rates"]) == ExitCode.KEPT
    found = json.loads(capsys.readouterr().out)["properties"]
    assert found["sizes"]["additionalProperties"] == {"type": "integer"}
    assert sorted(found["rates"]["properties"]) == ["EUR", "USD"]
    assert run(["infer", "deals", "--map", "/sizes"]) == ExitCode.USAGE


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["infer"], "nearest: deals"),
        (["infer", "deal"], "nearest: deals"),
        (["infer", "deals", "--as", "next"], "no version"),
        (["infer", "deals", "--from", "7"], "no mirror"),
        (["infer", "deals", "--samples", "x"], "not both"),
        (["infer", "--samples", "nowhere.jsonl"], "nowhere.jsonl"),
    ],
)
def test_wrong_usage_says_what_would_be_right(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], what: str
) -> None:
    """Exit code 2, and nothing written."""
    assert run(arguments) == ExitCode.USAGE
    assert what in capsys.readouterr().err
    assert not (project / "contracts").exists()


def test_a_schema_from_samples(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One schema on standard output, which all samples conform to."""
    samples: list[Any] = [{"id": "d1", "n": 1}, {"id": "d2", "n": None, "more": []}]
    path = tmp_path / "samples.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in samples))
    assert run(["infer", "--samples", str(path)]) == ExitCode.KEPT
    schema = json.loads(capsys.readouterr().out)
    assert all(Draft202012Validator(schema).is_valid(one) for one in samples)
    assert schema["required"] == ["id", "n"]
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_a_bad_sample_names_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing on standard output, file and line on standard error."""
    path = tmp_path / "samples.jsonl"
    path.write_text('{"a": 1}\n{"a": \n')
    assert run(["infer", "--samples", str(path)]) == ExitCode.COULD_NOT_RUN
    told = capsys.readouterr()
    assert told.out == ""
    assert f"{path}, line 2" in told.err
