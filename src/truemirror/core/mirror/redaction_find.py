"""Where a request or an outcome holds secrets.

Rules: what a request holds is decided by the request alone, because a replaying mirror has nothing else to go by.
Places are found once and used twice: to learn the secrets, and to write the message again without them.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

from truemirror.core.mirror.redaction_body import BodyText, body_places, media_of
from truemirror.core.mirror.redaction_names import DEFAULT_POLICY, RedactionPolicy
from truemirror.core.mirror.redaction_protocols import protocol_places
from truemirror.core.mirror.redaction_scan import address_values
from truemirror.core.mirror.redaction_spots import NOWHERE, Place, Spot, Why
from truemirror.core.mirror.redaction_text import (
    LEAST_CONTENT,
    Look,
    content_places,
    labelled_places,
    text_places,
    value_places,
)
from truemirror.core.wire.exchange import Request, Response
from truemirror.core.wire.headers import Headers

SILENT = frozenset(
    {"accept", "accept-charset", "accept-encoding", "accept-language", "accept-ranges", "access-control-allow-headers"}
    | {"access-control-allow-methods", "age", "allow", "cache-control", "connection", "content-encoding", "server"}
    | {"content-length", "content-type", "date", "etag", "expires", "host", "if-modified-since", "if-none-match"}
    | {"keep-alive", "last-modified", "range", "te", "traceparent", "transfer-encoding", "upgrade", "user-agent"}
    | {"sec-websocket-accept", "sec-websocket-extensions", "sec-websocket-key", "sec-websocket-version"}
    | {"vary", "x-powered-by", "x-request-id", "pragma", "retry-after", "x-content-type-options", "x-frame-options"}
)
"""Header fields that cannot hold a secret of their own."""

_REFUSES = 400
_LEAST_REASON = 12


@dataclass(frozen=True, slots=True)
class Marks:
    """Every place of a secret in a message."""

    target: tuple[Place, ...] = NOWHERE
    headers: tuple[tuple[Place, ...], ...] = ()
    """For each field its places; empty when no field has any."""
    body: tuple[Place, ...] = NOWHERE
    text: BodyText | None = None
    """The text that the body's places are places of."""
    trailers: tuple[tuple[Place, ...], ...] = ()
    reason: tuple[Place, ...] = NOWHERE
    """Those of a response's reason phrase."""

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.target or self.headers or self.body or self.trailers or self.reason)

    def places(self) -> tuple[Place, ...]:
        """All places, in the order in which the message says them."""
        fields = (place for field in (*self.headers, *self.trailers) for place in field)
        return (*self.target, *self.reason, *fields, *self.body)


def mark_request(request: Request, policy: RedactionPolicy = DEFAULT_POLICY) -> Marks:
    """The places of a request's secrets."""
    look = Look(policy)
    text, body = body_places(request.body, media_of(request.headers), look) if request.body else (None, NOWHERE)
    return Marks(_target(request.target, policy), header_places(request.headers, policy), body, text)


def mark_response(response: Response, policy: RedactionPolicy = DEFAULT_POLICY) -> Marks:
    """The places of a response's secrets, those included that it only hands back."""
    look = Look(policy, forgiving=response.status >= _REFUSES)
    text, body = body_places(response.body, media_of(response.headers), look) if response.body else (None, NOWHERE)
    trailers = header_places(response.trailers, policy) if response.trailers.pairs else ()
    reason = _reason(response.reason, policy) if len(response.reason) >= _LEAST_REASON else NOWHERE
    return Marks(NOWHERE, header_places(response.headers, policy), body, text, trailers, reason)


@lru_cache(maxsize=1_024)
def _reason(reason: str, policy: RedactionPolicy) -> tuple[Place, ...]:
    """The places of a reason phrase's secrets, remembered."""
    return text_places(reason, Look(policy))


@lru_cache(maxsize=4_096)
def _target(target: str, policy: RedactionPolicy) -> tuple[Place, ...]:
    """The places of a target's secrets, remembered."""
    look = Look(policy)
    if len(target) < LEAST_CONTENT:
        return tuple(labelled_places(address_values(target, policy), look))
    return content_places(target, look)


def header_places(headers: Headers, policy: RedactionPolicy) -> tuple[tuple[Place, ...], ...]:
    """For each field the places of its secrets; nothing when there are none at all."""
    found = tuple(_field(name, value, policy) for name, value in headers.pairs)
    return found if any(found) else ()


def _field(name: str, value: str, policy: RedactionPolicy) -> tuple[Place, ...]:
    """The places of one field's secrets."""
    lower = name.lower()
    if lower in SILENT:
        return _user_places(value) if lower == "host" and "@" in value else NOWHERE
    return _field_places(lower, value, policy)


def _user_places(host: str) -> tuple[Place, ...]:
    """The user and password that somebody left before a host."""
    user = host.rpartition("@")[0]
    return (Spot(0, len(user), user, Why.NAME),) if user else NOWHERE


@lru_cache(maxsize=8_192)
def _field_places(name: str, value: str, policy: RedactionPolicy) -> tuple[Place, ...]:
    """The places of a field's secrets, remembered."""
    if name == "sec-websocket-protocol":
        return protocol_places(value, policy)
    places = value_places(header_text(value), policy.kind(name), Look(policy))
    return tuple(map(_expected, places))


def _expected(place: Place) -> Place:
    """Chance in a field of its own is a key more likely than an identifier."""
    return replace(place, why=Why.LIKELY) if isinstance(place, Spot) and place.why is Why.RANDOM else place


def header_text(value: str) -> str:
    """A field's value as text: bytes beyond ASCII are read as UTF-8 where they are."""
    if value.isascii():
        return value
    try:
        return value.encode("latin-1").decode("utf-8")
    except ValueError:
        return value


def header_value(text: str, before: str) -> str:
    """A text as a field's value, in the way that the value before was text."""
    if text.isascii() or (not before.isascii() and header_text(before) == before):
        return text
    return text.encode("utf-8", "surrogateescape").decode("latin-1")
