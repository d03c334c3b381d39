"""What a consumer says to a provider, as interactions of a pact: from a mirror, or from what the consumer needs.

    recorded exchanges, as far as the consumer needs them ──▶ interactions          in the order of the recording
    needs and requests without a mirror ──▶ interactions with answers made up

Rules: a scenario is the provider's state; where something was changed before, the state says after how many exchanges.
What is told of an answer is true of the recording. What cannot be told is listed, entry by entry.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from truemirror.core.contract.json_text import read_json
from truemirror.core.foreign.carried import Gathering, numbered
from truemirror.core.foreign.pact import Interaction, Matcher, Step
from truemirror.core.mirror.exchange_id import identity_of
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.mirror.operation import nameless, operation_of
from truemirror.core.usage.carried_values import Given
from truemirror.core.usage.example import ABSENT, Example, made_up, wanted_of
from truemirror.core.usage.needs import Asked, Expectation, Need
from truemirror.core.usage.schema import merged
from truemirror.core.wire.exchange import Exchange, Fault, Request, Response, is_safe
from truemirror.core.wire.headers import Headers
from truemirror.core.wire.media import media_type

_OF_THE_CLIENT = (
    "host", "user-agent", "accept-encoding", "content-length", "transfer-encoding", "content-encoding", "connection",
    "keep-alive", "te", "expect", "trailer", "via", "forwarded", "x-forwarded-for", "x-forwarded-proto",
    "x-forwarded-host", "x-request-id", "traceparent", "tracestate", "baggage",
)  # fmt: skip
"""Fields of requests that the client, the connection or a tracer makes, and no provider answers by."""
_SHOWN_STATUSES = (201, 202)
_JSON = Headers((("Content-Type", "application/json"),))

Names = Callable[[str, str], str]
"""The operation of a method and a target, by the contract's name where it has one."""


def by_path(method: str, target: str) -> str:
    """The operation of a request where there is no contract."""
    return operation_of(method, target.partition("?")[0])


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a consumer's needs."""

    needs: tuple[Need, ...]
    names: Names = by_path

    def of(self, request: Request, status: int) -> tuple[Need, ...] | None:
        """What it needs of an answer; None where it is not known to ask so."""
        name = nameless(self.names(request.method, request.target))
        own = [need for need in self.needs if self.named(need.operation) == name]
        fitting = [need for need in own if need.status in (str(status), f"{status // 100}XX")]
        return merged(tuple(fitting)) if fitting else None

    def named(self, operation: str) -> str:
        """The name of a need's operation, which may be told by a path that was asked."""
        if "{" in operation:
            return nameless(operation)
        method, _, path = operation.partition(" ")
        return nameless(self.names(method, path))


def of_mirror(mirror: Mirror, known: Known | None, gathering: Gathering) -> tuple[Interaction, ...]:
    """The recorded exchanges, those that the consumer is known to need where its needs are known."""
    found = [one for scenario in mirror.scenarios for one in _OfScenario(scenario, mirror, known, gathering).all()]
    return _told_apart(found)


class _OfScenario:
    """The interactions of one scenario."""

    def __init__(self, scenario: Scenario, mirror: Mirror, known: Known | None, gathering: Gathering) -> None:
        """Nothing is found yet."""
        self._scenario = scenario
        self._reads = {nameless(one) for one in mirror.rules.reads}
        self._known = known
        self._gathering = gathering
        self._seen: dict[object, tuple[object, object]] = {}
        self._flow = Given()

    def all(self) -> Iterator[Interaction]:
        """One for each request in each state."""
        after = changed = 0
        for number, exchange in enumerate(self._scenario.exchanges, start=1):
            request = exchange.request
            entry = numbered("exchange", number, f"{self._scenario.name}: {request.method} {request.target}")
            after = number - 1 if changed else 0
            made = self._interaction(entry, exchange, after)
            carried = self._flow.carried(request)
            if made is not None and self._is_new(made, changed):
                self._tell_carried(made, carried)
                yield made
            self._flow.take(number, exchange)
            is_read = nameless(operation_of(request.does, request.path)) in self._reads
            changed += not is_safe(request.method) and not is_read

    def _tell_carried(self, made: Interaction, carried: Sequence[tuple[str, int]]) -> None:
        """List the values that an earlier answer gave: a pact has the recorded ones."""
        why = "an exchange before answered this value; the pact has the recorded one, no generator of the state"
        fix = "let the provider's handler of the state make what has this value"
        for part, _ in carried:
            self._gathering.leave(made.entry, f"request.{part}", why, fix)

    def _is_new(self, made: Interaction, state: int) -> bool:
        """Whether this request was not yet made in this state; another answer to the same is listed."""
        key = state, identity_of(made.exchange.request, made.exchange.outcome)
        outcome = made.status, getattr(made.exchange.outcome, "body", b"")
        known = self._seen.setdefault(key, outcome)
        if known != outcome:
            why = "the same was answered otherwise just before; a pact has one answer for a request in a state"
            self._gathering.leave_whole(made.entry, "response", why, "show each answer in a scenario of its own")
        return known is outcome

    def _interaction(self, entry: str, exchange: Exchange, after: int) -> Interaction | None:
        """One of them; None for what no pact can hold, which is listed, or the consumer does not need."""
        request, outcome = exchange.request, exchange.outcome
        if isinstance(outcome, Fault):
            fix = "test it with `truemirror serve` or the pytest plugin, which break the connection as recorded"
            self._gathering.leave_whole(entry, "fault", f"a pact has no place for a fault ({outcome.kind.value})", fix)
            return None
        if outcome.status < 200:
            self._gathering.leave_whole(entry, "response.status", "a pact has no place for a protocol that is switched")
            return None
        needs = self._known.of(request, outcome.status) if self._known else None
        if self._known and needs is None:
            return None
        body, matchers = _shown(entry, outcome, needs, self._gathering)
        headers = _kept_fields(outcome)
        said = f"{request.method} {request.target} answers {outcome.status}"
        asked = replace(request, headers=request.headers.without(*_OF_THE_CLIENT), codings=())
        answered = Response(outcome.status, headers=headers, body=body)
        return Interaction(
            entry, said, (self._scenario.name,), Exchange(asked, answered), str(outcome.status), matchers, after
        )


def _kept_fields(response: Response) -> Headers:
    """The fields of an answer that a provider has to send again."""
    names = ["content-type"] if response.body else []
    names += ["location"] if response.status in _SHOWN_STATUSES or response.status // 100 == 3 else []
    return Headers(tuple((name, value) for name, value in response.headers.pairs if name.lower() in names))


def _shown(
    entry: str, response: Response, needs: tuple[Need, ...] | None, gathering: Gathering
) -> tuple[bytes, tuple[Matcher, ...]]:
    """The body that is shown, and its matchers; no body where none is needed."""
    if not response.body or (needs is not None and not any(one.path or one.kinds for one in needs)):
        return b"", ()
    try:
        value = read_json(response.body) if media_type(response.headers).is_json else ABSENT
    except ValueError:
        value = ABSENT
    if value is ABSENT or value is None:
        why = "a pact has no word for null alone" if value is None else "it is no JSON; only its media type is told"
        gathering.leave(entry, "response.body", why)
        return b"", ()
    return _body(entry, value, needs, gathering)


def _body(
    entry: str, value: Any, needs: tuple[Need, ...] | None, gathering: Gathering
) -> tuple[bytes, tuple[Matcher, ...]]:
    """A value as an example with its matchers."""
    example = Example(lambda path, why: gathering.leave(entry, f"response.body {path}", why))
    shown = example.of([value], wanted_of(needs) if needs is not None else None)
    if shown is ABSENT:
        return b"", ()
    matchers = (Matcher((), "type"), *example.matchers)
    told = json.dumps(shown, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return told, tuple(one for one in matchers if _is_sayable(entry, one.path, gathering))


def _is_sayable(entry: str, path: tuple[Step, ...], gathering: Gathering) -> bool:
    """Whether a path of Pact can lead to a place; a name may hold one kind of quotation marks and is not `*`."""
    odd = [one for at, one in enumerate(path) if isinstance(one, str) and {"'", '"'} <= set(one)]
    for one in odd:
        gathering.leave(entry, f"response.body {one}", "a pact has no path to such a name; only its kind is told")
    return not odd


def of_expectation(expectation: Expectation, names: Names, gathering: Gathering) -> tuple[Interaction, ...]:
    """What a consumer needs without a recording of it: each request with an answer that is made up."""
    found: list[Interaction] = []
    known = Known(expectation.needs, names)
    for number, asked in enumerate(expectation.requests, start=1):
        entry = numbered("request", number, asked.because or f"{asked.request.method} {asked.request.target}")
        statuses = _statuses(asked, expectation.needs)
        if not statuses:
            gathering.leave_whole(entry, "response", "nothing is known of what is needed of the answer")
        found += [_made(entry, asked, status, known, gathering) for status in statuses]
    asked_of = {nameless(names(one.request.method, one.request.target)) for one in expectation.requests}
    for need in {(one.operation, one.status): one for one in expectation.needs}.values():
        if known.named(need.operation) not in asked_of:
            entry = f"{need.operation} {need.status}"
            gathering.leave_whole(entry, "request", "no request is known that is answered so")
    return _told_apart(found)


def _statuses(asked: Asked, needs: Sequence[Need]) -> tuple[str, ...]:
    """The statuses that are expected of a request, by what is said of both."""
    return tuple(
        dict.fromkeys(need.status for need in needs if need.because == asked.because and need.status[:1] < "4")
    )


def _made(entry: str, asked: Asked, status: str, known: Known, gathering: Gathering) -> Interaction:
    """An interaction whose answer is made up."""
    number = int(status) if status.isdigit() else int(status[0]) * 100
    own = tuple(need for need in known.needs if need.status == status and need.because == asked.because)
    needs = merged(own)
    body: bytes = b""
    matchers: tuple[Matcher, ...] = ()
    if any(one.path or one.kinds for one in needs):
        body, matchers = _body(entry, made_up(wanted_of(needs)), needs, gathering)
    answer = Response(number, headers=_JSON if body else Headers(), body=body)
    request = replace(asked.request, headers=asked.request.headers.without(*_OF_THE_CLIENT), codings=())
    said = asked.because or f"{request.method} {request.target} answers {status}"
    return Interaction(entry, said, asked.states, Exchange(request, answer), status, matchers)


def _told_apart(found: Sequence[Interaction]) -> tuple[Interaction, ...]:
    """Interactions of which no two have the same description in the same state."""
    counts: Counter[object] = Counter()
    told: list[Interaction] = []
    for one in found:
        key = (one.description, one.states, one.after)
        counts[key] += 1
        more = counts[key]
        told.append(replace(one, description=f"{one.description} ({more})") if more > 1 else one)
    return tuple(told)
