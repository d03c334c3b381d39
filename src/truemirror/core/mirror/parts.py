"""The parts of a request that make its identity (ARCHITECTURE.md, "Identity").

Rules: building parts never fails, whatever the bytes; two requests are the same exactly when their parts are equal.
The query is a multiset: order is free between keys and kept within one; `a` differs from `a=`. A body is compared in
the canonical form of its media type. Credentials count by the stand-in they have, so that a recorded request and
today's are the same when they carry the same secret. Only those headers count that select an answer.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from truemirror.core.mirror.standin import credential_class
from truemirror.core.wire.canonical import canonical_body, canonical_path, canonical_query
from truemirror.core.wire.exchange import OTHER_METHODS, Request
from truemirror.core.wire.headers import Headers
from truemirror.core.wire.large import HELD, is_large, known_by_hash
from truemirror.core.wire.media import MediaType, media_type

SELECTORS = (
    "accept",
    "accept-charset",
    "accept-language",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "range",
    "sec-websocket-protocol",
    "upgrade",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
)
"""Headers that select among answers (RFC 9110 §12.5, §13.1, §14.2); absent and `*` or `*/*` mean the same.

An Upgrade counts where it asks for a WebSocket; any other offer may be ignored (RFC 9110 §7.8).
"""

NOT_SELECTING = frozenset({"accept-encoding", "cookie", "authorization", "*", "origin", ""})
"""Names in a Vary that identity covers elsewhere, or that say nothing about the content."""

WEBSOCKET = "websocket"
"""What an Upgrade to WebSocket asks for (RFC 6455 §4.1)."""
_SELECTING = frozenset(SELECTORS)
_ANYTHING = frozenset({"*/*", "*", "*/*;q=1.0"})


@dataclass(frozen=True, slots=True)
class Parts:
    """What counts for identity, each in canonical form."""

    method: str
    """The one that is meant; that a POST stands for it is among the selectors."""
    path: str
    query: tuple[tuple[str, str | None], ...]
    selectors: tuple[tuple[str, str], ...]
    credentials: tuple[tuple[str, str], ...]
    body: bytes
    media: str = ""
    """The body's media type; empty without a body."""

    def digest(self) -> bytes:
        """The identity: 16 bytes that are equal exactly when the parts are."""
        texts = [self.method, self.path, self.media]
        for key, value in self.query:
            texts += (f"q{key}", "-" if value is None else f"={value}")
        for key, value in self.selectors:
            texts += (f"s{key}", value)
        for key, value in self.credentials:
            texts += (f"c{key}", value)
        pieces = [text.encode("utf-8", "surrogatepass") for text in texts]
        pieces.append(b"b" + self.body)
        # the length of each piece goes first, so that no two sequences of pieces run together
        fed = b"".join([part for piece in pieces for part in (len(piece).to_bytes(8, "big"), piece)])
        return hashlib.blake2b(fed, digest_size=16).digest()


def parts_of(request: Request, vary: Iterable[str] = ()) -> Parts:
    """Take a request apart; `vary` names further headers that the recorded answers depend on."""
    media = media_type(request.headers) if request.body else None
    return Parts(
        method=request.does.upper(),
        path=canonical_path(request.path),
        query=canonical_query(request.query),
        selectors=_selectors(request.headers, vary),
        credentials=credential_class(request.headers),
        body=_body(request.body, media) if media else b"",
        media=media.name if media else "",
    )


def _body(body: bytes, media: MediaType) -> bytes:
    """A body in its canonical form; one that is too large to be held counts by its hash, whatever it is."""
    return known_by_hash(body) if len(body) > HELD or is_large(body) else canonical_body(body, media)


def _selectors(headers: Headers, vary: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The selecting headers that are there, in order of their names."""
    wanted = _SELECTING.union(vary) if vary else _SELECTING
    found: dict[str, str] = {}
    for name, value in headers.pairs:
        lower = name.lower()
        if lower in wanted:
            if lower == "upgrade":
                value = value.strip().lower()
                if value != WEBSOCKET:
                    continue
            elif lower in OTHER_METHODS:
                value = value.upper()
            found[lower] = f"{found[lower]}, {value}" if lower in found else value
    if not found:
        return ()
    texts = ((name, " ".join(found[name].split())) for name in sorted(found))
    return tuple((name, text) for name, text in texts if text and text not in _ANYTHING)


def vary_names(value: str | None) -> frozenset[str]:
    """The header names in a Vary that count for identity beyond those that always do."""
    if not value:
        return frozenset()
    names = {name.strip().lower() for name in value.split(",")}
    return frozenset(names - NOT_SELECTING)
