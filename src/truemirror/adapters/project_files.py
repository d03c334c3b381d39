"""The files of the project that truemirror is set up in.

Rules: text goes in and out to the byte; write beside, then rename; a link is followed, not replaced.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from truemirror.errors import ConfigError, StoreError


class ProjectFolder:
    """A project's folder; meets `truemirror.ports.ProjectFiles`."""

    def __init__(self, root: Path) -> None:
        """Nothing is touched yet."""
        self._root = root

    def read(self, path: str) -> str | None:
        """What a file says; None when it is not there. Raises ConfigError when it cannot be read."""
        file = self._root / path
        try:
            return file.read_bytes().decode()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise ConfigError(f"it cannot be read: {why}", where=str(file)) from error

    def write(self, path: str, text: str) -> None:
        """Make a file or replace what it says. Raises StoreError."""
        file = (self._root / path).resolve()
        beside = file.with_name(f".{file.name}.{os.getpid()}")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(text.encode())
            if file.exists():
                shutil.copymode(file, beside)
            beside.replace(file)
        except OSError as error:
            with suppress(OSError):
                beside.unlink()
            raise StoreError(f"it cannot be written: {error.strerror}", where=str(file)) from error
