"""`truemirror import` and `truemirror export` as they are used."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from truemirror.cli.import_ import FORMATS as NAMED
from truemirror.cli.main import run
from truemirror.core.foreign.formats import FORMATS
from truemirror.errors import ExitCode

MAPPINGS: dict[str, Any] = {
    "mappings": [
        {"name": "tags", "request": {"method": "GET", "urlPath": "/v1/tags"}, "response": {"jsonBody": {"items": []}}},
        {"name": "any", "request": {"method": "GET", "urlPattern": "/v1/.*"}, "response": {"status": 404}},
        {"name": "bad day", "request": {"method": "GET", "url": "/v1/x"}, "response": {"fault": "EMPTY_RESPONSE"}},
    ]
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file of mappings, as the working directory."""
    (tmp_path / "stubs.json").write_text(json.dumps(MAPPINGS))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(one.relative_to(folder)): one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file()}


def test_what_was_carried_and_what_was_not_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Counts, the list with its fixes, the rules to paste."""
    assert run(["import", "wiremock", "stubs.json", "--service", "tags"]) == ExitCode.KEPT
    told = capsys.readouterr().out
    assert told.startswith(
        "imported tags: 2 exchanges, 1 scenario, 1 fault  into mirrors/tags/0\n  not carried over:\n"
    )
    assert "    mapping 2 (any): request.urlPattern: the pattern '/v1/.*' stands for many requests" in told
    assert '    {"operation": "*", "part": "credentials", "why": "WireMock does not ask for them"}\n' in told


def test_importing_twice_changes_no_byte(project: Path) -> None:
    """Rules included."""
    for _ in range(2):
        run(["import", "wiremock", "stubs.json", "--service", "tags", "--ignores"])
        first = _files(project / "mirrors")
    run(["import", "wiremock", "stubs.json", "--service", "tags", "--ignores"])
    assert _files(project / "mirrors") == first
    assert b"credentials" in first["tags/0/mirror.json"]


def test_the_result_is_json_on_request(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All of it."""
    run(["import", "wiremock", "stubs.json", "--service", "tags", "--dry-run", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert (told["exchanges"], told["written"], told["left_out"][0]["part"]) == (2, False, "request.urlPattern")
    assert not (project / "mirrors").exists()


def test_a_mirror_goes_through_an_archive_unchanged(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """To standard output and back."""
    run(["import", "wiremock", "stubs.json", "--service", "tags"])
    capsys.readouterr()
    assert run(["export", "har", "tags"]) == ExitCode.KEPT
    printed = capsys.readouterr()
    assert "fault: HAR has no field for a fault (empty)" in printed.err
    (project / "tags.har").write_text(printed.out)
    assert run(["import", "har", "tags.har", "--service", "again"]) == ExitCode.KEPT
    one, two = (json.loads((project / f"mirrors/{name}/0/stubs/0001.json").read_text()) for name in ("tags", "again"))
    assert [each["id"] for each in two["exchanges"]] == [each["id"] for each in one["exchanges"]]


def test_an_export_tells_about_its_file_as_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Which there has to be."""
    run(["import", "wiremock", "stubs.json", "--service", "tags"])
    capsys.readouterr()
    assert run(["export", "vcr", "tags", "--json"]) == ExitCode.USAGE
    assert run(["export", "vcr", "tags", "--json", "-o", "tags.json", "--url", "https://tags.example"]) == ExitCode.KEPT
    told = json.loads(capsys.readouterr().out)
    assert (told["exchanges"], [one["part"] for one in told["left_out"]]) == (1, ["fault"])
    assert json.loads((project / "tags.json").read_text())["interactions"][0]["request"]["uri"].startswith(
        "https://tags"
    )
    assert run(["export", "vcr", "tags", "--url", "tags.example"]) == ExitCode.USAGE


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{", "stubs.json: line 1"),
        ('{"mappings": [{"request": 5}]}', "mappings[0].request"),
        ("[" * 3_000, "stubs.json"),
    ],
)
def test_a_broken_file_is_told_in_a_real_process(project: Path, text: str, place: str) -> None:
    """File, entry, field; no traceback, nothing written."""
    (project / "stubs.json").write_text(text)
    command = [sys.executable, "-m", "truemirror", "import", "wiremock", "stubs.json", "--service", "tags"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (ExitCode.COULD_NOT_RUN, "")
    assert place in done.stderr
    assert "Traceback" not in done.stderr
    assert not (project / "mirrors").exists()


def test_the_command_knows_every_format() -> None:
    """It names them without importing their readers."""
    assert sorted(NAMED) == sorted(FORMATS)
