"""One client's connection to the mirror server.

    bytes ── remembered? ──▶ step ──▶ bytes                      the short way: nothing is parsed, one write
      └──▶ Reader ──▶ queue ──▶ Door ──▶ Act ──▶ Stage           everything else

Rules: answers leave in the order of their requests, one at a time. A connection holds no more than a bounded amount of
what its client sends ahead, and reads no further while the client does not take its answers. Whatever goes wrong here
ends this connection only.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, cast

from truemirror.adapters.http.server.door import Act, Door
from truemirror.adapters.http.server.reader import Arrived, Malformed, Reader
from truemirror.adapters.http.server.speaking import Script, Speaking
from truemirror.adapters.http.server.stage import Stage
from truemirror.core.wire.authority import is_loopback
from truemirror.core.wire.http2 import begins_http2

_LOG = logging.getLogger("truemirror.server")
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_QUEUED = 64
"""How many requests may wait behind one that takes its time."""
_SLOW = Malformed(408, "request_timeout", "the request did not arrive in time")
_DEFECT = Malformed(500, "internal_error", "the mirror server has a defect; its log says where")


class Connection(asyncio.Protocol):
    """One connection."""

    __slots__ = (
        "_door", "_eof", "_fresh", "_idle", "_journal", "_local", "_loop", "_paused", "_queue", "_reader", "_recall",
        "_stage", "_task", "_transport", "_waiting_since", "_write",
    )  # fmt: skip

    def __init__(self, door: Door, loop: asyncio.AbstractEventLoop) -> None:
        """Wait for the client."""
        self._door = door
        self._loop = loop
        self._recall = door.memo.young.get
        self._journal = door.journal
        self._reader = Reader(door.limits)
        self._queue: deque[tuple[Arrived | Malformed, bytes]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._paused = self._eof = False
        self._idle = self._fresh = True
        self._waiting_since = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is here."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own are no subclass
        self._write = self._transport.write
        self._stage = Stage(self._transport, self._loop, self._door.limits.hold_seconds, self._pump, self._switch)
        peer = transport.get_extra_info("peername")
        self._local = bool(peer) and is_loopback(str(peer[0]))
        self._door.connections.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        """The client is gone."""
        self._idle = False
        self._door.connections.discard(self)
        self._queue.clear()
        self._stage.leave()
        if self._task is not None:
            self._task.cancel()

    # reading

    def data_received(self, data: bytes) -> None:
        """Bytes are here: perhaps exactly a request that is remembered, else read them."""
        if self._idle and (known := self._recall(data) or self._door.recall(data)) is not None:
            if known.is_single and known.replayer.again_at(known.place, known.session, known.revision):
                self._journal.append((time.time(), known, None))
                self._write(known.whole)
                return
            replay = known.replayer.again(known.hit, known.session, known.revision)
            if replay is not None:
                self._journal.append((time.time(), known, replay))
                whole = known.whole if replay.place == known.place else known.written(replay.place)
                if whole and not replay.is_own:
                    self._write(whole)
                else:
                    self._act(self._door.again(known, replay))
                return
        self._read(data)

    def _read(self, data: bytes) -> None:
        """Take bytes apart and answer what became whole."""
        if self._stage.over:
            return
        fresh, self._fresh = self._fresh, False
        if fresh and begins_http2(data):
            self._speak_http2(data)
            return
        alone = self._reader.clean
        try:
            arrived = self._reader.feed(data)
        except Exception:
            self._defect()
            return
        raw = data if alone and self._reader.clean and len(arrived) == 1 else b""
        self._queue.extend((one, raw) for one in arrived)
        self._note_time()
        if len(self._queue) > _QUEUED:
            self._transport.pause_reading()
        self._pump()

    def _note_time(self) -> None:
        """Since when the client owes the rest of a request: of a head since its beginning, of a body since a piece."""
        if self._reader.clean:
            self._waiting_since = 0.0
        elif self._reader.in_body or not self._waiting_since:
            self._waiting_since = self._loop.time()

    def eof_received(self) -> bool:
        """The client sends no more; it may still want what it asked for, unless that is to be left waiting."""
        self._eof = True
        self._waiting_since = 0.0
        if not self._transport.can_write_eof():
            return False  # TLS cannot be closed on one side only
        is_answering = bool(self._queue or self._task or self._stage.busy)
        return is_answering and not self._stage.holding and not self._stage.over

    def pause_writing(self) -> None:
        """The client does not take its answers: read no further."""
        self._paused = True
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on."""
        self._paused = False
        self._stage.taken()
        self._pump()

    # answering

    def _pump(self) -> None:
        """Answer what waits, in order, until something takes its time."""
        while self._queue and not self._is_busy():
            arrived, raw = self._queue.popleft()
            try:
                act = self._door.open(arrived, raw, local=self._local)
            except Exception:
                self._defect()
                return
            if isinstance(act, Act):
                self._act(act)
            else:
                self._task = self._loop.create_task(self._ask(act))
        self._idle = not self._is_busy() and self._reader.clean
        if self._is_busy():
            return
        if self._eof:
            self._stage.close()
        elif self._reader.continue_due:
            self._reader.continue_due = False
            self._go_on()
        if not self._transport.is_reading() and not self._stage.over:
            self._transport.resume_reading()

    def _go_on(self) -> None:
        """Tell a client to send its body; where the service refused without one, its answer is the last word."""
        begun = self._reader.begun()
        if not self._door.refuses_early(begun):
            self._write(_CONTINUE)
            return
        act = self._door.open(Arrived(begun, keep_alive=False, http10=False), b"", local=self._local)
        if isinstance(act, Act):
            self._stage.perform(replace(act, refusing=True))
        else:
            self._task = self._loop.create_task(self._ask(act))

    def _is_busy(self) -> bool:
        """Whether the next request has to wait."""
        return self._task is not None or self._stage.busy or self._paused or self._stage.over

    def _act(self, act: Act) -> None:
        """Perform, and be idle no longer if it takes its time."""
        self._stage.perform(act)
        self._idle = self._idle and not self._stage.busy and not self._stage.over

    def _switch(self, script: Script) -> None:
        """A WebSocket was opened: the rest of the connection is its own."""
        connections = self._door.connections
        speaking = Speaking(script, self._transport, self._loop, lambda: connections.discard(speaking))
        connections.add(speaking)
        connections.discard(self)
        self._idle = False
        self._queue.clear()
        self._transport.set_protocol(speaking)
        if not self._transport.is_reading():
            self._transport.resume_reading()
        speaking.begin()

    def _speak_http2(self, data: bytes) -> None:
        """The client speaks HTTP/2: from now on each of its requests has a connection of its own, of this kind."""
        from truemirror.adapters.http.http2.front import Front

        door, loop = self._door, self._loop
        front = Front(lambda: Connection(door, loop), self._transport, gone=door.connections.discard)
        door.connections.add(front)
        door.connections.discard(self)
        self._idle = False
        front.begin(data)

    async def _ask(self, asking: Coroutine[Any, Any, Act]) -> None:
        """Wait for the live service, then do what comes of it."""
        try:
            act = await asking
        except Exception:
            self._defect()
            return
        finally:
            self._task = None
        self._act(act)
        self._pump()

    def _defect(self) -> None:
        """Tell the log and the client, and end this connection."""
        _LOG.exception("a request could not be answered")
        self._refuse(_DEFECT)

    def _refuse(self, malformed: Malformed) -> None:
        """Say why and end."""
        self._queue.clear()
        self._idle = False
        self._stage.perform(self._door.refuse(malformed))

    # what the server calls

    def look_at_the_clock(self, now: float) -> None:
        """End the connection of a client that takes too long to send a request."""
        if self._waiting_since and now - self._waiting_since > self._door.limits.arrival_seconds:
            self._waiting_since = 0.0
            self._refuse(_SLOW)

    def end(self) -> None:
        """The server stops: send what was said and close."""
        self._idle = False
        self._queue.clear()
        self._stage.leave()
        self._transport.close()

    def cut(self) -> None:
        """The server stops and waits no longer."""
        self._transport.abort()
