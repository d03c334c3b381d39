"""A journal that is opened when there is something to write.

Rules: a session that records nothing takes no lock and touches no file.
"""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from truemirror.core.mirror.model import Mirror
from truemirror.core.wire.exchange import Exchange
from truemirror.ports import Journal


class LateJournal:
    """Stands for a journal until it is needed; see `truemirror.ports.Journal`."""

    def __init__(self, open_journal: Callable[[], Journal], mirror: Mirror) -> None:
        """`mirror` is what there is while nothing was written."""
        self._open_journal = open_journal
        self._mirror = mirror
        self._journal: Journal | None = None

    def append(self, scenario: str, exchange: Exchange, began_ms: float = 0.0) -> None:
        """Write one exchange; the first one opens the journal. Raises StoreError."""
        if self._journal is None:
            self._journal = self._open_journal()
        self._journal.append(scenario, exchange, began_ms)

    def fold(self) -> Mirror:
        """What was written, moved into the mirror."""
        return self._journal.fold() if self._journal is not None else self._mirror

    def close(self, clean: Callable[[Mirror], Mirror] | None = None) -> None:
        """Fold and let go, if there is something to let go of."""
        journal, self._journal = self._journal, None
        if journal is not None:
            journal.close(clean)

    def __enter__(self) -> Self:
        """The journal itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Close it."""
        self.close()
