"""The conditions under which a mirror answers: fault plans and latency, kept for each session.

Rules: the caller brings the lock. A planned fault or status comes without asking the recording, and leaves the session
where it stands; only a fault of the answer (timeout, truncated) takes the recording's step first, for then the service
has received the request. A live service is never asked for a planned answer. What was planned is noted and counted, and
is no hit. A plan that was given to one session ends when the session begins anew; one for all sessions counts anew.
"""

import json
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Protocol

from truemirror.core.mirror.decision import Decision, Forward, Note, Refuse, Replay
from truemirror.core.mirror.index import Index
from truemirror.core.mirror.latency import Latency
from truemirror.core.mirror.operation import operation_of
from truemirror.core.mirror.parts import Parts
from truemirror.core.mirror.plan import ANY, Course, Effect, Met, Plan
from truemirror.core.mirror.timeline import NOWHERE
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Framing, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.core.wire.large import Large, size_of
from truemirror.core.wire.render import has_no_body
from truemirror.errors import UsageError

_GARBAGE = b"\x16\x03 this is not HTTP\r\n\r\n"
_OPERATIONS = 2_000
_DETAIL = "planned, not recorded"


class Counting(Protocol):
    """A tally, as far as conditions change it."""

    hits: int
    forwarded: int
    planned: int
    counts: "array[int]"


@dataclass(slots=True)
class _Walker:
    """How far one session is."""

    course: Course
    number: int = 0
    """How many calls it has made."""


@dataclass(slots=True)
class Conditions:
    """What answers meet on their way, beside what was recorded."""

    service: str
    tally: Counting
    latency: Latency = field(default_factory=Latency)
    seed: int = 0
    is_on: bool = False
    """Whether anything is to be done at all."""
    _common: Plan = field(default_factory=Plan)
    _own: dict[str, Plan] = field(default_factory=dict)
    _walkers: dict[str, _Walker] = field(default_factory=dict)
    _errors: tuple[Index | None, dict[tuple[int, str], int]] = (None, {})

    def watches(self, session: str) -> bool:
        """Whether each call of a session has to be looked at."""
        return self.is_on and (bool(self.latency) or bool(self._common) or session in self._own)

    def delay(self, latency: Latency, seed: int = 0) -> None:
        """Answer as slowly as this from now on."""
        self.latency, self.seed = latency, seed
        self._settle()

    def add(self, plan: Plan, session: str | None) -> None:
        """Give a plan to a session, or to all; its rules begin to count now."""
        if session is None:
            self._common = Plan(self._common.rules + plan.rules)
            for walker in self._walkers.values():
                walker.course = walker.course.with_plan(plan)
        else:
            walker = self._walker(session)
            self._own[session] = Plan(self._own.get(session, Plan()).rules + plan.rules)
            walker.course = walker.course.with_plan(plan)
        self._settle()

    def end(self, session: str | None) -> None:
        """End the plan that was given to one session, or every plan; what is left begins to count anew."""
        if session is None:
            self._common = Plan()
            self._own.clear()
        else:
            self._own.pop(session, None)
        for name, walker in self._walkers.items():
            if session in (None, name):
                walker.course = Course().with_plan(self._common)
        self._settle()

    def plans(self, session: str) -> tuple[str, ...]:
        """The rules in force for a session, as lines."""
        return tuple(rule.text for rule in self._common.rules + self._own.get(session, Plan()).rules)

    def reset(self, session: str | None) -> None:
        """One session begins anew, or all do."""
        if session is None:
            self._walkers.clear()
            self._own.clear()
        else:
            self._walkers.pop(session, None)
            self._own.pop(session, None)
        self._settle()

    def _settle(self) -> None:
        """See whether there is anything to do."""
        self.is_on = bool(self.latency or self._common or self._own)

    def _walker(self, session: str) -> _Walker:
        """A session, which may be new."""
        walker = self._walkers.get(session)
        if walker is None:
            walker = self._walkers[session] = _Walker(Course().with_plan(self._common))
        return walker

    # one call

    def step(self, parts: Parts, session: str, index: Index, plainly: Callable[[], Decision]) -> Decision:
        """What a call gets; `plainly` decides from the recording, and moves the session."""
        walker = self._walker(session)
        walker.number += 1
        walker.course, met = walker.course.called(parts.method, parts.path)
        decision = plainly() if met is None else self._met(met, parts, index, plainly)
        return self._delayed(decision, met, session, walker.number)

    def _met(self, met: Met, parts: Parts, index: Index, plainly: Callable[[], Decision]) -> Decision:
        """What a call gets that meets something."""
        effect = met.effect
        if effect.answers and not effect.is_after_sending:
            decision: Decision = self._instead(effect, parts, index)
        else:
            decision = plainly()
            if effect.answers and not isinstance(decision, Refuse):
                decision = self._spoilt(effect, parts, decision)
        if isinstance(decision, Replay):
            decision = replace(decision, notes=(*decision.notes, (Note.PLANNED, met.told)))
        self.tally.planned += not isinstance(decision, Refuse)
        return decision

    def _instead(self, effect: Effect, parts: Parts, index: Index) -> Replay:
        """What comes without asking the recording."""
        asked = Request(parts.method, parts.path)
        if effect.fault is not None:
            received = _GARBAGE if effect.fault is FaultKind.GARBAGE else b""
            return Replay(Exchange(asked, Fault(effect.fault, _DETAIL, received=received)), NOWHERE, planned=True)
        recorded = self._error(effect.status or 0, parts, index)
        response = _response(effect, recorded)
        return Replay(replace(recorded or Exchange(asked, response), outcome=response), NOWHERE, planned=True)

    def _spoilt(self, effect: Effect, parts: Parts, decision: Replay | Forward) -> Replay:
        """A fault of the answer, behind the recording's step."""
        kind = effect.fault or FaultKind.TIMEOUT
        if isinstance(decision, Forward):
            self.tally.forwarded -= 1  # nobody is asked for a planned answer
            asked = Exchange(Request(parts.method, parts.path), _OK)
            return Replay(_failed(asked, kind), NOWHERE, planned=True)
        self.tally.hits -= 1  # the recording moved the session, but it did not answer
        self.tally.counts[decision.place] -= 1
        return replace(decision, exchange=_failed(decision.exchange, kind), planned=True)

    def _delayed(self, decision: Decision, met: Met | None, session: str, number: int) -> Decision:
        """The decision with its wait; a miss and a live service take the time that they take."""
        wait = met.effect.delay_ms if met else 0.0
        if isinstance(decision, Forward):
            return replace(decision, wait_ms=wait) if wait else decision
        if isinstance(decision, Refuse) or not (wait or self.latency):
            return decision
        if not self.latency.is_recorded:
            wait += self.latency.drawn_ms(self.seed, self.service, session, number)
            return replace(decision, wait_ms=wait)
        outcome = decision.exchange.outcome
        pieces = (outcome.frames or outcome.chunks) if isinstance(outcome, Response) else ()
        first = decision.exchange.elapsed_ms - (pieces[-1].at_ms if pieces else 0.0)
        return replace(decision, wait_ms=wait + max(0.0, first), paced=bool(pieces))

    # recorded errors

    def _error(self, status: int, parts: Parts, index: Index) -> Exchange | None:
        """A recorded answer of a status: of the operation, else of the service; None when there is none."""
        if self._errors[0] is not index:
            self._errors = (index, dict(_places_of_statuses(index)))
        places = self._errors[1]
        operation = operation_of(parts.method, parts.path)
        place = places.get((status, operation), places.get((status, "")))
        return None if place is None else index.exchanges[place]


def _places_of_statuses(index: Index) -> Iterator[tuple[tuple[int, str], int]]:
    """Where each status was recorded first, by operation and for the whole service; looked through once."""
    for place in range(len(index.exchanges) - 1, -1, -1):
        exchange = index.exchanges[place]
        if exchange.status is not None:
            yield (exchange.status, operation_of(exchange.request.does, exchange.request.path)), place
            yield (exchange.status, ""), place


_OK = Response(200, "OK", Headers((("Content-Type", "application/json"),)), b"{}")


def _response(effect: Effect, recorded: Exchange | None) -> Response:
    """A planned status: as recorded where that status was recorded, with the plan's body where it brings one."""
    status = effect.status or 0
    known = recorded.outcome if recorded is not None and isinstance(recorded.outcome, Response) else None
    if known is None or effect.body is not None:
        body = effect.body if effect.body is not None else _own_body(status)
        headers = (known.headers if known else Headers()).without("content-encoding", "transfer-encoding")
        kind = _media(body) if effect.body is not None or known is None else ""
        headers = headers.replacing("Content-Type", kind) if kind else headers
        headers = headers.replacing("Content-Length", str(len(body)))
        if has_no_body("GET", status):
            headers, body = headers.without("content-type", "content-length"), b""
        known = Response(status, known.reason if known else _phrase(status), headers, body)
    for name, value in effect.headers:
        known = replace(known, headers=known.headers.replacing(name, value))
    return known


def _own_body(status: int) -> bytes:
    """The body of a status that the service was never seen to answer."""
    message = f"{_phrase(status)}: {_DETAIL}"
    return json.dumps({"error": {"code": f"planned_{status}", "message": message}}).encode()


def _media(body: bytes) -> str:
    """What a body seems to be."""
    try:
        json.loads(body)
    except ValueError:
        return "text/plain; charset=utf-8"
    return "application/json"


def _phrase(status: int) -> str:
    """The usual words for a status."""
    return _PHRASES.get(status, "Planned")


_PHRASES = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    408: "Request Timeout",
    409: "Conflict",
    410: "Gone",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def _failed(exchange: Exchange, kind: FaultKind) -> Exchange:
    """An exchange whose answer did not come, or not whole."""
    partial = _cut(exchange) if kind is FaultKind.TRUNCATED else None
    return replace(exchange, outcome=Fault(kind, _DETAIL, partial))


def _cut(exchange: Exchange) -> Response | None:
    """The first half of a recorded answer under a head that promises all of it; None for one without a body."""
    outcome = exchange.outcome
    if isinstance(outcome, Fault):
        return outcome.partial
    if not outcome.body or has_no_body(exchange.request.method, outcome.status):
        return None
    headers = outcome.headers.without("content-encoding")
    if outcome.framing is not Framing.CHUNKED:
        headers = headers.without("transfer-encoding").replacing("Content-Length", str(size_of(outcome.body)))
    framing = Framing.CHUNKED if outcome.framing is Framing.CHUNKED else Framing.LENGTH
    body = outcome.body
    size = size_of(body) // 2
    half = Large(f"{body.sha256}, its first half", size, body.read) if isinstance(body, Large) else body[:size]
    return replace(outcome, headers=headers, body=half, codings=(), framing=framing, chunks=(), trailers=Headers())


def check_operations(plan: Plan, index: Index) -> None:
    """Raise UsageError for a rule of an operation that was never recorded."""
    for rule in plan.rules:
        if rule.operation == ANY or rule.operation in index.by_operation or _is_recorded(rule.covers, index):
            continue
        known = list(index.by_operation)[:_OPERATIONS]
        near = get_close_matches(rule.operation, known, n=1, cutoff=0.4)
        raise UsageError(
            f"'{rule.text}' plans for an operation that the mirror of {index.mirror.service} does not know",
            nearest=near[0] if near else ", ".join(known[:3]),
            fix=f"name a recorded operation, or {ANY} for every call",
        )


def _is_recorded(covers: Callable[[str, str], bool], index: Index) -> bool:
    """Whether some recording is of a rule's operation; asked when a plan is given, never per call."""
    return any(
        covers(index.exchanges[place].request.method, path)
        for path, places in index.by_path.items()
        for place in places
    )
