"""What was measured, in a form that adds up exactly: per second and per kind of request.

Rules: counts and sums only, no sketch; two tallies of one run add field by field, in any order; times are milliseconds.
A request belongs to the second in which it was meant to begin.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Cell:
    """All requests of one kind that were meant to begin in one second."""

    count: int = 0
    response_sum: float = 0.0
    """From the intended start to the end of the answer."""
    response_squares: float = 0.0
    service_sum: float = 0.0
    """From the start of sending to the end of the answer."""
    over: Mapping[float, int] = field(default_factory=dict)
    """How many took longer, by limit in ms, zeros too: a limit that is missing was not counted. A failed one is over
    every limit (`adding.measured`)."""
    errors: Mapping[str, int] = field(default_factory=dict)
    """How many failed, by kind: `status 503`, `timeout`, `reset`, ..."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """How the generator itself did in one second: there is one for every second of a run, even without flows.

    A flow belongs to the second in which it was meant to begin.
    """

    planned: int = 0
    """Flows that were to begin."""
    begun: int = 0
    dropped: int = 0
    """Flows that found no free place; they were never sent."""
    lag: Mapping[int, int] = field(default_factory=dict)
    """How late flows began: bucket (see `histogram.py`) to count."""
    lag_sum: float = 0.0
    probe_late_ms: float = 0.0
    """The most that a greenlet which slept 10 ms overslept."""
    cpu: float = 0.0
    """Share of one core that the generator's process used."""
    steal: float = 0.0
    """Share of the machine's time that went to others."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What is counted together."""

    service: str
    operation: str
    flow: str


@dataclass(frozen=True, slots=True)
class Tally:
    """A run, or one worker's part of it."""

    cells: Mapping[tuple[int, Kind], Cell] = field(default_factory=dict)
    """By second since the run began, and kind."""
    instrument: Mapping[int, Instrument] = field(default_factory=dict)
    """By second."""
    spectrum: Mapping[tuple[Kind, int], int] = field(default_factory=dict)
    """Response times by bucket (see `histogram.py`), for pictures only."""
    workers: tuple[str, ...] = ()
    """Who counted."""
    lost: tuple[str, ...] = ()
    """Workers that were not heard out."""
