"""Who may touch a mirror's folder, held by the operating system so that a killed holder lets go.

    .journal/lock      held by whoever records, saves or folds, as long as it takes; names the holder for others
    the folder itself  held alone for the moment in which files change, shared by those who read

Rules: locks are advisory (flock) and die with their process. The folder's lock needs no file, so readers work where
nothing can be written. `.journal` goes away with its last content.
"""

import contextlib
import fcntl
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from truemirror.adapters.mirror_files.refusal import refused
from truemirror.errors import StoreError

JOURNAL = ".journal"
"""The folder of what is not yet part of the mirror."""

RECORD = "record"
"""What a recorder writes into its lock; it holds it long. All others are done in a moment and are waited for."""
FOLD = "fold"
SAVE = "save"

_HOLDER = re.compile(rb"([a-z]+) (\d+)\n")
_SOON_S = 10.0
_A_MOMENT_S = 0.5
_UNSAID_S = 2.0
"""How long somebody may hold the lock before the file says who: until then it names whoever was killed with it."""
_PAUSE_S = 0.02


class Held(StoreError):
    """Somebody else has the writer's lock."""


@contextlib.contextmanager
def folder_lock(folder: Path, *, alone: bool) -> Iterator[None]:
    """Hold a mirror's folder while its files change (`alone`) or are read."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise refused(error, folder, "read") from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        except OSError as error:  # some network disks have no locks; reading there is still worth trying
            if alone:
                raise refused(error, folder, "lock") from None
        yield
    finally:
        os.close(descriptor)


@dataclass(slots=True)
class WriterLock:
    """The right to record into one mirror."""

    folder: Path
    descriptor: int

    @classmethod
    def take(cls, folder: Path, purpose: str) -> Self:
        """Take the lock, waiting for those who hold it shortly. Raises Held when a recorder has it, StoreError."""
        path = folder / JOURNAL / "lock"
        begun = time.monotonic()
        while True:
            try:
                descriptor = _try(path, purpose)
                if descriptor is not None:
                    return cls(folder, descriptor)
            except OSError as error:
                raise refused(error, path) from None
            holder, pid = _holder(path)
            if time.monotonic() - begun >= _patience(holder, pid, purpose):
                raise _held(folder, holder, pid)
            time.sleep(_PAUSE_S)

    def release(self) -> None:
        """Let go, and leave nothing behind where nothing is left to do."""
        journal = self.folder / JOURNAL
        with contextlib.suppress(OSError):
            if all(path.name in ("lock", ".gitignore") for path in journal.iterdir()):
                (journal / ".gitignore").unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            (journal / "lock").unlink()
        os.close(self.descriptor)
        with contextlib.suppress(OSError):
            journal.rmdir()

    def forget(self) -> None:
        """Let go of an inherited lock in a child process, without taking it from the parent."""
        os.close(self.descriptor)


def _try(path: Path, purpose: str) -> int | None:
    """The lock's descriptor, or None when somebody else holds it."""
    if path.parent.is_symlink():
        raise StoreError("is a link, which a mirror's folder may not hold", where=str(path.parent), fix="remove it")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    except FileNotFoundError:  # the last holder has just cleaned up
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _is_at(path, descriptor):
            _introduce(path, descriptor, purpose)
            return descriptor
    except BlockingIOError:
        pass
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


def _is_at(path: Path, descriptor: int) -> bool:
    """Whether the file that was locked is still the one at the path, not one that its last holder took away."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _introduce(path: Path, descriptor: int, purpose: str) -> None:
    """Say who holds the lock and what for; keep what is not finished out of version control."""
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{purpose} {os.getpid()}\n".encode(), 0)
    ignore = path.parent / ".gitignore"
    if not ignore.exists():
        ignore.write_bytes(b"*\n")


def _patience(holder: str, pid: int, purpose: str) -> float:
    """How many seconds to wait for a holder: a recorder stays, all others are done soon."""
    if holder != RECORD:
        return _SOON_S
    if not _lives(pid):
        return _UNSAID_S
    return _A_MOMENT_S if purpose == RECORD else 0.0


def _lives(pid: int) -> bool:
    """Whether there is such a process here."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # there is, and it is not ours
        return True
    return True


def _holder(path: Path) -> tuple[str, int]:
    """Purpose and process of the holder, as far as they can be read."""
    try:
        found = _HOLDER.match(path.read_bytes())
    except OSError:
        found = None
    return (found[1].decode(), int(found[2])) if found else ("", 0)


def _held(folder: Path, holder: str, pid: int) -> Held:
    """Who has it, and what to do."""
    who = "this process" if pid == os.getpid() else f"process {pid}" if pid else "another process"
    what = f"{who} is recording into this mirror" if holder == RECORD else f"{who} is writing this mirror"
    fix = f"let {who} finish, or end it (`kill {pid}`); what it has recorded is kept, and the next start takes it in"
    if pid == os.getpid():
        fix = "close the other journal first, or record into another folder"
    return Held(what, where=str(folder), fix=fix)
