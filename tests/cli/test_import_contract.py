"""`truemirror import openapi`, `truemirror export openapi` and `truemirror export schemas` as they are used."""

import json
from pathlib import Path

import pytest
import yaml
from tests.core.contract.carry.documents import OLD, openapi

from truemirror.cli.main import run
from truemirror.errors import ExitCode


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an OpenAPI document over three files, as the working directory."""
    for path, content in OLD.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(json.dumps(content) if path.endswith("json") else yaml.safe_dump(content))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(one.relative_to(folder)): one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file()}


def test_a_document_becomes_a_folder_and_a_bundle_that_mean_the_same(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its own version is the contract's; `diff` says compatible both ways."""
    assert run(["import", "openapi", "api.yaml", "--service", "pets"]) == ExitCode.KEPT
    told = capsys.readouterr().out
    assert told.startswith(
        "imported pets 2.1.0: 1 operation, 7 documents beside openapi.yaml  into contracts/pets/2.1.0"
    )
    assert "api.yaml#/components/schemas/cat: its name cannot" in told
    assert run(["export", "openapi", "pets", "-o", "bundle.yaml"]) == ExitCode.KEPT
    assert run(["export", "schemas", "pets", "-o", "schemas.json"]) == ExitCode.KEPT
    assert "exported pets 2.1.0: 6 schemas  into schemas.json" in capsys.readouterr().out
    for sides in (["api.yaml", "contracts/pets/2.1.0"], ["contracts/pets/2.1.0", "bundle.yaml"]):
        assert run(["diff", *sides, "--mode", "full"]) == ExitCode.KEPT
    assert run(["check", "pets"]) == ExitCode.KEPT


def test_a_version_that_says_something_else_is_not_overwritten(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing changes until that is asked for; the same again is no change."""
    run(["import", "openapi", "api.yaml", "--service", "pets", "--as", "1.0.0"])
    before = files(project / "contracts")
    assert run(["import", "openapi", "api.yaml", "--service", "pets", "--as", "1.0.0"]) == ExitCode.KEPT
    Path("other.json").write_text(json.dumps(openapi()))
    other = ["import", "openapi", "other.json", "--service", "pets", "--as", "1.0.0"]
    assert run(other) == ExitCode.USAGE
    assert "--as 1.1.0, or add --overwrite" in capsys.readouterr().err
    assert files(project / "contracts") == before
    assert (
        run(["import", "openapi", "other.json", "--service", "pets", "--as", "1.0.0", "--overwrite"]) == ExitCode.KEPT
    )
    assert not (project / "contracts/pets/1.0.0/schemas/Dog.schema.json").exists()


def test_a_published_version_is_never_overwritten(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Not even when that is asked for."""
    run(["import", "openapi", "api.yaml", "--service", "pets", "--as", "1.0.0"])
    assert run(["publish", "pets"]) == ExitCode.KEPT
    Path("other.json").write_text(json.dumps(openapi()))
    given = ["import", "openapi", "other.json", "--service", "pets", "--as", "1.0.0", "--overwrite"]
    assert run(given) == ExitCode.USAGE
    assert "it is published" in capsys.readouterr().err


def test_results_are_json_on_request(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was left out included."""
    run(["import", "openapi", "api.yaml", "--service", "pets", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert (told["version"], told["operations"], len(told["left_out"])) == ("2.1.0", 1, 2)
    run(["export", "openapi", "pets"])
    assert json.loads(capsys.readouterr().out)["openapi"] == "3.1.0"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not"),
        ('{"openapi": "3.0.0", "openapi": "3.1.0"}', "written twice"),
        ('{"swagger": "2.0"}', "came before OpenAPI 3"),
        ('{"a": 1}', "of no version"),
        (json.dumps(openapi(schema={"$ref": "../../etc/passwd.json"})), "does not exist"),
        (json.dumps(openapi(schema={"type": "elephant"})), "no valid JSON Schema"),
        ("[" * 5000, "deep"),
    ],
)
def test_bad_documents_are_an_error_and_nothing_is_written(
    content: str, said: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the place and what to do."""
    Path("bad.json").write_text(content)
    assert run(["import", "openapi", "bad.json", "--service", "pets"]) not in (ExitCode.KEPT, ExitCode.BROKEN)
    assert said in capsys.readouterr().err
    assert not (project / "contracts").exists()


@pytest.mark.parametrize(
    "more", [["--service", "../pets"], ["--service", "pets", "--as", "../1"], ["--service", "pets", "--host", "a"]]
)
def test_bad_options_are_an_error(more: list[str], project: Path) -> None:
    """Names that lead out of the folder, and options of recordings."""
    assert run(["import", "openapi", "api.yaml", *more]) not in (ExitCode.KEPT, ExitCode.BROKEN)
    assert not (project.parent / "pets").exists()
