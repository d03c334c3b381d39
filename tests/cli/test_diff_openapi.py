"""`truemirror diff` of OpenAPI documents and contract folders as it is used."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.core.contract.openapi.interfaces import TEXT, document, get, post

from truemirror.cli.main import run
from truemirror.errors import ExitCode

TAG = {"type": "object", "properties": {"id": TEXT, "label": TEXT}, "required": ["id", "label"]}
LESS = {"type": "object", "properties": {"id": TEXT}, "required": ["id"]}


def _write(path: Path, content: Any) -> str:
    """A document as its suffix says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content) if path.suffix == ".json" else yaml.safe_dump(content), "utf-8")
    return str(path)


def _folder(root: Path, tag: Any) -> str:
    """A contract folder whose operation answers a tag."""
    _write(root / "openapi.yaml", get({"$ref": "schemas/tag.schema.json"}))
    _write(root / "schemas" / "tag.schema.json", tag)
    return str(root)


def _answer(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What was printed for programs."""
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
@pytest.mark.parametrize("suffix", [".yaml", ".json"])
def test_two_openapi_documents_are_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str, version: str
) -> None:
    """A place names operation, status and attribute, and the break has a witness."""
    old = _write(tmp_path / f"old{suffix}", get(TAG, version=version))
    new = _write(tmp_path / f"new{suffix}", get(LESS, version=version))
    assert run(["diff", old, new, "--json"]) == ExitCode.BROKEN
    answer = _answer(capsys)
    assert answer["verdict"] == "breaking"
    (found,) = answer["findings"]
    assert found["location"] == "GET /v1/tags 200 $.label"
    assert (found["level"], found["direction"], found["witness"]) == ("break", "response", {"id": ""})
    assert found["operations"] == ["GET /v1/tags"]
    assert found["fingerprint"]


def test_two_contract_folders_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """References into the folder are followed; the way back is another question."""
    old, new = _folder(tmp_path / "1.0.0", LESS), _folder(tmp_path / "1.1.0", TAG)
    assert run(["diff", old, new]) == ExitCode.KEPT
    assert "compatible" in capsys.readouterr().out
    assert run(["diff", old, new, "--mode", "forward", "--json"]) == ExitCode.BROKEN
    assert [one["level"] for one in _answer(capsys)["findings"]] == ["break"]
    assert run(["diff", old, old, "--mode", "full", "--json"]) == ExitCode.KEPT
    assert _answer(capsys) == {"verdict": "compatible", "findings": []}


def test_a_missing_operation_is_shown_by_a_request(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The smallest one that used to be answered."""
    old, new = _write(tmp_path / "old.yaml", get(TAG)), _write(tmp_path / "new.yaml", document({}))
    assert run(["diff", old, new, "--json"]) == ExitCode.BROKEN
    assert _answer(capsys)["findings"][0]["witness"] == {"method": "GET", "path": "/v1/tags"}


def test_kinds_are_not_mixed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A schema beside a contract is wrong usage, and says which is which."""
    old, new = _write(tmp_path / "old.yaml", get(TAG)), _write(tmp_path / "new.json", TAG)
    assert run(["diff", old, new]) == ExitCode.USAGE
    assert "is a schema" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"swagger": "2.0", "paths": {}}, "swagger2openapi"),
        (get({"$ref": "https://example.com/tag.json"}), "nothing is fetched"),
        (get({"$ref": "../tag.json"}), "does not exist"),
        ({**get(TAG), "paths": {"/v1": {"$ref": "#/paths/~1v1"}}}, "without end"),
    ],
)
def test_what_cannot_be_read_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: Any, said: str
) -> None:
    """An error ends with 4 and says what to do."""
    old = _write(tmp_path / "in" / "old.yaml", content)
    _write(tmp_path / "tag.json", TAG)
    assert run(["diff", old, old]) == ExitCode.COULD_NOT_RUN
    assert said in capsys.readouterr().err


def test_a_batch_may_hold_openapi_documents(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each line says for itself what it is of; one that mixes kinds is a line that could not be decided."""
    pairs = [
        {"id": 1, "old": get(TAG), "new": get(LESS)},
        {"id": 2, "old": post(TAG), "new": post(LESS)},
        {"id": 3, "old": TAG, "new": get(TAG)},
        {"id": 4, "old": get(LESS), "new": get(TAG), "mode": "forward"},
        {"id": 5, "old": TAG, "new": TAG},
    ]
    file = tmp_path / "pairs.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in pairs), "utf-8")
    assert run(["diff", "--batch", str(file)]) == ExitCode.KEPT
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["verdict"] for one in answers] == ["breaking", "compatible", "unknown", "breaking", "compatible"]
    assert "is a schema" in answers[2]["error"]
