"""Hold mirrors and contracts against each other.

Rules: every recorded exchange is judged by the contract of its mirror's version, or by the one that the configuration
pins, or by the newest; what cannot be read is a finding and ends nothing else; a check that held nothing says so.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from truemirror.config import Config
from truemirror.core.contract.conformance import Conformance
from truemirror.core.contract.contract import Contract
from truemirror.core.contract.conventions import check_conventions
from truemirror.core.contract.finding import Finding, Level
from truemirror.core.contract.reading import parse_contract
from truemirror.core.contract.rules import finding
from truemirror.core.contract.standards import Standards, check_standards
from truemirror.core.contract.version import UNVERSIONED, choose
from truemirror.core.mirror.folder import folder_of
from truemirror.core.mirror.model import Mirror
from truemirror.core.wire.exchange import Request, Response
from truemirror.errors import ExitCode, FormatError, StoreError, UsageError
from truemirror.ports import ContractStore, MirrorStore, Progress


@dataclass(frozen=True, slots=True)
class CheckResult:
    """All findings, and what they rest on."""

    findings: tuple[Finding, ...] = ()
    checked: Mapping[str, int] = field(default_factory=dict)
    """How many recorded exchanges were judged, for each service that has a mirror."""
    contracts: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    """The contract in force and how many operations it declares, for each service whose contract can be read."""
    recorded: Mapping[str, int] = field(default_factory=dict)
    """How many of those operations the mirrors show."""
    unreadable: tuple[tuple[str, str], ...] = ()
    """Files that cannot be read, with their line where it is known, and why."""

    def count(self, level: Level) -> int:
        """How many findings there are of a level."""
        return sum(one.level is level for one in self.findings)

    @property
    def exit_code(self) -> ExitCode:
        """Broken when something breaks or cannot be read; unknown when nothing was held."""
        if self.unreadable or self.count(Level.BREAK):
            return ExitCode.BROKEN
        return ExitCode.KEPT if self.contracts else ExitCode.UNKNOWN


def check(
    config: Config,
    mirrors: MirrorStore,
    contracts: ContractStore,
    services: Sequence[str] = (),
    *,
    only: str = "",
    standards: Standards | None = None,
    progress: Progress | None = None,
) -> CheckResult:
    """Hold the mirrors and contracts of services (all, when none is named) against each other.

    With `standards`, the newest contract of each is held against those, too. `only` is "mirrors" to judge recordings
    alone, "contracts" to judge contracts by themselves. Raises UsageError for a service that has neither, StoreError
    when the disk refuses.
    """
    known = sorted({*mirrors.services(), *contracts.services()})
    wanted = list(dict.fromkeys(services)) or known
    _see_known(wanted, known)
    checks = [_ServiceCheck(name, config, mirrors, contracts, standards) for name in wanted]
    if progress:
        progress.stage("Checking mirrors and contracts", len(checks))
    for one in checks:
        one.run(only)
        if progress:
            progress.advance(note=one.service)
    if progress:
        progress.done()
    return _result(checks)


def _result(checks: Sequence["_ServiceCheck"]) -> CheckResult:
    """What all checks found."""
    return CheckResult(
        findings=tuple(found for one in checks for found in one.findings),
        checked={one.service: one.exchanges for one in checks if one.exchanges is not None},
        contracts={one.service: (one.version, one.operations) for one in checks if one.version},
        recorded={one.service: one.recorded for one in checks if one.recorded is not None},
        unreadable=tuple(dict.fromkeys(pair for one in checks for pair in one.unreadable)),
    )


def conformance_of(
    config: Config, contracts: ContractStore, service: str, mirror_version: str = ""
) -> Conformance | None:
    """The contract that judges a service, ready to judge; None when it has none. Raises FormatError, StoreError."""
    version = contract_version(config, contracts, service, mirror_version)
    if version is None:
        return None
    contract = parse_contract(service, version, contracts.load(service, version))
    return Conformance(contract, owner_of(config, service), consumers_of(config, service))


class RequestJudge:
    """Why a contract refuses a request. One that cannot be read refuses nothing: `check` tells of it."""

    def __init__(self, load: Callable[[], Conformance | None]) -> None:
        """Read nothing yet; `load` may raise FormatError or StoreError."""
        self._load: Callable[[], Conformance | None] | None = load
        self._conformance: Conformance | None = None

    def __call__(self, request: Request) -> tuple[str, ...]:
        """A sentence for each promise that the request breaks; none where the contract has no such operation."""
        if self._load is not None:
            load, self._load = self._load, None
            with suppress(FormatError, StoreError):
                self._conformance = load()
        judge = self._conformance
        if judge is None or judge.operation_of(request.method, request.target) is None:
            return ()
        found = (one for one in judge.check_request(request) if one.level is Level.BREAK)
        return tuple(f"{one.message} ({one.rule})" for one in found)


def contract_version(config: Config, contracts: ContractStore, service: str, mirror_version: str = "") -> str | None:
    """The version in force: the mirror's own, else the one that the configuration pins, else the newest."""
    known = contracts.versions(service)
    if mirror_version in known:
        return mirror_version
    configured = config.services.get(service)
    pinned = choose(known, configured.contract) if configured and configured.contract else None
    return pinned or choose(known)


def owner_of(config: Config, service: str) -> str:
    """The team to ask about a service."""
    known = config.services.get(service)
    return known.owner if known else ""


def consumers_of(config: Config, service: str) -> tuple[str, ...]:
    """The services that say they call a service, sorted."""
    return tuple(sorted(one.name for one in config.services.values() if service in one.consumes))


def unreadable_place(error: FormatError, service: str) -> tuple[str, str]:
    """Where a file of a service cannot be read, and why."""
    return error.where or service, f"{error.what}; {error.fix}" if error.fix else error.what


def _see_known(wanted: Iterable[str], known: Sequence[str]) -> None:
    """See that all services have something to be checked."""
    for name in wanted:
        if name not in known:
            raise UsageError(
                f"there is neither a mirror nor a contract of {name!r}",
                nearest=", ".join(known),
                fix=f"record it first: truemirror record {name} --upstream URL",
            )


def _counted(first: Finding, times: int) -> Finding:
    """The first of findings that say the same, with how many more exchanges show it."""
    more = times - 1
    return replace(first, evidence=f"{first.evidence} (and {more} more)") if more else first


class _ServiceCheck:
    """The check of one service."""

    def __init__(
        self,
        service: str,
        config: Config,
        mirrors: MirrorStore,
        contracts: ContractStore,
        standards: Standards | None,
    ) -> None:
        """Nothing is read yet."""
        self.service = service
        self._standards = standards
        self.findings: list[Finding] = []
        self.unreadable: list[tuple[str, str]] = []
        self.exchanges: int | None = None
        self.recorded: int | None = None
        self.version = ""
        self.operations = 0
        self._config = config
        self._mirrors = mirrors
        self._contracts = contracts
        self._owner = owner_of(config, service)
        self._consumers = consumers_of(config, service)
        self._judges: dict[str, Conformance | None] = {}

    def run(self, only: str) -> None:
        """Check everything of this service."""
        in_force = contract_version(self._config, self._contracts, self.service)
        judge = self._judge(in_force) if in_force else None
        if judge is not None:
            self.version, self.operations = judge.contract.version, len(judge.contract.operations)
        if only != "mirrors":
            self._check_contracts()
        if only != "contracts":
            self._check_mirrors(judge)

    def _check_contracts(self) -> None:
        """Read every version, compile it, and look at the newest one's conventions."""
        versions = self._contracts.versions(self.service)
        for version in versions:
            judge = self._judge(version)
            if judge is None:
                continue
            try:
                judge.compile()
                if version == versions[-1]:
                    if self._standards:
                        self.findings += check_standards(judge.contract, self._standards, self._owner, self._consumers)
                    self.findings += check_conventions(judge.contract, self._owner, self._consumers)
            except FormatError as error:
                self._cannot_read(error)

    def _check_mirrors(self, in_force: Conformance | None) -> None:
        """Judge every exchange of every version, and see what no recording shows."""
        versions = self._mirrors.versions(self.service)
        shown: dict[str, set[tuple[str, str]]] = {}
        self.exchanges = 0 if versions else None
        for version in versions:
            wanted = contract_version(self._config, self._contracts, self.service, version)
            judge = self._judge(wanted) if wanted else None
            self._say_which(version, wanted)
            mirror = self._load(version)
            if mirror is not None and judge is not None:
                shown.setdefault(judge.contract.version, set()).update(self._judge_all(judge, mirror))
        if in_force is not None:
            self._cover(in_force.contract, shown.get(in_force.contract.version), any_mirror=bool(versions))

    def _judge(self, version: str) -> Conformance | None:
        """A contract version, ready to judge; None when it cannot be read, which is told once."""
        if version not in self._judges:
            self._judges[version] = None
            try:
                documents = self._contracts.load(self.service, version)
                contract = parse_contract(self.service, version, documents)
                self._judges[version] = Conformance(contract, self._owner, self._consumers)
            except FormatError as error:
                self._cannot_read(error)
        return self._judges[version]

    def _load(self, version: str) -> Mirror | None:
        """A mirror, as much of it as can be read."""
        try:
            mirror, problems = self._mirrors.load_all_readable(self.service, version)
        except FormatError as error:
            self._cannot_read(error)
            return None
        for problem in problems:
            self._cannot_read(problem)
        return mirror

    def _say_which(self, version: str, contract: str | None) -> None:
        """Say when a mirror has no contract, or not its own."""
        where = f"mirrors/{self.service}/{version}"
        if contract is None:
            self._note("contract-missing", f"the mirror of {self.service} has no contract", where)
        elif version not in (UNVERSIONED, contract) and version not in self._contracts.versions(self.service):
            said = f"there is no contract {self.service} {version}; {contract} is used instead"
            self._note("contract-version-missing", said, where)

    def _judge_all(self, judge: Conformance, mirror: Mirror) -> Iterator[tuple[str, str]]:
        """Judge all exchanges; gives back the operations and declared statuses that they show."""
        self.exchanges = (self.exchanges or 0) + len(mirror)
        told: dict[str, tuple[Finding, int]] = {}
        for scenario in mirror.scenarios:
            folder = f"mirrors/{self.service}/{mirror.version}/{folder_of(scenario.name)}"
            for number, exchange in enumerate(scenario.exchanges, start=1):
                for found in judge.check(exchange, f"{folder}, exchange {number}"):
                    first, times = told.get(found.fingerprint, (found, 0))
                    told[found.fingerprint] = (first, times + 1)
                operation = judge.operation_of(exchange.request.method, exchange.request.target)
                if operation and isinstance(exchange.outcome, Response):
                    answer = operation.answer(exchange.outcome.status)
                    yield operation.name, answer.status if answer else ""
        self.findings += [_counted(first, times) for first, times in told.values()]

    def _cover(self, contract: Contract, shown: set[tuple[str, str]] | None, *, any_mirror: bool) -> None:
        """Say what the contract declares and no recording shows."""
        seen = shown or set()
        recorded = {name for name, _ in seen}
        self.recorded = sum(operation.name in recorded for operation in contract.operations)
        if not any_mirror:
            self._note("mirror-missing", f"{self.service} has a contract and no mirror that shows it kept", "")
            return
        for operation in contract.operations:
            if operation.name not in recorded:
                said = f"{operation.name} is declared and was never recorded"
                self._note("operation-unrecorded", said, "", operation.name)
                continue
            for status in operation.answers:
                if (operation.name, status) not in seen:
                    said = f"{operation.name} declares {status}, which was never recorded"
                    self._note("status-unrecorded", said, f"response {status}", operation.name)

    def _cannot_read(self, error: FormatError) -> None:
        """Keep a file that cannot be read."""
        self.unreadable.append(unreadable_place(error, self.service))

    def _note(self, rule: str, said: str, where: str, operation: str = "") -> None:
        """A finding about a whole mirror or contract."""
        self.findings.append(
            finding(
                rule,
                self.service,
                said,
                operation=operation,
                location=where,
                owner=self._owner,
                consumers=self._consumers,
            )
        )
