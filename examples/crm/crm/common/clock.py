"""Time as the services see it: the real clock, or one that a run can repeat."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time; `tick` is called once for every write."""

    def now(self) -> datetime:
        """Return the current time."""

    def tick(self) -> datetime:
        """Return the time of a write that happens now."""


class RealClock:
    """The clock on the wall, in UTC."""

    def now(self) -> datetime:
        """Return the current time."""
        return datetime.now(UTC)

    def tick(self) -> datetime:
        """Return the time of a write that happens now."""
        return self.now()


class CountingClock:
    """Starts at a given time and moves one second with each write, so two equal runs see equal times."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return the time after the last write."""
        return self._now

    def tick(self) -> datetime:
        """Return the current time and move on by one second."""
        moment = self._now
        self._now = moment + timedelta(seconds=1)
        return moment


def make_clock(start: datetime | None) -> Clock:
    """Return a counting clock when a start is given, else the real one."""
    return RealClock() if start is None else CountingClock(start)


def timestamp(moment: datetime) -> str:
    """Write a time as RFC 3339 in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_timestamp(text: str) -> datetime:
    """Read an RFC 3339 time; one without an offset is taken as UTC."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
