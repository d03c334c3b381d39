"""Several processes that do the same work, watched over by the one that forked them.

Rules: workers share what was loaded before; they are forked before anything runs in threads or loops. They ignore the
signals that a terminal sends to all; they end when their parent lets go of a pipe, so none outlives it, however that
ends. One that dies is told and started again, at most a few times a minute. What each gives at the end comes by a pipe.
"""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from types import FrameType
from typing import Any

from truemirror.errors import CouldNotRun, UsageError

Work = Callable[[int, Callable[[], None], int], Any]
"""What the worker of a number (from 1) does: it makes the call once it is ready, and ends, giving its result, when the
file descriptor can be read."""

MOST_DEATHS = 5
"""So many deaths within a minute are borne."""
_MINUTE = 60.0
_PATIENCE_SECONDS = 30.0
_READY = "ready"
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(slots=True)
class _Worker:
    """One process."""

    number: int
    process: ForkProcess
    pipe: Connection
    is_ready: bool = False
    results: list[Any] = field(default_factory=list)
    """What it gave; one, or none yet."""


def work_together(count: int, work: Work, ready: Callable[[], None], died: Callable[[int, int], None]) -> list[Any]:
    """Let so many processes work until a signal asks us to end; gives what each gave, in no order.

    `ready` is called once all are; `died` hears the number of a worker (from 1) that ended by itself, and its exit code
    (negative for a signal). Raises UsageError where processes cannot be forked, CouldNotRun when they keep dying.
    """
    if not hasattr(os, "fork"):
        raise UsageError("workers need a system that can fork", fix="leave --workers out")
    return _Crew(count, work, ready, died).run()


class _Crew:
    """The workers and whoever watches over them."""

    def __init__(self, count: int, work: Work, ready: Callable[[], None], died: Callable[[int, int], None]) -> None:
        """Nobody works yet."""
        self._count = count
        self._work = work
        self._ready = ready
        self._died = died
        self._context = multiprocessing.get_context("fork")
        self._life, self._held = os.pipe()
        self._woken, self._wake = os.pipe()
        self._workers: list[_Worker] = []
        self._deaths: list[float] = []
        self._is_told = False

    def run(self) -> list[Any]:
        """Start, watch until a signal, end."""
        with self._hearing_signals():
            try:
                self._workers = [self._started(number) for number in range(1, self._count + 1)]
                while self._watch():
                    pass
            finally:
                os.close(self._held)
                self._end()
                for pipe in (self._life, self._woken, self._wake):
                    os.close(pipe)
        return [result for worker in self._workers for result in worker.results]

    def _started(self, number: int) -> _Worker:
        """A new worker."""
        ours, its = self._context.Pipe(duplex=False)
        process = self._context.Process(
            target=self._be_worker, args=(number, its), name=f"worker-{number}", daemon=True
        )
        process.start()
        its.close()
        return _Worker(number, process, ours)

    def _be_worker(self, number: int, pipe: Connection) -> None:
        """What a worker does, in its own process."""
        for ending in _ENDING:
            signal.signal(ending, signal.SIG_IGN)
        os.close(self._held)
        result = self._work(number, lambda: pipe.send(_READY), self._life)
        pipe.send(result)

    def _watch(self) -> bool:
        """Wait until something happens and act on it; gives whether to go on. Raises CouldNotRun."""
        pipes = {worker.pipe: worker for worker in self._workers}
        happened = wait([self._woken, *pipes, *(worker.process.sentinel for worker in self._workers)])
        for pipe, worker in pipes.items():
            if pipe in happened:
                self._hear(worker)
        if not self._is_told and all(worker.is_ready for worker in self._workers):
            self._is_told = True
            self._ready()
        if self._woken in happened:
            return False
        for place, worker in enumerate(self._workers):
            if not worker.process.is_alive():
                self._bear(worker)
                self._workers[place] = self._started(worker.number)
        return True

    def _hear(self, worker: _Worker) -> None:
        """What a worker says."""
        try:
            said = worker.pipe.recv()
        except (EOFError, OSError):
            worker.process.join(_PATIENCE_SECONDS)  # it is ending; its exit code follows
            return
        if said == _READY:
            worker.is_ready = True
        else:
            worker.results.append(said)

    def _bear(self, worker: _Worker) -> None:
        """Tell that a worker died. Raises CouldNotRun when too many did."""
        worker.pipe.close()
        code = worker.process.exitcode or 0
        self._died(worker.number, code)
        now = time.monotonic()
        self._deaths = [one for one in self._deaths if now - one < _MINUTE] + [now]
        if len(self._deaths) > MOST_DEATHS:
            raise CouldNotRun(
                f"workers keep ending: {len(self._deaths)} within a minute",
                where=f"worker {worker.number}, exit code {code}",
                fix="leave --workers out and see what one process says",
            )

    def _end(self) -> None:
        """Wait for the last words of all; whoever is too slow is killed."""
        until = time.monotonic() + _PATIENCE_SECONDS
        for worker in self._workers:
            with suppress(EOFError, OSError):
                while not worker.results and worker.pipe.poll(max(0.0, until - time.monotonic())):
                    self._hear_last(worker)
            worker.process.join(max(0.1, until - time.monotonic()))
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
            worker.pipe.close()

    def _hear_last(self, worker: _Worker) -> None:
        """One more word. Raises EOFError after the last one."""
        said = worker.pipe.recv()
        if said != _READY:
            worker.results.append(said)

    @contextmanager
    def _hearing_signals(self) -> Iterator[None]:
        """Be woken by signals that ask us to end; those that we were told to ignore stay ignored."""

        def wake(number: int, frame: FrameType | None) -> None:
            """As little as can be done."""
            os.write(self._wake, b"!")

        heeded = [number for number in _ENDING if signal.getsignal(number) is not signal.SIG_IGN]
        former = {number: signal.signal(number, wake) for number in heeded}
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)


def exit_words(code: int) -> str:
    """An exit code for people: of a process that was killed, the signal's name."""
    try:
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"
    except ValueError:
        return f"signal {-code}"
