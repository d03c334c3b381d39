"""A mirror's exchanges, one file at a time: for work that goes through all of them and keeps none.

Rules: every file is what it was when the parts were listed, or reading ends with an error; a large body is in memory
only as long as its exchange.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from truemirror.adapters.mirror_files.reading import (
    body_reader,
    exchanges_of,
    part_paths,
    scenario_folders,
    scenario_head,
)
from truemirror.adapters.mirror_files.refusal import refused
from truemirror.core.mirror.document import Reading
from truemirror.core.mirror.folder import BODIES
from truemirror.core.wire.exchange import Exchange
from truemirror.errors import FormatError, StoreError

_Look = tuple[int, int, int]


class FileParts:
    """The parts in a mirror's folder; see `truemirror.ports.Parts`."""

    def __init__(self, folder: Path, root: str, service: str) -> None:
        """List the parts. Raises FormatError where one is missing or a scenario is there twice; StoreError."""
        self._bodies = folder / BODIES
        self._root = root
        self._service = service
        self._files: list[tuple[Path, _Look]] = []
        names: set[str] = set()
        for inner, files in scenario_folders(folder):
            name, _ = scenario_head(folder / inner, files, root, service)
            if name in names:
                where = str(folder / inner)
                raise FormatError(f"the scenario {name!r} is there twice", where=where, fix="remove one folder")
            names.add(name)
            self._files += [(path, _look(path)) for path in part_paths(folder / inner, files, service)]

    def __len__(self) -> int:
        """How many parts there are."""
        return len(self._files)

    def __iter__(self) -> Iterator[Iterator[Exchange]]:
        """The exchanges of each part. Raises FormatError, and StoreError where a file is not what it was."""
        for path, looked in self._files:
            yield self._exchanges(path, looked)

    def _exchanges(self, path: Path, looked: _Look) -> Iterator[Exchange]:
        """The exchanges of one part."""
        reading = Reading(body_reader(self._bodies, self._root, keeps=False))
        yield from exchanges_of(path, self._root, self._service, reading)
        if _look(path) != looked:
            raise StoreError("the mirror changed while it was read", where=str(path), fix="do it again")


def _look(path: Path) -> _Look:
    """What tells that a file was changed."""
    try:
        status = os.stat(path)  # noqa: PTH116 (a link counts as what it leads to)
    except OSError as error:
        raise refused(error, path, "read") from None
    return status.st_size, status.st_mtime_ns, status.st_ino
