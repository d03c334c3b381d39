"""`truemirror init` as a newcomer types it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.tiny_services import a_free_port, until, write_service

from truemirror.adapters.services import health
from truemirror.cli.main import run


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository, which is the working directory."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRUEMIRROR_CONFIG", raising=False)
    return tmp_path


def test_it_says_what_it_wrote_and_what_to_type_next(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And all of that is there."""
    assert run(["init", "--service", "tags"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[:2] == ["wrote truemirror.toml", "wrote tests/test_tags_mirror.py"]
    assert told[-1].startswith("  pytest tests/test_tags_mirror.py ")
    assert (project / "truemirror.toml").exists()
    assert (project / "tests" / "test_tags_mirror.py").exists()


def test_the_second_time_it_says_what_it_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """It never asks and never fails for that."""
    run(["init"])
    capsys.readouterr()
    assert run(["init"]) == 0
    assert capsys.readouterr().out.splitlines()[:2] == [
        "left alone truemirror.toml: it has api",
        "left alone tests/test_api_mirror.py: it is there",
    ]


def test_it_tells_programs_too(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same as JSON."""
    (project / "pyproject.toml").write_text("[project]\n")
    assert run(["init", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["written"] == ["pyproject.toml", "tests/test_api_mirror.py"]
    assert len(told["next"]) == 2


def test_a_broken_pyproject_stays_as_it_is(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The error names the line."""
    (project / "pyproject.toml").write_text("[project\n")
    assert run(["init"]) == 2
    assert "pyproject.toml:1:" in capsys.readouterr().err
    assert (project / "pyproject.toml").read_text() == "[project\n"
    assert not (project / "tests").exists()


def test_what_it_wrote_leads_to_a_green_isolated_test(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both commands work as they are printed: one records while the service runs, the other needs it no more."""
    port = a_free_port()
    start = write_service(project).replace("{python}", sys.executable).replace("{port}", str(port))
    service = subprocess.Popen(["sh", "-c", f"exec {start}"])
    try:
        assert until(lambda: health.unhealthy(port, "/health") == "")
        assert run(["init", "--service", "greeter", "--example", f"http://127.0.0.1:{port}/health"]) == 0
        record, replay = (line.strip() for line in capsys.readouterr().out.splitlines()[-2:])
        assert "1 passed" in typed(record)
    finally:
        service.kill()
        service.wait()
    assert list((project / "mirrors" / "greeter").rglob("0001.json"))
    assert "1 passed" in typed(replay)


def typed(line: str) -> str:
    """What a command line prints; pytest is that of these tests, with no other plugin than ours."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "-p truemirror.pytest_plugin"}
    environment = {**inherited, **alone, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    told = subprocess.run(["sh", "-c", line], env=environment, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout
