"""Wires the publishing of contract versions.

Rules: what a change deserves is decided by the same comparison that `truemirror diff` makes, asked both ways,
and by the waivers that it heeds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from truemirror.config import Config
    from truemirror.core.contract.finding import Finding
    from truemirror.core.contract.release import Release
    from truemirror.usecases.check import CheckResult
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
        _comparison(config, service),
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


def with_released(config: Config, result: CheckResult) -> CheckResult:
    """The result of a check with what is wrong with the versions of its services. Raises StoreError."""
    from dataclasses import replace

    from truemirror.errors import FormatError
    from truemirror.usecases.check import unreadable_place

    findings, unreadable = list(result.findings), list(result.unreadable)
    for service in result.contracts:
        try:
            findings += _of_service(config, service)
        except FormatError as error:
            unreadable.append(unreadable_place(error, service))
    return replace(result, findings=tuple(findings), unreadable=tuple(dict.fromkeys(unreadable)))


def _of_service(config: Config, service: str) -> Iterator[Finding]:
    """What is wrong with the versions of one service. Raises FormatError, StoreError."""
    from dataclasses import replace

    from truemirror.adapters.clock import SystemClock
    from truemirror.adapters.contract_files import ContractFiles
    from truemirror.adapters.mirror_files import MirrorFiles
    from truemirror.adapters.release_files import ReleaseFiles
    from truemirror.core.contract.version import choose
    from truemirror.usecases.check import consumers_of, owner_of
    from truemirror.usecases.publish import release_findings

    contracts, releases = ContractFiles(config.contracts), ReleaseFiles(config.contracts)
    pinned = config.services[service].contract if service in config.services else ""
    chosen = choose(contracts.versions(service), pinned) if pinned else None
    in_use = (*MirrorFiles(config.mirrors).versions(service), *((chosen,) if chosen else ()))
    owner, callers = owner_of(config, service), consumers_of(config, service)
    compare = _comparison(config, service)
    for one in release_findings(contracts, releases, compare, service, in_use, SystemClock().today()):
        yield replace(one, owner=owner, consumers=callers)


def _comparison(config: Config, service: str) -> Callable[[Mapping[str, object], Mapping[str, object]], Compared]:
    """What the difference of two versions of a service means, both ways, and whether its team approves of it."""
    from truemirror.bootstrap.diff import whom
    from truemirror.core.contract.compat.policy import Mode, Policy
    from truemirror.errors import ExitCode
    from truemirror.usecases.diff import Documents, diff
    from truemirror.usecases.diff_whom import exit_code, is_waived
    from truemirror.usecases.publish import Compared

    def compare(old: Mapping[str, object], new: Mapping[str, object]) -> Compared:
        """Both ways."""
        sides = Documents("the published version", old), Documents("the new version", new)
        backward = whom(config, service).told(diff(*sides, Mode.BACKWARD, Policy()))
        forward = diff(*sides, Mode.FORWARD, Policy())
        approved = is_waived(backward) and exit_code(backward) is ExitCode.KEPT
        return Compared(backward.verdict, forward.verdict, backward.findings, approved)

    return compare
