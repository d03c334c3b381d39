"""The coverage-guided fuzzer: its targets take sound input, can fail, and break with nothing for a while."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from tests.fuzzing import __main__ as fuzzing
from tests.fuzzing import targets

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", fuzzing.NAMES)
def test_sound_input_breaks_nothing(name: str) -> None:
    """Every seed, and what is left of it when it is cut short."""
    target = targets.TARGETS[name]
    for seed in target.seeds:
        target.run(seed)
        target.run(seed[: len(seed) // 2])
    target.run(b"")


def test_every_target_has_a_name_to_call_it_by() -> None:
    """The names are known without loading what is fuzzed."""
    assert tuple(targets.TARGETS) == fuzzing.NAMES


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("requests", "truemirror.adapters.http.server.door.Door.open"),
        ("http2", "truemirror.adapters.http.http2.front.as_request"),
        ("intake", "truemirror.adapters.http.intake.Intake._head"),
        ("files", "tests.fuzzing.targets.parse_json"),
    ],
)
def test_a_defect_comes_out(name: str, broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the code behind it fails, the target fails, though a server would have caught that."""

    def fail(*_: object, **__: object) -> None:
        """A defect."""
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(broken, fail)
    target = targets.TARGETS[name]
    with pytest.raises(Exception, match=r"planted|callback"):
        target.run(target.seeds[0])


def test_without_the_fuzzer_it_says_that_nothing_ran(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And does not call that a success of anything."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert fuzzing.main(["files"]) == 0
    assert capsys.readouterr().out.startswith("not run: atheris is not installed")


@pytest.mark.nightly
@pytest.mark.parametrize("name", fuzzing.NAMES)
def test_two_minutes_break_nothing(name: str) -> None:
    """Guided by coverage, from the seeds."""
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("not run: atheris is not installed (pip install --group fuzz)")
    command = [sys.executable, "-m", "tests.fuzzing", name, "--seconds", "120"]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
