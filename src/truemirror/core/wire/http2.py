"""Heads of HTTP/2 (RFC 9113 §8.3) as heads of HTTP/1.1, and the other way round.

Rules: only what says the same in both is carried over. What could be read as more than one field or one request is no
head at all. Fields that belong to a connection have no place in HTTP/2 and are left out.
"""

import re
from collections.abc import Iterable

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
"""How every HTTP/2 connection begins."""
_ENOUGH = 4
"""Bytes that tell the preface from a request: no method of HTTP/1.1 is called PRI."""
_FRAME_HEAD = 9
_FIRST_FRAME = 16_384
_SETTINGS, _GOAWAY = 4, 7
ONLY_HTTP2 = "the service answers in HTTP/2 alone, and services are asked in HTTP/1.1"
"""Why a service cannot be asked."""
_OF_THE_CONNECTION = frozenset(
    {b"connection", b"keep-alive", b"proxy-connection", b"te", b"transfer-encoding", b"upgrade", b"http2-settings"}
)
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_TARGET = re.compile(rb"[\x21-\x7e\x80-\xff]+")
_BROKEN = re.compile(rb"[\r\n\0]")

Fields = Iterable[tuple[bytes, bytes]]


class Unspeakable(Exception):
    """A head that HTTP/1.1 cannot say; its text says why."""


def begins_http2(data: bytes) -> bool:
    """Whether a connection's first bytes are those of HTTP/2, as far as they go."""
    return len(data) >= _ENOUGH and data.startswith(PREFACE[: len(data)])


def answers_in_http2(data: bytes) -> bool:
    """Whether a server's first bytes are a frame that only HTTP/2 begins with: settings, or a good-bye.

    Both are of stream 0, and settings are of six bytes each (RFC 9113 §4.1, §6.5, §6.8).
    """
    if len(data) < _FRAME_HEAD or data[5:_FRAME_HEAD] != bytes(4):
        return False
    size, kind = int.from_bytes(data[:3], "big"), data[3]
    return size <= _FIRST_FRAME and ((kind == _SETTINGS and size % 6 == 0) or (kind == _GOAWAY and size >= 8))


def as_request(fields: Fields, *, ended: bool) -> tuple[bytes, bytes, bool]:
    """Head, method, and whether the body has to be told in chunks; `ended` where no body follows. Raises Unspeakable.

    The authority becomes the Host. Names stay in lower case, as they came.
    """
    pseudo: dict[bytes, bytes] = {}
    lines: list[bytes] = []
    measured = False
    for name, value in fields:
        if name.startswith(b":"):
            pseudo[name] = value
        elif name not in _OF_THE_CONNECTION and not (name == b"host" and b":authority" in pseudo):
            measured = measured or name == b"content-length"
            lines.append(_line(name, value))
    method, target = pseudo.get(b":method", b""), pseudo.get(b":path", b"")
    if method == b"CONNECT":
        raise Unspeakable("a tunnel, a WebSocket too, is opened in HTTP/1.1")
    if not _TOKEN.fullmatch(method) or not _TARGET.fullmatch(target):
        raise Unspeakable("this is no method and no path")
    if b":authority" in pseudo:
        lines.insert(0, _line(b"host", pseudo[b":authority"]))
    chunked = not ended and not measured
    if chunked:
        lines.append(b"transfer-encoding: chunked\r\n")
    return b"%b %b HTTP/1.1\r\n%b\r\n" % (method, target, b"".join(lines)), method, chunked


def as_chunk(piece: bytes) -> bytes:
    """A piece of a body in the chunked coding (RFC 9112 §7.1)."""
    return b"%x\r\n%b\r\n" % (len(piece), piece)


def last_chunk(trailers: Fields = ()) -> bytes:
    """The end of a body in the chunked coding. Raises Unspeakable."""
    return b"0\r\n" + b"".join(_line(name, value) for name, value in trailers) + b"\r\n"


def as_answer(status: int, fields: Fields) -> list[tuple[bytes, bytes]]:
    """The head of an answer; fields that HTTP/2 cannot say are left out."""
    return [(b":status", str(status).encode()), *as_fields(fields)]


def as_fields(fields: Fields) -> list[tuple[bytes, bytes]]:
    """Fields of an answer, in order, their names in lower case; those of the connection are left out."""
    fields = tuple(fields)
    said = b",".join(value for name, value in fields if name.lower() == b"connection").lower()
    gone = _OF_THE_CONNECTION | {token.strip() for token in said.split(b",")}
    named = ((name.lower(), value.strip(b" \t")) for name, value in fields)
    return [
        (name, value)
        for name, value in named
        if name not in gone and _TOKEN.fullmatch(name) and not _BROKEN.search(value)
    ]


def _line(name: bytes, value: bytes) -> bytes:
    """A field on its line. Raises Unspeakable."""
    if not _TOKEN.fullmatch(name) or _BROKEN.search(value):
        raise Unspeakable("a field's name or value does not fit on a line")
    return b"%b: %b\r\n" % (name, value)
