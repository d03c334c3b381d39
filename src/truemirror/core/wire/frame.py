"""What travels over a WebSocket once both sides have switched to it (RFC 6455).

Rules: a message is one frame here, however its sender cut it; how it was cut is kept beside. Payloads are as the
application sees them, unmasked. How a conversation ended is part of it: a close handshake, or a lost connection.
"""

from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """Who sent a frame."""

    CLIENT = "client"
    SERVER = "server"


class FrameKind(StrEnum):
    """What a frame is."""

    TEXT = "text"
    BINARY = "binary"
    PING = "ping"
    PONG = "pong"
    CLOSE = "close"
    """The close handshake, begun or answered; its payload is the reason."""
    DROP = "drop"
    """No frame: this side ended the connection without a word."""
    RESET = "reset"
    """No frame: this side reset the connection."""


SAID = frozenset({FrameKind.TEXT, FrameKind.BINARY, FrameKind.CLOSE})
"""What a client says to the service; pings and pongs keep the connection alive, whenever they come."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message of a WebSocket, a control frame, or the loss of the connection."""

    side: Side
    kind: FrameKind
    payload: bytes = b""
    """A text in UTF-8."""
    at_ms: float = 0.0
    """Milliseconds after the answer that switched protocols."""
    code: int | None = None
    """Why a connection is closed (RFC 6455 §7.4); None where the sender gave no reason."""
    pieces: tuple[int, ...] = ()
    """Bytes of each fragment, where there was more than one."""


def cut(frame: Frame) -> tuple[bytes, ...]:
    """The payload in its fragments; the last one takes what is over, or lacks."""
    if len(frame.pieces) < 2:
        return (frame.payload,)
    found: list[bytes] = []
    begin = 0
    for size in frame.pieces[:-1]:
        found.append(frame.payload[begin : begin + size])
        begin += size
    return (*found, frame.payload[begin:])
