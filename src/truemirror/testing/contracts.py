"""A store of contracts in memory: the port without the disk, for tests of use cases.

Rules: it passes the same tests as the store of files (tests/adapters/test_contract_files.py).
"""

import copy
from collections.abc import Iterable, Mapping

from truemirror.core.contract.version import ordered
from truemirror.errors import StoreError


class MemoryContracts:
    """Contracts in memory; see `truemirror.ports.ContractStore`."""

    def __init__(self) -> None:
        """Nothing kept yet."""
        self.kept: dict[tuple[str, str], dict[str, object]] = {}

    def services(self) -> tuple[str, ...]:
        """Names of all services that have a contract, sorted."""
        return tuple(sorted({service for service, _ in self.kept}))

    def versions(self, service: str) -> tuple[str, ...]:
        """Versions of a service's contract, oldest first by semantic versioning."""
        return ordered(version for name, version in self.kept if name == service)

    def load(self, service: str, version: str | None = None) -> Mapping[str, object]:
        """All documents of one version, the newest when none is named. Raises StoreError when there is none."""
        known = self.versions(service)
        found = version or (known[-1] if known else "")
        if found not in known:
            nearest = ", ".join(f"{service} {one}" for one in known) or ", ".join(self.services())
            raise StoreError(f"there is no contract {service} {found}".rstrip(), where="memory", nearest=nearest)
        return copy.deepcopy(self.kept[service, found])

    def save(self, service: str, version: str, documents: Mapping[str, object]) -> Iterable[str]:
        """Keep documents; gives back the paths that changed."""
        old = self.kept.get((service, version), {})
        gone = [path for path in old if path.endswith(".schema.json") and path not in documents]
        changed = [path for path in sorted(documents) if path not in old or old[path] != documents[path]]
        kept = {path: one for path, one in old.items() if path not in gone}
        self.kept[service, version] = {**kept, **copy.deepcopy(dict(documents))}
        return (*changed, *sorted(gone))
