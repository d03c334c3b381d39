"""Content codings: taken off a body so that people can read it, put on again when it is replayed (RFC 9110 §8.4).

Rules: nothing here fails. Codings come off all or none: a header that lies, a body cut short, bytes behind the end, an
unknown coding and a body that would unfold beyond the limit all leave the bytes as they came. Codings are in the order
in which the sender applied them. A raw deflate stream comes back in the zlib form that the standard asks for.
"""

import zlib
from collections.abc import Callable, Iterable

import brotli
import zstandard

from truemirror.core.wire.exchange import Coding

LIMIT = 128 * 1024 * 1024
"""The largest content that is unfolded, in bytes."""

_IDENTITY = frozenset({"", "identity"})
_ALIASES = {"x-gzip": "gzip"}
_GZIP, _ZLIB, _RAW = 31, 15, -15
_FED = 64 * 1024
"""How much is fed at a time, so that what lies behind the end of a stream is not copied again and again."""
_FED_ZSTD = 1024
"""The same for a decoder that cannot bound its output: a zstd block of 4 bytes can hold 128 KiB."""
_MEMBERS = 4096
_SEARCHED = 32 * 1024
"""Above this size no compression level is looked for: it would cost more than the recorded length is worth."""
_LEVELS = {
    "gzip": (6, 9, 1, 5, 4, 7, 8, 3, 2),
    "deflate": (6, 9, 1, 5, 4, 7, 8, 3, 2),
    "br": (4, 5, 6, 1, 3, 9, 11),
    "zstd": (3, 1, 6, 9, 12, 19),
}
"""Levels in the order in which servers use them; the first is taken where none was found."""
_GZIP_HINTS = {2: (9,), 4: (1,)}
"""What gzip's XFL byte says about the level (RFC 1952 §2.3.1)."""
_SLOW_LEVEL = 9
_SLOW_SIZE = 4 * 1024
_ZLIB_WRAPPER = 6


class _Unreadable(Exception):
    """The bytes are not what the coding says, or too much."""


def decode(raw: bytes, header: str | None, limit: int = LIMIT) -> tuple[bytes, tuple[Coding, ...]]:
    """The content of a body and the codings that came off it; the body itself and no codings when that cannot be."""
    names = coding_names(header)
    if not names or not raw or any(name not in _DECODERS for name in names):
        return raw, ()
    content = raw
    codings: list[Coding] = []
    try:
        for name in reversed(names):
            wrapped, content = content, _DECODERS[name](content, limit)
            codings.append(Coding(name, _level(name, wrapped, content)))
    except (_Unreadable, zlib.error, brotli.error, zstandard.ZstdError, MemoryError):
        return raw, ()
    return content, tuple(reversed(codings))


def encode(content: bytes, codings: Iterable[Coding]) -> bytes:
    """The content with its codings put on, in the order in which they are given."""
    for coding in codings:
        level = coding.level if coding.level is not None else _LEVELS[coding.name][0]
        content = _ENCODERS[coding.name](content, level)
    return content


def coding_names(header: str | None) -> tuple[str, ...]:
    """The codings that a Content-Encoding value lists, by their registered names, in order of application."""
    if not header:
        return ()
    names = (name.strip().lower() for name in header.split(","))
    return tuple(_ALIASES.get(name, name) for name in names if name not in _IDENTITY)


def _gunzip(raw: bytes, limit: int) -> bytes:
    """All members of a gzip file (RFC 1952 §2.2)."""
    pieces: list[bytes] = []
    rest = memoryview(raw)
    while rest:
        piece, used = _inflate(rest, limit, _GZIP)
        rest = rest[used:]
        limit -= len(piece)
        pieces.append(piece)
        if len(pieces) > _MEMBERS:
            raise _Unreadable
    return b"".join(pieces)


def _undeflate(raw: bytes, limit: int) -> bytes:
    """A zlib stream, or the raw stream that some servers send in its place."""
    try:
        content, used = _inflate(memoryview(raw), limit, _ZLIB)
    except zlib.error:
        content, used = _inflate(memoryview(raw), limit, _RAW)
    if used < len(raw):
        raise _Unreadable
    return content


def _inflate(raw: memoryview, room: int, form: int) -> tuple[bytes, int]:
    """One stream, and how many bytes it took."""
    decoder = zlib.decompressobj(form)
    pieces: list[bytes] = []
    used = 0
    while not decoder.eof:
        fed = raw[used : used + _FED]
        piece = decoder.decompress(fed, room + 1) if fed else b""
        room -= len(piece)
        if not fed or room < 0:
            raise _Unreadable
        used += len(fed)
        pieces.append(piece)
    return b"".join(pieces), used - len(decoder.unused_data)


def _unbrotli(raw: bytes, limit: int) -> bytes:
    """A brotli stream (RFC 7932)."""
    decoder = brotli.Decompressor()
    pieces = [decoder.process(raw, output_buffer_limit=limit + 1)]
    size = len(pieces[0])
    while not decoder.is_finished():
        piece = decoder.process(b"", output_buffer_limit=limit + 1)
        size += len(piece)
        if not piece or size > limit:
            raise _Unreadable
        pieces.append(piece)
    if size > limit:
        raise _Unreadable
    return b"".join(pieces)


def _unzstd(raw: bytes, limit: int) -> bytes:
    """All frames of a zstd body (RFC 8878 §3.1)."""
    pieces: list[bytes] = []
    decoder = zstandard.ZstdDecompressor().decompressobj()
    view, used = memoryview(raw), 0
    while used < len(raw):
        if decoder.eof:
            decoder = zstandard.ZstdDecompressor().decompressobj()
        fed = view[used : used + _FED_ZSTD]
        piece = decoder.decompress(fed)
        used += len(fed) - len(decoder.unused_data)
        limit -= len(piece)
        pieces.append(piece)
        if limit < 0:
            raise _Unreadable
    if not decoder.eof:
        raise _Unreadable
    return b"".join(pieces)


def _level(name: str, wrapped: bytes, content: bytes) -> int | None:
    """The level that gives back the recorded length; None where none does, or where looking would cost too much."""
    if len(content) > _SEARCHED:
        return None
    wanted = len(wrapped)
    levels = _LEVELS[name]
    if name == "gzip":
        levels = _GZIP_HINTS.get(wrapped[8], levels)
    elif name == "deflate" and not _has_zlib_wrapper(wrapped):
        wanted += _ZLIB_WRAPPER
    for level in levels:
        if level > _SLOW_LEVEL and len(content) > _SLOW_SIZE:
            continue
        if len(_ENCODERS[name](content, level)) == wanted:
            return level
    return None


def _has_zlib_wrapper(raw: bytes) -> bool:
    """Whether a stream begins as RFC 1950 §2.2 says."""
    return len(raw) > 2 and raw[0] & 0x0F == 8 and (raw[0] << 8 | raw[1]) % 31 == 0


def _gzip(content: bytes, level: int) -> bytes:
    """One gzip member without name and time, so that the same content always gives the same bytes."""
    encoder = zlib.compressobj(level, zlib.DEFLATED, _GZIP)
    return encoder.compress(content) + encoder.flush()


def _brotli(content: bytes, level: int) -> bytes:
    """A brotli stream."""
    return bytes(brotli.compress(content, quality=level))


def _zstd(content: bytes, level: int) -> bytes:
    """One zstd frame that says its size."""
    return zstandard.ZstdCompressor(level=level).compress(content)


_DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gunzip,
    "deflate": _undeflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
_ENCODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gzip,
    "deflate": zlib.compress,
    "br": _brotli,
    "zstd": _zstd,
}
