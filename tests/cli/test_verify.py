"""`truemirror verify` as it is used: the CRM's real tags service as a process, sound and with defects planted."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from truemirror.cli.main import run

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
CONFIG = """
mirrors = "mirrors"
contracts = "contracts"

[services.auth]
[services.tags]
contract = "1.0.0"
owner = "team-tags"

[services.tags.verify]
secrets = ["env:ADA", "demo-grace", "demo-vic", "demo-zoe", "demo-lilei"]
logins = { auth = "env:AUTH_HERE" }
"""


@dataclass
class Towers:
    """Auth, and a tags service for each defect, started when it is asked for."""

    folder: Path
    ports: dict[str, int] = field(default_factory=dict)
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def url(self, defect: str = "") -> str:
        """Where the tags service with a defect runs; each is fresh for its defect."""
        return self._started(f"tags {defect}", "tests.breakable_tags:app", {"TAGS_DEFECT": defect})

    def fresh(self, defect: str = "") -> str:
        """The same, never used before."""
        self.ports.pop(f"tags {defect}", None)
        return self.url(defect)

    @property
    def auth(self) -> str:
        """Where auth runs."""
        return self._started("auth", "crm.auth:app", {})

    def _started(self, name: str, app: str, told: dict[str, str]) -> str:
        if name not in self.ports:
            with socket.socket() as one:
                one.bind(("127.0.0.1", 0))
                port = one.getsockname()[1]
            environment = {**os.environ, "CRM_CLOCK": "2026-03-02T09:00:00Z", **told}
            environment["PYTHONPATH"] = os.pathsep.join((str(ROOT), str(ROOT / "examples" / "crm")))
            environment["AUTH_URL"] = f"http://127.0.0.1:{self.ports['auth']}" if "auth" in self.ports else ""
            log = (self.folder / f"{name.replace(' ', '-')}.log").open("wb")
            line = [sys.executable, "-m", "uvicorn", app, "--port", str(port), "--log-level", "warning"]
            with log:
                self.running.append(subprocess.Popen(line, env=environment, cwd=self.folder, stdout=log, stderr=log))
            self.ports[name] = port
            self._wait(port, self.running[-1])
        return f"http://127.0.0.1:{self.ports[name]}"

    def _wait(self, port: int, child: subprocess.Popen[bytes]) -> None:
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            assert child.poll() is None, "it ended"
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("it did not start")

    def stop(self) -> None:
        """End all of them."""
        for one in self.running:
            one.terminate()
        for one in self.running:
            one.wait(30)


@pytest.fixture(scope="module")
def towers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Towers]:
    running = Towers(tmp_path_factory.mktemp("towers"))
    assert running.auth
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def project(tmp_path: Path, towers: Towers, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the CRM's mirrors and contracts of auth and tags."""
    for name in ("auth", "tags"):
        shutil.copytree(ROOT / "mirrors" / name, tmp_path / "mirrors" / name)
    shutil.copytree(ROOT / "contracts" / "tags", tmp_path / "contracts" / "tags")
    (tmp_path / "truemirror.toml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ADA", "demo-ada")
    monkeypatch.setenv("AUTH_HERE", towers.auth)
    return tmp_path


def _verified(capsys: pytest.CaptureFixture[str], *arguments: str, code: int) -> Any:
    """What `--json` says of a verification that ends with this code."""
    ended = run(["verify", "tags", *arguments, "--json"])
    said = capsys.readouterr()
    assert ended == code, said.out + said.err
    return json.loads(said.out)


def _rules(document: Any, level: str = "break") -> set[str]:
    return {one["rule"] for one in document["findings"] if one["level"] == level}


def test_a_sound_provider_is_kept(towers: Towers, capsys: pytest.CaptureFixture[str]) -> None:
    """Every recorded request of every caller is asked, and nothing breaks."""
    document = _verified(capsys, "--against", towers.fresh(), "--no-attack", code=0)
    assert document["verdict"] == "kept"
    assert document["asked"] == sum(one["recorded"] for one in document["scenarios"]) > 100
    assert document["not_run"] == {}
    assert not _rules(document) | _rules(document, "warn")


@pytest.mark.parametrize(
    ("defect", "rule", "location"),
    [
        ("removed", "response-attribute-missing", "/colour"),
        ("retyped", "response-type-changed", "/id"),
        ("code", "error-code-unknown", "/error/code"),
        ("status", "status-undeclared", "response 410"),
    ],
)
def test_a_defect_is_found(
    towers: Towers, capsys: pytest.CaptureFixture[str], defect: str, rule: str, location: str
) -> None:
    """What the contract promises and the provider no longer does breaks, with its rule and its place."""
    document = _verified(capsys, "--against", towers.fresh(defect), "--no-attack", code=1)
    assert rule in _rules(document)
    found = next(one for one in document["findings"] if one["rule"] == rule)
    assert found["location"].endswith(location)
    assert found["owner"] == "team-tags"
    assert "scenario" in found["evidence"]


@pytest.mark.parametrize(
    ("defect", "rule"),
    [
        ("removed", "drift-attribute-removed"),
        ("retyped", "drift-attribute-retyped"),
        ("code", "drift-error-code-changed"),
        ("status", "drift-status-changed"),
    ],
)
def test_drift_is_found_without_a_contract(
    towers: Towers, project: Path, capsys: pytest.CaptureFixture[str], defect: str, rule: str
) -> None:
    """The recording alone tells what is another one."""
    shutil.rmtree(project / "contracts")
    document = _verified(capsys, "--against", towers.fresh(defect), code=1)
    assert rule in _rules(document)
    assert document["contract"] == ""


def test_a_new_attribute_is_a_note(towers: Towers, capsys: pytest.CaptureFixture[str]) -> None:
    """Additions break nobody."""
    document = _verified(capsys, "--against", towers.fresh("added"), "--no-attack", code=0)
    assert "drift-attribute-added" in _rules(document, "info")


def test_without_secrets_it_is_unknown(towers: Towers, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be asked is counted by its reason, and nothing is called kept that was not seen."""
    (project / "truemirror.toml").write_text("[services.tags]\n")
    document = _verified(capsys, "--against", towers.url(), "--no-attack", code=3)
    assert document["verdict"] == "unknown"
    assert document["not_run"]["its secrets are stand-ins"] > 0
    assert document["unjudged"]


def test_only_reads_changes_nothing(towers: Towers, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing unsafe is asked; what was left out was chosen and is no reason to doubt."""
    document = _verified(capsys, "--against", towers.fresh(), "--only-reads", code=0)
    assert document["not_run"]["it may change something, and only reads were asked for"] > 0
    assert document["asked"] > 0
    assert document["attack"] is None


def test_a_scenario_can_be_picked(towers: Towers, capsys: pytest.CaptureFixture[str]) -> None:
    """`--scenario` asks it alone."""
    document = _verified(capsys, "--against", towers.fresh(), "--scenario", "ada-tags-a-deal", code=0)
    assert [one["name"] for one in document["scenarios"]] == ["ada-tags-a-deal"]


def test_the_deadline_ends_it_and_makes_it_unknown(towers: Towers, capsys: pytest.CaptureFixture[str]) -> None:
    """What was not asked by then is told as not run."""
    document = _verified(capsys, "--against", towers.url(), "--no-attack", "--deadline", "0.001", code=3)
    assert document["not_run"]["the deadline came first"] > 0


def test_nobody_there_is_no_break(capsys: pytest.CaptureFixture[str]) -> None:
    """A service that cannot be reached could not be verified."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{one.getsockname()[1]}"
        assert run(["verify", "tags", "--against", url, "--no-attack"]) == 4
    assert "cannot be reached" in capsys.readouterr().err


def test_a_failing_hook_is_no_break(towers: Towers, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A state that cannot be set up makes its scenario unknown, never broken."""
    script = (
        "import os, sys; sys.exit('no such state') if os.environ['TRUEMIRROR_SCENARIO'] == 'ada-tags-a-deal' else 0"
    )
    (project / "state.py").write_text(script)
    with (project / "truemirror.toml").open("a") as file:
        file.write(f'setup = "{sys.executable} state.py"\n')
    chosen = ["--scenario", "ada-tags-a-deal", "--scenario", "ada-looks-around"]
    document = _verified(capsys, "--against", towers.fresh(), *chosen, code=3)
    states = {one["name"]: (one["state"], one["why"]) for one in document["scenarios"]}
    assert states["ada-looks-around"][0] == "kept"
    assert states["ada-tags-a-deal"][0] == "not run"
    assert "no such state" in states["ada-tags-a-deal"][1]


def test_a_hook_that_hangs_ends_with_the_deadline(
    towers: Towers, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its scenario is not run because time was over, however long the hook itself might take."""
    with (project / "truemirror.toml").open("a") as file:
        file.write(f"setup = \"{sys.executable} -c 'import time; time.sleep(600)'\"\n")
    document = _verified(capsys, "--against", towers.url(), "--no-attack", "--deadline", "1", code=3)
    assert list(document["not_run"]) == ["the deadline came first"]


def test_another_machine_is_not_attacked(capsys: pytest.CaptureFixture[str]) -> None:
    """An attack on somebody's service needs a word more."""
    assert run(["verify", "tags", "--against", "http://192.0.2.1:8000"]) == 2
    assert "--allow-remote" in capsys.readouterr().err


def test_an_unknown_check_names_the_nearest(towers: Towers, capsys: pytest.CaptureFixture[str]) -> None:
    """A slip of the pen is answered with what was meant."""
    assert run(["verify", "tags", "--against", towers.url(), "--checks", "use_after_fre"]) == 2
    assert "use_after_free" in capsys.readouterr().err


def test_an_attack_finds_a_planted_500_and_keeps_it(
    towers: Towers, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The failure is minimised, kept, asked first the next time, and told once it is mended."""
    short = ["--attack-seconds", "20", "--seed", "7"]
    document = _verified(capsys, "--against", towers.fresh("boom"), *short, code=1)
    assert "attack-server-error" in _rules(document), document["attack"]
    assert document["attack"]["seed"] == 7
    kept = sorted((project / "mirrors" / "tags" / "1.0.0" / "found").glob("attack-server-error-post-v1-search-*.json"))
    assert len(kept) == 1
    text = kept[0].read_text()
    assert "demo-ada" not in text
    assert json.loads(text)["found"]["rule"] == "attack-server-error"
    assert any("curl -i" in one["curl"] for one in document["found"])

    again = _verified(capsys, "--against", towers.url("boom"), "--no-attack", code=1)
    assert again["found"][0]["is_new"] is False
    assert again["found"][0]["is_fixed"] is False

    mended = _verified(capsys, "--against", towers.fresh(), "--no-attack", code=0)
    assert mended["found"][0]["is_fixed"] is True
    assert "attack-fixed" in _rules(mended, "info")
    assert run(["check", "tags"]) in (0, 1)  # what was found is no scenario
    assert "found" not in {one["name"] for one in mended["scenarios"]}


@pytest.mark.nightly
def test_a_sound_provider_stands_a_long_attack(towers: Towers, capsys: pytest.CaptureFixture[str]) -> None:
    """A minute of attack breaks nothing in the CRM's tags service."""
    document = _verified(capsys, "--against", towers.fresh(), "--attack-seconds", "60", "--seed", "11", code=0)
    assert document["attack"]["calls"] > 100
