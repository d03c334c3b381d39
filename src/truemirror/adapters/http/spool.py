"""A body while it is under way: in memory while it is small, in a nameless file beyond that.

Rules: the file has no name, so that nothing of it is left behind, whatever ends the process.
"""

import tempfile
from collections.abc import Iterator
from typing import IO

IN_MEMORY = 4 * 1024 * 1024
"""Bytes that are kept in memory."""
_PIECE = 256 * 1024


class Spool:
    """Bytes that come in pieces."""

    __slots__ = ("_file", "_forgotten", "_limit", "_pieces", "size")

    def __init__(self, limit: int = IN_MEMORY) -> None:
        """An empty spool that goes to disk beyond `limit` bytes."""
        self.size = 0
        self._limit = limit
        self._forgotten = False
        self._pieces: list[bytes] = []
        self._file: IO[bytes] | None = None

    def write(self, piece: bytes) -> None:
        """Take one more piece. Raises OSError when the disk refuses."""
        self.size += len(piece)
        if self._forgotten:
            return
        if self._file is not None:
            self._file.write(piece)
        else:
            self._pieces.append(piece)
            if self.size > self._limit:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed with the spool
                self._file.writelines(self._pieces)
                self._pieces.clear()

    def content(self) -> bytes:
        """Everything, as one."""
        if self._file is None:
            if len(self._pieces) > 1:
                self._pieces = [b"".join(self._pieces)]
            return self._pieces[0] if self._pieces else b""
        self._file.seek(0)
        everything = self._file.read()
        self._file.seek(0, 2)
        return everything

    def pieces(self) -> Iterator[bytes]:
        """Everything, bit by bit."""
        if self._file is None:
            yield from self._pieces
            return
        self._file.seek(0)
        while piece := self._file.read(_PIECE):
            yield piece
        self._file.seek(0, 2)

    def close(self) -> None:
        """Forget it all; what still comes is only counted."""
        self._forgotten = True
        self._pieces.clear()
        if self._file is not None:
            self._file.close()
            self._file = None
