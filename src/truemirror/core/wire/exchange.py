"""One request and what came of it.

Rules: bodies are *content*, that is, after content codings were taken off; `codings` says which were, so that a replay
can put them on again. A body that could not be decoded stays as it came, with no codings. A fault is an outcome like
any other: recorded, stored and replayed as itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import unquote

from truemirror.core.wire.frame import Frame
from truemirror.core.wire.headers import Headers
from truemirror.core.wire.large import Large, held, is_large

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that change nothing by definition (RFC 9110 §9.2.1)."""

OTHER_METHODS = frozenset({"x-http-method-override", "x-http-method", "x-method-override"})
"""Header fields by which a POST says that another method is meant, where a client or a proxy knows only a few."""


@dataclass(frozen=True, slots=True)
class Coding:
    """One content coding that was taken off a body."""

    name: str
    """gzip, deflate, br or zstd, lower case."""
    level: int | None = None
    """The compression level that gives back the recorded length, where one was found."""


class Framing(StrEnum):
    """How the sender said where the body ends (RFC 9112 §6)."""

    LENGTH = "length"
    CHUNKED = "chunked"
    CLOSE = "close"
    NONE = "none"
    """There is no body and no length: 204, 304 without length, a request without content."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a streamed body, on the wire."""

    size: int
    """Bytes, before content decoding."""
    at_ms: float
    """Milliseconds after the response's head."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it was sent."""

    method: str
    target: str
    """Path and query as sent, always beginning with a slash (or `*` for OPTIONS)."""
    headers: Headers = Headers()
    body: bytes = b""
    codings: tuple[Coding, ...] = ()

    @property
    def does(self) -> str:
        """The method that is meant: the one that a POST says it stands for, else its own."""
        if self.method != "POST":
            return self.method
        for name, value in self.headers.pairs:
            if name.lower() in OTHER_METHODS and value.isalpha() and value.isascii():
                return value.upper()
        return self.method

    @property
    def path(self) -> str:
        """The path as sent, without the query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str | None:
        """The raw query, None when there is no question mark."""
        _, mark, query = self.target.partition("?")
        return query if mark else None

    @property
    def readable_path(self) -> str:
        """The path with percent-escapes undone, for people."""
        return unquote(self.path)

    @property
    def is_preflight(self) -> bool:
        """Whether a browser asks for permission to ask (Fetch standard, CORS-preflight request)."""
        return self.method == "OPTIONS" and "access-control-request-method" in self.headers


@dataclass(frozen=True, slots=True)
class Interim:
    """An informational answer before the final one, such as 103 Early Hints (RFC 9110 §15.2)."""

    status: int
    reason: str = ""
    headers: Headers = Headers()


@dataclass(frozen=True, slots=True)
class Response:
    """An answer as it was received."""

    status: int
    reason: str = ""
    headers: Headers = Headers()
    body: bytes = b""
    codings: tuple[Coding, ...] = ()
    framing: Framing = Framing.LENGTH
    chunks: tuple[Chunk, ...] = ()
    """When and how much arrived, kept only where the body came in more than one piece over time."""
    trailers: Headers = Headers()
    interims: tuple[Interim, ...] = ()
    """Informational answers that came before, in order; never 100 (Continue), which belongs to the connection."""
    frames: tuple[Frame, ...] = ()
    """What was said after the protocol was switched to WebSocket."""
    coded: bytes = b""
    """The body with its codings as it came, kept only where these codings put on again give other bytes that matter."""


class FaultKind(StrEnum):
    """What went wrong below HTTP; each is replayed as the same event at the socket."""

    REFUSED = "refused"
    """Nobody listened."""
    UNRESOLVED = "unresolved"
    """The host name had no address."""
    RESET = "reset"
    """The connection was reset before a whole answer."""
    TIMEOUT = "timeout"
    """No answer within the client's patience."""
    TRUNCATED = "truncated"
    """The connection closed in the middle of an answer."""
    EMPTY = "empty"
    """The connection closed before the first byte of an answer."""
    GARBAGE = "garbage"
    """What came back is not HTTP."""
    TLS = "tls"
    """The TLS handshake failed."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A request that got no whole answer."""

    kind: FaultKind
    detail: str = ""
    """What the transport said, for people; no part of the identity of the outcome."""
    partial: Response | None = None
    """For TRUNCATED and RESET: what had arrived; its headers promise more than its body holds."""
    received: bytes = b""
    """For GARBAGE: the bytes that came instead of HTTP."""


Outcome = Response | Fault


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its outcome."""

    request: Request
    outcome: Outcome
    elapsed_ms: float = 0.0
    """From the first byte sent to the last received (or to the fault)."""

    @property
    def status(self) -> int | None:
        """The response's status, None for a fault."""
        return self.outcome.status if isinstance(self.outcome, Response) else None


def large_bodies(exchange: Exchange) -> Iterator[Large]:
    """The bodies of an exchange that are too large to be held."""
    outcome = exchange.outcome
    response = outcome.partial if isinstance(outcome, Fault) else outcome
    for body in (exchange.request.body, response.body if response is not None else b""):
        if isinstance(body, Large):
            yield body


def held_exchange(exchange: Exchange) -> Exchange:
    """The exchange with bodies that are bytes, for whoever has no other place for them. Raises OSError, StoreError."""
    request, outcome = exchange.request, exchange.outcome
    if is_large(request.body):
        request = replace(request, body=held(request.body))
    response = outcome.partial if isinstance(outcome, Fault) else outcome
    if response is not None and is_large(response.body):
        response = replace(response, body=held(response.body))
        outcome = replace(outcome, partial=response) if isinstance(outcome, Fault) else response
    return replace(exchange, request=request, outcome=outcome)


def is_safe(method: str) -> bool:
    """Whether a method changes nothing by definition."""
    return method.upper() in SAFE_METHODS
