"""The switchboard of one process: which request belongs to which neighbour, who is asking, and what was asked.

Rules: one test runs at a time in a process, so "who is asking" is a value of the process; every thread and task that
the test starts asks in its name. A request that carries a session key of its own asks in that name. Whatever went
wrong is remembered here as well as raised, so that a caller which swallows exceptions hides nothing.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass

from truemirror.adapters.inprocess.addresses import Detour, Place, Routes, covers, is_loopback
from truemirror.adapters.inprocess.neighbour import Call, Known, Neighbour, outcome_for_client
from truemirror.adapters.inprocess.refusals import closed_error, miss_error
from truemirror.core.mirror.decision import Decision, Forward, Mode, Refuse, Replay
from truemirror.core.mirror.used import spot
from truemirror.core.wire.exchange import Outcome, Request
from truemirror.errors import NetworkClosed, TruemirrorError


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that a neighbour has decided on."""

    neighbour: Neighbour
    request: Request
    decision: Replay | Forward
    session: str
    known: Known
    outcome: Outcome | None = None
    """What a replayed request gets."""

    @property
    def wait_s(self) -> float:
        """Seconds until the answer begins, or until the live service is asked."""
        return self.decision.wait_ms / 1000.0


class Board:
    """The neighbours of this process, for the time of one test."""

    def __init__(
        self,
        neighbours: Iterable[Neighbour],
        *,
        session: str = "",
        allow_hosts: Iterable[str] = (),
        is_open: bool = False,
        record_with: str = "",
    ) -> None:
        """Route to the neighbours in the name of a session.

        `allow_hosts` may be reached beside them (`*.example.com` for a whole domain), everything with `is_open`.
        `record_with` is the command that records what is missing.
        """
        self.neighbours = {neighbour.name: neighbour for neighbour in neighbours}
        self.session = session
        self.calls: list[Call] = []
        self.problems: list[TruemirrorError] = []
        self.is_open = is_open
        self._record_with = record_with
        self._allowed = tuple(allow_hosts)
        self._routes: Routes[Neighbour] = Routes()
        self._variables: dict[str, str] = {}
        for neighbour in self.neighbours.values():
            for address in (neighbour.url, *neighbour.hosts):
                self._routes.add(address, neighbour)
        self._read_variables()

    def _read_variables(self) -> bool:
        """Take in the addresses that environment variables hold now; whether there was anything new."""
        found = False
        for neighbour in self.neighbours.values():
            address = os.environ.get(neighbour.env, "") if neighbour.env else ""
            if address != self._variables.get(neighbour.name, ""):
                self._variables[neighbour.name] = address
                self._routes.add(address, neighbour)
                found = True
        return found

    def address_of(self, neighbour: Neighbour) -> str:
        """Where clients are told that a neighbour is."""
        return (os.environ.get(neighbour.env, "") if neighbour.env else "") or neighbour.url

    def neighbour_at(self, host: str, port: int, target: str = "/") -> Neighbour | None:
        """The neighbour that an address belongs to; a test may have told it just now."""
        found = self._routes.find(host, port, target)
        if found is None and self._read_variables():
            found = self._routes.find(host, port, target)
        return found

    def knows(self, host: str, port: int) -> bool:
        """Whether an address is some neighbour's."""
        return self._routes.knows(host, port) or (self._read_variables() and self._routes.knows(host, port))

    def allows(self, host: str) -> bool:
        """Whether the network is open to a host: loopback, declared, or a neighbour's that is asked live."""
        if self.is_open or is_loopback(host) or any(covers(pattern, host) for pattern in self._allowed):
            return True
        return any(neighbour.replayer.mode is not Mode.REPLAY for neighbour in self._routes.of_host(host))

    def ask(self, neighbour: Neighbour, request: Request) -> Asked:
        """Let a neighbour decide. Raises MirrorMiss when it refuses, FormatError when its mirror cannot be read."""
        __tracebackhide__ = True
        if neighbour.broken is not None:
            self.problems.append(neighbour.broken)
            raise neighbour.broken
        known = neighbour.known(request)
        session = known.session or self.session
        decision: Decision = neighbour.decide(known, session)
        scenario, number = "", 0
        match decision:
            case Replay():
                answered, notes = "planned" if decision.planned else "recorded", decision.notes
                scenario, number = ("", 0) if decision.planned else spot(neighbour.replayer.index, decision.place)
            case Forward():
                answered, notes = "forwarded", ()
            case Refuse():
                answered, notes = "missed", ()
        call = Call(
            neighbour.name, known.operation, request.method, request.target, answered, session, notes, scenario, number
        )
        self.calls.append(call)
        if isinstance(decision, Refuse):
            error = miss_error(decision.miss, self._record_with)
            self.problems.append(error)
            raise error
        outcome = outcome_for_client(decision) if isinstance(decision, Replay) else None
        return Asked(neighbour, request, decision, session, known, outcome)

    def detour(self, neighbour: Neighbour, host: str, port: int) -> Detour | None:
        """Where a neighbour's live service is, when that is not where the client turns to."""
        address = os.environ.get(neighbour.env, "") if neighbour.env else ""
        if not address:
            return None
        detour = Detour.to(address)
        return None if (detour.place.host, detour.place.port) == (host, port) else detour

    def heard(self, asked: Asked, outcome: Outcome, began_ms: float) -> None:
        """A forwarded request has its outcome. Raises StoreError."""
        assert isinstance(asked.decision, Forward)
        try:
            asked.neighbour.heard(asked.request, asked.known, outcome, asked.decision, asked.session, began_ms)
        except TruemirrorError as error:
            self.problems.append(error)
            raise

    def closed(self, place: Place, what: str = "") -> NetworkClosed:
        """The error for an address that is nobody's and not allowed; remembered, for the caller to raise."""
        error = closed_error(place, what, self._routes.names())
        self.problems.append(error)
        return error
