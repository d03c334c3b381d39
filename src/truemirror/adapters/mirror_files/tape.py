"""What a recorder has written down so far: a file of lines that only grows.

    {"format": 1, "recorded": "2026-01-31", "replace": true}                    the first line
    {"began_ms": 12.5, "exchange": {...}, "scenario": "ada-logs-in"}            every other

A WebSocket is several lines: its opening, then whatever was said since the line before (core/mirror/merge.py).

Rules: a line is one write, so after a kill only the last one can be torn; it was not acknowledged and is left out.
Nothing but a line that ends is read. Bodies are inside; one that is too large to be held has its file in `bodies/`
before the line that names it. Lines are not flushed one by one: the system keeps them when the process dies; the loss
of power may take the last seconds.
"""

import os
import re
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

import orjson

from truemirror.adapters.mirror_files.large_bodies import from_file
from truemirror.adapters.mirror_files.lock import JOURNAL
from truemirror.adapters.mirror_files.refusal import refused
from truemirror.core.mirror.bodies import plain_body
from truemirror.core.mirror.document import Reading, decode_exchange, encode_exchange, writable
from truemirror.core.mirror.fields import as_object, day, number, text, under, wrong
from truemirror.core.mirror.folder import BODIES
from truemirror.core.mirror.formats import format_of
from truemirror.core.mirror.merge import Recorded, joined, opened_by
from truemirror.core.mirror.model import DEFAULT_SCENARIO, FORMAT
from truemirror.core.mirror.strict_json import parse_json
from truemirror.core.wire.exchange import Exchange
from truemirror.core.wire.large import HELD
from truemirror.errors import FormatError, StoreError

_NAME = re.compile(r"([0-9]{1,10})-([0-9]{1,9})\.jsonl\Z")
_HEAD = frozenset({"format", "recorded", "replace"})
_LINE = frozenset({"began_ms", "exchange", "scenario"})


def encode_line(scenario: str, exchange: Exchange, began_ms: float) -> bytes:
    """An exchange as a line."""
    document: dict[str, Any] = {"began_ms": began_ms} if began_ms and isfinite(began_ms) else {}
    document["exchange"] = encode_exchange(exchange, "", {}, lambda body, _: plain_body(body))
    document["scenario"] = writable(scenario or DEFAULT_SCENARIO)
    return orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)


def tapes(folder: Path) -> list[Path]:
    """The tapes in a mirror's folder, oldest first."""
    try:
        names = [path.name for path in (folder / JOURNAL).iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise refused(error, folder / JOURNAL, "read") from None
    found = sorted((int(match[2]), match[0]) for match in map(_NAME.match, names) if match)
    return [folder / JOURNAL / name for _, name in found]


@dataclass(slots=True)
class Tape:
    """A tape being read, from where reading stopped the last time."""

    path: Path
    replace: bool = True
    recorded: str = ""
    exchanges: dict[str, list[Recorded]] = field(default_factory=dict)
    """What was read, by scenario."""
    _opened: dict[tuple[str, tuple[float, str]], int] = field(default_factory=dict)
    """Where the WebSockets are among them."""
    _read: int = 0
    _lines: int = 0

    def advance(self) -> set[str]:
        """Read what came since; gives back the scenarios that grew. Raises FormatError, StoreError."""
        try:
            with self.path.open("rb") as file:
                file.seek(self._read)
                raw = file.read()
        except OSError as error:
            raise refused(error, self.path, "read") from None
        raw = raw[: raw.rfind(b"\n") + 1]
        grown: set[str] = set()
        reading = Reading(self._body)
        for line in raw.split(b"\n")[:-1]:
            self._lines += 1
            try:
                self._take(line, reading, grown)
            except FormatError as error:
                raise self._broken(error) from None
        self._read += len(raw)
        return grown

    def _body(self, name: str, size: int) -> bytes:
        """A body that is too large to be held: tapes hold every other one inside."""
        if size <= HELD:
            raise FormatError(
                "a journal names no files but those of bodies that are too large to be held", where="file"
            )
        folder = self.path.parent.parent
        return from_file(folder / BODIES / name, os.path.realpath(folder), size, trusted=True)

    def _take(self, line: bytes, reading: Reading, grown: set[str]) -> None:
        """Keep what one line says."""
        document = parse_json(line)
        if self._lines == 1:
            self._begin(document)
            return
        known = as_object(document, _LINE)
        scenario = text(known, "scenario")
        try:
            exchange = decode_exchange(known.get("exchange"), reading)
        except FormatError as error:
            raise under("exchange", error) from None
        self._keep(scenario, Recorded(exchange, number(known, "began_ms")))
        grown.add(scenario)

    def _keep(self, scenario: str, one: Recorded) -> None:
        """Put an exchange behind all others; what was said on a WebSocket goes to the line that opened it."""
        told = self.exchanges.setdefault(scenario, [])
        opened = opened_by(one)
        if opened is None:
            told.append(one)
            return
        place = self._opened.setdefault((scenario, opened), len(told))
        if place == len(told):
            told.append(one)
        else:
            told[place] = joined(told[place], one)

    def _begin(self, document: Any) -> None:
        """Keep what the first line says of all others."""
        known = as_object(document, _HEAD)
        format_of(known)
        self.recorded = day(known, "recorded")
        replace = known.get("replace")
        if type(replace) is not bool:
            raise wrong("replace", "true or false", replace)
        self.replace = replace

    def _broken(self, error: FormatError) -> FormatError:
        """An error with its file and line."""
        place = f"{self.path}, line {self._lines}"
        where = f"{place}, {error.where}" if error.where else place
        fix = error.fix or f"take that line out of {self.path.name}, or remove the file to give up what it holds"
        return FormatError(error.what, where=where, nearest=error.nearest, fix=fix)


@dataclass(slots=True)
class TapeWriter:
    """A tape being written."""

    path: Path
    _descriptor: int

    @classmethod
    def begin(cls, folder: Path, *, replace: bool, recorded: str) -> "TapeWriter":
        """Make a new tape after all others. Raises StoreError."""
        last = max((int(path.stem.partition("-")[2]) for path in tapes(folder)), default=0)
        path = folder / JOURNAL / f"{os.getpid()}-{last + 1}.jsonl"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        try:
            writer = cls(path, os.open(path, flags, 0o644))
        except OSError as error:
            raise refused(error, path) from None
        try:
            head = {"format": FORMAT, "recorded": recorded, "replace": replace}
            writer.write(orjson.dumps(head, option=orjson.OPT_APPEND_NEWLINE))
        except StoreError:
            writer.close()
            path.unlink(missing_ok=True)
            raise
        return writer

    def write(self, line: bytes) -> None:
        """Write one line, wholly or not at all. Raises StoreError."""
        written = 0
        try:
            written = os.write(self._descriptor, line)
            while written < len(line):  # a short write says nothing of its reason, the next one does
                written += os.write(self._descriptor, line[written:])
        except OSError as error:
            if written:
                os.ftruncate(self._descriptor, os.fstat(self._descriptor).st_size - written)
            raise refused(error, self.path) from None

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)
