"""`truemirror publish`: what it writes, what it refuses."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from truemirror.cli.main import run
from truemirror.errors import ExitCode


def _write(version: str, *, needs: tuple[str, ...] = ("id",)) -> None:
    schema = {"type": "object", "properties": {"id": {"type": "string"}}, "required": list(needs)}
    answers = {"200": {"description": "OK", "content": {"application/json": {"schema": schema}}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Tags", "version": version},
        "paths": {"/v1/tags": {"get": {"responses": answers}}},
    }
    folder = Path("contracts/tags") / version
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "openapi.yaml").write_text(yaml.safe_dump(document))


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("truemirror.toml").write_text("")


def _json(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_a_breaking_minor_is_refused_with_its_witness(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is written; the number that will do is named."""
    _write("1.0.0")
    assert run(["publish", "tags"]) == ExitCode.KEPT
    _write("1.1.0", needs=())
    capsys.readouterr()
    assert run(["publish", "tags", "--json"]) == ExitCode.BROKEN
    said = _json(capsys)
    assert (said["state"], said["deserved"], said["proposed"]) == ("undeserved", "major", "2.0.0")
    assert any(one["level"] == "break" and one["witness"] for one in said["findings"])
    assert list(json.loads(Path("contracts/tags/versions.json").read_text())["versions"]) == ["1.0.0"]


def test_a_changed_published_version_breaks_the_check(capsys: pytest.CaptureFixture[str]) -> None:
    """And publishing it again is refused."""
    _write("1.0.0")
    assert run(["publish", "tags"]) == ExitCode.KEPT
    assert run(["check"]) == ExitCode.KEPT
    _write("1.0.0", needs=())
    assert run(["check"]) == ExitCode.BROKEN
    assert "version-changed" in capsys.readouterr().out
    assert run(["publish", "tags"]) == ExitCode.BROKEN
    assert "refused: tags 1.0.0 is published, and promised something else" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["tags", "--deprecate"],
        ["tags", "1.0.0", "--deprecate"],
        ["tags", "--until", "2027-01-01"],
        ["deals"],
        ["tags", "1.0.0", "--deprecate", "--until", "2027-01-01"],
        ["tags", "--until", "soon"],
    ],
)
def test_a_wish_that_makes_no_sense_is_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """With what would have been right."""
    _write("1.0.0")
    assert run(["publish", *arguments]) == ExitCode.USAGE
    assert not Path("contracts/tags/versions.json").exists()


def _approve(fingerprint: str, until: str) -> None:
    text = f'[[waivers]]\nfingerprint = "{fingerprint}"\nreason = "nobody reads it"\nuntil = "{until}"\n'
    Path("truemirror.toml").write_text(text)


def test_an_approved_break_survives_other_commits_and_ends_on_its_day(capsys: pytest.CaptureFixture[str]) -> None:
    """Check and gate find a number that is too small, until the team approves of what breaks by its fingerprint."""
    _write("1.0.0")
    assert run(["publish", "tags"]) == ExitCode.KEPT
    _write("1.1.0", needs=())
    capsys.readouterr()
    assert run(["check", "--json"]) == ExitCode.BROKEN
    (found,) = (one for one in _json(capsys)["findings"] if one["level"] == "break")
    assert (found["rule"], found["expected"], found["actual"]) == ("version-undeserved", "2.0.0", "1.1.0")
    assert run(["gate"]) == ExitCode.BROKEN
    assert "deserves a major one" in capsys.readouterr().out
    assert run(["diff", "contracts/tags/1.0.0", "contracts/tags/1.1.0", "--json"]) == ExitCode.BROKEN
    fingerprint = next(one["fingerprint"] for one in _json(capsys)["findings"] if one["level"] == "break")

    _approve(fingerprint, "2999-12-31")
    assert run(["check"]) == ExitCode.KEPT
    document = Path("contracts/tags/1.1.0/openapi.yaml")
    changed = yaml.safe_load(document.read_text())
    changed["paths"]["/v1/tags"]["get"]["summary"] = "All tags"
    answer = {"200": {"description": "OK", "content": {"application/json": {"schema": {"type": "string"}}}}}
    changed["paths"] = {"/v1/about": {"get": {"responses": answer}}, **changed["paths"]}
    document.write_text(yaml.safe_dump(changed, sort_keys=False))
    assert run(["check"]) == ExitCode.KEPT
    assert run(["publish", "tags", "--check"]) == ExitCode.KEPT

    _approve(fingerprint, "2001-01-01")
    capsys.readouterr()
    assert run(["check", "--json"]) == ExitCode.BROKEN
    assert "version-undeserved" in {one["rule"] for one in _json(capsys)["findings"] if one["level"] == "break"}
    assert run(["publish", "tags"]) == ExitCode.BROKEN


def test_a_published_version_that_cannot_be_read_is_told_and_ends_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """The version in force is another one, and is still checked."""
    _write("1.0.0")
    assert run(["publish", "tags"]) == ExitCode.KEPT
    _write("2.0.0")
    Path("contracts/tags/1.0.0/openapi.yaml").write_text("{")
    capsys.readouterr()
    assert run(["check", "--json"]) == ExitCode.BROKEN
    said = _json(capsys)
    assert ["tags/1.0.0/openapi.yaml" in one["where"] for one in said["unreadable"]] == [True]
    assert said["contracts"]["tags"]["version"] == "2.0.0"


def test_a_refusal_tells_the_fingerprint_that_approves_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    """Written into a waiver as it is told, the same number is published, and that says what was approved of."""
    _write("1.0.0")
    run(["publish", "tags"])
    _write("1.1.0", needs=())
    capsys.readouterr()
    assert run(["publish", "tags"]) == ExitCode.BROKEN
    told = capsys.readouterr().out
    assert "approve of it by a waiver with a reason, with its fingerprint: " in told
    fingerprint = told.rpartition(": ")[2].strip()
    Path("truemirror.toml").write_text(f'[[waivers]]\nfingerprint = "{fingerprint}"\nreason = "nobody reads it"\n')
    assert run(["publish", "tags"]) == ExitCode.KEPT
    said = "its change since 1.0.0, which breaks only what waivers approve of, deserves a minor step"
    assert said in capsys.readouterr().out.replace("\n", " ")


def test_a_last_day_that_is_over_is_told_as_over(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody reads that a version is served when it is not."""
    _write("1.0.0")
    run(["publish", "tags"])
    capsys.readouterr()
    assert run(["publish", "tags", "1.0.0", "--deprecate", "--until", "2001-01-31"]) == ExitCode.KEPT
    assert capsys.readouterr().out == "tags 1.0.0 was to be served until 2001-01-31\n"
