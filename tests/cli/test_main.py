"""The command line: quick to start, clear when it is wrong, its exit codes as promised."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from truemirror.cli.main import COMMANDS, run
from truemirror.errors import ConfigError, ExitCode

HEAVY = {
    "rich",
    "pytest",
    "yaml",
    "vcr",
    "uvloop",
    "httptools",
    "orjson",
    "jsonschema",
    "jsonschema_rs",
    "jinja2",
    "asyncio",
}
"""Libraries that would make every command wait."""


def modules_after(statement: str) -> set[str]:
    """Top-level packages that a fresh interpreter has imported after a statement."""
    code = f"{statement}\nimport sys; print(*{{name.partition('.')[0] for name in sys.modules}})"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(told.stdout.split())


def test_the_command_line_imports_nothing_heavy() -> None:
    """What a command needs is imported when it is called."""
    assert not modules_after("import truemirror.cli.main") & HEAVY


def test_help_imports_nothing_heavy() -> None:
    """`--help` is what a newcomer types first."""
    asked = "import contextlib, io\nfrom truemirror.cli.main import run\n"
    asked += "with contextlib.redirect_stdout(io.StringIO()): run(['--help'])"
    assert not modules_after(asked) & HEAVY


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """All of them, in their order, with the exit codes below."""
    assert run(["--help"]) == ExitCode.KEPT
    shown = capsys.readouterr().out
    assert [shown.index(f"\n  {name}") for name in COMMANDS] == sorted(shown.index(f"\n  {name}") for name in COMMANDS)
    assert "Exit codes: 0 kept" in shown


def test_an_unknown_command_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    """A typing error is wrong usage."""
    assert run(["recrod"]) == ExitCode.USAGE
    assert "Did you mean 'record'?" in capsys.readouterr().err


def test_a_command_unlike_all_others_points_to_help(capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing is near nothing is guessed."""
    assert run(["zzz"]) == ExitCode.USAGE
    assert "--help" in capsys.readouterr().err


def test_an_error_is_told_in_its_parts_and_ends_in_its_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What, where and how to correct it; no traceback."""
    monkeypatch.setenv("TRUEMIRROR_CONFIG", str(tmp_path / "gone.toml"))
    assert run(["up"]) == ConfigError.exit_code == 2
    told = capsys.readouterr().err
    assert told.startswith("error: ")
    assert "gone.toml" in told
    assert "fix: unset TRUEMIRROR_CONFIG" in told
    assert "Traceback" not in told


def test_the_module_is_the_command() -> None:
    """`python -m truemirror` and `truemirror` are the same, and say their version."""
    told = subprocess.run([sys.executable, "-m", "truemirror", "-V"], check=True, capture_output=True, text=True)
    assert told.stdout.startswith("truemirror, version ")


def test_a_reader_that_went_away_is_no_error() -> None:
    """`truemirror --help | head -1` is quiet."""
    line = f"{sys.executable} -m truemirror --help | head -c 1"
    told = subprocess.run(["sh", "-c", line], check=True, capture_output=True, text=True)
    assert told.stderr == ""


def test_a_defect_is_one_line_with_its_place(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody foresaw ends in 4 and says where to look; the whole story is there for whoever asks."""
    monkeypatch.delenv("TRUEMIRROR_TRACEBACK", raising=False)
    monkeypatch.setattr("truemirror.config.load", lambda: {}["oops"])
    assert run(["up"]) == ExitCode.COULD_NOT_RUN
    told = capsys.readouterr().err
    assert told.startswith("defect: KeyError: 'oops' (truemirror.cli.output:")
    assert told.count("\n") == 1
    monkeypatch.setenv("TRUEMIRROR_TRACEBACK", "1")
    with pytest.raises(KeyError):
        run(["up"])


def test_a_full_disk_behind_standard_output_is_told() -> None:
    """`truemirror --help > file` on a full disk."""
    told = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m truemirror -V > /dev/full"], capture_output=True, text=True
    )
    assert told.returncode != 0
    assert "No space left on device" in told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_polite_kill_unwinds_as_ctrl_c_does(number: signal.Signals) -> None:
    """Whatever a command has opened is closed."""
    code = """
import sys, time, types, click
from truemirror.cli import main
@click.command
def command():
    try:
        print("begun", flush=True)
        time.sleep(600)
    finally:
        print("closed")
sys.modules["waiting"] = types.SimpleNamespace(command=command)
main.COMMANDS["wait"] = ("waiting", "")
main.main(["wait"])
"""
    started = [sys.executable, "-c", code]
    running = subprocess.Popen(started, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert running.stdout is not None
    assert running.stdout.readline() == "begun\n"
    running.send_signal(number)
    out, said = running.communicate()
    assert (out, said.strip(), running.returncode) == ("closed\n", "interrupted", 130)
