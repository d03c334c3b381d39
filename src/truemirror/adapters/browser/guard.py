"""Runs a program for as long as somebody holds the other end of its standard input, and leaves nothing of it behind.

Rules: a script of its own, of the standard library alone, started as `python -I -S guard.py FOLDER PROGRAM ...`.
However the one who started it ends (kill -9 too), its end of the pipe closes; then the program and everything that it
started, in whatever process group, is killed, and FOLDER removed. What loses its parent becomes our child (Linux).
"""

import ctypes
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_CHILD_SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER of prctl(2)."""
_LOOK = 0.2
"""Seconds between two looks whether the program ended."""
_PATIENCE = 5.0
"""Seconds to go on killing: more may be born while we look."""


def main(folder: str, command: list[str]) -> int:
    """Run the program to its end or ours; gives back its status."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_CHILD_SUBREAPER, 1, 0, 0, 0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _do_nothing)  # the pipe tells the end; what is ignored would be inherited
    program = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, restore_signals=True)
    while program.poll() is None and not _is_closed():
        pass
    _kill_all(program)
    shutil.rmtree(folder, ignore_errors=True)
    return program.wait()


def _do_nothing(number: int, frame: object) -> None:
    """A signal that we outlive."""


def _is_closed() -> bool:
    """Whether the other end of our input is closed; looks for a moment."""
    ready, _, _ = select.select([0], [], [], _LOOK)
    return bool(ready) and not os.read(0, 4096)


def _kill_all(program: "subprocess.Popen[bytes]") -> None:
    """Kill what we started and what that started, until nothing is left."""
    deadline = time.monotonic() + _PATIENCE
    if program.poll() is None:
        program.kill()
    while (left := list(_descendants())) and time.monotonic() < deadline:
        for number in left:
            _kill(number)
        _bury()
        time.sleep(0.01)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(program.pid, signal.SIGKILL)  # all there is where /proc tells nothing


def _descendants() -> Iterator[int]:
    """Every living process below this one."""
    parents = dict(_parents())
    for number in parents:
        above = parents.get(number)
        while above and above != os.getpid():
            above = parents.get(above)
        if above:
            yield number


def _parents() -> Iterator[tuple[int, int]]:
    """Each living process and its parent."""
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = file.read_text("utf-8", "replace").rpartition(")")[2].split()[:2]
        except (OSError, ValueError):  # it ended meanwhile
            continue
        if state not in "ZX":
            yield int(file.parent.name), int(parent)


def _kill(number: int) -> None:
    """Kill one process."""
    with suppress(ProcessLookupError, PermissionError):
        os.kill(number, signal.SIGKILL)


def _bury() -> None:
    """Take notice of children that ended."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]) & 0xFF)
