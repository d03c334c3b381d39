"""How the generator's own process and its machine do, second by second.

Rules: reads the process clock and /proc/stat; where a system has none, the share is 0 and says nothing.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_STAT = Path("/proc/stat")
_NAP = 0.01
_LEAST_WATCHED = 0.5
"""Seconds below which a share says nothing."""
_STEAL = 7
"""Which column of the first line it is (proc(5))."""


class Probe:
    """Watches one process."""

    def __init__(self, loop: Any) -> None:
        """Begin to watch; a timer of the loop naps 10 ms at a time and sees how long it overslept."""
        self._late = 0.0
        self._cpu, self._clock = time.process_time(), time.perf_counter()
        self._steal, self._all = _stolen()
        self._due = self._clock + _NAP
        self._timer = loop.timer(_NAP, _NAP)
        self._timer.start(self._woken)

    def read(self) -> tuple[float, float, float]:
        """Since the last time: the worst oversleep in ms, the share of one core, the share of steal."""
        cpu, clock = time.process_time(), time.perf_counter()
        steal, total = _stolen()
        took = clock - self._clock
        share = (cpu - self._cpu) / took if took >= _LEAST_WATCHED else 0.0
        stolen = (steal - self._steal) / max(1, total - self._all) if took >= _LEAST_WATCHED else 0.0
        late, self._late = self._late, 0.0
        self._cpu, self._clock, self._steal, self._all = cpu, clock, steal, total
        return max(0.0, late * 1000), share, stolen

    def close(self) -> None:
        """Watch no longer."""
        self._timer.stop()
        self._timer.close()

    def _woken(self) -> None:
        """How much later than meant?"""
        now = time.perf_counter()
        self._late = max(self._late, now - self._due)
        self._due = now + _NAP


def _stolen(read: Callable[[], str] = _STAT.read_text) -> tuple[int, int]:
    """Ticks that the machine gave to others, and all ticks."""
    try:
        fields = [int(field) for field in read().partition("\n")[0].split()[1:]]
    except (OSError, ValueError):
        return 0, 0
    return (fields[_STEAL] if len(fields) > _STEAL else 0), sum(fields[: _STEAL + 1])
