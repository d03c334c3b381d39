"""A store of mirrors in memory: the port without the disk, for tests of use cases.

Rules: it passes the same tests as the store of files (tests/testing/test_mirror_stores.py). A mirror has one journal at
a time; `kill` ends it as the end of its process would, and the next start takes in what it had been told.
"""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from truemirror.core.mirror.folder import SERVICE_NAME, VERSION_NAME
from truemirror.core.mirror.merge import Recorded, fold
from truemirror.core.mirror.model import DEFAULT_SCENARIO, Mirror
from truemirror.core.mirror.versions import version_order
from truemirror.core.wire.exchange import Exchange
from truemirror.errors import FormatError, StoreError
from truemirror.ports import Parts

Key = tuple[str, str]


class MemoryJournal:
    """A recording under way; see `truemirror.ports.Journal`."""

    def __init__(self, store: "MemoryMirrors", key: Key, *, replace: bool, recorded: str) -> None:
        """Record into one mirror of a store."""
        self._store = store
        self._key = key
        self._replace = replace
        self._recorded = recorded
        self._before = store.mirrors.get(key, Mirror(*key))
        self._told: dict[str, list[Recorded]] = {}
        self._is_open = True

    def append(self, scenario: str, exchange: Exchange, began_ms: float = 0.0) -> None:
        """Keep one exchange. Raises StoreError when the recording is over."""
        if not self._is_open:
            raise StoreError("the recording is over", where=self._key[0], fix="begin another one")
        self._told.setdefault(scenario or DEFAULT_SCENARIO, []).append(Recorded(exchange, began_ms))

    def fold(self) -> Mirror:
        """Move what was kept into the mirror and give back the mirror as it now is."""
        if self._is_open and self._told:
            self._store.mirrors[self._key] = self.folded_into(self._before)
        return self._store.mirrors.get(self._key, self._before)

    def folded_into(self, mirror: Mirror) -> Mirror:
        """A mirror with everything that this journal was told."""
        return fold(mirror, self._told, replace=self._replace, today=self._recorded)

    def close(self, clean: Callable[[Mirror], Mirror] | None = None) -> None:
        """Fold and let go of the mirror; what is written last went through `clean`."""
        if self._is_open:
            mirror = self.fold()
            if clean is not None and (cleaned := clean(mirror)) is not mirror:
                self._store.mirrors[self._key] = cleaned
            self._is_open = False
            del self._store.recorders[self._key]

    def kill(self) -> None:
        """End without closing; what was told waits for the next start."""
        self._is_open = False
        del self._store.recorders[self._key]
        self._store.left.setdefault(self._key, []).append(self)

    def __enter__(self) -> Self:
        """The journal itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Close it."""
        self.close()


class MemoryMirrors:
    """Mirrors in memory; see `truemirror.ports.MirrorStore`."""

    def __init__(self, *mirrors: Mirror, today: Callable[[], str] = lambda: "2026-01-31") -> None:
        """Begin with some mirrors; `today` tells the day of a recording."""
        self.mirrors: dict[Key, Mirror] = {(one.service, one.version): one for one in mirrors}
        self.recorders: dict[Key, MemoryJournal] = {}
        self.left: dict[Key, list[MemoryJournal]] = {}
        self._today = today

    def services(self) -> tuple[str, ...]:
        """Names of all services that have a mirror, sorted."""
        self._take_in()
        return tuple(sorted({service for service, _ in self.mirrors}))

    def versions(self, service: str) -> tuple[str, ...]:
        """Contract versions that a service has mirrors for, oldest first."""
        self._take_in()
        return tuple(sorted((found for name, found in self.mirrors if name == service), key=version_order))

    def load(self, service: str, version: str | None = None) -> Mirror:
        """One mirror, the newest version when none is named. Raises StoreError when there is none."""
        versions = self.versions(service)
        if not versions or (version is not None and version not in versions):
            known = ", ".join(versions or self.services())
            fix = f"record it: truemirror record {service} --upstream URL"
            raise StoreError(f"no mirror of {service!r}", where="memory", nearest=known, fix=fix)
        return self.mirrors[service, version or versions[-1]]

    def load_all_readable(self, service: str, version: str | None = None) -> tuple[Mirror, tuple[FormatError, ...]]:
        """One mirror; memory has no damaged files."""
        return self.load(service, version), ()

    def parts(self, service: str, version: str | None = None) -> Parts:
        """All exchanges of one mirror, scenario by scenario. Raises StoreError when there is none."""
        return tuple(scenario.exchanges for scenario in self.load(service, version).scenarios)

    def save(self, mirror: Mirror) -> None:
        """Keep a mirror. Raises StoreError while it is being recorded."""
        self._check(mirror.service, mirror.version)
        self.mirrors[mirror.service, mirror.version] = mirror

    def journal(self, service: str, version: str | None = None, *, replace: bool = True) -> MemoryJournal:
        """Begin to record. Raises StoreError when another records."""
        versions = self.versions(service)
        key = (service, version or (versions[-1] if versions else "0"))
        self._check(*key)
        journal = MemoryJournal(self, key, replace=replace, recorded=self._today())
        self.recorders[key] = journal
        return journal

    def _take_in(self) -> None:
        """Fold what killed recorders left."""
        for key, journals in self.left.items():
            for journal in journals:
                self.mirrors[key] = journal.folded_into(self.mirrors.get(key, Mirror(*key)))
        self.left.clear()

    def _check(self, service: str, version: str) -> None:
        """Refuse what the disk would refuse: names that are none, and a mirror that is being recorded."""
        if not SERVICE_NAME.match(service) or not VERSION_NAME.match(version):
            raise StoreError(f"{service!r} {version!r} cannot be the name of a mirror", fix="use letters and digits")
        if (service, version) in self.recorders:
            raise StoreError("this process is recording into this mirror", where=service, fix="close its journal")
