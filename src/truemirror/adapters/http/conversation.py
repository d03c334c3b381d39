"""One client of the proxy: its requests, answered in their order.

    bytes ──▶ Intake ──▶ a turn per request, queued ──▶ the first one passes through, the others wait

Rules: only the first turn writes. While more than a few turns wait, or the upstream is slow, nothing more is read. A
request that cannot be taken is refused after those before it were answered, and ends the connection.
"""

import asyncio
import socket
import struct
from collections import deque
from typing import cast

from truemirror.adapters.http import answers
from truemirror.adapters.http.intake import Intake, Refusal, RequestHead, in_origin_form
from truemirror.adapters.http.relay import Relay
from truemirror.adapters.http.tunnel import Tunnel
from truemirror.adapters.http.turn import Turn
from truemirror.core.wire.headers import Headers
from truemirror.core.wire.http2 import begins_http2

_QUEUE = 4
_LINGER = 1.0
"""Seconds in which a client may still send before the connection is closed, so that it reads our last words."""
_RST = struct.pack("ii", 1, 0)


class Conversation(asyncio.Protocol):
    """A connection from a client."""

    def __init__(self, relay: Relay) -> None:
        """Pass requests on through `relay`."""
        self._relay = relay
        self._intake = Intake(self)
        self._turns: deque[Turn] = deque()
        self._incoming: Turn | None = None
        self._refusal: Refusal | None = None
        self._transport: asyncio.Transport | None = None
        self._holds: set[str] = set()
        self._fresh = True
        self._deaf = False
        self._last = False
        self._tunnel: Tunnel | None = None

    # what the transport says

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is here."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are none by class
        self._relay.conversations.add(self)

    def data_received(self, data: bytes) -> None:
        """Read, and pass on."""
        if self._tunnel is not None:
            self._tunnel.from_client(data)
            return
        if self._deaf:
            return
        fresh, self._fresh = self._fresh, False
        if fresh and begins_http2(data):
            self._speak_http2(data)
            return
        try:
            self._intake.feed(data)
        except Refusal as refusal:
            self._deaf = True
            if not self._last or self._incoming is not None:  # what follows a last request is nobody's
                self._refusal = refusal
            self._withdraw()
        self._advance()

    def _speak_http2(self, data: bytes) -> None:
        """The client speaks HTTP/2: from now on each of its requests has a conversation of its own."""
        from truemirror.adapters.http.http2.front import Front

        assert self._transport is not None
        relay = self._relay
        front = Front(lambda: Conversation(relay), self._transport, gone=relay.conversations.discard)
        relay.conversations.add(front)
        relay.conversations.discard(self)
        front.begin(data)

    def eof_received(self) -> bool:
        """The client sends no more; it may still wait for its answers."""
        if self._tunnel is not None:
            return False
        self._deaf = self._last = True
        self._withdraw()
        can_stay = self._transport is not None and self._transport.can_write_eof()  # TLS closes both sides at once
        return can_stay and bool(self._turns) and not self._turns[0].holding

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._transport = None
        self._deaf = True
        self._relay.conversations.discard(self)
        turns, self._turns = self._turns, deque()
        for turn in turns:
            turn.client_gone()

    def _withdraw(self) -> None:
        """The request that was being read will never be whole."""
        turn, self._incoming = self._incoming, None
        if turn is not None:
            turn.withdraw()

    def pause_writing(self) -> None:
        """The client is slow."""
        if self._turns:
            self._turns[0].pause_answer()

    def resume_writing(self) -> None:
        """The client takes more."""
        if self._turns:
            self._turns[0].resume_answer()

    # what the intake says

    def got_request(self, head: RequestHead) -> None:
        """A request begins."""
        if self._last or self._deaf:
            self._incoming = None
            return
        head = in_origin_form(head, self._relay.owns)
        self._last = not head.keep_alive
        self._incoming = Turn(self, self._relay, head)
        self._turns.append(self._incoming)
        if len(self._turns) > _QUEUE:
            self.hold_reading("queue")

    def got_piece(self, piece: bytes) -> None:
        """A piece of its body."""
        if self._incoming is not None:
            self._incoming.request_piece(piece)

    def got_end(self, trailers: Headers) -> None:
        """It is whole."""
        if self._incoming is not None:
            turn, self._incoming = self._incoming, None
            turn.request_end(trailers)

    # what turns ask for

    @property
    def ending(self) -> bool:
        """Whether the connection is to end with the turn that asks."""
        return self._relay.stopping or (self._last and len(self._turns) <= 1 and self._refusal is None)

    def write(self, data: bytes) -> None:
        """Send to the client, if it is still there."""
        if self._transport is not None and data:
            self._transport.write(data)

    def turn_done(self, turn: Turn, *, close: bool) -> None:
        """A turn is over."""
        if turn not in self._turns:
            return
        self._turns.remove(turn)
        if close or (self._last and not self._turns and self._refusal is None):
            self.close(gently=self._incoming is turn)
            return
        if len(self._turns) <= _QUEUE:
            self.free_reading("queue")
        self._advance()

    def switch(self, tunnel: Tunnel) -> None:
        """From now on nothing of HTTP is said here."""
        self._tunnel = tunnel

    def hold_reading(self, why: str) -> None:
        """Read nothing more until all reasons are gone."""
        if not self._holds and self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()
        self._holds.add(why)

    def free_reading(self, why: str) -> None:
        """One reason is gone."""
        if why in self._holds:
            self._holds.discard(why)
            if not self._holds and self._transport is not None and not self._transport.is_closing():
                self._transport.resume_reading()

    def close(self, *, gently: bool = False) -> None:
        """End the connection; gently while the client still sends, since closing would reset what it has not read."""
        self._deaf = True
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if gently and transport.can_write_eof():
            self._holds.clear()
            transport.resume_reading()
            transport.write_eof()
            asyncio.get_running_loop().call_later(_LINGER, transport.close)
        else:
            transport.close()

    def reset(self) -> None:
        """End the connection with an RST."""
        self._deaf = True
        if self._transport is not None:
            raw: socket.socket | None = self._transport.get_extra_info("socket")
            if raw is not None:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST)
            self._transport.abort()

    def finish(self) -> None:
        """The proxy stops: end now when nothing is under way, else with the present turn."""
        if not self._turns:
            self.close()

    def _advance(self) -> None:
        """Let the first turn go on; refuse when its turn has come."""
        if self._turns:
            self._turns[0].push()
        elif self._refusal is not None and self._transport is not None:
            refusal, self._refusal = self._refusal, None
            self.write(answers.refused(refusal))
            self.close(gently=True)
