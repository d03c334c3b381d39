"""A body while it is under way: in memory while it is small, in a nameless file beyond that.

Rules: the file has no name, so that nothing of it is left behind, whatever ends the process. What was written may be
read by another thread.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator

from truemirror.core.wire.large import Large

IN_MEMORY = 4 * 1024 * 1024
"""Bytes that are kept in memory."""
_PIECE = 256 * 1024


class Spool:
    """Bytes that come in pieces."""

    __slots__ = ("_descriptor", "_forgotten", "_hash", "_limit", "_pieces", "size")

    def __init__(self, limit: int = IN_MEMORY) -> None:
        """An empty spool that goes to disk beyond `limit` bytes."""
        self.size = 0
        self._limit = limit
        self._forgotten = False
        self._pieces: list[bytes] = []
        self._descriptor = -1
        self._hash = hashlib.sha256()

    def write(self, piece: bytes) -> None:
        """Take one more piece. Raises OSError when the disk refuses."""
        if self._forgotten:
            self.size += len(piece)
            return
        if self._descriptor >= 0:
            self._put(piece)
        else:
            self._pieces.append(piece)
            if self.size + len(piece) > self._limit:
                with tempfile.TemporaryFile(buffering=0) as file:
                    self._descriptor = os.dup(file.fileno())
                for one in self._pieces:
                    self._put(one)
                self._pieces.clear()
        self.size += len(piece)

    def _put(self, piece: bytes) -> None:
        """Write behind what is there, and hash it."""
        self._hash.update(piece)
        left = memoryview(piece)
        while left:
            left = left[os.write(self._descriptor, left) :]

    def read(self, start: int, size: int) -> bytes:
        """Some of what is there; nothing once it was forgotten."""
        if self._descriptor >= 0:
            return os.pread(self._descriptor, size, start)
        return self.content()[start : start + size]

    def content(self) -> bytes:
        """Everything, as one."""
        if self._descriptor >= 0:
            return b"".join(self.pieces())
        if len(self._pieces) > 1:
            self._pieces = [b"".join(self._pieces)]
        return self._pieces[0] if self._pieces else b""

    def large(self) -> Large:
        """Everything, known by its hash and read from here, for a spool that has gone to disk."""
        return Large(self._hash.hexdigest(), self.size, self.read)

    def pieces(self) -> Iterator[bytes]:
        """Everything, bit by bit."""
        if self._descriptor < 0:
            yield from self._pieces
            return
        start = 0
        while piece := os.pread(self._descriptor, _PIECE, start):
            yield piece
            start += len(piece)

    def close(self) -> None:
        """Forget it all; what still comes is only counted."""
        self._forgotten = True
        self._pieces.clear()
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)
