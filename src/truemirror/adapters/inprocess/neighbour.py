"""One neighbour service inside the test process: asked by a client's seam, answered by its mirror, or heard live.

Rules: a hit is remembered by the whole request until the mirror changes; stepping on the timeline never is. What a
forwarded request brought is on disk before the client gets it. A mirror that cannot be read is told to whoever asks it.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

from truemirror.adapters.inprocess.answer import Answer, answer_to
from truemirror.adapters.inprocess.refusals import websocket_error
from truemirror.core.mirror.decision import Decision, Forward, Mode, Note, Replay
from truemirror.core.mirror.index import Hit
from truemirror.core.mirror.operation import operation_of
from truemirror.core.mirror.parts import WEBSOCKET
from truemirror.core.mirror.redaction_restore import restore_outcome
from truemirror.core.mirror.session import SESSION_HEADER, session_key
from truemirror.core.wire.exchange import Exchange, Outcome, Request, Response
from truemirror.core.wire.large import is_large
from truemirror.errors import TruemirrorError
from truemirror.usecases.replay import Lookup
from truemirror.usecases.serve import Forwarding

_REMEMBERED = 4_096
_LARGEST_REMEMBERED = 64 * 1024

Made = TypeVar("Made")
Shape = Callable[[Answer], Made]
"""Makes of an answer what a client takes."""


class Call(NamedTuple):
    """One thing that was asked of a neighbour."""

    service: str
    operation: str
    method: str
    target: str
    answered: str
    """recorded, planned, forwarded, missed, or refused where the test wanted a miss."""
    session: str
    notes: tuple[tuple[Note, str], ...] = ()
    scenario: str = ""
    """The scenario whose recording answered."""
    number: int = 0
    """That recording's number in its scenario, from 1; 0 when none answered."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a request before anybody steps."""

    lookup: Lookup
    session: str
    """The session key that the request itself carries."""
    operation: str


def now_ms() -> float:
    """Milliseconds of the monotonic clock."""
    return time.monotonic() * 1_000


class Neighbour:
    """One service, mirrored or live, as the clients of this process meet it."""

    def __init__(
        self,
        name: str,
        forwarding: Forwarding,
        *,
        url: str = "",
        hosts: tuple[str, ...] = (),
        env: str = "",
        broken: TruemirrorError | None = None,
    ) -> None:
        """`url` is where clients are told it is; `hosts` mean it as well, and so does what the variable `env` holds.

        `broken` is why its mirror cannot be read, if it cannot.
        """
        self.name = name
        self.forwarding = forwarding
        self.replayer = forwarding.replayer
        self.url = url
        self.hosts = hosts
        self.env = env
        self.broken = broken
        self._keeping = threading.Lock()
        self._revision = self.replayer.revision
        self._known: dict[Request, Known] = {}
        self._prepared: dict[tuple[str, int, str | None], object] = {}

    def known(self, request: Request) -> Known:
        """Look a request up, or remember it."""
        if self._revision != self.replayer.revision:
            self._forget()
        known = self._known.get(request)
        if known is None:
            lookup = self._find(request)
            parts = lookup.found.parts  # redacted, unlike the request: operations are told in reports
            known = Known(lookup, session_key(request.headers), operation_of(parts.method, parts.path))
            if len(request.body) <= _LARGEST_REMEMBERED and isinstance(known.lookup.found, Hit):
                if len(self._known) >= _REMEMBERED:
                    self._known.clear()
                self._known[request] = known
        return known

    def _find(self, request: Request) -> Lookup:
        """Look a request up, among what was stored meanwhile too where that may answer. Raises NetworkClosed."""
        if (request.headers.get("upgrade") or "").strip().lower() == WEBSOCKET:
            raise websocket_error(self.name, self.env)
        if self.replayer.mode is Mode.RECORD_MISSING:
            with self._keeping:
                return self.forwarding.find(request)
        return self.replayer.find(request)

    def _forget(self) -> None:
        """The mirror is another one now."""
        self._known.clear()
        self._prepared.clear()
        self._revision = self.replayer.revision

    def decide(self, known: Known, session: str) -> Decision:
        """What this session gets."""
        return self.replayer.step(known.lookup, session)

    def prepared(self, kind: str, found: Replay, outcome: Outcome, request: Request, make: Shape[Made]) -> Made:
        """A replayed response in a client's own shape, made once for each recording and accepted coding.

        `outcome` is what this client gets of the recording, with its own secrets in place.
        """
        assert isinstance(outcome, Response)
        recorded = found.exchange
        if found.planned or found.is_own or outcome is not recorded.outcome or is_large(outcome.body):
            return make(answer_to(request, outcome, recorded.request, paced=found.paced))
        key = (kind, found.place, request.headers.joined("accept-encoding") if outcome.codings else None)
        made = self._prepared.get(key)
        if made is None:
            made = self._prepared[key] = make(answer_to(request, outcome, recorded.request, paced=found.paced))
        return made  # type: ignore[return-value]  # one kind always makes one type

    def heard(
        self, request: Request, known: Known, outcome: Outcome, how: Forward, session: str, began_ms: float
    ) -> None:
        """A live outcome, to be compared and stored as the mode says. Raises StoreError."""
        exchange = Exchange(_without_session(request), outcome, now_ms() - began_ms)
        with self._keeping:
            self.forwarding.keep(exchange, known.lookup, session, how, began_ms)

    def close(self) -> None:
        """Fold what was stored into the mirror. Raises StoreError."""
        if self.forwarding.journal is not None:
            self.forwarding.journal.close()


def _without_session(request: Request) -> Request:
    """The request less what only a mirror understands."""
    if SESSION_HEADER not in request.headers:
        return request
    return replace(request, headers=request.headers.without(SESSION_HEADER))


def outcome_for_client(found: Replay) -> Outcome:
    """The recorded outcome with this client's own secrets in place; the recorded one itself where it holds none."""
    recorded = found.exchange.outcome
    if not found.live:
        return recorded
    restored = restore_outcome(recorded, found.live)
    return recorded if restored == recorded else restored
