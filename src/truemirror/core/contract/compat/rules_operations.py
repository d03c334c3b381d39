"""The rules about operations and events: one row each.

Rules: an id is stable, because approvals hang on it; the level follows from what a change does to the set of messages
and from who sends them; where a row departs from that it says why; every rule has a mirror, or a reason to have
none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from truemirror.core.contract.compat.operations_examples import BAD, GOOD, Example
from truemirror.core.contract.compat.policy import Direction
from truemirror.core.contract.finding import Level


class Effect(StrEnum):
    """What a change does to the messages of one direction."""

    WIDENS = "widens"
    """More of them are possible."""
    NARROWS = "narrows"
    """Fewer of them are possible."""
    MOVES = "moves"
    """Some become possible, others impossible."""
    KEEPS = "keeps"
    """The same are possible; something is said about them."""


@dataclass(frozen=True, slots=True)
class OperationRule:
    """One row."""

    id: str
    direction: Direction
    effect: Effect
    meaning: str
    """What it means when this is found, in one sentence."""
    mend: str
    """What to do about it, in one sentence."""
    mirror: str = ""
    """The rule about the change undone; empty where there is none."""
    level_said: Level | None = None
    """The level where it is not the one that follows."""
    because: str = ""
    """Why it departs from what follows, or why there is no mirror."""

    @property
    def level(self) -> Level:
        """How much it weighs."""
        return self.level_said or level_of(self.direction, self.effect)

    @property
    def bad(self) -> Example:
        """A change that the rule speaks of."""
        return BAD[self.id]

    @property
    def good(self) -> Example:
        """A change next to it that the rule does not speak of."""
        return GOOD[self.id]


def level_of(direction: Direction, effect: Effect) -> Level:
    """What follows from the effect: senders must not be refused, readers must not be surprised."""
    harmful = {Effect.NARROWS, Effect.MOVES} if direction is Direction.REQUEST else {Effect.WIDENS, Effect.MOVES}
    return Level.BREAK if effect in harmful else Level.INFO


_REQ, _RES, _EVT = Direction.REQUEST, Direction.RESPONSE, Direction.EVENT
_W, _N, _M, _K = Effect.WIDENS, Effect.NARROWS, Effect.MOVES, Effect.KEEPS
_KEEP = "Keep it beside what is new until nobody uses it, or release a new major version."
_FINE = "Nothing; callers and readers of the old contract go on as before."
_OPTIONAL = "Leave it optional, or release a new major version."
_ANNOUNCE = "Tell the callers the day, and look whether any is left."
_READER = "Readers that count on it are surprised by its absence."

_row = OperationRule
_ROWS: Final = (
    _row(
        "operation-removed",
        _REQ,
        _N,
        "Callers of the operation get an error.",
        "Deprecate it with a day on which it goes (`deprecated`, `x-sunset`), or keep it.",
        "operation-added",
    ),
    _row(
        "operation-removed-as-announced",
        _REQ,
        _N,
        "A deprecated operation is gone whose day was announced.",
        _ANNOUNCE,
        "operation-added",
        Level.WARN,
        "it was announced; whether anybody still calls is a question of usage",
    ),
    _row("operation-added", _REQ, _W, "There is one operation more.", _FINE, "operation-removed"),
    _row("operation-deprecated", _REQ, _K, "The operation is to go.", _ANNOUNCE, "operation-deprecation-withdrawn"),
    _row("operation-deprecation-withdrawn", _REQ, _K, "The operation is to stay.", _FINE, "operation-deprecated"),
    _row(
        "operation-sunset-moved-up",
        _REQ,
        _K,
        "The operation is to go sooner than was said.",
        _ANNOUNCE,
        "",
        Level.WARN,
        "callers planned with the later day; a later one helps everybody and is not told",
    ),
    _row(
        "base-path-removed",
        _REQ,
        _N,
        "Operations are no longer served below a path.",
        "Keep the server in the list, or release a new major version.",
        "",
        None,
        "a further server is no change for anybody and is not told",
    ),
    _row(
        "security-tightened",
        _REQ,
        _N,
        "Callers that were let in no longer are.",
        "Accept what was accepted beside what is new.",
        "security-loosened",
    ),
    _row(
        "security-loosened", _REQ, _W, "Less is asked for than before.", "See that it is meant.", "security-tightened"
    ),
    _row(
        "request-parameter-required-added",
        _REQ,
        _N,
        "A parameter is asked for that no caller sends.",
        _OPTIONAL,
        "request-parameter-removed",
    ),
    _row(
        "request-parameter-optional-added", _REQ, _W, "There is one parameter more.", _FINE, "request-parameter-removed"
    ),
    _row(
        "request-parameter-removed",
        _REQ,
        _N,
        "A parameter that callers send is refused, or ignored.",
        _KEEP,
        "request-parameter-optional-added",
    ),
    _row(
        "request-parameter-became-required",
        _REQ,
        _N,
        "Callers that leave the parameter out are refused.",
        _OPTIONAL,
        "request-parameter-became-optional",
    ),
    _row(
        "request-parameter-became-optional",
        _REQ,
        _W,
        "The parameter may be left out.",
        _FINE,
        "request-parameter-became-required",
    ),
    _row(
        "request-parameter-style-changed",
        _REQ,
        _M,
        "The parameter's values are written in another way.",
        "Keep style, explode and media type.",
        "request-parameter-style-changed",
    ),
    _row(
        "request-parameter-takes-any-text",
        _REQ,
        _W,
        "Whatever is sent as the parameter is taken.",
        _FINE,
        "",
        None,
        "the way back is a change of its schema",
    ),
    _row(
        "request-parameter-deprecated",
        _REQ,
        _K,
        "The parameter is to go.",
        _ANNOUNCE,
        "",
        None,
        "that something stays needs no word",
    ),
    _row(
        "request-body-required-added",
        _REQ,
        _N,
        "A body is asked for that no caller sends.",
        _OPTIONAL,
        "request-body-removed",
    ),
    _row("request-body-optional-added", _REQ, _W, "A body may be sent.", _FINE, "request-body-removed"),
    _row(
        "request-body-removed",
        _REQ,
        _N,
        "A body that callers send is refused, or ignored.",
        _KEEP,
        "request-body-optional-added",
    ),
    _row(
        "request-body-became-required",
        _REQ,
        _N,
        "Callers that send no body are refused.",
        _OPTIONAL,
        "request-body-became-optional",
    ),
    _row("request-body-became-optional", _REQ, _W, "The body may be left out.", _FINE, "request-body-became-required"),
    _row(
        "request-media-type-removed",
        _REQ,
        _N,
        "Bodies of a type are refused that callers send.",
        _KEEP,
        "request-media-type-added",
    ),
    _row(
        "request-media-type-added", _REQ, _W, "Bodies of one type more are taken.", _FINE, "request-media-type-removed"
    ),
    _row(
        "response-success-status-removed",
        _RES,
        _N,
        "A success that readers wait for is no longer answered.",
        _KEEP,
        "response-success-status-added",
        Level.BREAK,
        _READER,
    ),
    _row(
        "response-success-status-added",
        _RES,
        _W,
        "A success is answered that readers do not know.",
        _KEEP,
        "response-success-status-removed",
    ),
    _row(
        "response-other-status-removed",
        _RES,
        _N,
        "A redirect that readers follow is no longer answered.",
        _KEEP,
        "response-other-status-added",
        Level.BREAK,
        _READER,
    ),
    _row(
        "response-other-status-added",
        _RES,
        _W,
        "A status between success and error is answered that readers do not know.",
        "See that every reader follows it.",
        "response-other-status-removed",
        Level.WARN,
        "most clients follow redirects by themselves",
    ),
    _row(
        "response-error-status-removed",
        _RES,
        _N,
        "An error is no longer answered.",
        _FINE,
        "response-error-status-added",
    ),
    _row(
        "response-error-status-added",
        _RES,
        _W,
        "An error is answered that readers do not know.",
        "See that every reader has a branch for errors that it does not know.",
        "response-error-status-removed",
        Level.WARN,
        "a reader has to expect errors that it does not know",
    ),
    _row(
        "response-body-removed",
        _RES,
        _M,
        "A body that readers read is no longer answered.",
        _KEEP,
        "response-body-added",
    ),
    _row(
        "response-body-added", _RES, _K, "A body is answered where none was promised.", _FINE, "response-body-removed"
    ),
    _row("response-body-became-optional", _RES, _W, "The body may be missing.", _KEEP, "response-body-became-required"),
    _row(
        "response-body-became-required", _RES, _N, "The body is always there.", _FINE, "response-body-became-optional"
    ),
    _row(
        "response-media-type-removed",
        _RES,
        _N,
        "Bodies of a type are no longer answered that readers ask for.",
        _KEEP,
        "response-media-type-added",
        Level.BREAK,
        "a reader that accepts nothing else gets nothing",
    ),
    _row(
        "response-media-type-added",
        _RES,
        _W,
        "Bodies of one type more are answered.",
        "Answer it only to those who ask for it.",
        "response-media-type-removed",
        Level.WARN,
        "only a reader that names no type it accepts may be given it",
    ),
    _row(
        "response-header-removed", _RES, _M, "A header that was always there is gone.", _KEEP, "response-header-added"
    ),
    _row(
        "response-optional-header-removed",
        _RES,
        _N,
        "A header that was sometimes there is gone.",
        "See whether anybody reads it.",
        "response-header-added",
        Level.WARN,
        "readers had to do without it, and may count on it all the same",
    ),
    _row("response-header-added", _RES, _K, "There is one header more.", _FINE, "response-optional-header-removed"),
    _row(
        "response-header-became-optional",
        _RES,
        _W,
        "The header may be missing.",
        _KEEP,
        "response-header-became-required",
    ),
    _row(
        "response-header-became-required",
        _RES,
        _N,
        "The header is always there.",
        _FINE,
        "response-header-became-optional",
    ),
    _row(
        "response-header-style-changed",
        _RES,
        _M,
        "The header's values are written in another way.",
        "Keep explode and media type.",
        "response-header-style-changed",
    ),
    _row(
        "response-header-was-any-text",
        _RES,
        _N,
        "Whoever reads the header as any text reads a number, too.",
        _FINE,
        "",
        None,
        "the way back is a change of its schema",
    ),
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
        "request-encoding-changed",
        _REQ,
        _M,
        "The parts of a form are written in another way.",
        "Look at the difference, and approve it by its fingerprint.",
        "request-encoding-changed",
        Level.WARN,
        "the verdict is unknown by itself",
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
    _row(
        "webhooks-changed",
        _EVT,
        _M,
        "Webhooks or callbacks differ, which nobody here judges.",
        "Look at the difference, and approve it by its fingerprint.",
        "webhooks-changed",
        Level.WARN,
        "the verdict is unknown by itself",
    ),
)

OPERATION_RULES: Final[Mapping[str, OperationRule]] = MappingProxyType({row.id: row for row in _ROWS})
"""All rules about operations and events by id, in the order in which people should read them."""
