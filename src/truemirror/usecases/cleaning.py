"""Mirrors that are cleaned once more when a recording ends.

A value may be written down before anything tells that it is a secret: asked for in a path first, brought as a password
later. When a journal closes, the redactor knows all that it will know; what it knows too late is replaced then.

Rules: only scenarios that this recording wrote are cleaned, in the same change of the mirror that folds them. A child
process that inherited a journal leaves the mirror to its parent. What a killed recorder left is cleaned by whoever
takes it in, as far as stand-ins tell (core/mirror/redaction_late.py).
"""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from truemirror.core.mirror.model import DEFAULT_SCENARIO, Mirror
from truemirror.core.wire.exchange import Exchange
from truemirror.errors import FormatError
from truemirror.ports import Journal, MirrorStore, Parts
from truemirror.usecases.redact import Redactor


class CleaningStore:
    """A store whose journals clean what they recorded; see `truemirror.ports.MirrorStore`."""

    def __init__(self, store: MirrorStore, redactor: Redactor, process: Callable[[], int]) -> None:
        """Clean with the redactor that the recording uses; `process` names the running process."""
        self._store = store
        self._redactor = redactor
        self._process = process

    def services(self) -> tuple[str, ...]:
        """Names of all services that have a mirror, sorted."""
        return self._store.services()

    def versions(self, service: str) -> tuple[str, ...]:
        """Contract versions that a service has mirrors for, oldest first."""
        return self._store.versions(service)

    def load(self, service: str, version: str | None = None) -> Mirror:
        """One mirror, the newest version when none is named. Raises FormatError, StoreError."""
        return self._store.load(service, version)

    def load_all_readable(self, service: str, version: str | None = None) -> tuple[Mirror, tuple[FormatError, ...]]:
        """One mirror without the scenarios that cannot be read, and why they cannot."""
        return self._store.load_all_readable(service, version)

    def parts(self, service: str, version: str | None = None) -> Parts:
        """All exchanges of one mirror, a part at a time. Raises FormatError, StoreError."""
        return self._store.parts(service, version)

    def save(self, mirror: Mirror) -> None:
        """Write a mirror. Raises StoreError."""
        self._store.save(mirror)

    def journal(self, service: str, version: str | None = None, *, replace: bool = True) -> "CleaningJournal":
        """Begin to record. Raises StoreError when another records."""
        journal = self._store.journal(service, version, replace=replace)
        return CleaningJournal(journal, self._redactor, self._process)


class CleaningJournal:
    """A journal that cleans what it recorded; see `truemirror.ports.Journal`."""

    def __init__(self, journal: Journal, redactor: Redactor, process: Callable[[], int]) -> None:
        """Write into a journal, and clean its mirror in the end."""
        self._journal = journal
        self._redactor = redactor
        self._process = process
        self._owner = process()
        self._written: set[str] = set()

    def append(self, scenario: str, exchange: Exchange, began_ms: float = 0.0) -> None:
        """Write one redacted exchange; it survives a kill once this returns. Raises StoreError."""
        self._journal.append(scenario, exchange, began_ms)
        self._written.add(scenario or DEFAULT_SCENARIO)

    def fold(self) -> Mirror:
        """Move what was written into the mirror's scenarios and give back the mirror as it now is."""
        return self._journal.fold()

    def close(self, clean: Callable[[Mirror], Mirror] | None = None) -> None:
        """Fold, clean, and let go of the mirror. Raises StoreError."""
        written, self._written = self._written, set()
        if not written or self._process() != self._owner:
            self._journal.close(clean)
            return

        def cleaned(mirror: Mirror) -> Mirror:
            """Without what was known too late."""
            return self._redactor.clean(clean(mirror) if clean else mirror, written)

        self._journal.close(cleaned)

    def __enter__(self) -> Self:
        """The journal itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Close it."""
        self.close()
