"""Say what the mirrors cover: of their contracts, and of what was used of them.

Rules: every mirror is counted, of every version, and every contract without one; what cannot be read is told and ends
nothing else. A run that did not ask a mirror used nothing of it; without a run nobody knows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from truemirror.config import Config
from truemirror.core.contract.conformance import Conformance
from truemirror.core.mirror.coverage import Coverage, Shown, coverage_of
from truemirror.core.mirror.difference import short
from truemirror.core.mirror.model import Mirror
from truemirror.core.mirror.operation import operation_of
from truemirror.core.mirror.staleness import age_of
from truemirror.core.mirror.used import Report, places_of
from truemirror.core.wire.exchange import Exchange, Response
from truemirror.errors import ExitCode, FormatError, UsageError
from truemirror.ports import ContractStore, MirrorStore, Progress
from truemirror.usecases.check import conformance_of


@dataclass(frozen=True, slots=True)
class Limits:
    """What a team asks for, in percent; None for no limit."""

    operations: float | None = None
    """Of the operations that a contract declares, how many are recorded."""
    used: float | None = None
    """Of the recordings, how many answered somebody."""


@dataclass(frozen=True, slots=True)
class CoverageResult:
    """Every mirror, counted, and what that rests on."""

    mirrors: tuple[Coverage, ...] = ()
    report: Report | None = None
    unreadable: tuple[FormatError, ...] = ()
    below: tuple[str, ...] = ()
    """Each limit that is not reached, in a sentence."""
    unmeasured: tuple[str, ...] = ()
    """Each limit that nothing can be said about, in a sentence."""

    @property
    def exit_code(self) -> ExitCode:
        """Broken below a limit, or when something cannot be read; unknown when there is nothing to say."""
        if self.below or self.unreadable:
            return ExitCode.BROKEN
        return ExitCode.UNKNOWN if self.unmeasured or not self.mirrors else ExitCode.KEPT


def coverage(
    config: Config,
    mirrors: MirrorStore,
    contracts: ContractStore,
    today: str,
    services: Sequence[str] = (),
    *,
    report: Report | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> CoverageResult:
    """Count the mirrors of services (all, when none is named). Raises UsageError for a service that has neither mirror
    nor contract, StoreError.
    """
    known = sorted({*mirrors.services(), *contracts.services()})
    wanted = list(dict.fromkeys(services)) or known
    for name in wanted:
        if name not in known:
            raise _unknown(name, known)
    if progress:
        progress.stage("Counting recordings", len(wanted))
    unreadable: list[FormatError] = []
    counted: list[Coverage] = []
    for name in wanted:
        counted += _of_service(config, mirrors, contracts, today, name, report, unreadable)
        if progress:
            progress.advance(note=name)
    if progress:
        progress.done()
    below, unmeasured = _held(counted, limits or Limits())
    return CoverageResult(tuple(counted), report, tuple(unreadable), tuple(below), tuple(unmeasured))


def _unknown(name: str, known: Sequence[str]) -> UsageError:
    """A service that nothing is known of."""
    return UsageError(
        f"there is neither a mirror nor a contract of {name!r}",
        nearest=", ".join(known),
        fix=f"record it first: truemirror record {name} --upstream URL",
    )


def _of_service(
    config: Config,
    mirrors: MirrorStore,
    contracts: ContractStore,
    today: str,
    service: str,
    report: Report | None,
    unreadable: list[FormatError],
) -> Iterator[Coverage]:
    """Every mirror of one service; what cannot be read goes to `unreadable`."""
    versions = mirrors.versions(service) if service in mirrors.services() else ()
    for version in versions or ("",):
        try:
            judge = conformance_of(config, contracts, service, version)
        except FormatError as error:
            unreadable.append(error)
            judge = None
        mirror = Mirror(service, version)
        if version:
            try:
                mirror, problems = mirrors.load_all_readable(service, version)
            except FormatError as error:
                unreadable.append(error)
                continue
            unreadable.extend(problems)
        yield _counted(mirror, judge, report, today)


def _counted(mirror: Mirror, judge: Conformance | None, report: Report | None, today: str) -> Coverage:
    """One mirror."""
    used, changed = _used(mirror, report)
    contract = judge.contract if judge else None
    declared = {one.name: tuple(one.answers) for one in contract.operations} if contract else None
    version = contract.version if contract else ""
    shown = list(_shown(mirror, judge))
    return coverage_of(mirror.service, mirror.version, version, age_of(mirror, today), shown, declared, used, changed)


def _used(mirror: Mirror, report: Report | None) -> tuple[frozenset[int] | None, int]:
    """The places that were used, None when no report tells; and how many uses are of recordings that are gone."""
    if report is None:
        return None, 0
    uses = report.services.get(mirror.service)
    if uses is None:
        return frozenset(), 0
    fitting = [use for use in uses if use.names is not None and use.version in ("", mirror.version)]
    return places_of(mirror, fitting) if fitting else (None, 0)


def _shown(mirror: Mirror, judge: Conformance | None) -> Iterator[Shown]:
    """What each recording shows, in the words of the contract where it has them."""
    for scenario in mirror.scenarios:
        for number, exchange in enumerate(scenario.exchanges, start=1):
            text = short(f"{exchange.request.method} {exchange.request.target}")
            operation, status = _named(exchange, judge)
            yield Shown(scenario.name, number, text, operation, status)


def _named(exchange: Exchange, judge: Conformance | None) -> tuple[str, str]:
    """The operation and the status of a recording."""
    request, outcome = exchange.request, exchange.outcome
    operation = judge.operation_of(request.method, request.target) if judge else None
    name = operation.name if operation else operation_of(request.does, request.path)
    if not isinstance(outcome, Response):
        return name, outcome.kind.value
    answer = operation.answer(outcome.status) if operation else None
    return name, answer.status if answer else str(outcome.status)


def _held(mirrors: Sequence[Coverage], limits: Limits) -> tuple[list[str], list[str]]:
    """The limits that are not reached, and those that nothing can be said about."""
    below: list[str] = []
    unmeasured: list[str] = []
    for one in mirrors:
        name = " ".join(part for part in (one.service, one.version) if part)
        asked = (
            (limits.operations, one.recorded if one.contract else None, one.declared, "operations recorded"),
            (limits.used, one.used, one.recordings, "recordings used"),
        )
        for limit, number, of, what in asked:
            if limit is None or (of == 0 and number is not None):
                continue
            if number is None:
                unmeasured.append(f"{name}: nobody knows how many {what.replace(' ', ' are ')}")
            elif 100 * number < limit * of:
                below.append(f"{name}: {number} of {of} {what}, {100 * number / of:.0f} %, asked for are {limit:g} %")
    return below, unmeasured
