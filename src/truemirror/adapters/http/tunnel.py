"""A WebSocket on its way through the proxy: bytes pass as they are, frames are read on the way and written down.

    client ──▶ read ──▶ stored ──▶ upstream          one queue for both directions, so that what is recorded
    client ◀── stored ◀── read ◀── upstream          is in the order in which it passed

Rules: bytes that make a frame whole pass only when that frame is on disk; all others pass at once. Nothing is changed,
answered or added here. What cannot be read as frames passes too, and is counted as lost.
"""

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Protocol

from truemirror.adapters.http.frames import BadFrames, FrameReader
from truemirror.adapters.http.link import AnswerHead
from truemirror.adapters.http.transcript import now_ms
from truemirror.core.wire.frame import Frame, FrameKind, Side
from truemirror.errors import TruemirrorError

_STORING = "a frame is being stored"
_HELD = 4
"""How many arrivals may wait for one that is being stored."""


class Between(Protocol):
    """Where the tunnel leads: the two connections, and the recording."""

    def switched(self, head: AnswerHead, tunnel: "Tunnel") -> bytes:
        """The upstream has switched; gives the head that the client gets. From now on its bytes come here."""

    def store(self, frames: tuple[Frame, ...], then: Callable[[TruemirrorError | None], None]) -> None:
        """Write down what was said, then say how that went; with no frames, that the protocol was switched."""

    def to_client(self, data: bytes) -> None:
        """Pass on."""

    def to_upstream(self, data: bytes) -> None:
        """Pass on."""

    def hold(self, why: str) -> None:
        """Read nothing more from either side."""

    def free(self, why: str) -> None:
        """Read on."""

    def unreadable(self, why: str) -> None:
        """The rest is not recorded."""

    def slow(self, *, slow: bool) -> None:
        """Whether the upstream takes no more for now."""

    def finished(self, *, reset: bool) -> None:
        """Both connections are to end, the client's with a reset if the upstream's ended so."""

    def failed(self, error: TruemirrorError) -> None:
        """What cannot be recorded does not pass."""


class Tunnel:
    """One WebSocket."""

    def __init__(self, between: Between, largest: int) -> None:
        """Wait for the upstream to switch; messages of more than `largest` bytes are not recorded."""
        self._between = between
        self._readers = {side: FrameReader(side, largest) for side in Side}
        self._queue: deque[tuple[tuple[Frame, ...] | None, Callable[[], None]]] = deque()
        self._closed: set[Side] = set()
        self._storing = self._ending = self._blind = False
        self._began_ms = 0.0
        self.is_open = False
        """Whether the upstream has switched."""

    # what the upstream's connection says

    def got_switch(self, head: AnswerHead, rest: bytes) -> None:
        """The upstream has switched."""
        self.is_open = True
        self._began_ms = now_ms()
        answer = self._between.switched(head, self)
        self._put((), partial(self._between.to_client, answer))
        if rest:
            self.got_bytes(rest)

    def got_bytes(self, data: bytes) -> None:
        """The upstream says something."""
        self._put(self._read(Side.SERVER, data), partial(self._between.to_client, data))

    def got_loss(self, error: BaseException | None) -> None:
        """The upstream is gone."""
        self._end(Side.SERVER, FrameKind.DROP if error is None else FrameKind.RESET)

    def pause_sending(self) -> None:
        """The upstream is slow."""
        self._between.slow(slow=True)

    def resume_sending(self) -> None:
        """The upstream takes more."""
        self._between.slow(slow=False)

    # what the client's connection says

    def from_client(self, data: bytes) -> None:
        """The client says something."""
        self._put(self._read(Side.CLIENT, data), partial(self._between.to_upstream, data))

    def client_gone(self) -> None:
        """The client is gone."""
        self._end(Side.CLIENT, FrameKind.DROP)

    def stop(self) -> None:
        """The proxy stops: what was said is stored, then both connections end."""
        if not self._ending:
            self._ending = True
            self._put(None, partial(self._between.finished, reset=False))

    # passing on

    def _read(self, side: Side, data: bytes) -> tuple[Frame, ...] | None:
        """The frames that these bytes make whole; None where there are none."""
        if self._blind or self._ending:
            return None
        frames: list[Frame] = []
        try:
            frames.extend(self._readers[side].read(data, round(now_ms() - self._began_ms, 1)))
        except BadFrames as error:
            self._blind = True
            self._between.unreadable(f"a frame of a WebSocket could not be read: {error}")
        self._closed.update(one.side for one in frames if one.kind is FrameKind.CLOSE)
        return tuple(frames) or None

    def _end(self, side: Side, kind: FrameKind) -> None:
        """One side has left; without a close handshake that is part of what is recorded."""
        if self._ending:
            return
        self._ending = True
        frames = None
        if not self._closed and not self._blind:
            frames = (Frame(side, kind, at_ms=round(now_ms() - self._began_ms, 1)),)
        self._put(frames, partial(self._between.finished, reset=kind is FrameKind.RESET))

    def _put(self, frames: tuple[Frame, ...] | None, then: Callable[[], None]) -> None:
        """Store, then go on; in order."""
        self._queue.append((frames, then))
        if not self._storing:
            self._advance()
        elif len(self._queue) > _HELD:
            self._between.hold(_STORING)

    def _advance(self) -> None:
        """Do what needs no storing, up to the next that does."""
        while self._queue and not self._storing:
            frames, then = self._queue[0]
            if frames is None:
                self._queue.popleft()
                then()
            else:
                self._storing = True
                self._between.store(frames, self._stored)

    def _stored(self, error: TruemirrorError | None) -> None:
        """What comes first in the queue is on disk, or cannot be."""
        self._storing = False
        if error is not None:
            self._queue.clear()
            self._ending = True
            self._between.failed(error)
            return
        if self._queue:
            self._queue.popleft()[1]()
        self._between.free(_STORING)
        self._advance()
