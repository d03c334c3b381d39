"""One stream of an HTTP/2 connection, as a transport for whoever answers HTTP/1.1.

    request's head and body ──▶ HTTP/1.1 ──▶ answerer ──▶ HTTP/1.1 ──▶ answer's head and pieces ──▶ the connection

Rules: the answerer hears one request and gives one answer; it cannot tell this from a connection of its own. What it
does to the connection (ends it early, resets it, says what is no HTTP) becomes a break of the stream. Body bytes that
the connection cannot take yet are kept here, and the answerer is told to wait.
"""

import asyncio
from collections import deque
from typing import Any, Protocol

import httptools

from truemirror.core.wire.http2 import Fields, as_chunk, last_chunk

_HIGH, _LOW = 64 * 1024, 16 * 1024
_NO_BODY = (204, 304)
_LENIENT = {
    "lenient_headers": True,
    "lenient_chunked_length": True,
    "lenient_optional_cr_before_lf": True,
    "lenient_spaces_after_chunk_size": True,
    "lenient_data_after_close": True,
}


class Carrier(Protocol):
    """The connection that a stream is part of."""

    def head(self, stream: "Stream", status: int, fields: Fields) -> None:
        """Send a head."""

    def ready(self) -> None:
        """A stream has something to send, or has come to its end."""

    def taken(self, stream: "Stream", size: int) -> None:
        """So many bytes of the request's body were taken by the answerer."""

    def broken(self, stream: "Stream", *, garbage: bool = False) -> None:
        """The answerer ended the connection before its answer was whole, or said what is no HTTP."""

    def about(self, name: str, default: Any) -> Any:
        """What the transport below knows."""

    def waiting(self) -> int:
        """Bytes that wait in the transport below."""


class Stream(asyncio.Transport):
    """One request and its answer."""

    def __init__(self, number: int, method: bytes, *, chunked: bool, carrier: Carrier) -> None:
        """Stream `number`; with `chunked` the request's body is told in chunks."""
        super().__init__()
        self.number = number
        self.heard_all = False
        """Whether the client's request is whole."""
        self.ended = False
        """Whether the answer is whole."""
        self.told_end = False
        """Whether the client was told so."""
        self.trailers: list[tuple[bytes, bytes]] = []
        """What comes behind the answer's body."""
        self._carrier = carrier
        self._chunked = chunked
        self._head_only = method == b"HEAD"
        self._parser = httptools.HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(**_LENIENT)
        self._answerer: asyncio.Protocol | None = None
        self._incoming: list[bytes] = []
        self._unacknowledged = 0
        self._reading = True
        self._closing = False
        self._slow = False
        self._told_head = self._until_close = False
        self._fields: list[tuple[bytes, bytes]] = []
        self._pieces: deque[memoryview] = deque()
        self.waiting = 0
        """Bytes of the body that were not sent yet."""

    # what the connection says

    def begin(self, answerer: asyncio.Protocol, head: bytes) -> None:
        """Let somebody answer."""
        self._answerer = answerer
        self._incoming.append(head)
        answerer.connection_made(self)

    def body(self, piece: bytes, size: int) -> None:
        """A piece of the request's body, which took `size` bytes of the window."""
        self._unacknowledged += size
        if piece:
            self._incoming.append(as_chunk(piece) if self._chunked else piece)

    def end(self, trailers: Fields = ()) -> None:
        """The request is whole. Raises Unspeakable."""
        if not self.heard_all:
            self.heard_all = True
            if self._chunked:
                self._incoming.append(last_chunk(trailers))

    def deliver(self) -> None:
        """Tell the answerer what has come, unless it wants nothing now."""
        if not self._reading or self._answerer is None:
            return
        data, self._incoming = b"".join(self._incoming), []
        size, self._unacknowledged = self._unacknowledged, 0
        if size:
            self._carrier.taken(self, size)
        if data:
            self._answerer.data_received(data)

    def take(self, room: int) -> memoryview:
        """No more than so many bytes of the body, to be sent now."""
        first = self._pieces[0]
        piece, rest = first[:room], first[room:]
        if rest:
            self._pieces[0] = rest
        else:
            self._pieces.popleft()
        self.waiting -= len(piece)
        return piece

    def sent(self) -> None:
        """The answerer may go on, if it was told to wait and little waits now."""
        if self._slow and self.waiting <= _LOW and self._answerer is not None:
            self._slow = False
            self._answerer.resume_writing()

    def lose(self, error: Exception | None = None) -> None:
        """Nobody needs an answerer any more."""
        answerer, self._answerer = self._answerer, None
        self._closing = True
        self._pieces.clear()
        self._incoming.clear()
        self.waiting = 0
        if answerer is not None:
            answerer.connection_lost(error)

    # what the answerer does

    def write(self, data: Any) -> None:
        """Bytes of the answer."""
        if self.ended or self._closing:
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._closing = True
            self._carrier.broken(self, garbage=True)
            return
        if self.waiting > _HIGH and not self._slow and self._answerer is not None:
            self._slow = True
            self._answerer.pause_writing()
        self._carrier.ready()

    def close(self) -> None:
        """The connection ends; so does an answer that lasts until then."""
        if self._closing:
            return
        self._closing = True
        self.ended = self.ended or (self._told_head and self._until_close)
        if self.ended:
            self._carrier.ready()
        else:
            self._carrier.broken(self)

    def abort(self) -> None:
        """The connection breaks."""
        self._closing = True
        self._carrier.broken(self)

    def is_closing(self) -> bool:
        """Whether the answerer has ended it."""
        return self._closing

    def can_write_eof(self) -> bool:
        """As with TLS, both sides end at once."""
        return False

    def get_write_buffer_size(self) -> int:
        """Bytes that have not left."""
        return self.waiting + self._carrier.waiting()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """What the connection below knows; its socket is not this stream's to set."""
        return _Deaf() if name == "socket" else self._carrier.about(name, default)

    def pause_reading(self) -> None:
        """The answerer takes no more of the request."""
        self._reading = False

    def resume_reading(self) -> None:
        """It takes more."""
        if not self._reading:
            self._reading = True
            asyncio.get_running_loop().call_soon(self.deliver)

    def is_reading(self) -> bool:
        """Whether it takes more."""
        return self._reading

    # what the parser says

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field of the head, or one behind the body."""
        (self.trailers if self._told_head else self._fields).append((name, value))

    def on_headers_complete(self) -> None:
        """A head is whole."""
        status = self._parser.get_status_code()
        fields, self._fields = self._fields, []
        if status == 101 or self.ended:
            return
        self._carrier.head(self, status, fields)
        if 100 <= status < 200:
            return
        self._told_head = True
        names = {name.lower() for name, _ in fields}
        self._until_close = not names & {b"content-length", b"transfer-encoding"}
        self.ended = self._head_only or status in _NO_BODY

    def on_body(self, piece: bytes) -> None:
        """A piece of the body."""
        if not self.ended:
            self._pieces.append(memoryview(piece))
            self.waiting += len(piece)

    def on_message_complete(self) -> None:
        """The answer is whole, unless it was an informational one."""
        self.ended = self.ended or self._told_head


class _Deaf:
    """Stands for a socket whose options nobody may set."""

    def setsockopt(self, *options: object) -> None:
        """Nothing happens: how a stream breaks is the connection's business."""
