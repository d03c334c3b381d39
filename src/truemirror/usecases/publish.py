"""Publish a version of a contract: only under a number that its change deserves, and never to be changed again.

Rules: what is published is decided by what the documents promise, not by how they are written; nothing is written
unless everything is in order. A version that may break somebody, or about which nobody can say, takes a major step; one
that promises more a minor one, and so does one whose breaks the team has all waived; one that promises the same,
whichever way one looks, a patch.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from truemirror.core.contract.compat.judge import Verdict
from truemirror.core.contract.finding import Finding, Level
from truemirror.core.contract.reading import parse_contract
from truemirror.core.contract.release import (
    EDITORIAL,
    Release,
    Size,
    digest_of,
    newest_before,
    step_size,
    stepped,
    suffices,
)
from truemirror.core.contract.rules import finding
from truemirror.errors import CouldNotRun, ExitCode, UsageError
from truemirror.ports import ContractStore, ReleaseStore

Documents = Mapping[str, object]

WAIVER_ENDED = "waiver-ended"
_NAMED = 3
"""How many breaks the sentence of a finding names."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What the difference of two versions means, looked at both ways."""

    backward: Verdict
    """For those who use the older one."""
    forward: Verdict
    """For those who use the newer one, should it be taken back."""
    findings: tuple[Finding, ...] = ()
    """What differs for those who use the older one, also where it breaks nobody."""
    approved: bool = False
    """Whether all that breaks is waived by the team, and nothing else is in doubt."""

    @property
    def deserved(self) -> Size:
        """The step that such a change deserves; a break that is approved breaks nobody, and changes the promise."""
        if self.approved:
            return Size.MINOR
        if self.backward is not Verdict.COMPATIBLE:
            return Size.MAJOR
        same = self.forward is Verdict.COMPATIBLE and all(one.rule in EDITORIAL for one in self.findings)
        return Size.PATCH if same else Size.MINOR


class State(StrEnum):
    """What became of a wish to publish."""

    PUBLISHED = "published"
    READY = "ready"
    """It could be published; it was only asked for."""
    KNOWN = "known"
    """It is published already, just so."""
    CHANGED = "changed"
    """It is published already, and promised something else."""
    UNDESERVED = "undeserved"
    """The number is too small for the change, or no step forward."""


@dataclass(frozen=True, slots=True)
class Published:
    """What became of a wish to publish, and why."""

    service: str
    version: str
    state: State
    before: str = ""
    """The release that it was compared with; empty for the first one."""
    deserved: Size | None = None
    proposed: str = ""
    """The version that the change deserves; empty when this one will do."""
    compared: Compared | None = None

    @property
    def exit_code(self) -> ExitCode:
        """Broken when it was refused."""
        return ExitCode.BROKEN if self.state in (State.CHANGED, State.UNDESERVED) else ExitCode.KEPT


def publish(
    contracts: ContractStore,
    releases: ReleaseStore,
    compare: Callable[[Documents, Documents], Compared],
    service: str,
    version: str = "",
    *,
    today: str,
    only_asked: bool = False,
) -> Published:
    """Publish a version of a service's contract, the newest when none is named; `only_asked` writes nothing.

    Raises UsageError, FormatError for documents that are no contract, StoreError; CouldNotRun when the version before
    it is not there to be compared with.
    """
    version = version or _newest(contracts, service)
    documents = contracts.load(service, version)
    parse_contract(service, version, documents)
    digest = digest_of(documents)
    known = _known(releases, service)
    if version in known:
        state = State.KNOWN if known[version].digest == digest else State.CHANGED
        proposed = "" if state is State.KNOWN else stepped(max_of(known), Size.MINOR)
        return Published(service, version, state, proposed=proposed)
    before = newest_before(known.values(), version)
    if before and before.version not in contracts.versions(service):
        said = f"{service} {version} cannot be compared: {before.version} is published, and its contract is gone"
        fix = f"restore it: git checkout -- contracts/{service}/{before.version}"
        raise CouldNotRun(said, where=f"contracts/{service}/{before.version}", fix=fix)
    compared = compare(contracts.load(service, before.version), documents) if before else None
    if before and compared and not suffices(before.version, version, compared.deserved):
        proposed = _free(before.version, compared.deserved, known)
        return Published(service, version, State.UNDESERVED, before.version, compared.deserved, proposed, compared)
    if not only_asked:
        releases.save(service, (*releases.load(service), Release(version, digest, today)))
    return Published(
        service,
        version,
        State.READY if only_asked else State.PUBLISHED,
        before.version if before else "",
        compared.deserved if compared else None,
        compared=compared,
    )


def deprecate(releases: ReleaseStore, service: str, version: str, *, until: str, reason: str) -> Release:
    """Say until which day a published version is served. Raises UsageError, StoreError."""
    known = {one.version: one for one in releases.load(service)}
    if version not in known:
        nearest = ", ".join(known)
        raise UsageError(f"{service} {version} is not published", nearest=nearest, fix="name a published version")
    known[version] = replace(known[version], until=until, reason=reason)
    releases.save(service, known.values())
    return known[version]


def release_findings(
    contracts: ContractStore,
    releases: ReleaseStore,
    compare: Callable[[Documents, Documents], Compared],
    service: str,
    in_use: Sequence[str],
    today: str,
) -> Iterator[Finding]:
    """What is wrong with versions: published ones changed or withdrawn since, or deprecated and in use; others under
    a number that their change does not deserve.

    `in_use` are the versions that mirrors or the configuration rest on. Raises FormatError, StoreError.
    """
    known, there = _known(releases, service), contracts.versions(service)
    yield from _promises_kept(contracts, known, service, in_use, today)
    for version in there:
        before = newest_before(known.values(), version) if version not in known else None
        if before is not None and before.version in there:
            old, new = (contracts.load(service, one) for one in (before.version, version))
            if digest_of(new) != before.digest:
                yield from _undeserved(service, before.version, version, compare(old, new), known)


def _undeserved(
    service: str, before: str, version: str, compared: Compared, known: Mapping[str, Release]
) -> Iterator[Finding]:
    """A finding where a version that is not published yet takes too small a step."""
    if suffices(before, version, compared.deserved):
        return
    breaks = [one.location or one.operation for one in compared.findings if one.level is Level.BREAK]
    more = f" and {len(breaks) - _NAMED} more" if len(breaks) > _NAMED else ""
    why = {
        Verdict.BREAKING: f"it breaks {', '.join(breaks[:_NAMED])}{more}",
        Verdict.UNKNOWN: "nobody can say that it breaks nobody",
        Verdict.COMPATIBLE: "it promises more",
    }[compared.backward]
    size = "no" if (step := step_size(before, version)) is None else f"a {step}"
    said = f"{service} {version} takes {size} step from {before} and deserves a {compared.deserved} one: {why}"
    ended = [one.message for one in compared.findings if one.rule == WAIVER_ENDED]
    shows = f"truemirror diff contracts/{service}/{before} contracts/{service}/{version} shows all"
    said = "; ".join((said, *ended[:_NAMED], shows))
    where, free = f"contracts/{service}/{version}", _free(before, compared.deserved, known)
    yield finding("version-undeserved", service, said, location=where, expected=free, actual=version)


def _promises_kept(
    contracts: ContractStore, known: Mapping[str, Release], service: str, in_use: Sequence[str], today: str
) -> Iterator[Finding]:
    """What is wrong with published versions."""
    there = contracts.versions(service)
    for version, release in known.items():
        where = f"contracts/{service}/{version}"
        if version not in there:
            said = f"{service} {version} is published, and its contract is gone"
            yield finding("version-withdrawn", service, said, location=where)
        elif digest_of(contracts.load(service, version)) != release.digest:
            said = f"{service} {version} was published on {release.day}, and promises something else now"
            yield finding("version-changed", service, said, location=where)
        if release.until and version in in_use:
            ended = today > release.until
            served = "was to be served" if ended else "is served"
            reason = f"; {release.reason}" if release.reason else ""
            said = f"{service} {version} {served} until {release.until}, and is {'still ' * ended}in use{reason}"
            yield finding("version-ended" if ended else "version-deprecated", service, said, location=where)


def max_of(known: Mapping[str, Release]) -> str:
    """The newest of some releases, which are in order."""
    return next(reversed(list(known)))


def _known(releases: ReleaseStore, service: str) -> dict[str, Release]:
    """All releases of a service, oldest first; what git remembers of them holds against the file."""
    from truemirror.core.contract.version import ordered

    found = {one.version: one for one in releases.load(service)}
    for one in releases.remembered(service):
        now = found.get(one.version, one)
        found[one.version] = replace(now, digest=one.digest, day=one.day)
    return {version: found[version] for version in ordered(found)}


def _free(before: str, size: Size, known: Mapping[str, Release]) -> str:
    """The next version of a size that is not taken."""
    version = stepped(before, size)
    while version in known:
        version = stepped(version, size)
    assert step_size(before, version) is not None
    return version


def _newest(contracts: ContractStore, service: str) -> str:
    """The newest version of a service's contract. Raises UsageError."""
    versions = contracts.versions(service)
    if not versions:
        nearest = ", ".join(contracts.services())
        fix = f"infer it first: truemirror infer {service}"
        raise UsageError(f"there is no contract of {service!r}", nearest=nearest, fix=fix)
    return versions[-1]
