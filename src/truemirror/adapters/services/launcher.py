"""Starts services as processes, asks for their health, tells their ends, and leaves none behind.

Rules: everything that happens becomes an event in one queue, which signal handlers may feed too; whatever way this
ends (stop, an exception, the interpreter's end), every process that was started is gone afterwards.
"""

import atexit
import os
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from signal import SIGINT, SIGKILL, SIGTERM, Signals
from threading import Event as Flag
from threading import Thread
from time import monotonic, sleep
from types import TracebackType
from typing import Self

from truemirror.adapters.services import child, free_ports, health
from truemirror.adapters.services.child import Child
from truemirror.core.system import COMMAND, Ended, Event, Interrupted, Late, Launch, Ready
from truemirror.errors import ServiceError, UsageError

GRACE = 5.0
"""Seconds that a process has to end after it was asked to."""

_FIRST_PAUSE = 0.02
_LONGEST_PAUSE = 0.25
_STEP = 0.02


class ProcessLauncher:
    """Services as processes; meets `truemirror.ports.Launcher`."""

    def __init__(self, *, grace: float = GRACE, logs: Path | None = None) -> None:
        """`logs` is a folder that gets all output of every service, in a file named after it."""
        self._grace = grace
        self._logs = logs
        self._events: SimpleQueue[Event] = SimpleQueue()
        self._children: dict[str, Child] = {}
        self._stopping = Flag()
        self._interactive = False
        self._asked_by: Signals | None = None
        self._hurried = False
        atexit.register(self.stop)

    def __enter__(self) -> Self:
        """The launcher itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop everything."""
        self.stop()

    def free_ports(self, wanted: Mapping[str, int]) -> Mapping[str, int]:
        """A free port for each service: the wanted one, any where 0 is wanted. Raises PortError."""
        return free_ports.free_ports(wanted)

    def launch(self, launches: Sequence[Launch]) -> None:
        """Start services, all at once. Raises ServiceError when one cannot be started."""
        for launch in launches:
            self._children[launch.service] = started = self._start(launch)
            started.watch(partial(self._ended, launch.service))
            Thread(target=self._wait_for_health, args=(launch, started), daemon=True).start()

    def run(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start a command in the foreground. Raises UsageError when it cannot be."""
        self._interactive = os.isatty(0)
        try:
            command = child.start_in_front(arguments, _environment(environment), interactive=self._interactive)
        except OSError as error:
            raise UsageError(f"the command cannot be run: {_words(error)}", where=arguments[0]) from error
        self._children[COMMAND] = command
        command.watch(partial(self._ended, COMMAND))

    def next_event(self) -> Event:
        """Wait for what happens next."""
        return self._events.get()

    def last_lines(self, service: str) -> tuple[str, ...]:
        """What a service printed last."""
        return tuple(self._children[service].lines) if service in self._children else ()

    def interrupt(self, number: int) -> None:
        """Make an event of a signal that asks for the end; a second one hurries. May be called in a signal handler."""
        self._hurried = self._asked_by is not None  # no lock: the handler may run while its own thread holds one
        self._asked_by = Signals(number)
        self._events.put(Interrupted())

    def stop(self) -> None:
        """End everything that was started, the command first, and wait for it. Does nothing the second time."""
        atexit.unregister(self.stop)
        self._stopping.set()
        try:
            if command := self._children.get(COMMAND):
                self._end_command(command)
            self._end([one for name, one in self._children.items() if name != COMMAND])
        finally:
            for one in self._children.values():
                if not one.is_over():
                    one.signal(SIGKILL)
            self._children.clear()

    def _start(self, launch: Launch) -> Child:
        """Start one service. Raises ServiceError."""
        environment = _environment(launch.environment)
        where = f"service {launch.service}"
        if launch.folder and not Path(launch.folder).is_dir():
            raise ServiceError("the folder it starts in is not there", where=where, nearest=launch.folder)
        log = self._logs / f"{launch.service}.log" if self._logs else None
        try:
            if log:
                log.parent.mkdir(parents=True, exist_ok=True)
            return child.start(launch.arguments, environment, launch.folder or None, log=log)
        except OSError as error:
            fix = f"correct its `start`; {launch.arguments[0]!r} has to be a program on the PATH"
            raise ServiceError(f"it cannot be started: {_words(error)}", where=where, fix=fix) from error

    def _wait_for_health(self, launch: Launch, started: Child) -> None:
        """Ask until the service works, its time is over, or it ended."""
        begun, pause = monotonic(), _FIRST_PAUSE
        while not started.gone.wait(pause) and not self._stopping.is_set():
            answer = health.unhealthy(launch.port, launch.health)
            seconds = monotonic() - begun
            if not answer:
                self._events.put(Ready(launch.service, seconds))
                return
            if seconds > launch.patience:
                self._events.put(Late(launch.service, answer))
                return
            pause = min(pause * 1.5, _LONGEST_PAUSE)

    def _ended(self, service: str, status: int) -> None:
        """Tell an end that nobody asked for."""
        if not self._stopping.is_set():
            self._events.put(Ended(service, status))

    def _end_command(self, command: Child) -> None:
        """Let a command that was interrupted end in its own way first: a test run still prints what it found."""
        if self._asked_by is SIGINT:
            if not self._interactive:  # else the terminal told it
                command.signal(SIGINT)
            self._wait([command])
        self._end([command])

    def _end(self, children: Sequence[Child]) -> None:
        """Ask some to end, wait, and end those that did not."""
        for one in children:
            one.signal(SIGTERM)
        for one in self._wait(children):
            one.signal(SIGKILL)
            one.gone.wait(self._grace)
        for one in children:
            one.close()

    def _wait(self, children: Sequence[Child]) -> list[Child]:
        """Wait until all are over or their time is; gives back those that are not."""
        deadline = monotonic() + self._grace
        while (left := [one for one in children if not one.is_over()]) and monotonic() < deadline and not self._hurried:
            sleep(_STEP)
        return left


def _environment(added: Mapping[str, str]) -> dict[str, str]:
    """Our environment and what is added; programs installed beside our Python are found, after all others."""
    beside = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", os.defpath)
    found = path if beside in path.split(os.pathsep) else f"{path}{os.pathsep}{beside}"
    return {**os.environ, "PATH": found, "PYTHONUNBUFFERED": os.environ.get("PYTHONUNBUFFERED", "1"), **added}


def _words(error: OSError) -> str:
    """What the operating system said."""
    said = (error.strerror or str(error)).lower()
    return f"{said}: {error.filename}" if error.filename else said
