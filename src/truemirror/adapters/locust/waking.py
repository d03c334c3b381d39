"""An alarm that wakes the loop at a moment, to some ten microseconds where the system can do that.

Rules: libev waits in whole milliseconds, which would make every flow of a run half a millisecond late; on Linux a timer
of the kernel stands beside the sockets instead. Elsewhere it is libev's own timer.
"""

import contextlib
import ctypes
import os
import sys
from collections.abc import Callable
from typing import Any

_CLOCK_MONOTONIC = 1
_NONBLOCK = 0o4000
_LEAST_SECONDS = 1e-6


class _Spec(ctypes.Structure):
    """`struct itimerspec`."""

    _fields_ = (
        ("every_s", ctypes.c_long),
        ("every_ns", ctypes.c_long),
        ("first_s", ctypes.c_long),
        ("first_ns", ctypes.c_long),
    )


class KernelAlarm:
    """One alarm by `timerfd`."""

    def __init__(self, loop: Any, due: Callable[[], None]) -> None:
        """`due` is called in the loop each time it goes off. Raises OSError, AttributeError where there is none."""
        library = ctypes.CDLL(None, use_errno=True)
        self._set = library.timerfd_settime
        self._set.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
        self._number = library.timerfd_create(_CLOCK_MONOTONIC, _NONBLOCK)
        if self._number < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._spec = _Spec()
        self._at = ctypes.byref(self._spec)
        self._due = due
        self._is_armed = False
        self._is_closed = False
        self._watcher = loop.io(self._number, 1)
        self._watcher.start(self._rang)

    def arm(self, seconds: float) -> None:
        """Go off after so long, once; an alarm that was armed before is forgotten."""
        self._spec.first_s, self._spec.first_ns = divmod(max(1, int(seconds * 1e9)), 10**9)
        self._is_armed = True
        self._set(self._number, 0, self._at, None)

    def close(self) -> None:
        """Never go off again."""
        self._is_closed = True
        self._watcher.stop()
        self._watcher.close()
        os.close(self._number)

    def _rang(self) -> None:
        """The kernel says that the time has come; arming it again quiets it, else it is read, which costs a call."""
        self._is_armed = False
        self._due()
        if not self._is_armed and not self._is_closed:
            with contextlib.suppress(BlockingIOError):
                os.read(self._number, 8)


class LoopAlarm:
    """One alarm by libev's own timer, to a millisecond."""

    def __init__(self, loop: Any, due: Callable[[], None]) -> None:
        """`due` is called in the loop each time that it goes off."""
        self._loop = loop
        self._due = due
        self._timer: Any = None

    def arm(self, seconds: float) -> None:
        """Go off after so long, once."""
        self.close()
        self._timer = self._loop.timer(max(_LEAST_SECONDS, seconds))
        self._timer.start(self._due, update=True)

    def close(self) -> None:
        """Never go off again."""
        if self._timer is not None:
            self._timer.stop()
            self._timer.close()
            self._timer = None


def alarm(loop: Any, due: Callable[[], None]) -> KernelAlarm | LoopAlarm:
    """The best alarm there is here."""
    if sys.platform == "linux":
        try:
            return KernelAlarm(loop, due)
        except (OSError, AttributeError):
            pass
    return LoopAlarm(loop, due)
