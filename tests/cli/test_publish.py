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
