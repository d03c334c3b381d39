"""The gate: gather every kind of evidence the repository has, then judge.

Rules: a stage is run for what it can show and never ends the others; what cannot be looked at is said, not left out.
The order is cheap to dear: contracts, mirrors, freshness, suites, load.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from truemirror.config import Config
from truemirror.core.contract.finding import Finding, Level
from truemirror.core.contract.rules import finding
from truemirror.core.gate.evidence import Evidence
from truemirror.core.gate.reasons import reasons_of
from truemirror.core.gate.suite import Suite, SuiteResult, suite_check, suite_reasons
from truemirror.core.gate.verdict import Check, Reason, Stage, State, Verdict, judge
from truemirror.core.mirror.model import Mirror
from truemirror.core.mirror.staleness import Age, age_of
from truemirror.ports import Clock
from truemirror.usecases.check import CheckResult, consumers_of, owner_of


class SuiteRunner(Protocol):
    """Whatever can run suites."""

    def run(self, suites: Sequence[Suite]) -> Iterator[SuiteResult]:
        """Run them; results come as they are ready."""


class Watcher(Protocol):
    """Whoever watches the gate at work."""

    def begin(self, name: str, title: str, total: int | None = None) -> None:
        """A stage begins, with a known number of steps or not."""

    def step(self, note: str) -> None:
        """One step of it is done."""

    def end(self, stage: Stage) -> None:
        """The stage is over."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the evidence comes from."""

    check: Callable[[], CheckResult]
    """Hold mirrors and contracts against each other."""
    mirrors: Callable[[], Iterable[Mirror]]
    """All mirrors that can be read."""
    suites: Sequence[Suite]
    runner: SuiteRunner
    clock: Clock
    load: Callable[[], Stage] | None = None
    """Short load runs, where some are configured."""


def run_gate(config: Config, sources: Sources, watcher: Watcher, facts: Mapping[str, str]) -> Evidence:
    """Run every stage and judge."""
    timed = _Timed(sources.clock, watcher)
    timed.begin("contracts", "Contracts")
    checked = sources.check()
    contracts = timed.end(contracts_stage(config, checked))
    timed.begin("mirrors", "Mirrors")
    mirrors = timed.end(mirrors_stage(config, checked))
    stages = [contracts, mirrors]
    findings = list(checked.findings)
    if any(config.max_age_of(name) is not None for name in ("", *config.services)):
        timed.begin("freshness", "Freshness")
        dated, today = list(sources.mirrors()), sources.clock.today()
        stages.append(timed.end(freshness_stage(config, dated, today)))
        findings += stale_findings(config, dated, today)
    timed.begin("suites", "Suites", len(sources.suites))
    results = []
    for result in sources.runner.run(sources.suites) if sources.suites else ():
        results.append(result)
        watcher.step(f"{result.suite.service} {result.suite.kind}")
    results.sort(key=lambda result: (result.suite.kind, result.suite.service))
    stages.append(timed.end(suites_stage(config, results)))
    if sources.load is not None:
        timed.begin("load", "Load, scaled")
        stages.append(timed.end(sources.load()))
    stages = [_with_tests(stage, checked.findings, results) for stage in stages]
    return Evidence(judge(stages, facts), tuple(findings), tuple(results))


def suites_of(config: Config) -> tuple[Suite, ...]:
    """The isolation suite of every service that names one."""
    return tuple(Suite(service.name, service.suite) for service in config.services.values() if service.suite)


class _Timed:
    """Tells the watcher, and puts its duration on each stage."""

    def __init__(self, clock: Clock, watcher: Watcher) -> None:
        self._clock = clock
        self._watcher = watcher
        self._began = 0.0

    def begin(self, name: str, title: str, total: int | None = None) -> None:
        """A stage begins now."""
        self._began = self._clock.monotonic_ms()
        self._watcher.begin(name, title, total)

    def end(self, stage: Stage) -> Stage:
        """The stage, with how long it took."""
        ended = replace(stage, seconds=(self._clock.monotonic_ms() - self._began) / 1000)
        self._watcher.end(ended)
        return ended


def contracts_stage(config: Config, checked: CheckResult) -> Stage:
    """Whether every contract can be read, keeps what was published, and promises what its consumers need."""
    findings = [finding for finding in checked.findings if _is_of_contract(finding)]
    unreadable = [one for one in checked.unreadable if not _is_in(str(config.mirrors), one[0])]
    broken = Counter(finding.service for finding in findings if finding.level is Level.BREAK)
    lost = {service for place, _ in unreadable if (service := _service_in(str(config.contracts), place))}
    checks = []
    for service in sorted({*checked.contracts, *broken, *lost}):
        version, operations = checked.contracts.get(service, ("", 0))
        if service in lost:
            checks.append(Check(service, State.BROKEN, "cannot be read"))
        elif number := broken[service]:
            checks.append(Check(service, State.BROKEN, f"{version}, {number} finding{'s' * (number != 1)}"))
        else:
            checks.append(Check(service, State.KEPT, f"{version}, {operations} operations"))
    reasons = (*reasons_of(findings), *(_unreadable(str(config.contracts), *one) for one in unreadable))
    return Stage("contracts", "Contracts", tuple(checks), reasons, note="no contract is there yet")


def _is_of_contract(finding: Finding) -> bool:
    """Whether a finding is about a contract itself, not about what was recorded."""
    return finding.rule.startswith(("contract-", "version-", "consumer-")) and finding.rule != "contract-missing"


def _unreadable(folder: str, place: str, error: str) -> Reason:
    """A file that cannot be read is a reason to block: what it promised is unknown to everybody."""
    what, _, fix = error.partition("; ")
    service = _service_in(folder, place)
    title = f"{service or 'a file'}: cannot be read: {what}"
    return Reason("file-unreadable", Verdict.BLOCK, title, service, (place,), next_step=fix or "mend the file")


def _is_in(folder: str, place: str) -> bool:
    """Whether a place (a path, perhaps with its line) is below a folder."""
    return place.startswith(f"{folder}/")


def _service_in(folder: str, place: str) -> str:
    """The service that a place below a folder belongs to; empty when it is not below it."""
    return place.removeprefix(f"{folder}/").partition("/")[0] if _is_in(folder, place) else ""


def mirrors_stage(config: Config, checked: CheckResult) -> Stage:
    """Whether what was recorded keeps the contracts."""
    findings = [finding for finding in checked.findings if not _is_of_contract(finding)]
    unreadable = [one for one in checked.unreadable if _is_in(str(config.mirrors), one[0])]
    broken = Counter(finding.service for finding in findings if finding.level is Level.BREAK)
    lost = {_service_in(str(config.mirrors), place) for place, _ in unreadable}
    checks = []
    for service in sorted({*checked.checked, *broken, *lost}):
        exchanges = checked.checked.get(service, 0)
        if service in lost:
            checks.append(Check(service, State.BROKEN, "cannot be read in full"))
        elif number := broken[service]:
            summary = f"{number} finding{'s' * (number != 1)} in {exchanges} exchanges"
            checks.append(Check(service, State.BROKEN, summary))
        elif service in checked.contracts:
            checks.append(Check(service, State.KEPT, f"{exchanges} exchanges"))
        else:
            checks.append(Check(service, State.UNKNOWN, f"{exchanges} exchanges, no contract"))
    unknown = (_no_contract(check) for check in checks if check.state is State.UNKNOWN)
    reasons = (*reasons_of(findings), *(_unreadable(str(config.mirrors), *one) for one in unreadable), *unknown)
    return Stage("mirrors", "Mirrors keep them", tuple(checks), reasons, note="nothing is recorded yet")


def _no_contract(check: Check) -> Reason:
    """A mirror that nothing can be said about."""
    return Reason(
        rule="contract-missing",
        effect=Verdict.UNKNOWN,
        title=f"{check.service} has a mirror but no contract to hold it against",
        service=check.service,
        next_step=f"truemirror infer {check.service}",
    )


def freshness_stage(config: Config, mirrors: Iterable[Mirror], today: str) -> Stage:
    """Whether the mirrors are as young as the configuration asks; those without a limit are left out."""
    checks: list[Check] = []
    reasons: list[Reason] = []
    for mirror in mirrors:
        limit = config.max_age_of(mirror.service)
        if limit is None:
            continue
        check, reason = _fresh(mirror, age_of(mirror, today), limit, config)
        checks.append(check)
        reasons += [reason] if reason else []
    return Stage("freshness", "Freshness", tuple(checks), tuple(reasons), note="nothing is recorded yet")


def _fresh(mirror: Mirror, age: Age, limit: int, config: Config) -> tuple[Check, Reason | None]:
    """One mirror: kept, or why not. One that is too old and only warned of is kept and says so."""
    service = mirror.service
    if age.days is not None and age.days > limit:
        said = f"{_count_days(age.days)} old, allowed {'is' if limit == 1 else 'are'} {limit}"
        if config.stale == "refuse":
            reason = _stale(mirror, f"the mirror of {service} is {said}", config)
            return Check(service, State.BROKEN, said), reason
        if not age.undated:
            return Check(service, State.KEPT, said, warns=True), None
    if age.undated or age.days is None:
        said = f"{age.undated} of {len(mirror.scenarios)} scenarios without a date that can be read"
        reason = _stale(mirror, f"nobody can tell how old the mirror of {service} is: {said}", config)
        return Check(service, State.UNKNOWN, said), replace(reason, rule="mirror-undated", effect=Verdict.UNKNOWN)
    return Check(service, State.KEPT, f"{_count_days(age.days)} old"), None


def _count_days(days: int) -> str:
    """A number of days."""
    return f"{days} day{'s' * (days != 1)}"


def stale_findings(config: Config, mirrors: Iterable[Mirror], today: str) -> Iterator[Finding]:
    """Warnings of mirrors that are too old, where the configuration only warns."""
    for mirror in mirrors:
        limit, days = config.max_age_of(mirror.service), age_of(mirror, today).days
        if config.stale != "refuse" and limit is not None and days is not None and days > limit:
            yield finding(
                "mirror-stale",
                mirror.service,
                f"its oldest scenario was recorded {_count_days(days)} ago",
                location=f"mirrors/{mirror.service}/{mirror.version}",
                expected=f"{_count_days(limit)} at most",
                actual=_count_days(days),
                owner=owner_of(config, mirror.service),
                consumers=consumers_of(config, mirror.service),
            )


def _stale(mirror: Mirror, title: str, config: Config) -> Reason:
    """A mirror that is older than allowed: what it shows may not be so any more."""
    return Reason(
        rule="mirror-stale",
        effect=Verdict.BLOCK,
        title=title,
        service=mirror.service,
        places=(f"mirrors/{mirror.service}/{mirror.version}",),
        owner=owner_of(config, mirror.service),
        consumers=consumers_of(config, mirror.service),
        next_step=f"truemirror record {mirror.service} --upstream URL",
    )


def suites_stage(config: Config, results: Sequence[SuiteResult]) -> Stage:
    """Whether each service's own tests hold against the mirrors of its neighbours."""
    owners = {name: service.owner for name, service in config.services.items()}
    checks = tuple(suite_check(result) for result in results)
    reasons = [reason for result in results for reason in suite_reasons(result, owners.get(result.suite.service, ""))]
    asked = any(service.suite for service in config.services.values())
    note = "left out" if asked else "no suite is configured"
    return Stage("suites", "Suites in isolation", checks, tuple(reasons), required=asked, note=note)


def _with_tests(stage: Stage, findings: Sequence[Finding], results: Sequence[SuiteResult]) -> Stage:
    """The mirrors' reasons again, now that it is known which tests use what is broken."""
    if stage.name != "mirrors":
        return stage
    uses = {test: services for result in results for test, services in result.uses.items()}
    kept = tuple(reason for reason in stage.reasons if not reason.fingerprint)
    mirrors = [finding for finding in findings if not _is_of_contract(finding)]
    return replace(stage, reasons=(*reasons_of(mirrors, uses), *kept))
