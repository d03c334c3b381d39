"""Runs pytest on flows in a process of its own, and hears of each flow as it ends.

Rules: the process ends with us, whatever ends us; what pytest prints goes to a file, and its last lines are had when it
could not do its work. The report is read as it grows, whole lines only.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from truemirror.errors import StoreError

_LOOK_SECONDS = 0.1
_END_SECONDS = 20.0
_TAIL_LINES = 30

Line = Mapping[str, Any]
"""`{"collected": [...]}` or `{"flow": {...}}`, see the option --flows-report."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How pytest ended."""

    status: int
    """Its exit status."""
    last_lines: tuple[str, ...]


def run_pytest(root: Path, arguments: Sequence[str], log: Path, heard: Callable[[Line], None]) -> Ran:
    """Run it to its end; `heard` is told of each line of the report as it is written. Raises StoreError."""
    with tempfile.TemporaryDirectory(prefix="truemirror-flows-") as folder:
        report = Path(folder) / "flows.jsonl"
        command = [sys.executable, "-m", "pytest", *arguments, f"--flows-report={report}"]
        try:
            log.parent.mkdir(parents=True, exist_ok=True)
            with log.open("wb") as output:
                status = _followed(command, root, output, _Tail(report), heard)
            lines = log.read_text("utf-8", "replace").rstrip().splitlines()
        except OSError as error:
            raise StoreError(f"pytest cannot be run: {error.strerror}", where=str(log)) from None
    return Ran(status, tuple(lines[-_TAIL_LINES:]))


def _followed(command: Sequence[str], root: Path, output: Any, tail: "_Tail", heard: Callable[[Line], None]) -> int:
    """Run a command to its end in a process group of its own, telling the lines of the report."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    started = subprocess.Popen(
        command,
        cwd=root,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        while started.poll() is None:
            for line in tail.more():
                heard(line)
            time.sleep(_LOOK_SECONDS)
    except BaseException:
        _end(started)
        raise
    for line in tail.more():
        heard(line)
    return started.returncode


def _end(started: "subprocess.Popen[bytes]") -> None:
    """Ask the process to end, so that it ends what it started; then insist."""
    os.killpg(started.pid, signal.SIGINT)
    try:
        started.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(started.pid, signal.SIGKILL)
        started.wait()


class _Tail:
    """A file that grows."""

    def __init__(self, path: Path) -> None:
        """Nothing is read yet."""
        self._path = path
        self._at = 0

    def more(self) -> list[Line]:
        """The whole lines that were added since; one that cannot be read is left out."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._at)
                added = file.read()
        except FileNotFoundError:
            return []
        whole, newline, _ = added.rpartition(b"\n")
        self._at += len(whole) + len(newline)
        return [line for raw in whole.splitlines() if (line := _read(raw)) is not None]


def _read(raw: bytes) -> Line | None:
    """A line."""
    try:
        line = json.loads(raw)
    except ValueError:
        return None
    return line if isinstance(line, dict) else None
