"""What the operating system refused, as an error that says what to do about it."""

import errno
import os
from pathlib import Path

from truemirror.errors import StoreError

_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})
_NO_RIGHT = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


def refused(error: OSError, path: Path | str, doing: str = "write") -> StoreError:
    """The error for a file that could not be read or written."""
    reason = os.strerror(error.errno) if error.errno else str(error)
    return StoreError(f"cannot {doing} it: {reason}", where=str(path), fix=_fix(error.errno, doing))


def _fix(code: int | None, doing: str) -> str:
    """What to do about an error number."""
    if code in _NO_SPACE:
        return "free some space on that disk and run the command again; what was recorded before is safe"
    if code == errno.EFBIG:
        return "raise the limit on file sizes (`ulimit -f`) and run the command again; what was recorded before is safe"
    if code in _NO_RIGHT:
        return f"give this user the right to {doing} there, or name another folder with --mirrors DIR"
    return "look at the disk and the folder, then run the command again; what was recorded before is safe"
