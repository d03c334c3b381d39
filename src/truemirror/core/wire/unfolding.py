"""Content codings taken off a body while it passes, a piece at a time (RFC 9110 §8.4).

Rules: never more than a bounded piece is held, whatever unfolds from it. Bytes that are not what their coding says
raise Unreadable; whether the end was a proper one is asked in the end.
"""

import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import brotli
import zstandard

_ROOM = 256 * 1024
"""Bytes that unfold at a time."""
_FED_ZSTD = 64
"""A zstd block of 4 bytes can hold 128 KiB, and its decoder cannot be told to stop."""
_GZIP, _ZLIB = 31, 15


class Unreadable(Exception):
    """The bytes are not what the coding says."""


class _Decoder(Protocol):
    """Takes one coding off."""

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """What unfolds from a piece. Raises Unreadable."""

    @property
    def is_whole(self) -> bool:
        """Whether the end is a proper one."""


class Unfolding:
    """Takes all codings off that a body has."""

    def __init__(self, names: Sequence[str]) -> None:
        """Codings by their registered names, in the order in which they were put on. Raises Unreadable."""
        if not all(name in _DECODERS for name in names):
            raise Unreadable
        self._decoders = [_DECODERS[name]() for name in reversed(names)]

    def feed(self, piece: bytes, number: int = 0) -> Iterator[bytes]:
        """What unfolds from one more piece. Raises Unreadable."""
        if number == len(self._decoders):
            yield piece
            return
        try:
            for content in self._decoders[number].feed(piece):
                yield from self.feed(content, number + 1)
        except (zlib.error, brotli.error, zstandard.ZstdError) as error:
            raise Unreadable from error

    @property
    def is_whole(self) -> bool:
        """Whether every coding came to its proper end."""
        return all(one.is_whole for one in self._decoders)


class _Zlib:
    """gzip, of any number of members, and deflate."""

    def __init__(self, form: int) -> None:
        """Of a form that zlib knows."""
        self._form = form
        self._decoder = zlib.decompressobj(form)

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """What unfolds from a piece."""
        while piece:
            if self._decoder.eof:
                if self._form != _GZIP:
                    raise Unreadable
                self._decoder = zlib.decompressobj(self._form)
            content = self._decoder.decompress(piece, _ROOM)
            piece = self._decoder.unused_data if self._decoder.eof else self._decoder.unconsumed_tail
            if content:
                yield content
        while not self._decoder.eof and (content := self._decoder.decompress(b"", _ROOM)):
            yield content

    @property
    def is_whole(self) -> bool:
        """Whether the last member ended."""
        return self._decoder.eof


class _Brotli:
    """A brotli stream (RFC 7932)."""

    def __init__(self) -> None:
        """At its beginning."""
        self._decoder = brotli.Decompressor()

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """What unfolds from a piece."""
        if self._decoder.is_finished():
            raise Unreadable
        content = self._decoder.process(piece, output_buffer_limit=_ROOM)
        while content:
            yield content
            content = self._decoder.process(b"", output_buffer_limit=_ROOM)

    @property
    def is_whole(self) -> bool:
        """Whether the stream ended."""
        return bool(self._decoder.is_finished())


class _Zstd:
    """Frames of zstd (RFC 8878 §3.1)."""

    def __init__(self) -> None:
        """Before the first frame."""
        self._decoder = zstandard.ZstdDecompressor().decompressobj()

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """What unfolds from a piece."""
        used = 0
        while used < len(piece):
            if self._decoder.eof:
                self._decoder = zstandard.ZstdDecompressor().decompressobj()
            fed = piece[used : used + _FED_ZSTD]
            content = self._decoder.decompress(fed)
            used += len(fed) - len(self._decoder.unused_data)
            if content:
                yield content

    @property
    def is_whole(self) -> bool:
        """Whether the last frame ended."""
        return self._decoder.eof


_DECODERS: dict[str, Callable[[], _Decoder]] = {
    "gzip": lambda: _Zlib(_GZIP),
    "deflate": lambda: _Zlib(_ZLIB),
    "br": _Brotli,
    "zstd": _Zstd,
}
