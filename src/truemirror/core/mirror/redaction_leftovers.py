"""The last look at what is about to be written: no known secret, no untouched token may be left.

Rules: a leftover is told by its place and its kind, never by itself. Looking changes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from truemirror.core.mirror.redaction_body import searchable
from truemirror.core.mirror.redaction_find import Marks, mark_request, mark_response
from truemirror.core.mirror.redaction_known import KnownSecrets
from truemirror.core.mirror.redaction_names import DEFAULT_POLICY, RedactionPolicy
from truemirror.core.mirror.redaction_spots import Place, Why, secrets_of
from truemirror.core.mirror.standin import is_stand_in
from truemirror.core.wire.exchange import Exchange, Fault, Request, Response
from truemirror.core.wire.headers import Headers


@dataclass(frozen=True, slots=True)
class Leftover:
    """A secret that is still there."""

    where: str
    """target, header NAME, body and the like, of the request or the response."""
    what: str
    """What it is, without saying it."""


def leftovers(
    exchange: Exchange, secrets: KnownSecrets, policy: RedactionPolicy = DEFAULT_POLICY
) -> tuple[Leftover, ...]:
    """Every known secret and untouched token in an exchange that should have none."""
    return (*request_leftovers(exchange.request, secrets, policy), *_outcome_leftovers(exchange, secrets, policy))


def request_leftovers(
    request: Request, secrets: KnownSecrets, policy: RedactionPolicy = DEFAULT_POLICY
) -> tuple[Leftover, ...]:
    """The same of a request alone."""
    return (
        *_known("request", request.headers, request.body, secrets, request.target),
        *_shaped("request", mark_request(request, policy), request.headers),
    )


def _outcome_leftovers(exchange: Exchange, secrets: KnownSecrets, policy: RedactionPolicy) -> Iterator[Leftover]:
    """The same of an outcome."""
    outcome = exchange.outcome
    response = outcome
    if isinstance(outcome, Fault):
        if secrets.touches(outcome.received) or secrets.touches(outcome.detail.encode("utf-8", "surrogatepass")):
            yield Leftover("fault", "a known secret")
        if outcome.partial is None:
            return
        response = outcome.partial
    if isinstance(response, Response):
        yield from _known("response", response.headers, response.body, secrets, response.reason)
        yield from _known("response trailer", response.trailers, b"", secrets, "")
        yield from _shaped("response", mark_response(response, policy), response.headers)


def _known(side: str, headers: Headers, body: bytes, secrets: KnownSecrets, line: str) -> Iterator[Leftover]:
    """Known secrets in the first line, the fields and the body."""
    head = "\n".join((line, *(value for _, value in headers.pairs)))
    if secrets.touches(head.encode("latin-1", "replace")):
        names = [name for name, value in headers.pairs if secrets.touches(value.encode("latin-1", "replace"))]
        for place in [f"header {name}" for name in names] or ["target"]:
            yield Leftover(f"{side} {place}", "a known secret")
    if secrets.touches(searchable(body, headers)):
        yield Leftover(f"{side} body", "a known secret")


def _shaped(side: str, marks: Marks, headers: Headers) -> Iterator[Leftover]:
    """Tokens that their shape gives away."""
    if not marks:
        return
    for place, found in (("target", marks.target), ("reason", marks.reason), ("body", marks.body)):
        if _has_token(found):
            yield Leftover(f"{side} {place}", "a token")
    for (name, _), found in zip(headers.pairs, marks.headers, strict=False):
        if _has_token(found):
            yield Leftover(f"{side} header {name}", "a token")


def _has_token(places: tuple[Place, ...]) -> bool:
    """Whether a place holds a token that is no stand-in."""
    return any(why is Why.SHAPE and not is_stand_in(secret) for secret, why in secrets_of(places))
