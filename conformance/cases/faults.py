"""What goes wrong below HTTP: recorded, and the same event on replay."""

from conformance.case import Case, Close, Hold, Read, Reset, Send, Until
from conformance.cases.words import ask

_HALF = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 20\r\n\r\nhalf of it"
_CHUNKS = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nchunk\r\n"
_SOURCE = "RFC 9112 §8; mirrors 11"

CASES = (
    Case("reset", "A reset before any byte is a reset.", _SOURCE, (ask("GET /reset"), Read()), {"": (Reset(),)}),
    Case(
        "reset-late", "A reset in the middle of a body comes there.", _SOURCE, (ask("GET /reset-late"), Read()),
        {"": (Send(_HALF), Until(b"half of it"), Reset())},
    ),
    Case(
        "truncated", "A body shorter than its length ends early.", _SOURCE, (ask("GET /truncated"), Read()),
        {"": (Send(_HALF), Close())},
    ),
    Case(
        "truncated-chunks", "Chunks without an end end early.", _SOURCE, (ask("GET /truncated-chunks"), Read()),
        {"": (Send(_CHUNKS), Close())},
    ),
    Case(
        "truncated-head", "Half a head and no more.", _SOURCE, (ask("GET /truncated-head"), Read()),
        {"": (Send(b"HTTP/1.1 200 OK\r\nContent-Ty"), Close())},
    ),
    Case("empty-close", "No answer at all.", _SOURCE, (ask("GET /empty-close"), Read()), {"": (Close(),)}),
    Case(
        "garbage", "What is no HTTP arrives as it is.", _SOURCE, (ask("GET /garbage"), Read()),
        {"": (Send(b"SSH-2.0-none\r\n\x00\x01\x02\r\n\r\n"), Close())},
    ),
    Case(
        "timeout", "Silence is silence, as long as the client waits.", "mirrors 11", (ask("GET /timeout"), Read()),
        {"": (Hold(),)}, patience=1.5, silence=0.5,
    ),
    Case(
        "timeout-late", "Silence in the middle of a body is there.", "mirrors 11", (ask("GET /timeout-late"), Read()),
        {"": (Send(_HALF), Hold())}, patience=1.5, silence=0.5,
    ),
)  # fmt: skip
