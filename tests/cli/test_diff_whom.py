"""`truemirror diff` inside a project: whom a change concerns, and what the team lives with."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.core.contract.openapi.interfaces import TEXT, get

from truemirror.cli.main import run
from truemirror.errors import ExitCode

_TAG = {"type": "object", "properties": {"id": TEXT, "label": TEXT}, "required": ["id", "label"]}
_LESS = {"type": "object", "properties": {"id": TEXT}, "required": ["id"]}
_CONFIG = """
[services.tags]
owner = "team-tags"
[services.deals]
consumes = ["tags"]
[services.web]
consumes = ["deals"]
"""
_WAIVER = """
[[waivers]]
service = "tags"
rule = "required-attribute-removed"
reason = "nobody shows labels"
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project with two versions of a contract, the newer without an attribute."""
    monkeypatch.chdir(tmp_path)
    Path("truemirror.toml").write_text(_CONFIG)
    for version, tag in (("1.0.0", _TAG), ("1.1.0", _LESS)):
        folder = Path("contracts/tags") / version
        folder.mkdir(parents=True)
        (folder / "openapi.yaml").write_text(yaml.safe_dump(get(tag)))


def _found(capsys: pytest.CaptureFixture[str], *more: str, end: ExitCode = ExitCode.BROKEN) -> dict[str, Any]:
    """The answer for programs about the two versions."""
    assert run(["diff", "contracts/tags/1.0.0", "contracts/tags/1.1.0", "--json", *more]) == end
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_findings_name_owner_and_consumers(capsys: pytest.CaptureFixture[str]) -> None:
    """The folder tells the service, the configuration who calls it."""
    (one,) = _found(capsys)["findings"]
    assert (one["service"], one["owner"], one["consumers"]) == ("tags", "team-tags", ["deals"])
    assert run(["diff", "contracts/tags/1.0.0", "contracts/tags/1.1.0/openapi.yaml"]) == ExitCode.BROKEN
    assert "called by deals" in capsys.readouterr().out


def test_elsewhere_the_service_is_named_by_hand(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is guessed outside of the contracts; a name that nobody knows is wrong usage."""
    Path("contracts").rename("old")
    paths = ["diff", "old/tags/1.0.0", "old/tags/1.1.0", "--json"]
    assert run(paths) == ExitCode.BROKEN
    assert "consumers" not in json.loads(capsys.readouterr().out)["findings"][0]
    assert run([*paths, "--service", "tags"]) == ExitCode.BROKEN
    assert json.loads(capsys.readouterr().out)["findings"][0]["consumers"] == ["deals"]
    assert run([*paths, "--service", "tabs"]) == ExitCode.USAGE
    assert "tags" in capsys.readouterr().err


def test_a_waived_break_ends_well_and_stays_a_break(capsys: pytest.CaptureFixture[str]) -> None:
    """The verdict is what the documents say; the exit code is what the team does not live with."""
    Path("truemirror.toml").write_text(_CONFIG + _WAIVER)
    said = _found(capsys, end=ExitCode.KEPT)
    (one,) = said["findings"]
    assert (said["verdict"], one["level"], one["waived"]) == ("breaking", "info", "nobody shows labels")
    assert one["witness"] == {"id": ""}
    assert run(["diff", "contracts/tags/1.0.0", "contracts/tags/1.1.0"]) == ExitCode.KEPT
    assert capsys.readouterr().out.startswith("breaking, waived: ")


def test_a_waiver_of_another_service_or_of_yesterday_waives_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """One that ended is told beside what it waived."""
    Path("truemirror.toml").write_text(_CONFIG + _WAIVER.replace('"tags"', '"deals"'))
    assert [one["level"] for one in _found(capsys)["findings"]] == ["break"]
    Path("truemirror.toml").write_text(_CONFIG + _WAIVER + 'until = "2020-01-01"\n')
    assert [one["rule"] for one in _found(capsys)["findings"]] == ["required-attribute-removed", "waiver-ended"]


def test_a_format_is_a_promise_in_contracts(capsys: pytest.CaptureFixture[str]) -> None:
    """As it is when an answer is held to the contract; between bare schemas it is a word, unless somebody says so."""
    for version, named in (("1.0.0", "date-time"), ("1.1.0", "date")):
        schema = {"type": "string", "format": named, "$schema": "https://json-schema.org/draft/2020-12/schema"}
        folder = Path("contracts/tags") / version
        (folder / "openapi.yaml").write_text(yaml.safe_dump(get({"$ref": "day.json"})))
        (folder / "day.json").write_text(json.dumps(schema))
    (one,) = _found(capsys)["findings"]
    assert (one["rule"], one["level"]) == ("format-changed", "break")
    (one,) = _found(capsys, "--no-formats", end=ExitCode.KEPT)["findings"]
    assert (one["rule"], one["level"]) == ("format-changed", "warn")
    bare = ["diff", "contracts/tags/1.0.0/day.json", "contracts/tags/1.1.0/day.json"]
    assert (run(bare), run([*bare, "--formats"])) == (ExitCode.KEPT, ExitCode.BROKEN)
