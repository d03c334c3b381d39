"""One process that was started, with everything that it starts in turn.

Rules: a service has a session and a process group of its own, so that Ctrl-C reaches truemirror alone and stopping
reaches its children too; its output is read at all times, so that it never waits for us, and only the end is kept.
"""

import os
import signal
import subprocess
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import IO

LINES_KEPT = 40
LINE_LENGTH = 2_000
_DRAIN_SECONDS = 1.0
"""How long a process that ended may leave its last lines in the pipe, when a child of its own still holds it."""


class Child:
    """A started process."""

    def __init__(self, popen: subprocess.Popen[bytes], *, grouped: bool, log: Path | None = None) -> None:
        """Begin to read its output, if there is a pipe for it; `grouped` when it leads a process group."""
        self.popen = popen
        self.gone = Event()
        self.lines: deque[str] = deque(maxlen=LINES_KEPT)
        self._grouped = grouped
        self._asked = False
        self._reader = Thread(target=self._read, args=(popen.stdout, log), daemon=True)
        self._reader.start()

    def watch(self, ended: Callable[[int], None]) -> None:
        """Tell once when it ended, with its status, its last lines read.

        What it started and nobody asked to end is ended with it: later its number may be somebody else's.
        """

        def wait() -> None:
            """Wait for the end."""
            status = self.popen.wait()
            if not self._asked:
                self.signal(signal.SIGKILL)
                self._grouped = False
            self._reader.join(_DRAIN_SECONDS)
            self.gone.set()
            ended(status)

        Thread(target=wait, daemon=True).start()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to all that is left of it."""
        self._asked = True
        with suppress(ProcessLookupError, PermissionError):  # macOS answers the latter for a group of zombies
            if self._grouped:
                os.killpg(self.popen.pid, number)
            else:
                self.popen.send_signal(number)

    def is_over(self) -> bool:
        """Whether it ended, and all that it started with it."""
        return self.gone.is_set() and not (self._grouped and self._group_lives())

    def close(self) -> None:
        """Let go of its output."""
        self._reader.join(_DRAIN_SECONDS)
        if self.popen.stdout is not None and not self._reader.is_alive():
            self.popen.stdout.close()

    def _group_lives(self) -> bool:
        """Whether something that it started is still there."""
        try:
            os.killpg(self.popen.pid, 0)
        except (ProcessLookupError, PermissionError):
            return False
        return not _all_dead(self.popen.pid)

    def _read(self, output: IO[bytes] | None, log: Path | None) -> None:
        """Read until the end; keep the last lines, and all of them in a file when one is wanted."""
        if output is None:
            return
        with (log or Path(os.devnull)).open("ab", buffering=0) as copy:
            while line := output.readline(LINE_LENGTH):
                self.lines.append(line.decode("utf-8", "replace").rstrip())
                with suppress(OSError):  # a full disk may cost us the copy, never the service
                    copy.write(line)


def _all_dead(group: int) -> bool:
    """Whether a group has only dead members that nobody buries, as in a container whose first process does not care.

    Only Linux tells; elsewhere nobody is known to be dead.
    """
    members = [state for state, number in _states() if number == group]
    return bool(members) and all(state in "ZX" for state in members)


def _states() -> Iterator[tuple[str, int]]:
    """State and process group of every process."""
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            state, _, group = file.read_text("utf-8", "replace").rpartition(")")[2].split()[:3]
            yield state, int(group)


def start(
    arguments: Sequence[str], environment: Mapping[str, str], folder: str | None, *, log: Path | None = None
) -> Child:
    """Start a service. Raises OSError."""
    popen = subprocess.Popen(
        arguments,
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    return Child(popen, grouped=True, log=log)


def start_in_front(arguments: Sequence[str], environment: Mapping[str, str], *, interactive: bool) -> Child:
    """Start a command that has our input and output. Raises OSError.

    On a terminal it stays in our process group, since only that group may read from the terminal and gets its Ctrl-C.
    """
    popen = subprocess.Popen(arguments, env=environment, process_group=None if interactive else 0)
    return Child(popen, grouped=not interactive)
