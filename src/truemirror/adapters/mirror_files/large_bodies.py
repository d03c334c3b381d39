"""Files of bodies that are too large to be held: brought into a mirror's folder, and read from it piece by piece.

Rules: a body's file is written beside, its bytes counted and hashed on the way, and renamed when it is whole: a file in
`bodies/` holds what its name says, whenever the recorder was killed. A file that is read is looked at once, as a whole;
what was changed since is refused.
"""

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterable
from itertools import count
from pathlib import Path

from truemirror.adapters.mirror_files.commit import ATTRIBUTES
from truemirror.adapters.mirror_files.lock import JOURNAL
from truemirror.adapters.mirror_files.refusal import refused
from truemirror.core.mirror.folder import BODIES
from truemirror.core.wire.exchange import Exchange, large_bodies
from truemirror.core.wire.large import Large
from truemirror.errors import FormatError, StoreError

BODIES_AS_THEY_ARE = b"* -text\n"
"""Keeps version control from changing line ends in bodies."""
_COMING = "coming"
_numbers = count(1)
_seen: dict[tuple[str, int, int, int], str] = {}
"""Hashes of files that were read as a whole, by path, size, time of the last change and inode."""
_MOST_SEEN = 4_096


def bring(folder: Path, exchanges: Iterable[Exchange]) -> list[Path]:
    """See that every large body of these exchanges has its file in the folder; gives these files. Raises StoreError."""
    return [_brought(folder, body) for exchange in exchanges for body in large_bodies(exchange)]


def flush(files: Iterable[Path]) -> None:
    """Wait until the disk has these files. Raises StoreError."""
    for file in files:
        try:
            descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise refused(error, file) from None


def discard_coming(folder: Path) -> None:
    """Remove what a killed recorder had not written to its end; for who holds the writer's lock."""
    for file in (folder / JOURNAL / _COMING).glob("*"):
        file.unlink(missing_ok=True)


def _brought(folder: Path, body: Large) -> Path:
    """The file of one body."""
    target = folder / BODIES / body.sha256
    try:
        if target.is_file() and not target.is_symlink() and target.stat().st_size == body.size:
            return target
        _write(folder, target, body)
    except OSError as error:
        raise refused(error, error.filename or target) from None
    return target


def _write(folder: Path, target: Path, body: Large) -> None:
    """Write it beside, then give it its name."""
    beside = folder / JOURNAL / _COMING / f"{os.getpid()}-{next(_numbers)}"
    for one in (beside.parent, target.parent):
        if one.is_symlink():
            raise FormatError("is a link, which is not written through", where=str(one), fix="replace it by a folder")
        one.mkdir(parents=True, exist_ok=True)
    hasher = hashlib.sha256()
    try:
        with beside.open("xb", buffering=0) as file:
            for piece in body.pieces():
                hasher.update(piece)
                left = memoryview(piece)
                while left:
                    left = left[file.write(left) :]
        if hasher.hexdigest() != body.sha256:
            raise StoreError("a large body changed while it was written", where=str(target), fix="do it again")
        beside.rename(target)
    finally:
        beside.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            beside.parent.rmdir()
    attributes = target.parent / ATTRIBUTES
    if not attributes.exists():
        attributes.write_bytes(BODIES_AS_THEY_ARE)


def from_file(path: Path, root: str, size: int, *, trusted: bool = False) -> Large:
    """The body in a file inside the root; one that is `trusted` was just written by us and is not hashed again.

    Raises FormatError, StoreError.
    """
    try:
        real = os.path.realpath(path)
        if not real.startswith(root + os.sep):
            raise FormatError(f"the body {path} leads out of the mirrors' folder", where="file")
        status = os.stat(real)  # noqa: PTH116 (the same call as everywhere)
        if not stat.S_ISREG(status.st_mode):
            raise FormatError(f"the body {path} is no regular file", where="file", fix="remove it")
        if status.st_size != size:
            raise FormatError(f"the body {path} has {status.st_size} bytes, not {size}", where="size")
        if not trusted and _hash_of(real, status) != path.name:
            raise FormatError(f"the body {path} was changed: its bytes are not those of its name", where="file")
    except FileNotFoundError:
        raise FormatError(f"the body {path} is missing", where="file") from None
    except OSError as error:
        raise refused(error, path, "read") from None
    return Large(path.name, size, reader(real))


def reader(path: str) -> "_Reader":
    """Reads pieces of a file, which is open no longer than that takes."""
    return _Reader(path)


class _Reader:
    """Reads one file."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        """The file at a path."""
        self.path = path

    def __call__(self, start: int, size: int) -> bytes:
        """Some of its bytes."""
        descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return os.pread(descriptor, size, start)
        finally:
            os.close(descriptor)


def _hash_of(path: str, status: os.stat_result) -> str:
    """The hash of a file's bytes, remembered for as long as the file is the same."""
    key = (path, status.st_size, status.st_mtime_ns, status.st_ino)
    if key not in _seen:
        if len(_seen) >= _MOST_SEEN:
            _seen.clear()
        with open(path, "rb") as file:  # noqa: PTH123 (the path is real already)
            _seen[key] = hashlib.file_digest(file, "sha256").hexdigest()
    return _seen[key]
