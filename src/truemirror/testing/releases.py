"""A store of releases in memory: the port without disk and git, for tests of use cases.

Rules: it remembers each version as it was first saved, as git does.
"""

from collections.abc import Iterable

from truemirror.core.contract.release import Release


class MemoryReleases:
    """Releases in memory; see `truemirror.ports.ReleaseStore`."""

    def __init__(self) -> None:
        """Nothing published yet."""
        self.kept: dict[str, tuple[Release, ...]] = {}
        self._first: dict[tuple[str, str], Release] = {}

    def load(self, service: str) -> tuple[Release, ...]:
        """All releases of a service."""
        return self.kept.get(service, ())

    def save(self, service: str, releases: Iterable[Release]) -> object:
        """Keep all releases of a service."""
        self.kept[service] = tuple(releases)
        for one in self.kept[service]:
            self._first.setdefault((service, one.version), one)
        return None

    def remembered(self, service: str) -> tuple[Release, ...]:
        """Each version as it was first saved."""
        return tuple(one for (name, _), one in self._first.items() if name == service)
