"""Wiring of `truemirror diff`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from truemirror.errors import UsageError

if TYPE_CHECKING:
    from truemirror.core.contract.compat.judge import Judgement
    from truemirror.core.contract.compat.policy import Mode, Policy


def diff(old: Path, new: Path, mode: Mode, policy: Policy) -> Judgement:
    """Compare two files or folders. Raises UsageError, FormatError, StoreError."""
    from truemirror.adapters.contract_files import documents_at
    from truemirror.usecases.diff import Documents
    from truemirror.usecases.diff import diff as compare

    sides = [Documents(str(path), *documents_at(path)) for path in (old, new)]
    return compare(sides[0], sides[1], mode, policy)


def batch(path: str, mode: Mode, policy: Policy) -> Iterator[dict[str, Any]]:
    """The answers to all pairs of a file, or of standard input for `-`. Raises UsageError for no such file."""
    from truemirror.usecases.diff import batch as answers

    if path == "-":
        yield from answers(_lines(sys.stdin.buffer), mode, policy)
        return
    try:
        file = Path(path).open("rb")  # noqa: SIM115  # closed below; only opening it may fail as a wrong name
    except OSError as error:
        raise UsageError(f"the pairs cannot be read: {error.strerror}", where=path, fix="name a file") from None
    with file:
        yield from answers(_lines(file), mode, policy)


def _lines(file: Any) -> Iterator[bytes]:
    """The lines of a file; of one that is too long, only as much as shows that."""
    from truemirror.usecases.diff import LARGEST_LINE

    while line := file.readline(LARGEST_LINE + 1):
        yield line
        while len(line) > LARGEST_LINE and not line.endswith(b"\n"):
            line = file.readline(LARGEST_LINE + 1)
