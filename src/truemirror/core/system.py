"""A running system: what is started where, and what can happen to it.

Rules: values only; who starts things and who watches them is the business of others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from truemirror.core.mirror.miss import Miss


class State(StrEnum):
    """Who answers at a service's address."""

    LIVE = "live"
    """The service itself."""
    MIRROR = "mirror"
    """Its mirror."""
    RECORDED = "recorded"
    """The service itself, behind a proxy that records it."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a service of the running system answers."""

    service: str
    url: str
    """Without a slash at the end."""
    state: State
    env: str
    """The environment variable that tells it."""


@dataclass(frozen=True, slots=True)
class Launch:
    """How one service is started."""

    service: str
    arguments: tuple[str, ...]
    port: int
    environment: Mapping[str, str] = field(default_factory=dict)
    """What is added to the environment of truemirror itself."""
    folder: str = ""
    """Where it starts; empty for the working directory."""
    health: str = ""
    """The path that answers 2xx once it works; empty when accepting connections is enough."""
    patience: float = 20.0
    """Seconds that it may need until then."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a mirror was asked while it took a service's place."""

    service: str
    hits: int
    misses: int
    missed: tuple[Miss, ...] = ()
    """The first misses, explained."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A service works."""

    service: str
    seconds: float
    """Since its start."""


@dataclass(frozen=True, slots=True)
class Late:
    """A service did not work within its time."""

    service: str
    answer: str
    """What its health said last."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A service, or the command (which has no name), ended by itself."""

    service: str
    status: int
    """Its exit status; negative for the signal that ended it."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """Somebody wants the system to stop."""


Event = Ready | Late | Ended | Interrupted
"""What can happen while a system starts and runs."""

COMMAND = ""
"""Stands for the command in an event."""


def ending(status: int) -> str:
    """How something ended, in words."""
    return f"was ended by signal {-status}" if status < 0 else f"ended with exit status {status}"
