"""Wires the publishing of contract versions.

Rules: what a change deserves is decided by the same comparison that `truemirror diff` makes, asked both ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from truemirror.config import Config
    from truemirror.core.contract.finding import Finding
    from truemirror.core.contract.release import Release
    from truemirror.usecases.publish import Compared, Published


def publish(config: Config, service: str, version: str = "", *, only_asked: bool = False) -> Published:
    """Publish a version of a service's contract. Raises UsageError, FormatError, StoreError."""
    from truemirror.adapters.clock import SystemClock
    from truemirror.adapters.contract_files import ContractFiles
    from truemirror.adapters.release_files import ReleaseFiles
    from truemirror.usecases.publish import publish as published

    return published(
        ContractFiles(config.contracts),
        ReleaseFiles(config.contracts),
        _compare,
        service,
        version,
        today=SystemClock().today(),
        only_asked=only_asked,
    )


def deprecate(config: Config, service: str, version: str, *, until: str, reason: str) -> Release:
    """Say until which day a published version is served. Raises UsageError, FormatError, StoreError."""
    from truemirror.adapters.release_files import ReleaseFiles
    from truemirror.usecases.publish import deprecate as deprecated

    return deprecated(ReleaseFiles(config.contracts), service, version, until=until, reason=reason)


def released(config: Config, services: Iterable[str]) -> Iterator[Finding]:
    """What is wrong with the published versions of services. Raises FormatError, StoreError."""
    from truemirror.adapters.clock import SystemClock
    from truemirror.adapters.contract_files import ContractFiles
    from truemirror.adapters.mirror_files import MirrorFiles
    from truemirror.adapters.release_files import ReleaseFiles
    from truemirror.usecases.check import owner_of
    from truemirror.usecases.publish import release_findings

    contracts, releases = ContractFiles(config.contracts), ReleaseFiles(config.contracts)
    mirrors, today = MirrorFiles(config.mirrors), SystemClock().today()
    for name in services:
        pinned = config.services[name].contract if name in config.services else ""
        in_use = (*mirrors.versions(name), pinned)
        yield from release_findings(contracts, releases, name, in_use, today, owner_of(config, name))


def _compare(old: Mapping[str, object], new: Mapping[str, object]) -> Compared:
    """What the difference of two versions means, both ways."""
    from truemirror.core.contract.compat.policy import Mode, Policy
    from truemirror.usecases.diff import Documents, diff
    from truemirror.usecases.publish import Compared

    sides = Documents("the published version", old), Documents("the new version", new)
    backward = diff(*sides, Mode.BACKWARD, Policy())
    forward = diff(*sides, Mode.FORWARD, Policy())
    return Compared(backward.verdict, forward.verdict, backward.findings)
