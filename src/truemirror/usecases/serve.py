"""Serve a mirror: ask the live service where the mode says so, store and compare what comes, and sum up at the end.

Rules: the client gets the live answer as it came; what is stored or shown was redacted. A stored exchange is on disk
before its client is answered, and answers from then on. Comparing is told, never judged.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from truemirror.core.mirror.decision import Forward
from truemirror.core.mirror.difference import Difference, short
from truemirror.core.mirror.drift import outcome_differences
from truemirror.core.mirror.exchange_id import exchange_id
from truemirror.core.mirror.index import NoHit
from truemirror.core.mirror.miss import Miss
from truemirror.core.mirror.session import scenario_name
from truemirror.core.wire.exchange import Exchange, Request
from truemirror.errors import StoreError
from truemirror.ports import Journal, Upstream
from truemirror.usecases.replay import Lookup, Replayer

_DRIFTED_KEPT = 1_000
_LISTED = 12


@dataclass(frozen=True, slots=True)
class Drifted:
    """A live answer that differs from the recording."""

    request: str
    """Method and target, redacted."""
    differences: tuple[Difference, ...]


@dataclass(slots=True)
class Forwarding:
    """The live service behind a mirror, and where its answers are stored."""

    replayer: Replayer
    upstream: Upstream | None = None
    """Whoever asks the live service; None where a client of this process asks it itself."""
    journal: Journal | None = None
    opens: Callable[[bool], Journal] | None = None
    """Begins a journal when the mode comes to store; the flag says whether scenarios are replaced."""
    stored: int = 0
    """How many exchanges were stored."""
    drifted: list[Drifted] = field(default_factory=list)
    """The first differences that comparing found."""
    _fresh: list[tuple[str, Exchange]] = field(default_factory=list)
    _fresh_sessions: list[str] = field(default_factory=list)
    _fresh_identities: set[bytes] = field(default_factory=set)

    def find(self, request: Request) -> Lookup:
        """Look a request up; what was stored meanwhile is taken in as soon as somebody asks for it again."""
        lookup = self.replayer.find(request)
        if isinstance(lookup.found, NoHit) and lookup.found.parts.digest() in self._fresh_identities:
            self.take_in()
            lookup = self.replayer.find(request)
        return lookup

    def take_in(self) -> None:
        """Answer from now on with what was stored."""
        fresh, self._fresh = self._fresh, []
        sessions, self._fresh_sessions = self._fresh_sessions, []
        self._fresh_identities.clear()
        if fresh:
            self.replayer.add(fresh, sessions)

    async def ask(
        self, request: Request, lookup: Lookup, session: str, todo: Forward, began_ms: float = 0.0
    ) -> Exchange:
        """Ask the live service and do with the answer what the decision says. Raises StoreError."""
        assert self.upstream is not None
        live = await self.upstream.send(request)
        self.keep(live, lookup, session, todo, began_ms)
        return live

    def keep(self, live: Exchange, lookup: Lookup, session: str, todo: Forward, began_ms: float = 0.0) -> None:
        """Compare and store a live exchange, as the decision says; `began_ms` orders overlaps. Raises StoreError."""
        if not (todo.store or todo.compare):
            return
        if todo.store and self.journal is None and self.opens is not None:
            raise StoreError(
                f"the mode changed while {self.replayer.mirror.service} answered, so its answer is not stored",
                where=self.replayer.mirror.service,
                fix="ask again",
            )
        scenario = scenario_name(session)
        redacted = self.replayer.redactor.redact(live, scenario)
        if todo.compare:
            self._compare(lookup, session, redacted)
        if todo.store and self.journal is not None:
            self.journal.append(scenario, redacted, began_ms)
            self.stored += 1
            self._fresh.append((scenario, redacted))
            self._fresh_sessions.append(session)
            self._fresh_identities.add(lookup.found.parts.digest())

    def _compare(self, lookup: Lookup, session: str, live: Exchange) -> None:
        """Note how a live answer differs from the one that this session would have got, today's values aside."""
        both = self.replayer.walk(lookup, session, live)
        if both is None:
            return
        recorded, got = both
        rules = self.replayer.mirror.rules
        if exchange_id(recorded, rules) == exchange_id(got, rules) or len(self.drifted) >= _DRIFTED_KEPT:
            return
        differences = tuple(outcome_differences(recorded.outcome, got.outcome))[:_LISTED]
        if differences:
            self.drifted.append(Drifted(short(f"{live.request.method} {live.request.target}"), differences))

    async def close(self) -> None:
        """Fold what was stored into the mirror and let go of both sides."""
        try:
            if self.upstream is not None:
                await self.upstream.close()
        finally:
            if self.journal is not None:
                self.journal.close()


@dataclass(frozen=True, slots=True)
class Summary:
    """What one mirror was asked, all told."""

    service: str
    recordings: int
    scenarios: int
    hits: int
    misses: int
    relaxed: int
    ahead: int
    away: int
    forwarded: int
    stored: int
    unused: int
    planned: int = 0
    """Calls that a fault plan changed; those that it answered are no hits."""
    stale: str = ""
    missed: Sequence[Miss] = ()
    drifted: Sequence[Drifted] = ()
    relaxations: Mapping[str, int] = field(default_factory=dict)
    """How often each part was relaxed, as `POST /v1/things body:/id`."""


def summarise(replayer: Replayer, forwarding: Forwarding | None = None, name: str = "") -> Summary:
    """How a mirror answered so far; `name` is what it is served as, where that is not the service's name."""
    tally, mirror = replayer.tally, replayer.mirror
    return Summary(
        service=name or mirror.service,
        recordings=len(replayer.index.exchanges),
        scenarios=len(mirror.scenarios),
        hits=tally.hits,
        misses=tally.misses,
        relaxed=tally.relaxed,
        ahead=tally.ahead,
        away=tally.away,
        forwarded=tally.forwarded,
        stored=forwarding.stored if forwarding else 0,
        unused=len(replayer.unused()),
        planned=tally.planned,
        stale=replayer.stale,
        missed=tuple(tally.missed),
        drifted=tuple(forwarding.drifted) if forwarding else (),
        relaxations=dict(sorted(tally.relaxations.items())),
    )
