"""Streams: what is sent piece by piece arrives piece by piece, live and on replay."""

from conformance.case import Case, Close, Pause, Read, ReadBehind, ReadRest, Send, TakeBytes, Until
from conformance.cases.words import answer, ask

_EVENTS = (
    b'id: 1\ndata: {"n": 1}\n\n',
    b"event: two\ndata: a\ndata: b\n\n",
    b": a comment\n\n",
    b"data: \xc3\xa9nd\n\n",
)
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
_GAP = 0.2


def _chunk(piece: bytes) -> bytes:
    """One chunk."""
    return b"%x\r\n%b\r\n" % (len(piece), piece)


_OPENING = (
    "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)  # fmt: skip
_SWITCHED = answer(
    "101 Switching Protocols", "Connection: Upgrade", "Upgrade: websocket",
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", length=False,
)  # fmt: skip
_MASK = b"\1\2\3\4"


def _masked(first: bytes, payload: bytes) -> bytes:
    """A client's frame of less than 126 bytes (RFC 6455 §5.3)."""
    covered = bytes(byte ^ _MASK[place % 4] for place, byte in enumerate(payload))
    return first + bytes([0x80 | len(payload)]) + _MASK + covered


_PUSHED = b"\x81\x05hello\x88\x06\x0f\xa1done"
_ASKED = _masked(b"\x81", b"ask")
_CLOSED = _masked(b"\x88", b"\x03\xe8")

CASES = (
    Case(
        "websocket-frames",
        "Texts, bytes and fragments of a WebSocket pass both ways, up to the close handshake and the end.",
        "RFC 6455 §5-7; mirrors 12",
        (ask("GET /websocket-frames", *_OPENING), Read(), Send(_ASKED), Send(_CLOSED), ReadRest()),
        {
            "": (
                _SWITCHED,
                TakeBytes(len(_ASKED)),
                Send(b"\x81\x03yes" + b"\x82\x02\0\xff" + b"\x01\x02on\x80\x01e"),
                TakeBytes(len(_CLOSED)),
                Send(b"\x88\x02\x03\xe8"),
                Close(),
            )
        },
    ),
    Case(
        "websocket-push",
        "What a service says first, and a close of its own with code and reason.",
        "RFC 6455 §5.5.1, §7.4; mirrors 12",
        (
            ask("GET /websocket-push", *_OPENING), Read(), ReadBehind(len(_PUSHED)),
            Send(_masked(b"\x88", b"\x0f\xa1")), ReadRest(),
        ),
        {"": (_SWITCHED, Send(_PUSHED), TakeBytes(len(_CLOSED)), Close())},
    ),
    Case(
        "sse",
        "Events of a stream arrive one by one, in their order and with their pauses, live and on replay.",
        "WHATWG HTML §9.2; mirrors 12",
        (ask("GET /sse", "Accept: text/event-stream"), Read()),
        {
            "": (
                Send(_HEAD),
                *(step for one in _EVENTS for step in (Send(_chunk(one)), Until(one), Pause(_GAP))),
                Send(b"0\r\n\r\n"),
            )
        },
        bursts=len(_EVENTS),
        patience=30.0,
    ),
    Case(
        "long-poll",
        "The head and half of a body arrive while the other half is awaited.",
        "mirrors 12",
        (ask("GET /long-poll"), Read()),
        {
            "": (
                Send(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 12\r\n\r\nfirst,"),
                Until(b"first,"), Pause(_GAP), Send(b"second"),
            )
        },
        bursts=2,
    ),
)  # fmt: skip
