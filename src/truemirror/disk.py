"""Have a file hold something, wholly, or as it was before.

Rules: written beside its place, flushed, then renamed, so that whoever reads finds the old or the new and never half of
it. What it holds already is not written again. A disk that refuses is a StoreError that names the file, and leaves
nothing beside it. (A mirror is many files at once: `adapters/mirror_files/commit.py`.)
"""

import os
import threading
from pathlib import Path

from truemirror.errors import StoreError

FIX = "make room or give yourself the right to write there, then try again"


def write_whole(path: Path, content: bytes, what: str = "cannot be written", fix: str = FIX) -> bool:
    """Have a file hold this; gives back whether it changed. Raises StoreError, which begins with `what`."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.new")
    try:
        if path.is_file() and path.read_bytes() == content:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with beside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StoreError(f"{what}: {error.strerror}", where=str(path), fix=fix) from None
    return True
