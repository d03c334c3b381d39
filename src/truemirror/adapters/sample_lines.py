"""Samples from a file: one JSON value a line.

Rules: read line by line, so that the size of the file does not matter; empty lines are skipped; a line that is no JSON
is a FormatError that names the file and the line.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from truemirror.core.contract.json_text import read_json
from truemirror.errors import FormatError, UsageError
from truemirror.ports import Progress

STANDARD_INPUT = "-"
_TOLD_EVERY = 1_000


def samples(path: str, progress: Progress | None = None) -> Iterator[Any]:
    """Every value of a file, or of standard input for `-`. Raises FormatError, UsageError for no such file."""
    if progress is None:
        yield from _values(path)
        return
    progress.stage("Reading samples")
    for number, value in enumerate(_values(path), start=1):
        if not number % _TOLD_EVERY:
            progress.advance(_TOLD_EVERY)
        yield value
    progress.done()


def _values(path: str) -> Iterator[Any]:
    """Every value of a file or of standard input."""
    if path == STANDARD_INPUT:
        yield from _lines(sys.stdin.buffer, "standard input")
        return
    try:
        with Path(path).open("rb") as file:
            yield from _lines(file, path)
    except OSError as error:
        raise UsageError(f"the samples cannot be read: {error.strerror}", where=path) from None


def _lines(file: BinaryIO, name: str) -> Iterator[Any]:
    """The values of an open file; at least one."""
    found = 0
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            value = read_json(line)
        except ValueError as error:
            where, fix = f"{name}, line {number}", "write one JSON value on each line"
            raise FormatError(f"the line is not JSON: {error}", where=where, fix=fix) from None
        found += 1
        yield value
    if not found:
        raise FormatError("holds no samples", where=name, fix="write one JSON value on each line")
