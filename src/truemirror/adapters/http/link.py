"""One connection to an upstream: sends bytes, reads answers, tells its receiver what came or what went wrong.

    idle ── begin ──▶ asked ── head ──▶ answering ── end ──▶ idle (reusable) or closed
                        └────────────── fault ─────────────▶ closed

Rules: one request at a time; a receiver hears exactly one ending (got_all, got_fault or got_stale) and nothing after
it. What is read within one arrival is told in order, then `read_done` once if the answer goes on. Reading is lenient
where clients are (bare line feeds, both lengths), since a recorder has to see what they see.
"""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, cast

import httptools

from truemirror.core.wire.exchange import FaultKind, Framing
from truemirror.core.wire.headers import Headers
from truemirror.core.wire.http2 import ONLY_HTTP2, answers_in_http2

HEAD_LIMIT = 256 * 1024
"""The largest head of an answer, in bytes."""
RECEIVED_LIMIT = 64 * 1024
"""How much is kept of what is not HTTP."""
GARBAGE_PATIENCE = 1.0
"""Seconds to wait for the rest of what is not HTTP."""
_TRAILERS = 1000
"""Trailer fields that are kept."""
_LENIENT = {
    "lenient_headers": True,
    "lenient_chunked_length": True,
    "lenient_optional_cr_before_lf": True,
    "lenient_spaces_after_chunk_size": True,
    "lenient_data_after_close": True,
}


@dataclass(frozen=True, slots=True)
class AnswerHead:
    """The head of an answer."""

    status: int
    reason: str
    headers: Headers
    framing: Framing


class Receiver(Protocol):
    """Who asked, and hears what comes."""

    def got_interim(self, status: int, reason: str, headers: Headers) -> None:
        """An informational answer (RFC 9110 §15.2); the final one is still to come."""

    def got_head(self, head: AnswerHead) -> None:
        """The head of the final answer."""

    def got_body(self, piece: bytes) -> None:
        """A piece of the body, transfer codings taken off."""

    def read_done(self) -> None:
        """All that arrived just now has been told, and the answer goes on."""

    def got_all(self, trailers: Headers) -> None:
        """The answer is whole."""

    def got_fault(self, kind: FaultKind, detail: str, received: bytes) -> None:
        """There will be no whole answer."""

    def got_stale(self) -> None:
        """The connection, used before, was closed before it answered anything: ask again on another."""

    def pause_sending(self) -> None:
        """The upstream is slow: send no more for now."""

    def resume_sending(self) -> None:
        """Go on."""


class Switching(Protocol):
    """Who goes on when an upstream switches to WebSocket; its receiver hears nothing more."""

    def got_switch(self, head: AnswerHead, rest: bytes) -> None:
        """The upstream has switched; `rest` came right behind."""

    def got_bytes(self, data: bytes) -> None:
        """Bytes of the other protocol."""

    def got_loss(self, error: BaseException | None) -> None:
        """The connection has ended, or broke."""

    def pause_sending(self) -> None:
        """The upstream is slow: send no more for now."""

    def resume_sending(self) -> None:
        """Go on."""


class Link(asyncio.Protocol):
    """A connection to an upstream."""

    def __init__(self, timeout: float, on_lost: Callable[["Link"], None]) -> None:
        """`timeout` seconds without a byte is a fault; `on_lost` hears when the connection is gone."""
        self.answered = 0
        """How many requests it has answered."""
        self.idle_since = 0.0
        """Loop time at which it last became idle."""
        self._timeout = timeout
        self._on_lost = on_lost
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._receiver: Receiver | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._reading_paused = False
        self._touched = 0.0
        self._forget()

    def _forget(self) -> None:
        """Expect a new answer."""
        self._fields: list[tuple[str, str]] = []
        self._trailers: list[tuple[str, str]] = []
        self._reason = b""
        self._interims: list[tuple[int, str, Headers]] = []
        self._head: AnswerHead | None = None
        self._told_head = False
        self._pieces: list[bytes] = []
        self._ended = False
        self._surplus = False
        self._keep_alive = False
        self._last = False
        self._raw: list[bytes] = []
        self._raw_size = 0
        self._garbage = ""
        self._endless = False
        self._switching: Switching | None = None
        self._switched = False
        self._switch: AnswerHead | None = None

    # asking

    def begin(
        self,
        receiver: Receiver,
        method: str,
        *,
        repeatable: bool,
        last: bool = False,
        switching: Switching | None = None,
    ) -> None:
        """The next answer is for this receiver, who may hear that the connection was stale if `repeatable`.

        With `last` the request says that the connection ends with it, whatever the answer says.
        `switching` goes on if the upstream switches to another protocol.
        """
        self._forget()
        self._switching = switching
        self._last = last
        self._receiver = receiver
        self._may_be_stale = repeatable and self.answered > 0
        self._head_only = method == "HEAD"
        self._parser = httptools.HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(**_LENIENT)
        self._touched = self._loop.time()
        if self._timer is None:
            self._timer = self._loop.call_later(self._timeout, self._look_at_the_clock)

    def write(self, piece: bytes) -> None:
        """Send bytes."""
        if self._transport is not None and not self._transport.is_closing():
            self._touched = self._loop.time()
            self._transport.write(piece)

    def leave(self) -> bool:
        """The receiver is done with its answer. Gives back whether the connection can be used again."""
        self._receiver = None
        if self._keep_alive and self._ended and not (self._surplus or self._last) and self._is_open():
            self.answered += 1
            self.idle_since = self._loop.time()
            return True
        self.abort()
        return False

    def close(self) -> None:
        """Let go of an idle connection, politely."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Let go of the connection at once."""
        self._receiver = self._switching = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._transport is not None:
            self._transport.abort()

    def pause_reading(self) -> None:
        """The receiver is slow."""
        if not self._reading_paused and self._is_open() and self._transport is not None:
            self._reading_paused = True
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """The receiver takes more."""
        if self._reading_paused:
            self._reading_paused = False
            self._touched = self._loop.time()
            if self._is_open() and self._transport is not None:
                self._transport.resume_reading()

    def _is_open(self) -> bool:
        """Whether the connection is usable as far as we know."""
        return self._transport is not None and not self._transport.is_closing()

    # what the transport says

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is there."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are none by class

    def pause_writing(self) -> None:
        """The upstream is slow."""
        hears = self._switching if self._switched else self._receiver
        if hears is not None:
            hears.pause_sending()

    def resume_writing(self) -> None:
        """The upstream takes more."""
        self._touched = self._loop.time()
        hears = self._switching if self._switched else self._receiver
        if hears is not None:
            hears.resume_sending()

    def data_received(self, data: bytes) -> None:
        """Read on."""
        if self._switched:
            if self._switching is not None:
                self._switching.got_bytes(data)
            return
        if self._receiver is None or self._ended:
            self.abort()  # nobody asked for this
            return
        self._touched = self._loop.time()
        if self._raw_size < RECEIVED_LIMIT:
            self._raw.append(data)
        self._raw_size += len(data)
        if self._garbage:
            if self._raw_size >= RECEIVED_LIMIT:
                self._end_garbage()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            if self._switch is not None and self._switching is not None:
                self._go_over(self._switching, self._switch, data[upgrade.args[0] :])
                return
            self._garbage = "it switched protocols without being asked"
        except httptools.HttpParserError as error:
            self._garbage = str(error) or "it is not HTTP"
        if self._switch is not None:
            self._garbage = self._garbage or "it switched protocols without saying to which"
        if self._ended and self._garbage:  # the answer was whole; only what follows it is unreadable
            self._surplus, self._garbage = True, ""
        elif self._head is None and self._raw_size > HEAD_LIMIT:
            self._garbage = "its head has no end"
        self._tell()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        receiver = self._receiver
        self._on_lost(self)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._switched and self._switching is not None:
            self._switching.got_loss(exc)
            return
        if receiver is None or self._ended:
            return
        if self._garbage:
            self._end_garbage()
        elif not self._raw_size and self._may_be_stale:
            self._receiver = None
            receiver.got_stale()
        elif exc is not None and not isinstance(exc, ssl.SSLError):
            self._fault(FaultKind.RESET, _text(exc))
        elif not self._raw_size:
            self._fault(FaultKind.EMPTY, "the connection was closed without an answer")
        elif self._head is not None and self._head.framing is Framing.CLOSE:
            self._ended = True
            receiver.got_all(Headers())
        else:
            self._fault(FaultKind.TRUNCATED, "the connection was closed in the middle of the answer")

    # what the parser says

    def on_message_begin(self) -> None:
        """A status line begins."""
        if self._ended:
            self._surplus = True

    def on_status(self, reason: bytes) -> None:
        """A piece of the reason."""
        self._reason += reason

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field of the head, or of the trailers."""
        pair = (name.decode("latin-1"), value.decode("latin-1").rstrip(" \t"))
        if self._head is None:
            self._fields.append(pair)
        elif len(self._trailers) < _TRAILERS:
            self._trailers.append(pair)

    def on_headers_complete(self) -> None:
        """The head is whole."""
        if self._ended:
            return
        status = self._parser.get_status_code()
        headers = Headers(tuple(self._fields))
        reason = self._reason.decode("latin-1")
        self._fields = []
        self._reason = b""
        if status == 101:
            if self._switching is not None:
                self._switch = AnswerHead(status, reason, headers, Framing.NONE)
            return  # if nobody asked for another protocol, the parser says so next
        if 100 <= status < 200:
            self._interims.append((status, reason, headers))
            return
        self._head = AnswerHead(status, reason, headers, self._framing(status, headers))
        if self._head_only:  # the parser does not know that no body follows
            self._end(headers)

    def on_body(self, piece: bytes) -> None:
        """A piece of the body."""
        if self._ended:
            self._surplus = True
        else:
            self._pieces.append(piece)

    def on_message_complete(self) -> None:
        """The answer is whole, or was an informational one."""
        if self._head is not None and not self._ended:
            self._ended = True
            self._keep_alive = self._parser.should_keep_alive()

    def _end(self, headers: Headers) -> None:
        """The answer to a HEAD ends with its head."""
        said = (headers.joined("connection") or "").lower()
        self._ended = True
        self._keep_alive = "close" not in said and (
            self._parser.get_http_version() == "1.1" or "keep-alive" in said
        )  # fmt: skip

    def _framing(self, status: int, headers: Headers) -> Framing:
        """How the answer says where its body ends; and, looked up on the way, whether it may never end."""
        framing = Framing.NONE if self._head_only or status in (204, 304) else Framing.CLOSE
        for name, value in headers.pairs:
            lower = name.lower()
            if lower == "content-length" and framing is not Framing.CHUNKED:
                framing = Framing.LENGTH
            elif lower == "transfer-encoding" and value.lower().endswith("chunked"):
                framing = Framing.CHUNKED
            elif lower == "content-type":
                self._endless = value.lower().startswith("text/event-stream")
        return framing

    # what the receiver hears

    def _tell(self) -> None:
        """Pass on what arrived."""
        receiver = self._receiver
        if receiver is None:
            return
        if self._interims:
            interims, self._interims = self._interims, []
            for status, reason, headers in interims:
                receiver.got_interim(status, reason, headers)
        if self._head is not None and not self._told_head:
            self._told_head = True
            receiver.got_head(self._head)
        if self._pieces:
            piece = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
            self._pieces = []
            receiver.got_body(piece)
        if self._receiver is not receiver:
            return  # it has left meanwhile
        if self._ended:
            receiver.got_all(Headers(tuple(self._trailers)))
        elif self._garbage:
            self._loop.call_later(GARBAGE_PATIENCE, self._end_garbage)
        else:
            receiver.read_done()

    def _go_over(self, switching: Switching, head: AnswerHead, rest: bytes) -> None:
        """From here on all bytes are of another protocol."""
        self._switched = True
        if self._interims and self._receiver is not None:
            for status, reason, headers in self._interims:
                self._receiver.got_interim(status, reason, headers)
        self._receiver = None
        switching.got_switch(head, rest)

    def _end_garbage(self) -> None:
        """All that is worth keeping of what is not HTTP has come."""
        if self._garbage and not self._ended:
            self._fault(FaultKind.GARBAGE, self._garbage, b"".join(self._raw)[:RECEIVED_LIMIT])

    def _fault(self, kind: FaultKind, detail: str, received: bytes = b"") -> None:
        """Tell the receiver that no whole answer will come."""
        if self._head is None and answers_in_http2(b"".join(self._raw)):
            detail = ONLY_HTTP2
        receiver, self._receiver = self._receiver, None
        self._ended = True
        if not received and kind is not FaultKind.EMPTY and self._head is None:
            received = b"".join(self._raw)[:RECEIVED_LIMIT]
        self.abort()
        if receiver is not None:
            receiver.got_fault(kind, detail, received)

    def _look_at_the_clock(self) -> None:
        """Whether the upstream has been silent for too long; one lazy timer for all requests of a connection."""
        self._timer = None
        if self._receiver is None or self._ended:
            return
        left = self._touched + self._timeout - self._loop.time()
        if self._reading_paused or self._endless:
            left = self._timeout
        if left > 0.001:
            self._timer = self._loop.call_later(left, self._look_at_the_clock)
        else:
            self._fault(FaultKind.TIMEOUT, f"no byte for {self._timeout:g} s")


def _text(error: BaseException) -> str:
    """What an exception says, never empty."""
    return str(error) or type(error).__name__
