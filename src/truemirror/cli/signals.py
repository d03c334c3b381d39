"""Signals that ask a command to end, turned into something it can act on.

Rules: a handler does as little as can be done between two instructions; a signal that whoever started us had us ignore
stays ignored; the former handlers are put back.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a polite kill, and the terminal that was closed."""


@contextmanager
def on_ending_signals(act: Callable[[signal.Signals], None]) -> Iterator[None]:
    """Call `act` with each signal that asks us to end, instead of ending.

    Outside the main thread, where Python lets nobody handle signals, they go their way.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, frame: FrameType | None) -> None:
        """Act, and nothing else."""
        act(signal.Signals(number))

    heeded = [number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN]
    former = {number: signal.signal(number, handle) for number in heeded}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


@contextmanager
def unwinding() -> Iterator[None]:
    """Let a polite kill unwind the stack as Ctrl-C does, so that whatever was started is stopped."""

    def unwind(number: signal.Signals) -> None:
        """As Ctrl-C."""
        raise KeyboardInterrupt

    with on_ending_signals(unwind):
        yield
