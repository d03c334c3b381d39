"""Secrets in what a killed recorder left, which it learned only after it had written them down.

A living recorder keeps the secrets it has seen in mind and cleans its mirror in the end. A killed one leaves no list of
secrets; but each that a client brought left its stand-in behind, which is made from its hash. So the values of what was
written are hashed, and those that a stand-in stands for are replaced as well.

Rules: only stand-ins of secrets that clients brought can be recognised. Nothing is looked at where there are none.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from truemirror.core.mirror.inner import has_inner, inner_exchanges, with_inner
from truemirror.core.mirror.redaction_body import body_text, media_of, searchable
from truemirror.core.mirror.redaction_find import Marks
from truemirror.core.mirror.redaction_known import KnownSecrets, undone
from truemirror.core.mirror.redaction_recognise import STAND_IN, values_in
from truemirror.core.mirror.redaction_rewrite import rewrite_request, rewrite_response, with_response
from truemirror.core.mirror.redaction_shapes import decoded, is_unique, runs_of
from truemirror.core.mirror.standin import DIGIT_MARK, MARK, is_stand_in, stand_in
from truemirror.core.wire.exchange import Exchange, Fault, Request, Response

_JWT_STAND_IN = re.compile(rf"eyJ[\w-]+\.eyJ[\w-]+\.{MARK}[\w-]*", re.ASCII)


def late_secrets(exchanges: Collection[Exchange]) -> KnownSecrets:
    """The secrets that still stand somewhere in these exchanges though a stand-in shows that they were known."""
    exchanges = [one for exchange in exchanges for one in _with_inner(exchange)]
    stands = frozenset(stand for exchange in exchanges for stand in _stand_ins(exchange.request))
    known = KnownSecrets()
    if not stands:
        return known
    seen: set[str] = set()
    for exchange in exchanges:
        for value in set(_values(exchange)) - seen:
            seen.add(value)
            if is_unique(value) and not is_stand_in(value) and (stand := stand_in(value)) in stands:
                known.add(value, stand)
    return known


def without_known(exchange: Exchange, known: KnownSecrets) -> Exchange:
    """The exchange with stand-ins for known secrets wherever they occur; the same object when there are none."""
    request = exchange.request
    if any(map(known.touches, (_head(request), searchable(request.body, request.headers)))):
        request = rewrite_request(request, _readable(request), _nothing, known.replaced)
    outcome = exchange.outcome
    if isinstance(outcome, Fault):
        received = known.replaced(outcome.received.decode("utf-8", "surrogateescape"))
        clean = replace(
            outcome, detail=known.replaced(outcome.detail), received=received.encode("utf-8", "surrogateescape")
        )
        outcome = outcome if clean == outcome else clean
    response = outcome.partial if isinstance(outcome, Fault) else outcome
    if response and any(map(known.touches, (_head(response), searchable(response.body, response.headers)))):
        outcome = with_response(outcome, rewrite_response(response, _readable(response), _nothing, known.replaced))
    inside = outcome.partial if isinstance(outcome, Fault) else outcome
    if inside is not None and has_inner(inside):
        outcome = with_response(outcome, with_inner(inside, lambda one: without_known(one, known)))
    if request is exchange.request and outcome is exchange.outcome:
        return exchange
    return replace(exchange, request=request, outcome=outcome)


def _with_inner(exchange: Exchange) -> tuple[Exchange, ...]:
    """The exchange, and the messages inside its response as exchanges of their own."""
    outcome = exchange.outcome
    inside = outcome.partial if isinstance(outcome, Fault) else outcome
    return (exchange, *inner_exchanges(inside)) if inside is not None else (exchange,)


def _stand_ins(request: Request) -> Iterator[str]:
    """Every stand-in of a secret that a request brought, in the open or in base64."""
    texts = [_head(request).decode("utf-8", "replace"), request.body.decode("utf-8", "replace")]
    texts += [text for blob in (_head(request), request.body) for run in runs_of(blob) if (text := _said(run))]
    for text in texts:
        if MARK in text or DIGIT_MARK in text:
            yield from STAND_IN.findall(text)
            yield from _JWT_STAND_IN.findall(text)


def _values(exchange: Exchange) -> Iterator[str]:
    """Everything in an exchange that could be a secret by itself."""
    yield from values_in(exchange.request)
    yield from _words(exchange.request)
    outcome = exchange.outcome
    if isinstance(outcome, Fault):
        yield from values_in(Request("GET", outcome.detail, body=outcome.received))
        if outcome.partial is None:
            return
        outcome = outcome.partial
    yield from values_in(Request("GET", "", body=outcome.body))
    yield from _words(outcome)


def _words(message: Request | Response) -> Iterator[str]:
    """The values of a message's fields, and what they or the body say in base64."""
    head = _head(message)
    yield from values_in(Request("GET", "", body=head))
    for layer in undone(message.body):
        yield from values_in(Request("GET", "", body="\n".join(map(_said, runs_of(layer))).encode()))


def _said(run: bytes) -> str:
    """What a run of base64 says; nothing when it is none."""
    return decoded(run.decode("ascii")) or ""


def _head(message: Request | Response) -> bytes:
    """The first line and the values of all fields."""
    line = message.target if isinstance(message, Request) else message.reason
    fields: Iterable[tuple[str, str]] = message.headers.pairs
    if isinstance(message, Response):
        fields = (*fields, *message.trailers.pairs)
    return "\n".join((line, *(value for _, value in fields))).encode("utf-8", "surrogatepass")


def _readable(message: Request | Response) -> Marks:
    """A message's body as text, without any place of its own."""
    return Marks(text=body_text(message.body, media_of(message.headers))) if message.body else Marks()


def _nothing(secret: str, why: object) -> None:
    """There are no places to fill."""
