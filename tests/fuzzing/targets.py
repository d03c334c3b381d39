"""What a coverage-guided fuzzer is let loose on: functions of bytes that raise only where something is broken.

Rules: each says with its seeds what sound input looks like. What is refused with a reason is no defect; everything else
that comes out is. Nothing here opens a file or a socket.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

import h2.config
import h2.connection
from tests.adapters.http.mirror_serving import answer, ask, call, mirror, replayer

from truemirror.adapters.http.intake import Intake, Refusal, RequestHead, in_origin_form
from truemirror.adapters.http.server import Mount
from truemirror.adapters.http.server.connection import Connection
from truemirror.adapters.http.server.door import Door
from truemirror.adapters.http.server.reader import Arrived, Limits, Malformed, Reader
from truemirror.core.mirror.document import Reading
from truemirror.core.mirror.folder import decode_mirror, decode_part, decode_scenario, encode_mirror, encode_scenario
from truemirror.core.mirror.model import Ignore, Mirror, MirrorRules, Noise, Scenario
from truemirror.core.mirror.strict_json import parse_json
from truemirror.core.wire.exchange import Coding, Fault, FaultKind
from truemirror.core.wire.headers import Headers
from truemirror.errors import FormatError

EXCHANGES = (
    call("GET /fine", answer(b"fine")),
    call("POST /post", answer(b"posted"), body=b"hello"),
    call("GET /coded", answer(b"coded", 200, ("Content-Encoding", "gzip"), codings=(Coding("gzip"),))),
    call("GET /reset", Fault(FaultKind.RESET)),
)
LIMITS = Limits(head_bytes=4_096, body_bytes=8_192)


@dataclass(frozen=True, slots=True)
class Target:
    """Something that reads what strangers send."""

    run: Callable[[bytes], None]
    """Raises where something is broken."""
    seeds: tuple[bytes, ...]
    """Sound input, to begin with."""


# the mirror server's HTTP/1.1


def read_requests(data: bytes) -> None:
    """Where the network cuts changes nothing, and the server answers or closes."""
    place = data[0] % len(data) if data else 0
    whole, cut = _arrived((data,)), _arrived((data[:place], data[place:]))
    # a head that ends beyond the limit, or is refused for two reasons, may be told in either way
    if not any(isinstance(one, Malformed) for one in (*whole, *cut)):
        assert whole == cut, f"cut at {place}: {cut!r}, not {whole!r}"
    served((data[:place], data[place:]))


def _arrived(pieces: Iterable[bytes]) -> list[Arrived | Malformed]:
    """What a reader makes of these pieces."""
    reader = Reader(LIMITS)
    return [one for piece in pieces for one in reader.feed(piece)]


# the recorder's HTTP/1.1


@dataclass
class _Nobody:
    """Hears what a recorder's client sends, and brings every target into the form of a path."""

    targets: list[str] = field(default_factory=list)

    def got_request(self, head: RequestHead) -> None:
        """A request begins."""
        self.targets.append(in_origin_form(head, lambda authority: "@" not in authority).target)

    def got_piece(self, piece: bytes) -> None:
        """A piece of its body."""

    def got_end(self, trailers: Headers) -> None:
        """It is whole."""


def take_requests(data: bytes) -> None:
    """A recorder takes it or refuses it; every target it takes is a path or `*`."""
    heard = _Nobody()
    with suppress(Refusal):
        Intake(heard).feed(data)
    assert all(target.startswith("/") or target == "*" for target in heard.targets), heard.targets


# the mirror server's HTTP/2


class _Wire:
    """A transport that leads nowhere."""

    def __init__(self) -> None:
        """Be open, with a client of this machine at the other end."""
        self.closed = False
        self.protocol: asyncio.Protocol | None = None
        self.written = 0

    def write(self, data: bytes | memoryview) -> None:
        """Count what is said."""
        self.written += len(data)

    def close(self) -> None:
        """Nothing more is heard."""
        self.closed = True

    abort = close

    def is_closing(self) -> bool:
        """Whether it was closed."""
        return self.closed

    def is_reading(self) -> bool:
        """Always."""
        return True

    def can_write_eof(self) -> bool:
        """As a socket can."""
        return True

    def write_eof(self) -> None:
        """Nothing."""

    def pause_reading(self) -> None:
        """Nothing."""

    def resume_reading(self) -> None:
        """Nothing."""

    def get_write_buffer_size(self) -> int:
        """All has left."""
        return 0

    def set_protocol(self, protocol: asyncio.Protocol) -> None:
        """Who hears from now on."""
        self.protocol = protocol

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Somebody on this machine; a socket whose options are nobody's business."""
        return {"peername": ("127.0.0.1", 1), "socket": _Socket()}.get(name, default)


class _Socket:
    """Takes options."""

    def setsockopt(self, *options: object) -> None:
        """Nothing."""


class _Defects(logging.Handler):
    """Keeps what the server says of its own defects."""

    def __init__(self) -> None:
        """None so far."""
        super().__init__(logging.ERROR)
        self.seen: list[BaseException] = []

    def emit(self, record: logging.LogRecord) -> None:
        """One more."""
        error = record.exc_info[1] if record.exc_info else None
        self.seen.append(error or RuntimeError(record.getMessage()))


_LOOP: list[asyncio.AbstractEventLoop] = []


def served(pieces: Iterable[bytes]) -> None:
    """Let a server's connection hear these pieces; raises what it calls a defect, or the loop does."""
    if not _LOOP:
        _LOOP.append(asyncio.new_event_loop())
    _LOOP[0].run_until_complete(_served(pieces))


async def _served(pieces: Iterable[bytes]) -> None:
    """The same, inside the loop."""
    loop = asyncio.get_running_loop()
    defects = _Defects()
    log = logging.getLogger("truemirror.server")
    log.addHandler(defects)
    log.propagate = False
    loop.set_exception_handler(
        lambda _, told: defects.seen.append(told.get("exception") or RuntimeError(told["message"]))
    )
    wire = _Wire()
    connection = Connection(Door({"tags": Mount(replayer(mirror(*EXCHANGES)))}, limits=LIMITS), loop)
    wire.set_protocol(connection)
    connection.connection_made(cast(asyncio.Transport, wire))
    try:
        for piece in pieces:
            if piece and not wire.closed:
                cast(asyncio.Protocol, wire.protocol).data_received(piece)
            await asyncio.sleep(0)
        cast(asyncio.Protocol, wire.protocol).connection_lost(None)
        await asyncio.sleep(0)
    finally:
        log.removeHandler(defects)
        log.propagate = True
        loop.set_exception_handler(None)
    if defects.seen:
        raise defects.seen[0]


def speak_http2(data: bytes) -> None:
    """Frames behind a sound preface: the server answers, resets or leaves."""
    place = data[0] % len(data) if data else 0
    served((_PREFACE + data[:place], data[place:]))


def _client() -> h2.connection.H2Connection:
    """A client that has said hello."""
    client = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="latin-1"))
    client.initiate_connection()
    return client


_PREFACE = _client().data_to_send()


def _frames(method: str, path: str, body: bytes = b"", *pairs: tuple[str, str], reset: bool = False) -> bytes:
    """One request as frames, less the preface."""
    client = _client()
    client.data_to_send()
    head = [(":method", method), (":scheme", "http"), (":authority", "tags.test"), (":path", path), *pairs]
    client.send_headers(1, head, end_stream=not body)
    if body:
        client.send_data(1, body, end_stream=not reset)
    if reset:
        client.reset_stream(1)
    client.ping(b"\0" * 8)
    return client.data_to_send()


# the mirror's files


def read_files(data: bytes) -> None:
    """Every file of a mirror: a value, or a FormatError."""
    for decode in _DECODERS:
        with suppress(FormatError):
            decode(parse_json(data))


def _no_file(name: str, size: int) -> bytes:
    """A body that is not there."""
    raise FormatError(f"no body {name} of {size} bytes", where="file")


_DECODERS: tuple[Callable[[Any], Any], ...] = (
    lambda document: decode_part(document, Reading(_no_file)),
    lambda document: decode_mirror(document, "tags", "1.0.0"),
    lambda document: decode_scenario(document, "ada"),
)


def _file_seeds() -> tuple[bytes, ...]:
    """The files of a mirror with an exchange of every kind."""
    rules = MirrorRules((Ignore("*", "query:x", "why"),), (Noise("GET /a", "header:Date", "date-time"),), ("POST /s",))
    files = encode_scenario(Scenario("a/b c", EXCHANGES, "2026-01-31"), rules, {})
    return encode_mirror(Mirror("tags", "1.0.0", (), rules)), *files.values()


_HTTP1 = (
    ask("GET /fine"),
    ask("GET http://ada:secret@tags.test/fine?a=1"),
    ask("POST /post", "Expect: 100-continue", body=b"hello"),
    ask("POST /post", "Transfer-Encoding: chunked") + b"5\r\nhello\r\n0\r\nX-End: t\r\n\r\n" + ask("GET /coded"),
    ask("GET /reset", "Connection: Upgrade", "Upgrade: h2c") + ask("GET /missing"),
    ask("GET /fine", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="),
    ask("GET /__truemirror__/journal?last=-1"),
)  # fmt: skip
TARGETS = {
    "requests": Target(read_requests, _HTTP1),
    "intake": Target(take_requests, _HTTP1),
    "http2": Target(
        speak_http2,
        (
            _frames("GET", "/fine"),
            _frames("POST", "/post", b"hello", ("content-length", "5")),
            _frames("POST", "/post", b"hello", reset=True),
            _frames("GET", "/reset"),
            _frames("HEAD", "/coded", b"", ("accept-encoding", "gzip")),
        ),
    ),
    "files": Target(read_files, _file_seeds()),
}
"""All of them by name."""
