"""Acts performed on a socket: answers, recorded failures, waits.

Rules: a fault is the same event that was recorded or planned: a reset is an RST, a timeout is silence, a truncation is
a head, a part of a body and an end. A server that listens cannot refuse, nor fail to be found or to shake hands: all
three are an RST before any byte. One act at a time; whoever asked is told when one that took its time is over.
"""

import asyncio
import logging
import socket
import struct
from collections.abc import Callable, Iterator
from dataclasses import replace

from truemirror.adapters.http.server.door import Act
from truemirror.adapters.http.server.pacing import Due, due_pieces
from truemirror.adapters.http.server.speaking import Script
from truemirror.core.wire.exchange import Fault, FaultKind
from truemirror.core.wire.render import Asker, Rendered, render_partial
from truemirror.errors import TruemirrorError

_LOG = logging.getLogger("truemirror.server")
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER on, for no time: closing sends a reset."""
_LINGER_SECONDS = 2.0
"""How long to listen to a client that was refused, so that it can read why."""
_FLUSH_SECONDS = 0.002
_UNTAKEN = 64 * 1024
"""How many bytes may wait for a client whose answer comes piece by piece."""
_TAKING_SECONDS = 0.02


Then = Callable[[], None]
_Rest = tuple[Iterator[Due], Due, float, Then | None]
"""What of an answer is still to be sent: the later pieces, the next one, when the head went, and what comes then."""


class Stage:
    """Where one connection's acts are performed."""

    __slots__ = ("_done", "_held_up", "_hold_seconds", "_loop", "_switch", "_timer", "_transport", "holding", "over")

    def __init__(
        self,
        transport: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
        hold_seconds: float,
        done: Callable[[], None],
        switch: Callable[[Script], None],
    ) -> None:
        """Perform on a transport; `done` is called after an act that took its time.

        `switch` goes on with a WebSocket once it was opened.
        """
        self._switch = switch
        self._transport = transport
        self._loop = loop
        self._hold_seconds = hold_seconds
        self._done = done
        self._timer: asyncio.TimerHandle | None = None
        self._held_up: _Rest | None = None
        self.holding = False
        """Whether the client is being left waiting."""
        self.over = False
        """Whether nothing more will be said."""

    @property
    def busy(self) -> bool:
        """Whether an act takes its time."""
        return self._timer is not None

    def perform(self, act: Act) -> None:
        """Do what was decided."""
        if self.over:
            return
        if act.wait_ms > 0:
            self._later(act.wait_ms / 1000.0, self.perform, replace(act, wait_ms=0.0))
        elif act.fault is not None:
            self._fail(act.fault, act.asker)
        elif act.script is not None and act.rendered is not None:
            self._transport.write(act.rendered.whole())
            self.over = True
            self._switch(act.script)
        elif act.rendered is not None and _comes_in_pieces(act, act.rendered):
            self._transport.write(act.rendered.head)
            due = due_pieces(act.rendered, paced=act.paced, rate=act.rate)
            self._begin_sending(due, self.close if act.rendered.close else None)
        elif act.rendered is not None:
            self._transport.write(act.rendered.whole())
            if act.refusing:
                self._linger()
            elif act.rendered.close:
                self.close()

    def close(self) -> None:
        """Send what was said, then end the connection."""
        self.over = True
        self._transport.close()

    def leave(self) -> None:
        """The client is gone, or the server is."""
        self.over = True
        self._held_up = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def taken(self) -> None:
        """The client has taken what was written: an answer that it held up goes on at once."""
        if self._held_up is not None and self._timer is not None:
            self._timer.cancel()
            self._wake(self._send, self._held_up)

    def _later(self, seconds: float, then: Callable[..., None], *arguments: object) -> None:
        """Go on after a time."""
        self._timer = self._loop.call_later(seconds, self._wake, then, arguments)

    def _wake(self, then: Callable[..., None], arguments: tuple[object, ...]) -> None:
        """The time has come."""
        self._timer = None
        then(*arguments)
        if self._timer is None:
            self._done()

    def _begin_sending(self, due: Iterator[Due], then: Then | None) -> None:
        """Send pieces, the first of them now."""
        self._send(due, None, self._loop.time(), then, fresh=True)

    def _send(
        self, pieces: Iterator[Due], piece: Due | None, began: float, then: Then | None, *, fresh: bool = False
    ) -> None:
        """The pieces whose time has come, and a wait for the next; a client that takes none holds them up."""
        if fresh:
            piece = self._next(pieces)
        self._held_up = None
        while piece is not None:
            wait = began + piece[0] - self._loop.time()
            if wait <= 0 and self._transport.get_write_buffer_size() > _UNTAKEN:
                wait, self._held_up = _TAKING_SECONDS, (pieces, piece, began, then)
            if wait > 0:
                self._later(wait, self._send, pieces, piece, began, then)
                return
            self._transport.write(piece[1])
            piece = self._next(pieces)
        if then is not None and not self.over:
            then()

    def _next(self, pieces: Iterator[Due]) -> Due | None:
        """The next piece. A body whose file is gone or was cut ends the connection: its end would be a lie."""
        try:
            return next(pieces, None)
        except (OSError, TruemirrorError):
            _LOG.exception("a body could not be read to its end")
            self.over = True
            self._transport.abort()
            return None

    def _linger(self) -> None:
        """End, but listen for a while: closing on a client that still sends would take our last words from it."""
        self.over = True
        if self._transport.can_write_eof():
            self._transport.write_eof()
        self._timer = self._loop.call_later(_LINGER_SECONDS, self._transport.close)

    def _fail(self, fault: Fault, asker: Asker) -> None:
        """A failure."""
        if fault.kind is FaultKind.GARBAGE:
            self._transport.write(fault.received)
        elif fault.partial is not None:
            partial = render_partial(fault.partial, asker)
            if partial.is_large:
                self._transport.write(partial.head)
                rest = replace(fault, partial=None, received=b"")
                self._begin_sending(due_pieces(partial, paced=False, rate=0.0), lambda: self._fail(rest, asker))
                return
            self._transport.write(partial.whole())
        elif fault.received:  # half a head is no answer, but bytes all the same
            self._transport.write(fault.received)
        match fault.kind:
            case FaultKind.TIMEOUT:
                self.holding = True
                self._later(self._hold_seconds, self.close)
            case FaultKind.TRUNCATED | FaultKind.EMPTY | FaultKind.GARBAGE:
                self.close()
            case _:
                self._later(0.0, self._reset)

    def _reset(self) -> None:
        """End with a reset, once what was said has left."""
        if self._transport.get_write_buffer_size():
            self._later(_FLUSH_SECONDS, self._reset)
            return
        self.over = True
        connection = self._transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._transport.abort()


def _comes_in_pieces(act: Act, rendered: Rendered) -> bool:
    """Whether an answer is not put together as a whole: its pieces have their times, or they are a lot."""
    if act.paced or act.rate:
        return bool(rendered.pieces)
    return rendered.is_large and not act.refusing
