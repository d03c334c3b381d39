"""A client's connection after it switched to WebSocket: the recorded conversation, walked with it.

Rules: it takes the transport over from `connection`, which hears nothing more. A word that was not recorded is a miss:
it goes to the journal and the tally, and the connection is closed with 1008 and the first difference. Pings are
answered. With `paced` the server's words come as slowly as they did, else at once.
"""

import asyncio
import socket
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from wsproto.frame_protocol import CloseReason

from truemirror.adapters.http.frames import BadFrames, FrameReader, FrameWriter
from truemirror.core.mirror.difference import Difference
from truemirror.core.mirror.redaction_restore import restore
from truemirror.core.mirror.talk import Heard, Saying, Talk
from truemirror.core.wire.exchange import Request, Response
from truemirror.core.wire.frame import Frame, FrameKind, Side
from truemirror.usecases.redact import RedactedRequest

_LINGER_SECONDS = 5.0
"""How long a client has to answer a close."""
_RESET = struct.pack("ii", 1, 0)
_LOST = frozenset({FrameKind.DROP, FrameKind.RESET})


@dataclass(slots=True)
class Script:
    """What is said to one client, and who hears how it went."""

    talk: Talk
    largest: int
    """Bytes of the largest message that a client may send."""
    redact: Callable[[Request], RedactedRequest]
    """Takes the secrets out of a client's word."""
    missed: Callable[[int, tuple[Difference, ...]], None]
    """Hears of a word (its number, from 1) that was not recorded."""
    relaxed: Callable[[tuple[str, ...]], None]
    """Hears what was relaxed."""
    paced: bool = False
    live: dict[str, str] = field(default_factory=dict)
    """Stand-ins and this client's secrets."""


class Speaking(asyncio.Protocol):
    """One client's WebSocket."""

    __slots__ = (
        "_closing", "_loop", "_number", "_on_lost", "_place", "_reader", "_script", "_timer", "_transport",
        "_waiting", "_writer",
    )  # fmt: skip

    def __init__(
        self, script: Script, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, on_lost: Callable[[], None]
    ) -> None:
        """Take a connection over whose handshake was answered; `on_lost` hears when it is gone."""
        self._script = script
        self._transport = transport
        self._loop = loop
        self._on_lost = on_lost
        self._reader = FrameReader(Side.CLIENT, script.largest)
        self._writer = FrameWriter()
        self._waiting: deque[Saying] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._closing = False
        self._number = 0
        self._place = 0

    def begin(self) -> None:
        """Say what the service said first."""
        self._go_on(self._script.talk.opening())

    # what the transport says

    def data_received(self, data: bytes) -> None:
        """The client says something."""
        try:
            for frame in self._reader.read(data):
                self._hear(frame)
        except BadFrames as error:
            self._close(error.code, str(error))

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._cancel()
        self._on_lost()

    def pause_writing(self) -> None:
        """The client does not take what it is told: hear nothing more."""
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on."""
        if not self._transport.is_closing():
            self._transport.resume_reading()

    # hearing

    def _hear(self, frame: Frame) -> None:
        """One frame of the client's."""
        match frame.kind:
            case FrameKind.PING:
                if not self._closing:
                    self._write(Frame(Side.SERVER, FrameKind.PONG, frame.payload))
            case FrameKind.CLOSE:
                self._left(frame)
            case FrameKind.TEXT | FrameKind.BINARY if not self._closing:
                self._word(frame)
            case _:
                pass

    def _word(self, frame: Frame) -> None:
        """Compare what the client says with what was recorded."""
        script, talk = self._script, self._script.talk
        self._number += 1
        payload = frame.payload
        for stand, secret in script.live.items():
            payload = payload.replace(secret.encode("utf-8", "surrogateescape"), stand.encode())
        redacted = script.redact(talk.word(payload, text=frame.kind is FrameKind.TEXT))
        script.live.update(redacted.live)
        heard = talk.heard(self._place, frame.kind, redacted.request)
        if heard.differences:
            script.missed(self._number, heard.differences)
            first = heard.differences[0]
            self._close(CloseReason.POLICY_VIOLATION, f"not recorded: {first.part}: {first.recorded}, got {first.got}")
            return
        if heard.relaxed:
            script.relaxed(heard.relaxed)
        self._go_on(heard)

    def _left(self, frame: Frame) -> None:
        """The client closes: as recorded, where that was recorded here, else as it says."""
        frames = self._script.talk.frames
        if self._place < len(frames) and frames[self._place].kind is FrameKind.CLOSE and not self._closing:
            for saying in self._script.talk.after(self._place).sayings:
                if not self._closing:
                    self._say_one(saying.frame)
        if not self._closing:
            self._write(Frame(Side.SERVER, FrameKind.CLOSE, frame.payload, code=frame.code))
        self._end()

    # saying

    def _go_on(self, heard: Heard) -> None:
        """Say what comes next, and wait for the client's next word."""
        self._place = heard.place
        self._waiting.extend(heard.sayings)
        if self._timer is None:
            self._say()

    def _say(self) -> None:
        """Everything that is due."""
        self._timer = None
        while self._waiting and not self._closing:
            if self._script.paced and self._waiting[0].wait_ms > 0:
                wait = self._waiting[0].wait_ms / 1000.0
                self._waiting[0] = Saying(self._waiting[0].frame, 0.0)
                self._timer = self._loop.call_later(wait, self._say)
                return
            self._say_one(self._waiting.popleft().frame)

    def _say_one(self, frame: Frame) -> None:
        """One frame, with the client's own secrets in it, or the loss that was recorded."""
        if frame.kind in _LOST:
            self._closing = True
            if frame.kind is FrameKind.RESET:
                self._reset()
            else:
                self._end()
            return
        if self._script.live and frame.payload:
            live = sorted(self._script.live.items(), key=lambda pair: -len(pair[0]))
            frame = restore(Response(101, frames=(frame,)), live).frames[0]
        self._write(frame)
        if frame.kind is FrameKind.CLOSE:
            self._await_end()

    def _close(self, code: int, reason: str) -> None:
        """Begin to close."""
        if not self._closing:
            self._cancel()
            self._write(Frame(Side.SERVER, FrameKind.CLOSE, reason.encode(), code=code))
            self._await_end()

    def _await_end(self) -> None:
        """Nothing more is said; the client has a while to answer the close."""
        self._closing = True
        self._waiting.clear()
        self._timer = self._loop.call_later(_LINGER_SECONDS, self._transport.close)

    def _write(self, frame: Frame) -> None:
        """Send a frame."""
        if not self._transport.is_closing():
            self._transport.write(self._writer.write(frame))

    def _end(self) -> None:
        """End the connection once everything was sent."""
        self._closing = True
        self._cancel()
        self._transport.close()

    def _reset(self) -> None:
        """End it with a reset."""
        self._cancel()
        raw = cast(socket.socket | None, self._transport.get_extra_info("socket"))
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._transport.abort()

    def _cancel(self) -> None:
        """Wait for nothing."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # what the server calls

    def look_at_the_clock(self, now: float) -> None:
        """A WebSocket may be silent for as long as it likes."""

    def end(self) -> None:
        """The server stops."""
        self._close(CloseReason.GOING_AWAY, "the mirror server stops")
        self._transport.close()

    def cut(self) -> None:
        """The server stops and waits no longer."""
        self._transport.abort()
