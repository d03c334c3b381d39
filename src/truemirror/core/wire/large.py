"""A body that is too large to be held: known by its hash and its size, read piece by piece by whoever sends it.

Rules: as bytes it is a short text that stands for the body, so that it compares, hashes and is identified like any
other body: equal when, and only when, the bodies are. What a body says is never told from that text: who asks for the
content asks `is_large` first. How the bytes are read is brought by whoever knows where they lie.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from truemirror.errors import StoreError

HELD = 16 * 1024 * 1024
"""Bytes of the largest body that is held whole; one of more bytes is known by its hash."""
PIECE = 256 * 1024
"""Bytes that are read at a time."""

Read = Callable[[int, int], bytes]
"""Gives bytes of a body: from where, and how many."""


def _nowhere(start: int, size: int) -> bytes:
    """Nobody said where the bytes lie."""
    raise StoreError("the bytes of a large body are not at hand", fix="record it again")


class Large(bytes):
    """A body that lies elsewhere."""

    sha256: str
    """The hash of its bytes, 64 hexadecimal digits."""
    size: int
    """How many bytes it has."""
    read: Read
    """Reads some of it. Raises OSError, StoreError."""

    def __new__(cls, sha256: str, size: int, read: Read = _nowhere) -> "Large":
        """The body of this hash and size."""
        made = super().__new__(cls, f"large body, {size} bytes, sha256 {sha256}".encode())
        made.sha256 = sha256
        made.size = size
        made.read = read
        return made

    def __getnewargs__(self) -> tuple[str, int, Read]:  # type: ignore[override]  # not made from its text
        """What a copy is made from."""
        return self.sha256, self.size, self.read

    def pieces(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Its bytes in order. Raises OSError, and StoreError where it is shorter than it should be."""
        end = self.size if end is None else end
        while start < end:
            piece = self.read(start, min(PIECE, end - start))
            if not piece:
                raise StoreError("a large body ends too early", where=f"byte {start} of {self.size}")
            yield piece
            start += len(piece)

    def whole(self) -> bytes:
        """All of it, held."""
        return b"".join(self.pieces())


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a large body."""

    body: Large
    start: int
    end: int

    def __len__(self) -> int:
        """How many bytes it has."""
        return self.end - self.start

    def slices(self, size: int) -> Iterator[bytes]:
        """Its bytes in order, so many at a time, each read when it is asked for."""
        for start in range(self.start, self.end, size):
            yield b"".join(self.body.pieces(start, min(start + size, self.end)))


def is_large(body: bytes) -> bool:
    """Whether a body stands for one that lies elsewhere."""
    return type(body) is Large


def size_of(body: bytes) -> int:
    """How many bytes a body has."""
    return body.size if isinstance(body, Large) else len(body)


def held(body: bytes) -> bytes:
    """A body's own bytes, wherever they lie. Raises OSError, StoreError."""
    return body.whole() if isinstance(body, Large) else body


def known_by_hash(body: bytes) -> bytes:
    """A body as it is compared: one that is too large is known by its hash, whether somebody holds it or not."""
    if len(body) <= HELD:
        return body
    return Large(hashlib.sha256(body).hexdigest(), len(body), lambda start, size: body[start : start + size])
