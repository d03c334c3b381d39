"""Record exchanges: redact, journal, count; and the life of a recording of several services.

    exchange ──▶ less our own header ──▶ redact ──▶ journal.append ──▶ count          then the client may see the end

Rules: nothing reaches the journal unredacted; an exchange is counted only when it is on disk. All journals are open
before the first proxy listens, and are folded after the last one has stopped.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self

from truemirror.core.mirror.model import DEFAULT_SCENARIO
from truemirror.core.mirror.redaction_sieve import Sieve
from truemirror.core.mirror.session import SESSION_HEADER, scenario_name
from truemirror.core.route import Route, Standing
from truemirror.core.system import Ended, Interrupted
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Request, Response
from truemirror.errors import TruemirrorError
from truemirror.ports import Clock, Journal, Launcher, Lock, MirrorStore, ProxyHost, Upstream
from truemirror.usecases.redact import Redactor


@dataclass(slots=True)
class RecordTally:
    """What was recorded."""

    exchanges: int = 0
    scenarios: Counter[str] = field(default_factory=Counter)
    """Exchanges in each scenario."""
    faults: Counter[FaultKind] = field(default_factory=Counter)
    redacted: int = 0
    """Exchanges in which something was replaced."""

    def count(self, scenario: str, exchange: Exchange, *, redacted: bool) -> None:
        """One more exchange is on disk."""
        self.exchanges += 1
        self.scenarios[scenario] += 1
        self.redacted += redacted
        if isinstance(exchange.outcome, Fault):
            self.faults[exchange.outcome.kind] += 1


class Recorder:
    """Writes the exchanges of one service into its mirror's journal."""

    def __init__(
        self, journal: Journal, redactor: Redactor, scenario: str = DEFAULT_SCENARIO, *, lock: Lock | None = None
    ) -> None:
        """`scenario` takes what no session is named for; `lock` is needed where several threads record."""
        self.tally = RecordTally()
        self._journal = journal
        self._redactor = redactor
        self._scenario = scenario_name(scenario)
        self._lock: Lock = lock or nullcontext()

    def scenario_of(self, session: str) -> str:
        """The scenario that a session's exchanges go to."""
        return scenario_name(session) if session else self._scenario

    def name_default(self, scenario: str) -> None:
        """From now on this scenario takes what no session is named for."""
        self._scenario = scenario_name(scenario)

    def store(self, exchange: Exchange, session: str = "", began_ms: float = 0.0) -> Exchange:
        """Redact an exchange and write it down; gives it back as it was written. Raises StoreError.

        A WebSocket comes first without what is said on it, then with every frame that passed since, once each.

        `began_ms` is when the request began, on any clock that is the same for the whole recording; 0 when unknown.
        """
        scenario = self.scenario_of(session)
        plain = _without_session(exchange)
        redacted = self._redactor.redact(plain, scenario)
        with self._lock:
            self._journal.append(scenario, redacted, began_ms)
            if not _goes_on(plain):
                self.tally.count(scenario, redacted, redacted=redacted is not plain)
        return redacted

    def look(self, request: Request, response: Response | None) -> Sieve:
        """Look through a body that is too large to be held: of the request, or of the response where there is one."""
        return self._redactor.sieve(request, response)

    async def record(self, upstream: Upstream, request: Request, clock: Clock, session: str = "") -> Exchange:
        """Ask a live service and write down what it answers; gives the exchange back as it was. Raises StoreError."""
        began_ms = clock.monotonic_ms()
        exchange = await upstream.send(request)
        self.store(exchange, session, began_ms)
        return exchange


def _goes_on(exchange: Exchange) -> bool:
    """Whether it says more of a WebSocket that is on disk already."""
    return isinstance(exchange.outcome, Response) and bool(exchange.outcome.frames)


def _without_session(exchange: Exchange) -> Exchange:
    """The exchange less the header that is ours."""
    if SESSION_HEADER not in exchange.request.headers:
        return exchange
    return replace(
        exchange, request=replace(exchange.request, headers=exchange.request.headers.without(SESSION_HEADER))
    )


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a recording of one service came to."""

    service: str
    version: str
    """Of the mirror that was recorded into."""
    exchanges: int
    scenarios: Mapping[str, int]
    faults: Mapping[str, int]
    redacted: int
    """Exchanges in which secrets were replaced."""
    lost: Mapping[str, int]
    """Requests that were passed on but not recorded, by reason."""


class Recording:
    """Several services being recorded: `with Recording(...) as recording: ...`."""

    def __init__(
        self,
        routes: Sequence[Route],
        store: MirrorStore,
        host: ProxyHost,
        redactor: Redactor,
        *,
        versions: Mapping[str, str] | None = None,
        scenario: str = DEFAULT_SCENARIO,
        lock: Callable[[], Lock] = nullcontext,
        on_trouble: Callable[[TruemirrorError], None] | None = None,
    ) -> None:
        """Record what passes along `routes`. One redactor serves them all: a secret is the same wherever it appears.

        `versions` names the mirror's version by service, the newest being taken where it names none; `on_trouble` hears
        at once, from whatever thread, what could not be written.
        """
        self.routes = tuple(routes)
        self.standing: tuple[Standing, ...] = ()
        """Where clients reach the services, once started."""
        self.versions: dict[str, str] = {}
        """The version of each service's mirror, once started."""
        self.trouble: list[TruemirrorError] = []
        """What could not be written, while recording."""
        self._on_trouble = on_trouble
        self._store = store
        self._host = host
        self._redactor = redactor
        self._wanted = dict(versions or {})
        self._scenario = scenario
        self._lock = lock
        self._recorders: dict[str, Recorder] = {}
        self._open = ExitStack()

    def start(self) -> None:
        """Open the journals, then let the proxies listen. Raises StoreError, PortError, UsageError."""
        try:
            for route in self.routes:
                journal = self._store.journal(route.service, self._wanted.get(route.service) or None)
                self._open.enter_context(journal)
                self.versions[route.service] = journal.fold().version
                self._recorders[route.service] = Recorder(journal, self._redactor, self._scenario, lock=self._lock())
            stores = {route: self._recorders[route.service].store for route in self.routes}
            looks = {route: self._recorders[route.service].look for route in self.routes}
            self.standing = tuple(self._host.serve(stores, self._note, looks))
        except BaseException:
            self.close()
            raise

    def record_as(self, session: str) -> None:
        """From now on what no session is named for goes to this session's scenario."""
        self._scenario = session
        for recorder in self._recorders.values():
            recorder.name_default(session)

    def _note(self, error: TruemirrorError) -> None:
        """Something could not be written."""
        self.trouble.append(error)
        if self._on_trouble is not None:
            self._on_trouble(error)

    @property
    def exchanges(self) -> int:
        """How many exchanges are on disk so far."""
        return sum(recorder.tally.exchanges for recorder in self._recorders.values())

    def finish(self) -> tuple[Recorded, ...]:
        """Stop the proxies, fold the journals, tell what came of it. Raises StoreError."""
        self._host.stop()
        lost = self._host.lost()
        self.close()
        return tuple(
            Recorded(
                service,
                self.versions[service],
                recorder.tally.exchanges,
                dict(sorted(recorder.tally.scenarios.items())),
                {kind.value: count for kind, count in sorted(recorder.tally.faults.items())},
                recorder.tally.redacted,
                {**lost.get(service, {}), **self._left_out(service)},
            )
            for service, recorder in self._recorders.items()
        )

    def _left_out(self, service: str) -> dict[str, int]:
        """Exchanges that were taken out in the end, by reason."""
        late = self._redactor.left_out[service]
        return {"a large body held a secret that was known later": late} if late else {}

    def close(self) -> None:
        """Stop and fold, whatever the state. Does nothing the second time. Raises StoreError."""
        self._host.stop()
        self._open.close()

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop and fold."""
        self.close()


def follow(launcher: Launcher, arguments: Sequence[str], environment: Mapping[str, str]) -> Ended | Interrupted:
    """Stay until the command ends, or until somebody interrupts when there is none. Raises UsageError."""
    if arguments:
        launcher.run(arguments, environment)
    while True:
        event = launcher.next_event()
        if isinstance(event, Ended | Interrupted):
            return event
