"""`truemirror load PROFILE` as it is used."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.adapters.reports.load_runs_made_up import PROFILE, made_up

from truemirror.bootstrap import load
from truemirror.cli.main import run
from truemirror.core.load.derive_text import profile_toml
from truemirror.core.load.ran import Held, Ran
from truemirror.core.load.verdict import Verdict
from truemirror.errors import CouldNotRun, ExitCode
from truemirror.usecases.load import Wish


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one profile, as the working directory."""
    (tmp_path / "truemirror.toml").write_text('[services.public-api]\nowner = "team-api"\n')
    (tmp_path / "load").mkdir()
    (tmp_path / "load" / "public-flow.toml").write_text(profile_toml(PROFILE))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def wishes(monkeypatch: pytest.MonkeyPatch) -> list[Wish]:
    """What was asked for; runs are made up, as slow as their rate says."""
    found: list[Wish] = []

    def make(config: Any, profile: Any, wish: Wish, watcher: Any, progress: Any) -> Ran:
        """A run."""
        found.append(wish)
        if wish.where == "live":
            raise CouldNotRun("the services did not start")
        base = made_up()
        ran = replace(base, verdicts=base.verdicts[:1], held=Held())
        if wish.rate == 1.0:
            ran = replace(ran, verdicts=tuple(replace(one, verdict=Verdict.INVALID) for one in ran.verdicts))
        if wish.rate == 2.0:
            ran = replace(ran, held=base.held)
        return made_up() if wish.rate == 3.0 else ran

    monkeypatch.setattr(load, "run_profile", make)
    return found


def test_a_profile_is_run_by_its_name(project: Path, wishes: list[Wish], capsys: pytest.CaptureFixture[str]) -> None:
    """With and without the word `run`; the verdict, the numbers, the scale, and where the page is."""
    assert run(["load", "public-flow", "--seconds", "45"]) == ExitCode.KEPT
    said = capsys.readouterr().out
    assert "✓ PASS  public-flow, measured at 1 % of 6,000/s; says nothing about capacity" in said
    assert "mean at most 46 ms: 34" in said
    assert "report/load/public-flow/index.html" in said
    assert (project / "report/load/public-flow/index.html").read_text().startswith("<!doctype html>")
    assert run(["load", "run", "load/public-flow.toml"]) == ExitCode.KEPT
    assert wishes == [Wish(seconds=45.0), Wish()]


def test_each_run_leaves_a_line(project: Path, wishes: list[Wish], capsys: pytest.CaptureFixture[str]) -> None:
    """For the comparison with later ones."""
    run(["load", "public-flow"])
    run(["load", "public-flow"])
    lines = (project / "report/load/history.jsonl").read_text().splitlines()
    assert [json.loads(line)["targets"]["public_flow"]["verdict"] for line in lines] == ["PASS", "PASS"]


@pytest.mark.parametrize(
    ("rate", "code", "verdict"),
    [
        ("3", ExitCode.BROKEN, "FAIL"),
        ("1", ExitCode.COULD_NOT_RUN, "INVALID"),
        ("2", ExitCode.BROKEN, "PASS"),
    ],
)
def test_the_exit_code_is_the_verdicts(
    project: Path, wishes: list[Wish], capsys: pytest.CaptureFixture[str], rate: str, code: ExitCode, verdict: str
) -> None:
    """A contract that is broken under load is broken, however fast it was."""
    assert run(["load", "public-flow", "--rate", rate, "--json"]) == code
    told = json.loads(capsys.readouterr().out)
    assert told["verdict"] == verdict
    assert told["targets"][0]["rate"]["says"].startswith("measured at 1 % of 6,000/s")


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        (["publicflow"], ExitCode.USAGE, "nearest: public-flow"),
        (["public-flow", "--target", "127.0.0.1:80"], ExitCode.USAGE, "nearest: http://127.0.0.1:80"),
        (["public-flow", "--latency", "25"], ExitCode.USAGE, "no latency"),
        (["public-flow", "--budget"], ExitCode.USAGE, "--target live --budget"),
        (["public-flow", "--target", "live"], ExitCode.COULD_NOT_RUN, "did not start"),
    ],
)
def test_what_cannot_be_run_is_told(
    project: Path, wishes: list[Wish], capsys: pytest.CaptureFixture[str], line: list[str], code: ExitCode, told: str
) -> None:
    """And leaves no page and no line."""
    assert run(["load", *line]) == code
    assert told in capsys.readouterr().err
    assert not (project / "report").exists()


def test_nothing_of_the_generator_is_in_this_process(project: Path, wishes: list[Wish]) -> None:
    """Importing Locust patches a process."""
    run(["load", "public-flow"])
    assert "locust" not in sys.modules
    assert "gevent" not in sys.modules
