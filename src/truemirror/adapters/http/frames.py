"""WebSocket frames out of bytes and into bytes, over wsproto (RFC 6455).

Rules: no extension is spoken, so a frame says what it holds. Fragments become one frame that remembers where it was
cut. A reader never grows beyond the largest message it was given; what it cannot read is a BadFrames, after which it
reads nothing more.
"""

import codecs
from base64 import b64decode, b64encode
from collections.abc import Iterator
from hashlib import sha1
from typing import cast

from wsproto.frame_protocol import CloseReason, FrameProtocol, Opcode, ParseFailed
from wsproto.frame_protocol import Frame as Fragment

from truemirror.core.wire.frame import Frame, FrameKind, Side, cut
from truemirror.core.wire.headers import Headers

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_KEY_BYTES = 16
_CONTROL = {Opcode.PING: FrameKind.PING, Opcode.PONG: FrameKind.PONG}
_DATA = {Opcode.TEXT: FrameKind.TEXT, Opcode.BINARY: FrameKind.BINARY}


class BadFrames(Exception):
    """Bytes that are no frames, with the code that a close says so with."""

    def __init__(self, code: int, reason: str) -> None:
        """Keep both."""
        super().__init__(reason)
        self.code = code


class FrameReader:
    """Reads what one side sends."""

    __slots__ = ("_largest", "_piece", "_pieces", "_protocol", "_said", "_side", "_size")

    def __init__(self, side: Side, largest: int) -> None:
        """Read the frames of this side, of at most `largest` bytes each."""
        self._side = side
        self._largest = largest
        self._protocol = FrameProtocol(client=side is Side.SERVER, extensions=[])
        self._forget()

    def _forget(self) -> None:
        """Begin a new message."""
        self._said: list[bytes] = []
        self._pieces: list[int] = []
        self._piece = self._size = 0

    def read(self, data: bytes, at_ms: float = 0.0) -> Iterator[Frame]:
        """The frames that became whole. Raises BadFrames."""
        self._protocol.receive_bytes(data)
        try:
            for fragment in self._protocol.received_frames():
                frame = self._take(fragment, at_ms)
                if frame is not None:
                    yield frame
        except ParseFailed as error:
            raise BadFrames(int(error.code), str(error)) from None

    def _take(self, fragment: Fragment, at_ms: float) -> Frame | None:
        """What a fragment makes whole."""
        kind = _CONTROL.get(fragment.opcode)
        if kind is not None:
            return Frame(self._side, kind, bytes(fragment.payload), at_ms)  # type: ignore[arg-type]
        if fragment.opcode is Opcode.CLOSE:
            code, reason = cast(tuple[int, str], fragment.payload)
            known = None if code is CloseReason.NO_STATUS_RCVD else int(code)
            return Frame(self._side, FrameKind.CLOSE, str(reason).encode(), at_ms, known)
        payload = fragment.payload
        said = payload.encode() if isinstance(payload, str) else bytes(payload)  # type: ignore[arg-type]
        self._said.append(said)
        self._piece += len(said)
        self._size += len(said)
        if self._size > self._largest:
            raise BadFrames(CloseReason.MESSAGE_TOO_BIG, f"a message is larger than {self._largest} bytes")
        if fragment.frame_finished:
            self._pieces.append(self._piece)
            self._piece = 0
        if not fragment.message_finished:
            return None
        pieces = tuple(self._pieces) if len(self._pieces) > 1 else ()
        frame = Frame(self._side, _DATA[fragment.opcode], b"".join(self._said), at_ms, pieces=pieces)
        self._forget()
        return frame


class FrameWriter:
    """Writes what a server sends."""

    __slots__ = ("_protocol",)

    def __init__(self) -> None:
        """Begin."""
        self._protocol = FrameProtocol(client=False, extensions=[])

    def write(self, frame: Frame) -> bytes:
        """A frame as bytes, in the fragments in which it was recorded; nothing for the loss of a connection."""
        match frame.kind:
            case FrameKind.TEXT | FrameKind.BINARY:
                return self._message(frame)
            case FrameKind.PING:
                return bytes(self._protocol.ping(frame.payload[:125]))
            case FrameKind.PONG:
                return bytes(self._protocol.pong(frame.payload[:125]))
            case FrameKind.CLOSE:
                reason = frame.payload.decode("utf-8", "replace") if frame.code is not None else None
                return bytes(self._protocol.close(frame.code, reason))
            case _:
                return b""

    def _message(self, frame: Frame) -> bytes:
        """A text or a binary one; a character that a fragment's end would cut goes into the next fragment."""
        pieces = cut(frame)
        if frame.kind is FrameKind.BINARY:
            sent = [self._protocol.send_data(piece, piece_is_last) for piece, piece_is_last in _with_end(pieces)]
            return b"".join(sent)
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        texts = [(decoder.decode(piece, last), last) for piece, last in _with_end(pieces)]
        return b"".join(self._protocol.send_data(text, last) for text, last in texts)


def _with_end(pieces: tuple[bytes, ...]) -> Iterator[tuple[bytes, bool]]:
    """Each piece, and whether it is the last."""
    for number, piece in enumerate(pieces, 1):
        yield piece, number == len(pieces)


def asks_for_websocket(method: str, headers: Headers) -> bool:
    """Whether a request is an opening handshake that may be answered (RFC 6455 §4.2.1)."""
    return method == "GET" and key_of(headers) != "" and headers.get("sec-websocket-version") == "13"


def key_of(headers: Headers) -> str:
    """The client's key; empty where it has none of the right form."""
    key = (headers.get("sec-websocket-key") or "").strip()
    try:
        return key if len(b64decode(key, validate=True)) == _KEY_BYTES else ""
    except ValueError:
        return ""


def accept_for(key: str) -> str:
    """What a server says to show that it understood the client's key (RFC 6455 §4.2.2)."""
    return b64encode(sha1(key.encode() + _GUID, usedforsecurity=False).digest()).decode()
