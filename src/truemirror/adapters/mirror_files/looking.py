"""What a service's mirror files look like from outside: enough to see that somebody changed them.

Rules: nothing is opened; what a recorder is writing right now is left out, since it is no part of the mirror until it
is folded in. Links are not followed.
"""

import os
from collections.abc import Hashable, Iterator
from pathlib import Path

from truemirror.adapters.mirror_files.lock import JOURNAL

NOTHING: Hashable = frozenset()
"""What a service without files looks like."""


def look(root: Path, service: str) -> Hashable:
    """The names, sizes and times of a service's files; equal as long as nobody touched them."""
    return frozenset(_files(root / service))


def _files(folder: Path) -> Iterator[tuple[str, int, int, int]]:
    """Every file below a folder; a folder that cannot be read has none."""
    try:
        with os.scandir(folder) as entries:
            found = list(entries)
    except OSError:
        return
    for entry in found:
        try:
            if entry.is_dir(follow_symlinks=False):
                if entry.name != JOURNAL:
                    yield from _files(Path(entry.path))
            else:
                status = entry.stat(follow_symlinks=False)
                yield entry.path, status.st_mtime_ns, status.st_size, status.st_ino
        except OSError:  # it went away while we looked; the next look sees that
            continue
