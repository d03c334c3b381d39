"""No planted secret is stored or printed by a test run that records and replays in its own process."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.redaction.planted import PLANTS, found_in
from tests.redaction.test_planted_secrets import service, stored

PROJECT = """
[tool.truemirror.services.shop]
env = "SHOP_URL"
hosts = ["shop.internal"]
"""
TESTS = """
import json
import os
from contextlib import suppress
from pathlib import Path

import pytest
import requests

PLANTS = json.loads(Path(os.environ["PLANTS"]).read_text())

def ask(plant, more=""):
    method, target, fields, body, status = plant
    url = os.environ["SHOP_URL"] + target.partition("?")[0] + more + target.partition("?")[1] + target.partition("?")[2]
    answer = requests.request(method, url, headers=dict(fields), data=bytes.fromhex(body), allow_redirects=False)
    answer.content
    return answer.status_code

def test_all(mirrors):
    for plant in PLANTS:
        assert ask(plant) == plant[-1]

@pytest.mark.skipif("UNKNOWN" not in os.environ, reason="only on replay")
def test_unknown(mirrors):
    for plant in PLANTS:
        with suppress(BaseException):
            ask(plant, "/unknown")

@pytest.mark.skipif("UNKNOWN" not in os.environ, reason="only on replay")
@pytest.mark.parametrize("number", range(0, len(PLANTS), 12))
def test_unknown_and_told(mirrors, number):
    ask(PLANTS[number], "/unknown")
"""


def run(folder: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[bytes]":
    """Run pytest in the project."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TRUEMIRROR", "PYTEST"))}
    command = [sys.executable, "-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider", "-v", *arguments]
    variables["PLANTS"] = str(folder.parent / "plants.json")
    return subprocess.run(command, cwd=folder, env=environment | variables, capture_output=True, check=False)


def test_a_test_run_stores_and_prints_no_secret(tmp_path: Path) -> None:
    """Mirror, report, misses, logs and what pytest prints; every plant is replayed."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text(PROJECT)
    (folder / "test_shop.py").write_text(TESTS)
    plants = [[one.method, one.target, one.fields, one.body.hex(), one.status] for one in PLANTS]
    (tmp_path / "plants.json").write_text(json.dumps(plants))
    with service() as url:
        recorded = run(folder, "--mirror-mode=record", "--log-level=DEBUG", SHOP_URL=url)
    assert recorded.returncode == 0, recorded.stdout.decode()[-3_000:]
    assert found_in(recorded.stdout + recorded.stderr) == []
    assert found_in(stored(folder / "mirrors")) == []
    replayed = run(folder, "--mirror-report", "told.json", "--junitxml", "junit.xml", UNKNOWN="1")
    assert b" failed, 1 passed" in replayed.stdout, replayed.stdout.decode()[-3_000:]
    misses = json.loads((folder / "told.json").read_text())["misses"]
    assert len(misses) >= len(PLANTS)
    assert b"no recording answers" in replayed.stdout
    assert found_in(replayed.stdout + replayed.stderr) == []
    assert found_in(stored(folder)) == []
