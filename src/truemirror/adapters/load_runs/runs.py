"""The generator as a process: started with a run, heard line by line, ended whatever happens.

Rules: what was told counts, however the process ends; a worker that was not heard out is named in `Tally.lost`. The
process and all it forked are a group of their own, which is gone when `make` is over. Nothing takes longer than the
run, its last flow, and a patience of a minute.
"""

import contextlib
import importlib.util
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import orjson

from truemirror.adapters.load_runs.kept import Kept, kept_of
from truemirror.core.load.adding import add_tallies
from truemirror.core.load.document import Run, run_document, tally_of
from truemirror.core.load.tally import Tally
from truemirror.errors import CouldNotRun, FormatError, UsageError

Heard = Callable[[Tally, int], bool | None]
"""Hears a part of the tally and how many flows are under way in that worker; true: that is enough, end the run."""

_PATIENCE = 60.0
"""Seconds beyond the longest run, for starting and for going."""
_LAST_WORDS = 10.0
"""Seconds that the generator has to tell the rest, once it was asked to end."""
_SHOWN = 2000


@dataclass(frozen=True, slots=True)
class Made:
    """A run that was made."""

    tally: Tally
    ended: str
    """`whole`; `failing`: most requests failed, it ended early; `stopped`: somebody ended it; `lost`: a worker was."""
    unfinished: int = 0
    """Flows that were under way when it was ended; nothing is known of their last requests."""
    said: str = ""
    """What Locust printed last."""


class LoadRuns:
    """Makes runs on this machine."""

    def __init__(self, command: tuple[str, ...] = (), options: tuple[str, ...] = ()) -> None:
        """`command` stands before the interpreter, as `taskset -c 1` does; `options` are Locust's."""
        self._command = command
        self._options = options

    def make(
        self, run: Run, heard: Heard = lambda part, under_way: None, kept: Callable[[Kept], None] = lambda kept: None
    ) -> Made:
        """Make a run and give all that was counted; Ctrl-C ends it, with what was counted until then.

        `kept` hears answers that were kept (see `Run.sampled_share`).

        Raises CouldNotRun when the generator did not start, UsageError when the run is none.
        """
        if importlib.util.find_spec("locust") is None:
            raise CouldNotRun("the load generator needs Locust", fix="pip install 'truemirror[load]'")
        with tempfile.TemporaryDirectory(prefix="truemirror-load-") as folder:
            file, log = Path(folder) / "run.json", Path(folder) / "said.log"
            file.write_bytes(orjson.dumps(run_document(run)))
            with log.open("wb") as said:
                process = self._started(file, said)
            listener = _Listener(process, time.monotonic() + _longest(run) + _PATIENCE, heard, kept)
            try:
                listener.listen()
            finally:
                _ended(process)
            return _made(listener, process.returncode, log.read_text(errors="replace")[-_SHOWN:], run)

    def _started(self, file: Path, said: IO[bytes]) -> "subprocess.Popen[bytes]":
        """The generator, in a group of its own, in a folder without anybody's Locust configuration."""
        own = [sys.executable, "-m", "truemirror.adapters.locust", str(file), *self._options]
        return subprocess.Popen(
            [*self._command, *own],
            cwd=file.parent,
            env=_environment(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            start_new_session=True,
        )


class _Listener:
    """Hears one generator."""

    def __init__(
        self, process: "subprocess.Popen[bytes]", deadline: float, heard: Heard, kept: Callable[[Kept], None]
    ) -> None:
        """Nothing was heard yet."""
        self._kept = kept
        self._process = process
        self._deadline = deadline
        self._heard = heard
        self._is_asked = False
        self._rest = b""
        self._lines: deque[bytes] = deque()
        self.tally = Tally()
        self.last: Mapping[str, Any] | None = None

    def listen(self) -> None:
        """Until the generator has said its last word, or must be silenced. Raises FormatError."""
        while True:
            try:
                while self._lines:
                    self._told(self._lines.popleft())
                if not self._more():
                    return
            except KeyboardInterrupt:
                if self._is_asked:
                    return
                self._ask()

    def _told(self, line: bytes) -> None:
        """One line. Raises FormatError."""
        try:
            told = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise FormatError(f"the load generator said what is no line of ours: {line[:80]!r}") from error
        if "part" not in told:
            self.last = told
            return
        for one in told["samples"]:
            self._kept(kept_of(one))
        part = tally_of(told["part"])
        self.tally = add_tallies(self.tally, part)
        if self._heard(part, int(told["under_way"])) and not self._is_asked:
            self._ask()

    def _ask(self) -> None:
        """Ask it to end, with its last words."""
        self._is_asked = True
        self._deadline = min(self._deadline, time.monotonic() + _LAST_WORDS)
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)

    def _more(self) -> bool:
        """Wait for more lines, until there are; false at the end, or at the deadline."""
        assert self._process.stdout is not None
        number = self._process.stdout.fileno()
        with selectors.DefaultSelector() as selector:
            selector.register(number, selectors.EVENT_READ)
            if not selector.select(max(0.0, self._deadline - time.monotonic())):
                return False
        data = os.read(number, 1 << 20)
        *whole, self._rest = (self._rest + data).split(b"\n")
        self._lines.extend(whole)
        return bool(data)


def _made(listener: _Listener, code: int | None, said: str, run: Run) -> Made:
    """What became of the run. Raises CouldNotRun, UsageError when nothing did."""
    tally, last = listener.tally, listener.last
    if last is not None:
        tally = replace(tally, workers=tuple(last["workers"]) or tally.workers, lost=tuple(last["lost"]))
        return Made(tally, str(last["ended"]), int(last["unfinished"]), said)
    if not tally.workers:
        kind = UsageError if code == UsageError.exit_code else CouldNotRun
        raise kind(f"the load generator did not start (exit code {code}): {said.strip() or 'it said nothing'}")
    named = tuple(sorted({*tally.workers, *(f"worker {number + 1}" for number in range(run.workers))}))
    return Made(replace(tally, workers=named, lost=named), "lost", 0, said)


def _ended(process: "subprocess.Popen[bytes]") -> None:
    """End the generator and all it forked."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(0 if process.stdout is None else 5)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _longest(run: Run) -> float:
    """Seconds that a run may take: until its last flow has begun, and that flow's own."""
    timeout = run.profile.timeout
    flows = (sum(call.think + timeout for call in flow.calls) for flow in run.profile.flows)
    return run.seconds + max(flows, default=0.0)


def _environment(ours: Mapping[str, str]) -> dict[str, str]:
    """Ours without options for Locust: a run is what its description says."""
    return {name: value for name, value in ours.items() if not name.startswith("LOCUST_")}
