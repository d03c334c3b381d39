"""Recording into a mirror's folder: each exchange is on tape before it is answered, and in the mirror in the end.

Rules: the tape stays until the recording is over, so what was folded in between is folded once more after a kill.
Appending and folding may come from several threads; a child process that inherited a journal writes to the tape and
leaves everything else to its parent.
"""

import os
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from truemirror.adapters.mirror_files.large_bodies import bring
from truemirror.adapters.mirror_files.lock import WriterLock
from truemirror.adapters.mirror_files.tape import Tape, TapeWriter, encode_line, tapes
from truemirror.adapters.mirror_files.writing import remove_unused_bodies, write_scenarios
from truemirror.core.mirror.folder import folder_of, hashed_folder_of
from truemirror.core.mirror.merge import Recorded, fold
from truemirror.core.mirror.model import DEFAULT_SCENARIO, Mirror
from truemirror.core.mirror.redaction_late import late_secrets, without_known
from truemirror.core.wire.exchange import Exchange
from truemirror.errors import FormatError, StoreError


class FileJournal:
    """A recording under way; see `truemirror.ports.Journal`."""

    def __init__(self, folder: Path, lock: WriterLock, mirror: Mirror, writer: TapeWriter, *, sound: bool) -> None:
        """Record into `mirror` as it is on the disk; `sound` when all of its scenarios could be read."""
        self.folder = folder
        self._lock = lock
        self._before = mirror
        self._now = mirror
        self._writer = writer
        self._tape = Tape(writer.path)
        self._sound = sound
        self._owner = os.getpid()
        self._is_open = True
        self._appending = threading.Lock()
        self._bringing = threading.Lock()
        self._folding = threading.Lock()

    def append(self, scenario: str, exchange: Exchange, began_ms: float = 0.0) -> None:
        """Write one redacted exchange; it survives a kill once this returns. Raises StoreError."""
        with self._bringing:
            bring(self.folder, (exchange,))
        line = encode_line(scenario, exchange, began_ms)
        with self._appending:
            if not self._is_open:
                raise StoreError("the recording is over", where=str(self.folder), fix="begin another one")
            self._writer.write(line)

    def fold(self) -> Mirror:
        """Move what was written into the mirror's scenarios and give back the mirror as it now is."""
        with self._folding:
            if self._is_open and os.getpid() == self._owner:
                self._fold()
            return self._now

    def _fold(self, clean: Callable[[Mirror], Mirror] | None = None) -> None:
        """Write the scenarios that grew, and those that cleaning changes."""
        grown = self._tape.advance()
        now = fold_tape(self._before, self._now, self._tape, grown) if grown else self._now
        if clean is not None:
            cleaned = clean(now)
            pairs = zip(now.scenarios, cleaned.scenarios, strict=True)
            grown |= {one.name for one, other in pairs if one is not other}
            now = cleaned
        if grown:
            self._now = now
            write_scenarios(self.folder, now, sorted(grown))

    def close(self, clean: Callable[[Mirror], Mirror] | None = None) -> None:
        """Fold and let go of the mirror; what could not be folded stays for the next start. Raises StoreError.

        What is written last went through `clean`, so that the mirror never holds what that takes out.
        """
        with self._folding, self._appending:
            if not self._is_open:
                return
            self._is_open = False
            self._writer.close()
            if os.getpid() != self._owner:
                self._lock.forget()
                return
            try:
                self._fold(clean)
                if self._sound:
                    remove_unused_bodies(self.folder, self._now)
                self._writer.path.unlink()
            finally:
                self._lock.release()
                remove_if_empty(self.folder)

    def __enter__(self) -> Self:
        """The journal itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Close it."""
        self.close()


def fold_tape(before: Mirror, now: Mirror, tape: Tape, names: Iterable[str]) -> Mirror:
    """The mirror as it is now with some scenarios made anew, from what they were before and the whole tape."""
    recorded = {name: tape.exchanges[name] for name in names}
    base = tuple(one for one in before.scenarios if one.name in recorded)
    others = {one.name: one for one in now.scenarios}
    made = fold(Mirror(now.service, now.version, base, now.rules), recorded, replace=tape.replace, today=tape.recorded)
    others.update((one.name, one) for one in made.scenarios)
    return Mirror(now.service, now.version, tuple(others[name] for name in sorted(others)), now.rules)


def take_in(folder: Path, mirror: Mirror, problems: Mapping[str, FormatError]) -> tuple[Mirror, list[str], list[Path]]:
    """The mirror with all tapes that were left, the scenarios that changed, and the tapes.

    Raises FormatError when a tape cannot be read, or would have to be merged with a scenario that has a problem.
    """
    changed: set[str] = set()
    left = tapes(folder)
    for path in left:
        tape = Tape(path)
        names = tape.advance()
        check_mergeable(names, problems, replace=tape.replace)
        mirror = _without_late_secrets(mirror, tape, names)
        mirror = fold_tape(mirror, mirror, tape, names)
        changed |= names
    return mirror, sorted(changed), left


def _without_late_secrets(mirror: Mirror, tape: Tape, names: Iterable[str]) -> Mirror:
    """The mirror, and the tape, without secrets that the recorder learned too late and was killed before it cleaned."""
    before = {one.name: one for one in mirror.scenarios if one.name in names}
    told = [one.exchange for recorded in tape.exchanges.values() for one in recorded]
    known = late_secrets((*told, *(exchange for one in before.values() for exchange in one.exchanges)))
    if not len(known):
        return mirror
    for name, recorded in tape.exchanges.items():
        tape.exchanges[name] = [Recorded(without_known(one.exchange, known), one.began_ms) for one in recorded]
    for one in before.values():
        exchanges = tuple(without_known(exchange, known) for exchange in one.exchanges)
        mirror = mirror.with_scenario(replace(one, exchanges=exchanges))
    return mirror


def check_mergeable(names: Iterable[str], problems: Mapping[str, FormatError], *, replace: bool) -> None:
    """Raise the problem of a scenario that is not replaced as a whole: what it holds would be lost."""
    for name in names:
        problem = problems.get(folder_of(name)) or problems.get(hashed_folder_of(name))
        if problem and not (replace and name != DEFAULT_SCENARIO):
            raise problem


def remove_if_empty(folder: Path) -> None:
    """Leave no empty folder where nothing was recorded."""
    for one in (folder, folder.parent):
        try:
            one.rmdir()
        except OSError:
            return
