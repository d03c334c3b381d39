"""Streams: what is sent piece by piece arrives piece by piece, live and on replay."""

from conformance.case import Case, Pause, Read, Send, Until
from conformance.cases.words import ask

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


CASES = (
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
