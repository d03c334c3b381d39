"""The rules about events: one row each.

Rules: an id is stable, because approvals hang on it.
"""

from typing import Final

from truemirror.core.contract.compat.policy import Direction
from truemirror.core.contract.compat.row_operations import Effect, OperationRule
from truemirror.core.contract.finding import Level

_REQ, _EVT = Direction.REQUEST, Direction.EVENT
_M, _N, _K = Effect.MOVES, Effect.NARROWS, Effect.KEEPS
_KEEP = "Keep it beside what is new until nobody uses it, or release a new major version."
_ANNOUNCE = "Tell the callers the day, and look whether any is left."

_row = OperationRule
EVENT_ROWS: Final = (
    _row(
        "event-removed",
        _EVT,
        _M,
        "Whoever waits for the event waits in vain.",
        "Deprecate it with a day on which it goes, or keep it.",
        "event-added",
    ),
    _row(
        "event-removed-as-announced",
        _EVT,
        _N,
        "A deprecated event is gone whose day was announced.",
        _ANNOUNCE,
        "event-added",
        Level.WARN,
        "it was announced; whether anybody still reads it is a question of usage",
    ),
    _row(
        "event-added",
        _EVT,
        _K,
        "There is one event more.",
        "See that bindings with wildcards want it.",
        "event-removed",
    ),
    _row(
        "event-exchange-changed", _EVT, _M, "Bindings to the old exchange get nothing.", _KEEP, "event-exchange-changed"
    ),
    _row(
        "event-exchange-type-changed",
        _EVT,
        _M,
        "The exchange cannot be declared again, and routes otherwise.",
        _KEEP,
        "event-exchange-type-changed",
    ),
    _row(
        "event-routing-key-changed",
        _EVT,
        _M,
        "Bindings that matched the old key get nothing.",
        _KEEP,
        "event-routing-key-changed",
    ),
    _row(
        "event-queue-changed",
        _REQ,
        _M,
        "What is sent to the old queue is read by nobody.",
        _KEEP,
        "event-queue-changed",
    ),
    _row("event-media-type-changed", _EVT, _M, "Readers cannot read what is sent.", _KEEP, "event-media-type-changed"),
    _row(
        "event-deprecated", _EVT, _K, "The event is to go.", _ANNOUNCE, "", None, "that something stays needs no word"
    ),
    _row(
        "event-traits-changed",
        _EVT,
        _M,
        "What is merged into a message from its traits differs.",
        "Look at the difference, and approve it by its fingerprint.",
        "event-traits-changed",
        Level.WARN,
        "the verdict is unknown by itself",
    ),
    _row(
        "event-details-changed",
        _EVT,
        _M,
        "Servers, bindings, replies, security or parameters around an event differ.",
        "Look at the difference, and approve it by its fingerprint.",
        "event-details-changed",
        Level.WARN,
        "the verdict is unknown by itself",
    ),
)
