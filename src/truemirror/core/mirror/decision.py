"""What to do with a request: the decision table of the modes.

             hit                        miss                     stale
    replay          recorded            refuse                   refuse, or recorded with a warning
    record-missing  recorded            forward, store           forward, compare, store
    record          forward, store      forward, store           forward, store
    refresh         forward, cmp, store forward, store           forward, compare, store
    spy             forward, compare    forward, report          forward, compare
    off             forward             forward                  forward

Rules: deciding touches nothing; the adapters act on the value that comes back.
"""

from dataclasses import dataclass
from enum import StrEnum

from truemirror.core.mirror.miss import Miss
from truemirror.core.wire.exchange import Exchange


class Mode(StrEnum):
    """How a mirror treats requests."""

    REPLAY = "replay"
    """Answer from the recording; refuse what was not recorded."""
    RECORD_MISSING = "record-missing"
    """Answer from the recording; record what is missing."""
    RECORD = "record"
    """Forward everything and store it."""
    REFRESH = "refresh"
    """Forward everything, store it, and show what differs from the recording."""
    SPY = "spy"
    """Forward everything and show what differs; store nothing."""
    OFF = "off"
    """Forward everything."""


class Case(StrEnum):
    """What looking a request up found."""

    HIT = "hit"
    MISS = "miss"
    STALE = "stale"


class Note(StrEnum):
    """What a person should know about an answer."""

    RELAXED = "relaxed"
    """Found, or made to fit, because a declared part varies or does not count."""
    AHEAD = "ahead"
    """Recorded behind writes that this session has not made."""
    AWAY = "away"
    """From another scenario than the session's own."""
    STALE = "stale"
    """The recording is older than allowed, or was made against another contract version."""
    PLANNED = "planned"
    """A fault plan changed it: it is no recording, or comes late."""


@dataclass(frozen=True, slots=True)
class Replay:
    """Answer with a recording."""

    exchange: Exchange
    place: int
    notes: tuple[tuple[Note, str], ...] = ()
    live: tuple[tuple[str, str], ...] = ()
    """Stand-ins that the answer may hold and the live values that this client brought for them."""
    is_own: bool = False
    """Whether the exchange holds today's values of this session, so that it is nobody else's."""
    wait_ms: float = 0.0
    """Milliseconds until the answer begins."""
    paced: bool = False
    """Whether the pieces of the body come at their recorded times."""
    planned: bool = False
    """Whether a fault plan made the outcome: it is none that was recorded at this place."""


@dataclass(frozen=True, slots=True)
class Forward:
    """Ask the live service."""

    store: bool
    compare: bool
    wait_ms: float = 0.0
    """Milliseconds until it is asked."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answer with an explanation."""

    miss: Miss


Decision = Replay | Forward | Refuse
Plan = Forward | None
"""What the table says: forward in some way, or stay with the recording (None: replay a hit, refuse a miss)."""

TABLE: dict[Mode, dict[Case, Plan]] = {
    Mode.REPLAY: {Case.HIT: None, Case.MISS: None, Case.STALE: None},
    Mode.RECORD_MISSING: {
        Case.HIT: None,
        Case.MISS: Forward(store=True, compare=False),
        Case.STALE: Forward(store=True, compare=True),
    },
    Mode.RECORD: dict.fromkeys(Case, Forward(store=True, compare=False)),
    Mode.REFRESH: {
        Case.HIT: Forward(store=True, compare=True),
        Case.MISS: Forward(store=True, compare=False),
        Case.STALE: Forward(store=True, compare=True),
    },
    Mode.SPY: {
        Case.HIT: Forward(store=False, compare=True),
        Case.MISS: Forward(store=False, compare=False),
        Case.STALE: Forward(store=False, compare=True),
    },
    Mode.OFF: dict.fromkeys(Case, Forward(store=False, compare=False)),
}


def plan(mode: Mode, case: Case) -> Plan:
    """The row and column of the table."""
    return TABLE[mode][case]
