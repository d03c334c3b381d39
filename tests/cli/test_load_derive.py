"""`truemirror load derive` as it is used."""

import json
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from tests.core.load.recorded import call, login

from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.bootstrap import mirror_server
from truemirror.cli.main import run
from truemirror.cli.output import load_config
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.errors import ExitCode

TOKEN = "tok_a1b2c3d4e5f6"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one recorded service, as the working directory."""
    (tmp_path / "truemirror.toml").write_text("[services.deals]\nmean_ms = 23\n")
    monkeypatch.chdir(tmp_path)
    said = (login(TOKEN), call("GET /v1/deals", token=TOKEN))
    MirrorFiles(tmp_path / "mirrors").save(Mirror("deals", "1.0.0", (Scenario("ada-looks", said, "2026-01-31"),)))
    return tmp_path


def test_the_profile_is_printed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the mean that the configuration asks for."""
    assert run(["load", "derive", "deals"]) == ExitCode.KEPT
    read = tomllib.loads(capsys.readouterr().out)
    assert read["targets"]["deals"]["mean_ms"] == 23
    assert read["flows"][0]["calls"][0]["takes"] == {"token": "body:/token"}


def test_files_are_written_and_again_the_same(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both of them; what says so already is not written anew."""
    line = ["load", "derive", "deals", "-o", "load/looks.toml", "--locustfile", "load/looks.py"]
    assert run(line) == ExitCode.KEPT
    first = [(project / "load" / name).read_bytes() for name in ("looks.toml", "looks.py")]
    assert "1 × ada-looks: 2 requests; carries token" in capsys.readouterr().out
    assert run(line) == ExitCode.KEPT
    assert [(project / "load" / name).read_bytes() for name in ("looks.toml", "looks.py")] == first
    assert "looks.toml says so already" in capsys.readouterr().out


def test_what_a_person_wrote_is_not_written_over(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Unless that is asked for."""
    (project / "looks.toml").write_text("name = 'mine'\n")
    assert run(["load", "derive", "deals", "-o", "looks.toml"]) == ExitCode.USAGE
    assert "--overwrite" in capsys.readouterr().err
    assert (project / "looks.toml").read_text() == "name = 'mine'\n"
    assert run(["load", "derive", "deals", "-o", "looks.toml", "--overwrite"]) == ExitCode.KEPT


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (["dals"], "nearest: deals"),
        ([], "nearest: deals"),
        (["deals", "--rate", "0"], "greater than zero"),
    ],
)
def test_what_cannot_be_derived_is_told(
    project: Path, capsys: pytest.CaptureFixture[str], line: list[str], told: str
) -> None:
    """With what would have worked."""
    assert run(["load", "derive", *line]) == ExitCode.USAGE
    assert told in capsys.readouterr().err


def test_tools_are_told_of_the_flows(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As one document."""
    assert run(["load", "derive", "deals", "--json"]) == ExitCode.KEPT
    told = json.loads(capsys.readouterr().out)
    assert told["flows"] == [{"name": "ada-looks", "weight": 1.0, "requests": 2, "data": "ada"}]


def test_the_locust_file_runs_under_plain_locust(project: Path) -> None:
    """As it is, against the mirror, until it was asked a few times, without a failed request."""
    assert run(["load", "derive", "deals", "-o", "looks.toml", "--locustfile", "looks.py"]) == ExitCode.KEPT
    with mirror_server(load_config(), ["deals"]) as server:
        line = ["-f", "looks.py", "--headless", "-u", "1", "-t", "60s", "--host", server.url("deals")]
        command = [sys.executable, "-m", "locust", *line, "--json", "--exit-code-on-error", "1", "--only-summary"]
        running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 50
        while server.mounts["deals"].replayer.tally.hits < 4 and time.monotonic() < deadline:
            time.sleep(0.05)
        running.terminate()
        out, err = running.communicate(timeout=60)
    assert running.returncode == 0, err
    assert {one["name"]: one["num_failures"] for one in json.loads(out)} == {
        "POST /v1/login": 0, "GET /v1/deals": 0,
    }  # fmt: skip
