"""A scenario recorded again, in the values of the recording before.

    before   POST /v1/orders {"ref": A}  201 {"id": 7, "ref": A}     GET /v1/orders/7  200 {"id": 7, "ref": A}
    again    POST /v1/orders {"ref": B}  201 {"id": 9, "ref": B}     GET /v1/orders/9  200 {"id": 9, "ref": B}

Where the rules of the mirror say that these values flow (links) or vary (noise of requests), the second conversation
is the first one, and recording it changes no line. One that behaves otherwise is kept as it is now, but with the values
of before, so that it fits to those around it that did not change.

Rules: pure and linear. Without such rules nothing is renamed, and nothing is where a short id of before means something
else today, for then it cannot be told which one is meant. The second time gives the same as the first.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from truemirror.core.mirror.exchange_id import exchange_id, identity_of
from truemirror.core.mirror.flow import NO_FLOW, Flow, Pair, given_pairs, made_pairs, renamed_outcome
from truemirror.core.mirror.flow_rename import Names, Renaming, renamed_request, renamed_response
from truemirror.core.mirror.model import Link, MirrorRules, Noise
from truemirror.core.mirror.operation import operation_of
from truemirror.core.mirror.part_values import request_values, same_case
from truemirror.core.mirror.relax import Relaxation
from truemirror.core.wire.exchange import Exchange, Outcome, Request, Response

_TEXT = ("string",)
_KINDS = {"path": _TEXT, "query": _TEXT, "header": _TEXT, "body": ("string", "integer")}
"""Of what kinds a value may be that a link carries, by the kind of its part."""


def in_old_values(old: Sequence[Exchange], new: Sequence[Exchange], rules: MirrorRules) -> tuple[Exchange, ...]:
    """The new conversation with the values of the old one wherever rules let them differ; else as it is."""
    varying = _varying(rules)
    if not old or not (varying or rules.links):
        return tuple(new)
    again = _Again(rules, varying)
    for exchange in old:
        again.places[again.identity(exchange.request, exchange.outcome)].append(exchange)
    try:
        return tuple([again.exchange(one) for one in new])
    except _Ambiguous:
        return tuple(new)


def rules_of_order(rules: MirrorRules) -> MirrorRules:
    """The rules under which exchanges that overlapped are put in order: what flows says nothing about it."""
    if not rules.links:
        return rules
    noise: list[Noise] = []
    for link in rules.links:
        places = ((link.operation, link.given, "answer"), (link.operation, link.made, "request"))
        for operation, part, of in (*places, (link.to, link.used, "request")):
            kinds = _KINDS.get(part.partition(":")[0], ())
            noise += [Noise(operation, part, kind, of) for kind in kinds]
    return replace(rules, noise=(*rules.noise, *noise))


class _Ambiguous(Exception):
    """A short id of before is another thing's today."""


@dataclass(slots=True)
class _Again:
    """One scenario being read again."""

    rules: MirrorRules
    varying: tuple[Relaxation, ...]
    flow: Flow = NO_FLOW
    places: defaultdict[bytes, deque[Exchange]] = field(default_factory=lambda: defaultdict(deque))
    """What was recorded before and has no newer self yet, by identity."""

    def identity(self, request: Request, outcome: Outcome) -> bytes:
        """The identity of a request, less all that may vary."""
        return identity_of(request, outcome, (*self.varying, *self.rules.ignores))

    def exchange(self, today: Exchange) -> Exchange:
        """One exchange of today in the values of before."""
        operation = operation_of(today.request.does, today.request.path)
        self._be_sure(operation, today.request)
        request = self.flow.follow(today.request).request
        known = self.places.get(self.identity(request, today.outcome))
        if not known:
            outcome = renamed_outcome(today.outcome, Renaming(self.flow.recorded))
            return today if request is today.request and outcome is today.outcome else _with(today, request, outcome)
        return self._like(known.popleft(), today, operation)

    def _like(self, before: Exchange, today: Exchange, operation: str) -> Exchange:
        """An exchange of today that has an older self."""
        made = list(made_pairs(before.request, today.request, self.varying_for(operation)))
        self.flow = self.flow.learned(made)
        request, _ = renamed_request(self.flow.follow(today.request).request, Renaming({}, _at_made(made)))
        outcome, old = today.outcome, before.outcome
        if not isinstance(outcome, Response) or not isinstance(old, Response):
            return _with(today, request, renamed_outcome(outcome, Renaming(self.flow.recorded)))
        self.flow = self.flow.learned(given_pairs(old, outcome, _held(operation, self.rules.links)))
        renamed = renamed_response(self.flow.as_recorded(outcome, old), Renaming({}, _at_echo(made)))
        return self._less_etag(before, _with(today, request, renamed), outcome.body)

    def varying_for(self, operation: str) -> tuple[Relaxation, ...]:
        """The rules that let values of an operation's requests vary."""
        return tuple(rule for rule in self.varying if rule.operation in ("*", operation))

    def _less_etag(self, before: Exchange, again: Exchange, body: bytes) -> Exchange:
        """With the older entity tag where all that it stands for varies by itself: it is made of that."""
        old, new = before.outcome, again.outcome
        assert isinstance(old, Response)
        assert isinstance(new, Response)
        tag = old.headers.get("etag")
        if not tag or tag == new.headers.get("etag") or body == old.body:
            return again
        like = _with(again, again.request, replace(new, headers=new.headers.replacing("ETag", tag)))
        return like if exchange_id(like, self.rules) == exchange_id(before, self.rules) else again

    def _be_sure(self, operation: str, request: Request) -> None:
        """Raise _Ambiguous where a request asks for a short id that is an older one's name for something else."""
        for (to, part, _), then in self.flow.linked.items():
            if to in ("*", operation):
                for value in request_values(request, part):
                    if value == then and (to, part, value) not in self.flow.linked:
                        raise _Ambiguous


def _varying(rules: MirrorRules) -> tuple[Relaxation, ...]:
    """What lets values of requests vary within their kind."""
    noise = (one for one in rules.noise if one.of == "request")
    return (*noise, *(link for link in rules.links if link.made))


def _held(operation: str, links: Iterable[Link]) -> tuple[Link, ...]:
    """The links that begin at an operation."""
    return tuple(link for link in links if link.operation in ("*", operation))


def _with(exchange: Exchange, request: Request, outcome: Outcome) -> Exchange:
    """The exchange with another request and outcome."""
    return replace(exchange, request=request, outcome=outcome)


def _at_made(pairs: Iterable[Pair]) -> dict[str, Names]:
    """What becomes of values in the request that made them."""
    at: dict[str, dict[str, str]] = {}
    for pair in pairs:
        part = pair.rule.made if isinstance(pair.rule, Link) else pair.rule.part
        at.setdefault(same_case(part), {})[pair.today] = pair.recorded
    return dict(at)


def _at_echo(pairs: Iterable[Pair]) -> dict[str, Names]:
    """What becomes of values in the answer that echoes them."""
    at: dict[str, dict[str, str]] = {}
    for pair in pairs:
        if isinstance(pair.rule, Link) and pair.rule.given:
            at.setdefault(same_case(pair.rule.given), {})[pair.today] = pair.recorded
    return dict(at)
