"""What commands print with: readable on a terminal, plain in a pipe, exact as JSON."""

import io
import json
import os
import pty
import subprocess
import sys
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, StrEnum
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from truemirror.cli import output
from truemirror.cli.live import LiveProgress


class Colour(StrEnum):
    """A word."""

    RED = "red"


class Weight(Enum):
    """A number."""

    HEAVY = 7


@dataclass(frozen=True, slots=True)
class Thing:
    """A value as ours are."""

    name: str
    colour: Colour
    parts: tuple["Thing", ...] = ()


def test_values_become_json() -> None:
    """Dataclasses are objects, enumerations their values, sets are sorted, what JSON does not know is text."""
    assert output.as_json(Thing("a", Colour.RED, (Thing("b", Colour.RED),))) == {
        "name": "a",
        "colour": "red",
        "parts": [{"name": "b", "colour": "red", "parts": []}],
    }
    assert output.as_json({Colour.RED: Weight.HEAVY, 1: {"b", "a"}}) == {"red": 7, "1": ["a", "b"]}
    assert output.as_json([Path("a/b"), Decimal("1.50"), b"\xffx", float("nan"), True, None]) == [
        "a/b",
        "1.50",
        "\ufffdx",
        None,
        True,
        None,
    ]


def test_json_is_utf_8_whatever_the_terminal_speaks() -> None:
    """A big integer, a letter of another script and half a surrogate pair all come through."""
    told = subprocess.run(
        [sys.executable, "-c", r"from truemirror.cli.output import emit_json; emit_json(['ü漢', '\ud800', 2**70])"],
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        check=True,
        capture_output=True,
    )
    assert json.loads(told.stdout.decode("utf-8")) == ["ü漢", "\ud800", 2**70]


def test_json_on_one_line_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """So that a script can read it with readline while the command goes on."""
    output.emit_json({"a": ["x\ny"]}, line=True)
    assert capsys.readouterr().out == '{"a": ["x\\ny"]}\n'


def test_piped_text_is_neither_coloured_nor_wrapped(capsys: pytest.CaptureFixture[str]) -> None:
    """A line stays a line, for grep."""
    output.console().print("[red]" + "word " * 100 + "[/red]")
    assert capsys.readouterr().out == "word " * 100 + "\n"


def test_the_console_of_standard_error_is_another(capsys: pytest.CaptureFixture[str]) -> None:
    """What is about the work does not mix with its result."""
    output.console(stderr=True).print("working")
    assert capsys.readouterr() == ("", "working\n")


def test_a_pipe_sees_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is written where nobody watches."""
    with output.progress() as shown:
        shown.stage("reading", 2)
        shown.advance(note="a")
        shown.done("2 read")
    assert capsys.readouterr() == ("", "")


SHOW = """
from truemirror.cli.output import console, progress
with progress() as shown:
    shown.stage("reading [files]", 2)
    shown.advance(note="first [one]")
    console().print("[bold]found[/bold] something")
    with progress() as inner:
        inner.stage("not shown")
    shown.advance()
    shown.done("2 read")
    shown.stage("unknown length")
    shown.advance()
"""


def on_a_terminal(code: str, **environment: str) -> str:
    """What a terminal gets to see of a program."""
    ours, theirs = pty.openpty()
    asked = {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24", "PYTHONIOENCODING": "utf-8"}
    inherited = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    child = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**inherited, **asked, **environment},
    )
    os.close(theirs)
    seen = b""
    while True:
        try:
            part = os.read(ours, 65_536)
        except OSError:  # Linux says so when the last writer is gone
            break
        if not part:
            break
        seen += part
    os.close(ours)
    assert child.wait() == 0, seen.decode()
    return seen.decode()


def test_a_terminal_sees_progress_and_what_is_printed_meanwhile() -> None:
    """Stages move, ends stay with their time, other lines go above; names with brackets are shown as they are."""
    seen = on_a_terminal(SHOW)
    assert "reading [files]" in seen
    assert "something" in seen
    assert "reading [files]: 2 read" in seen
    assert "unknown length" in seen
    assert "not shown" not in seen


def test_no_color_is_respected() -> None:
    """A terminal without colours gets none of ours; errors neither."""
    code = """
from truemirror.cli.output import console
from truemirror.cli.main import run
console().print("[red]red[/red]")
run(["up", "no-such-service"])
"""
    plain = on_a_terminal(code, NO_COLOR="1")
    assert "red" in plain
    assert "error: " in plain
    assert "\x1b[31m" not in plain
    assert "\x1b[31m" in on_a_terminal(code)


def test_a_terminal_that_cannot_move_its_cursor_sees_no_progress() -> None:
    """Where lines cannot be taken back none is written."""
    assert "reading" not in on_a_terminal(SHOW, TERM="dumb")


def test_a_terminal_without_utf_8_gets_plain_signs() -> None:
    """The moving line is made of what the terminal can show."""
    from rich.console import Console

    written = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    with LiveProgress(Console(file=written, force_terminal=True, width=80)) as live:
        live.stage("reading", 3)
        live.advance(note="first [one]")
        live._progress.refresh()
        live.done("1 read")
    written.seek(0)
    seen = written.read()
    assert "first [one]" in seen
    assert "reading: 1 read" in seen


def test_common_options_reach_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Folders named on the command line replace those of the configuration, seen from the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRUEMIRROR_CONFIG", raising=False)

    @click.command
    @output.mirrors_option
    @output.contracts_option
    @output.json_option
    def command(mirrors: Path | None, contracts: Path | None, as_json: bool) -> None:
        """Show what arrived."""
        config = output.load_config(mirrors=mirrors, contracts=contracts)
        output.emit_json([config.mirrors, config.contracts, as_json], line=True)

    runner = CliRunner()
    assert json.loads(runner.invoke(command, ["--mirrors", "m", "--json"]).stdout) == [
        f"{tmp_path}/m",
        f"{tmp_path}/contracts",
        True,
    ]
    assert json.loads(runner.invoke(command, ["--contracts", "/c"]).stdout)[1:] == ["/c", False]
