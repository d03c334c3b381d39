"""From bytes to requests: what a client of the mirror server sends, taken apart without any socket.

Rules: a reader never raises and never grows without bound; what is not HTTP/1 becomes a Malformed, after which nothing
more is read. Parsing is strict: whatever two parsers could read in two ways (both lengths, folded lines, bare line
feeds) is refused. A request that opens a WebSocket says so; any other offer to upgrade the protocol is not taken up, so
such a request is an ordinary one.
"""

import hashlib
from dataclasses import dataclass

import httptools

from truemirror.adapters.http.frames import asks_for_websocket
from truemirror.core.mirror.parts import WEBSOCKET
from truemirror.core.wire.coding import decode
from truemirror.core.wire.exchange import Coding, Request
from truemirror.core.wire.headers import Headers
from truemirror.core.wire.large import HELD, Large

_TLS = b"\x16\x03"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a client may ask of the server."""

    head_bytes: int = 64 * 1024
    """Request line and header fields."""
    body_bytes: int = 2 * 1024 * 1024 * 1024
    """A request's body on the wire; one of more than `HELD` bytes is known by its hash alone."""
    content_bytes: int = 64 * 1024 * 1024
    """What a body unfolds to whose content codings are taken off, and a message of a WebSocket."""
    arrival_seconds: float = 30.0
    """From the first byte of a request's head to its last, and between two pieces of its body."""
    hold_seconds: float = 120.0
    """How long a recorded timeout holds a connection whose client does not leave."""

    @property
    def content(self) -> int:
        """Bytes that are held of one content."""
        return min(self.content_bytes, self.body_bytes)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A whole request."""

    request: Request
    keep_alive: bool
    http10: bool
    websocket: bool = False
    """Whether it asks to switch to WebSocket."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """What cannot be answered, and with which status to say so."""

    status: int
    code: str
    message: str


class _Refused(Exception):
    """Leave the parser."""


class Reader:
    """Reads one connection."""

    __slots__ = (
        "_arrived", "_body", "_body_size", "_fed", "_fields", "_hash", "_head_size", "_http10", "_in_head", "_limits",
        "_malformed", "_opening", "_parser", "_upgrading", "_url", "clean", "continue_due", "in_body",
    )  # fmt: skip

    def __init__(self, limits: Limits) -> None:
        """Begin at a message boundary."""
        self._limits = limits
        self._parser = httptools.HttpRequestParser(self)
        self._arrived: list[Arrived | Malformed] = []
        self._malformed: Malformed | None = None
        self._in_head = False
        self._head_size = self._fed = 0
        self._upgrading = self._http10 = False
        self._opening: Headers | None = None
        self.clean = True
        """Whether all that was fed ended with a whole request."""
        self.in_body = False
        """Whether a head is complete whose body is still coming."""
        self.continue_due = False
        """Whether the client waits to be told to send the body."""
        self._begin()

    def _begin(self) -> None:
        """Forget the request before."""
        self._url = b""
        self._fields: list[tuple[str, str]] = []
        self._body = bytearray()
        self._body_size = 0
        self._hash: hashlib._Hash | None = None

    def feed(self, piece: bytes) -> list[Arrived | Malformed]:
        """Read on; gives the requests that became whole, and a Malformed as the last one if reading ends here."""
        if self._malformed is not None:
            return []
        self._arrived = []
        self._fed = len(piece)
        self._head_size += self._fed if self._in_head else 0
        starts = piece[: len(_TLS)] if self.clean else b""
        try:
            self._parse(piece)
        except httptools.HttpParserError as error:
            self._refuse(self._malformed or _malformed(error, starts))
        if self._in_head:
            if starts and not self._arrived:
                self._head_size = self._fed  # the whole piece is the beginning of one head
            if self._head_size > self._limits.head_bytes:
                self._refuse(self._too_long())
        return self._arrived

    def _parse(self, piece: bytes) -> None:
        """Let the parser read; a request that offers an upgrade is read again without the offer."""
        while piece:
            try:
                self._parser.feed_data(piece)
                return
            except httptools.HttpParserUpgrade as upgrade:
                piece = self._without_offer() + piece[upgrade.args[0] :]

    def _without_offer(self) -> bytes:
        """The head that was just read, less the offer, for a new parser."""
        old, self._parser = self._parser, httptools.HttpRequestParser(self)
        self._upgrading = False
        headers = Headers(tuple(self._fields))
        offered = (headers.joined("upgrade") or "").strip().lower()
        if offered == WEBSOCKET and asks_for_websocket(old.get_method().decode("ascii"), headers):
            self._opening = headers
        kept = [(name, value) for name, value in self._fields if name.lower() != "upgrade"]
        fields = "".join(f"{name}: {value}\r\n" for name, value in kept).encode("latin-1")
        return b"%b %b HTTP/%b\r\n%b\r\n" % (old.get_method(), self._url, old.get_http_version().encode(), fields)

    def _refuse(self, malformed: Malformed) -> None:
        """This is the last thing that is read."""
        self._malformed = malformed
        self._arrived.append(malformed)
        self._in_head = False
        self.clean = False
        self.continue_due = False

    # what the parser calls

    def on_message_begin(self) -> None:
        """A request begins."""
        self._begin()
        self._in_head = True
        self._head_size = 0
        self.clean = False

    def on_url(self, piece: bytes) -> None:
        """A piece of the target."""
        self._url += piece

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field of the head; one behind the body is a trailer, which counts as body and is left out."""
        if self._in_head:
            self._fields.append((name.decode("latin-1"), value.decode("latin-1").rstrip(" \t")))
        else:
            self._grow(len(name) + len(value))

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._in_head = False
        parser = self._parser
        if parser.get_method() == b"CONNECT":
            self._leave(Malformed(501, "no_tunnel", "a mirror is no proxy: CONNECT has no answer here"))
        version = parser.get_http_version()
        if version not in ("1.1", "1.0"):
            self._leave(Malformed(505, "http_version", "a mirror speaks HTTP/1.1 and HTTP/1.0"))
        self._http10 = version == "1.0"
        if self._head_size + self._fed > self._limits.head_bytes and self._head() > self._limits.head_bytes:
            self._leave(self._too_long())
        if parser.should_upgrade():
            self._upgrading = True
            return
        self.in_body = True
        self._look_at_fields()

    def _look_at_fields(self) -> None:
        """What the head says about the body that follows."""
        hosts = 0
        for name, value in self._fields:
            lower = name.lower()
            if lower == "host":
                hosts += 1
            elif lower == "content-length" and int(value) > self._limits.body_bytes:
                self._leave(self._too_large())
            elif lower == "transfer-encoding" and value.strip().lower() != "chunked":
                self._leave(Malformed(501, "transfer_coding", f"the transfer coding '{value}' is not supported"))
            elif lower == "expect" and value.strip().lower() == "100-continue":
                self.continue_due = not self._http10
        if hosts > 1:
            self._leave(Malformed(400, "malformed_request", "the request names more than one Host"))

    def on_body(self, piece: bytes) -> None:
        """A piece of the body."""
        self.continue_due = False
        self._grow(len(piece))
        if self._hash is None:
            self._body += piece
            if self._body_size <= HELD:
                return
            self._hash, piece = hashlib.sha256(), bytes(self._body)
            self._body.clear()
        self._hash.update(piece)

    def on_message_complete(self) -> None:
        """The request is whole."""
        if self._upgrading:
            return
        self.clean = True
        self.in_body = False
        self.continue_due = False
        opening, self._opening = self._opening, None
        headers = opening or Headers(tuple(self._fields))
        body = bytes(self._body) if self._hash is None else Large(self._hash.hexdigest(), self._body_size)
        codings: tuple[Coding, ...] = ()
        if body and self._hash is None and (named := headers.joined("content-encoding")):
            body, codings = decode(body, named, self._limits.content)
        target, headers = _origin_form(self._url.decode("latin-1"), headers)
        request = Request(self._parser.get_method().decode("ascii"), target, headers, body, codings)
        opens = opening is not None and not self._http10
        self._arrived.append(Arrived(request, self._parser.should_keep_alive(), self._http10, opens))

    def begun(self) -> Request:
        """The request whose body is awaited, as far as it is here."""
        target, headers = _origin_form(self._url.decode("latin-1"), Headers(tuple(self._fields)))
        return Request(self._parser.get_method().decode("ascii"), target, headers)

    # refusing

    def _head(self) -> int:
        """The size of the head, in bytes."""
        return len(self._url) + sum(len(name) + len(value) + 4 for name, value in self._fields)

    def _grow(self, size: int) -> None:
        """Count what the body holds."""
        self._body_size += size
        if self._body_size > self._limits.body_bytes:
            self._leave(self._too_large())

    def _leave(self, malformed: Malformed) -> None:
        """Stop the parser with a reason."""
        self._malformed = malformed
        raise _Refused

    def _too_long(self) -> Malformed:
        """A head beyond the limit."""
        limit = self._limits.head_bytes
        return Malformed(431, "head_too_large", f"the request's head is larger than {limit} bytes")

    def _too_large(self) -> Malformed:
        """A body beyond the limit."""
        limit = self._limits.body_bytes
        return Malformed(413, "body_too_large", f"the request's body is larger than {limit} bytes")


def _origin_form(target: str, headers: Headers) -> tuple[str, Headers]:
    """The target as a path; an absolute one (RFC 9112 §3.2.2) names the host as well, a name and password in it not."""
    if target.startswith("/") or target == "*":
        return target, headers
    _, mark, rest = target.partition("://")
    if not mark:
        return f"/{target}", headers
    end = min((place for place in map(rest.find, "/?#") if place >= 0), default=len(rest))
    path = rest[end:] if rest[end : end + 1] == "/" else f"/{rest[end:]}"
    return path, headers.replacing("Host", rest[:end].rpartition("@")[2])


def _malformed(error: Exception, start: bytes) -> Malformed:
    """What the parser could not read, in words."""
    if isinstance(error, httptools.HttpParserCallbackError):
        raise error  # a defect of ours, not of the client's
    if start.startswith(_TLS):
        return Malformed(400, "tls", "this port speaks plain HTTP: use http:// in the address, not https://")
    return Malformed(400, "malformed_request", f"the request is not HTTP/1.1: {str(error) or 'it cannot be read'}")
