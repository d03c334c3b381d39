"""`truemirror diff` inside a project: whom a change concerns, and what the team lives with."""

import json
import subprocess
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


def test_versions_are_named_by_their_service(capsys: pytest.CaptureFixture[str]) -> None:
    """SERVICE@VERSION is the folder among the contracts, and tells whom it concerns."""
    assert run(["diff", "tags@1.0.0", "tags@1.1.0", "--json"]) == ExitCode.BROKEN
    assert json.loads(capsys.readouterr().out)["findings"][0]["consumers"] == ["deals"]


def test_a_version_that_is_not_there_names_those_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong usage, with the versions there are."""
    assert run(["diff", "tags@1.0.0", "tags@2.0.0"]) == ExitCode.USAGE
    assert "tags@1.1.0" in capsys.readouterr().err


def _git(*arguments: str) -> None:
    """A git command that has to succeed."""
    who = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.invalid"]
    subprocess.run(["git", *who, *arguments], check=True, capture_output=True, stdin=subprocess.DEVNULL)


def test_a_side_may_be_what_git_remembers(capsys: pytest.CaptureFixture[str]) -> None:
    """A folder as it was in a commit, and its service with it; nothing is left behind."""
    _git("init", "-q")
    _git("add", "contracts/tags/1.0.0")
    _git("commit", "-qm", "the first version")
    Path("contracts/tags/1.0.0/openapi.yaml").write_text(yaml.safe_dump(get(_LESS)))
    assert run(["diff", "HEAD:contracts/tags/1.0.0", "contracts/tags/1.0.0", "--json"]) == ExitCode.BROKEN
    (found,) = json.loads(capsys.readouterr().out)["findings"]
    assert (found["rule"], found["service"]) == ("required-attribute-removed", "tags")
    assert run(["diff", "HEAD:contracts/tags/1.0.0/openapi.yaml", "HEAD:contracts/tags/1.0.0"]) == ExitCode.KEPT


@pytest.mark.parametrize(
    ("old", "end"),
    [
        ("HEAD:contracts/tags/9.9.9", ExitCode.COULD_NOT_RUN),
        ("nowhere:contracts/tags/1.0.0", ExitCode.USAGE),
        ("--output=x:contracts", ExitCode.USAGE),
        ("HEAD:../elsewhere", ExitCode.COULD_NOT_RUN),
    ],
)
def test_what_git_does_not_know_is_refused(old: str, end: ExitCode, capsys: pytest.CaptureFixture[str]) -> None:
    """With a sentence and the way to say it."""
    _git("init", "-q")
    _git("add", ".")
    _git("commit", "-qm", "the first version")
    assert run(["diff", "--", old, "contracts/tags/1.1.0"]) == end
    assert "fix: " in capsys.readouterr().err
