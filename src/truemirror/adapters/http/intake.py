"""Reads what a client sends to the proxy, as it comes, and refuses what two readers could read in two ways.

Rules: strict where `link` is lenient: both lengths, folded lines, bare line feeds, NUL, bad chunk sizes and repeated
lengths or hosts are refused (RFC 9112 §11.2), and nothing of such a request reaches the upstream's journal. Bodies are
told piece by piece and kept nowhere here. The parser is fed wholly, so pipelined requests are told one after the other.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NoReturn, Protocol

import httptools

from truemirror.adapters.http.frames import asks_for_websocket
from truemirror.core.mirror.parts import WEBSOCKET
from truemirror.core.wire.exchange import Framing
from truemirror.core.wire.headers import Headers

HEAD_LIMIT = 64 * 1024
"""The largest head of a request, in bytes."""
REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
"""Methods that may be sent a second time when an idle connection turned out to be closed (RFC 9110 §9.2.2)."""
_TLS = b"\x16\x03"


@dataclass(frozen=True, slots=True)
class RequestHead:
    """The head of a request."""

    method: str
    target: str
    """As sent: a path, `*`, or an absolute URL."""
    headers: Headers
    framing: Framing
    http10: bool
    keep_alive: bool
    expects: bool
    """Whether the client waits for 100 (Continue) before it sends the body."""
    labelled: bool
    """Whether a field may name a session."""
    websocket: bool = False
    """Whether it asks to switch to WebSocket."""

    @property
    def is_repeatable(self) -> bool:
        """Whether it may be sent twice."""
        return self.method in REPEATABLE


class Refusal(Exception):
    """A request that is not taken, with the status, the stable code and the words that tell the client why."""

    def __init__(self, status: int, code: str, message: str) -> None:
        """Keep the three parts."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


class Listener(Protocol):
    """Who hears what was read."""

    def got_request(self, head: RequestHead) -> None:
        """A request begins."""

    def got_piece(self, piece: bytes) -> None:
        """A piece of its body."""

    def got_end(self, trailers: Headers) -> None:
        """It is whole."""


class Intake:
    """Reads one client's requests."""

    __slots__ = ("_fields", "_fresh", "_head_size", "_in_head", "_listener", "_parser", "_swallow", "_url")

    def __init__(self, listener: Listener) -> None:
        """Tell `listener` what is read."""
        self._listener = listener
        self._parser = httptools.HttpRequestParser(self)
        self._parser.set_dangerous_leniencies(lenient_data_after_close=True)  # we close, so it is never read
        self._in_head = False
        self._head_size = 0
        self._swallow = False
        self._fresh = True
        self._url = b""
        self._fields: list[tuple[str, str]] = []

    def feed(self, data: bytes) -> None:
        """Read on. Raises Refusal, after which nothing more can be read."""
        begins, self._fresh = data[: len(_TLS)] if self._fresh else b"", False
        if len(data) <= HEAD_LIMIT:
            self._read(data, begins)
        else:
            view = memoryview(data)
            for start in range(0, len(data), HEAD_LIMIT):
                self._read(view[start : start + HEAD_LIMIT], begins)

    def _read(self, data: bytes | memoryview, begins: bytes) -> None:
        """Read no more than the limit of a head: where in it a head begins is not known."""
        self._head_size += len(data) if self._in_head else 0
        try:
            self._parse(data)
        except httptools.HttpParserError as error:
            raise _refusal(error, begins) from None
        if self._in_head and self._head_size > HEAD_LIMIT:
            raise _too_large()

    def _parse(self, data: bytes | memoryview) -> None:
        """Feed the parser; after an offer of another protocol that is not taken up, go on with a new one."""
        while data:
            try:
                self._parser.feed_data(data)
                return
            except httptools.HttpParserUpgrade as upgrade:
                data = self._framing_only() + bytes(data[upgrade.args[0] :])

    def _framing_only(self) -> bytes:
        """The request that was just told, as a head that says where its body ends and offers nothing."""
        self._swallow = True
        self._parser = httptools.HttpRequestParser(self)
        self._parser.set_dangerous_leniencies(lenient_data_after_close=True)
        kept = [pair for pair in self._fields if pair[0].lower() in ("content-length", "transfer-encoding")]
        lines = "".join(f"{name}: {value}\r\n" for name, value in kept)
        return b"POST / HTTP/1.1\r\n" + lines.encode("latin-1") + b"\r\n"

    # what the parser says

    def on_message_begin(self) -> None:
        """A request line begins."""
        self._url = b""
        self._fields = []
        self._in_head = True
        self._head_size = 0

    def on_url(self, url: bytes) -> None:
        """A piece of the target."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field of the head, or of the trailers."""
        if not self._in_head:
            self._head_size += len(name) + len(value)
            if self._head_size > HEAD_LIMIT:
                raise _too_large()
        self._fields.append((name.decode("latin-1"), value.decode("latin-1").rstrip(" \t")))

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._in_head = False
        self._head_size = 0
        if self._swallow:
            self._fields = []
            return
        head = self._head()
        if self._parser.should_upgrade():
            offered = (head.headers.joined("upgrade") or "").lower()
            if offered.strip() == WEBSOCKET:
                if not asks_for_websocket(head.method, head.headers):
                    _refuse(400, "malformed_request", "a WebSocket begins with GET, a key of 16 bytes and version 13")
                head = replace(head, websocket=True)
            elif offered.strip() != "h2c":  # which clients offer by habit, and which may be ignored (RFC 9110 §7.8)
                _refuse(501, "upgrade_unsupported", f"recording '{offered}' connections is not supported yet")
            self._listener.got_request(head)
            return  # its fields are still needed, to read the body
        self._fields = []
        self._listener.got_request(head)

    def on_body(self, piece: bytes) -> None:
        """A piece of the body."""
        self._listener.got_piece(piece)

    def on_message_complete(self) -> None:
        """The request is whole; one that offers an upgrade is read on by another parser."""
        if not self._swallow and self._parser.should_upgrade():
            return
        self._swallow = False
        self._listener.got_end(Headers(tuple(self._fields)))
        self._fields = []

    # what is made of it

    def _head(self) -> RequestHead:
        """The head, if it may be taken."""
        parser = self._parser
        method = parser.get_method().decode("ascii")
        version = parser.get_http_version()
        if method == "CONNECT":
            _refuse(405, "no_tunnel", "this is a reverse proxy: CONNECT has no meaning here")
        if version not in ("1.1", "1.0"):
            _refuse(505, "http_version", f"HTTP/{version} is not supported; speak HTTP/1.1")
        if len(self._url) + sum(len(name) + len(value) + 4 for name, value in self._fields) > HEAD_LIMIT:
            raise _too_large()
        framing, hosts, expects, labelled = Framing.NONE, 0, False, False
        for name, value in self._fields:
            match name.lower():
                case "host":
                    hosts += 1
                case "content-length" if framing is Framing.NONE:
                    framing = Framing.LENGTH
                case "transfer-encoding":
                    framing = Framing.CHUNKED
                    if value.strip().lower() != "chunked":
                        _refuse(501, "transfer_coding", f"the transfer coding '{value}' is not supported")
                case "baggage" | "x-truemirror-session":
                    labelled = True
                case "expect":
                    expects = value.strip().lower() == "100-continue" and version == "1.1"
        if hosts > 1 or (not hosts and version == "1.1"):
            _refuse(400, "malformed_request", f"a request names one Host; this one names {hosts or 'none'}")
        return RequestHead(
            method,
            self._url.decode("latin-1"),
            Headers(tuple(self._fields)),
            framing,
            version == "1.0",
            parser.should_keep_alive(),
            expects,
            labelled,
        )


def in_origin_form(head: RequestHead, owns: Callable[[str], bool]) -> RequestHead:
    """The same head with a path as its target (RFC 9112 §3.2); `owns` knows the authorities that are ours.

    Raises Refusal.
    """
    target = head.target
    if target.startswith("/") or (target == "*" and head.method == "OPTIONS"):
        return head
    scheme, mark, rest = target.partition("://")
    if not mark or scheme.lower() not in ("http", "https"):
        _refuse(400, "malformed_request", f"'{target[:100]}' is neither a path nor a URL")
    end = min((place for place in map(rest.find, "/?#") if place >= 0), default=len(rest))
    host = rest[:end].rpartition("@")[2]  # less a name and a password, which belong to nobody's Host
    if not owns(host):
        _refuse(421, "not_ours", f"this proxy stands in front of one service, not of {host}")
    path = rest[end:] if rest[end : end + 1] == "/" else f"/{rest[end:]}"
    return replace(head, target=path, headers=head.headers.replacing("Host", host))


def _refuse(status: int, code: str, message: str) -> NoReturn:
    """Take the request no further."""
    raise Refusal(status, code, message)


def _too_large() -> Refusal:
    """A head beyond the limit."""
    return Refusal(431, "head_too_large", f"the request's head is larger than {HEAD_LIMIT} bytes")


def _refusal(error: Exception, begins: bytes) -> Refusal:
    """What the parser could not read, in words, or why we stopped it."""
    if isinstance(error.__context__, Refusal):
        return error.__context__
    if isinstance(error, httptools.HttpParserCallbackError):
        raise error  # a defect of ours, not of the client's
    if begins.startswith(_TLS):
        return Refusal(400, "tls", "this port speaks plain HTTP: use http:// in the address, not https://")
    return Refusal(400, "malformed_request", f"the request is not HTTP/1.1: {str(error) or 'it cannot be read'}")
