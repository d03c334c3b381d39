"""From a recording to a verdict, as docs/load.md tells it, with the real generator on a small service."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.core.load.recorded import call, login

from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.core.mirror.model import Mirror, Scenario

pytestmark = pytest.mark.nightly
TOKEN = "tok_a1b2c3d4e5f6"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a recorded service whose calls may take 23 ms, and a profile made of the recording."""
    folder = tmp_path_factory.mktemp("load")
    (folder / "truemirror.toml").write_text("[services.deals]\nmean_ms = 23\n")
    deals = {"items": [{"id": "d1"}, {"id": "d2"}]}
    said = (login(TOKEN), call("GET /v1/deals", got=deals, token=TOKEN), call("GET /v1/deals/d1", got={"id": "d1"}))
    MirrorFiles(folder / "mirrors").save(Mirror("deals", "1.0.0", (Scenario("ada-looks", said, "2026-01-31"),)))
    assert _typed(folder, "load", "derive", "deals", "-o", "load/looks.toml", "--rate", "20")[0] == 0
    return folder


def _typed(folder: Path, *line: str) -> tuple[int, str]:
    """A command; its exit code and what it printed."""
    done = subprocess.run([sys.executable, "-m", "truemirror", *line], cwd=folder, capture_output=True, text=True)
    return done.returncode, done.stdout


def _run(folder: Path, *more: str) -> dict[str, Any]:
    """A run of a short look, forced so that a busy machine makes it INVALID and not none; its document."""
    code, said = _typed(folder, "load", "looks", "--seconds", "40", "--force", "--json", *more)
    told: dict[str, Any] = json.loads(said)
    assert code == {"PASS": 0, "FAIL": 1, "INCONCLUSIVE": 3, "INVALID": 4}[told["verdict"]]
    return told


def test_a_mirror_that_answers_at_once_is_never_failed(project: Path) -> None:
    """PASS, or INVALID or INCONCLUSIVE where the machine is busy; every request was answered as recorded."""
    told = _run(project)
    assert told["verdict"] != "FAIL"
    (target,) = told["targets"]
    assert target["gates"][-1]["estimate"] == 0
    assert target["instrument"]["planned"] > 500
    assert (project / "report/load/looks/index.html").is_file()


def test_25_ms_more_are_never_passed(project: Path) -> None:
    """Each answer takes 25 ms at least, where the mean may be 23: FAIL, or INVALID where the machine is busy."""
    told = _run(project, "--latency", "fixed:25ms")
    assert told["verdict"] != "PASS"
    assert told["targets"][0]["gates"][0]["estimate"] > 25
