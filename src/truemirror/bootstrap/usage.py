"""Wiring of what consumers need of a provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from truemirror.config import Config
    from truemirror.core.contract.conformance import Conformance
    from truemirror.usecases.check import CheckResult
    from truemirror.usecases.export_pact import WrittenPact
    from truemirror.usecases.import_pact import ImportedPact


def import_pact(config: Config, file: str, service: str) -> ImportedPact:
    """Keep what a pact says that its consumer needs. Raises UsageError, FormatError, CouldNotRun, StoreError."""
    from truemirror.adapters.foreign_files import ForeignFiles
    from truemirror.adapters.usage_files import UsageFiles
    from truemirror.errors import FormatError
    from truemirror.usecases.import_pact import import_pact
    from truemirror.usecases.redact import Redactor, policy_of

    (source,) = ForeignFiles().sources("pact", [file])
    redactor = Redactor(policy_of(config.redaction))
    try:
        return import_pact(source, service, _conformance(config, service), redactor, UsageFiles(config.contracts).save)
    except FormatError as error:
        where = f"{file}: {error.where}" if error.where else file
        raise FormatError(error.what, where=where, nearest=error.nearest, fix=error.fix) from None


def export_pact(
    config: Config, service: str, consumer: str, specification: int, *, version: str = "", scenario: str = ""
) -> WrittenPact:
    """The pact of a consumer with a service. Raises UsageError, FormatError, StoreError, CouldNotRun."""
    from truemirror import __version__
    from truemirror.adapters.mirror_files import MirrorFiles
    from truemirror.adapters.usage_files import UsageFiles
    from truemirror.core.foreign.pact_writing import Parties
    from truemirror.core.usage.interactions import by_path
    from truemirror.usecases.export import only_scenario
    from truemirror.usecases.export_pact import export_pact

    store, usage = MirrorFiles(config.mirrors), UsageFiles(config.contracts)
    path = usage.path(service, consumer)
    mirror = store.load(service, version or None) if version or store.versions(service) else None
    conformance = _conformance(config, service)

    def name(method: str, target: str) -> str:
        """The contract's name of an operation, where it has one."""
        found = conformance.operation_of(method, target) if conformance else None
        return found.name if found else by_path(method, target)

    return export_pact(
        Parties(consumer, service),
        only_scenario(mirror, scenario) if mirror and scenario else mirror,
        usage.read(path) if path.is_file() else None,
        name,
        specification=specification,
        truemirror=__version__,
    )


def _conformance(config: Config, service: str) -> Conformance | None:
    """The contract that a service has; None where there is none."""
    from truemirror.adapters.contract_files import ContractFiles
    from truemirror.usecases.check import conformance_of

    contracts = ContractFiles(config.contracts)
    return conformance_of(config, contracts, service) if contracts.versions(service) else None


def with_unmet(config: Config, result: CheckResult) -> CheckResult:
    """The result of a check with what consumers need and the contracts do not promise. Raises StoreError.

    The version in force is asked, and the newest one, which is about to be.
    """
    services: Mapping[str, tuple[str, int]] = result.contracts
    for service, (version, _) in services.items():
        result = _of_service(config, result, service, version)
    return result


def _of_service(config: Config, result: CheckResult, service: str, version: str) -> CheckResult:
    """The result with one service's."""
    from truemirror.adapters.contract_files import ContractFiles
    from truemirror.adapters.usage_files import UsageFiles
    from truemirror.core.contract.conformance import Conformance
    from truemirror.core.contract.reading import parse_contract
    from truemirror.errors import FormatError
    from truemirror.usecases.check import consumers_of, owner_of, unreadable_place
    from truemirror.usecases.import_pact import see_provider, unmet_findings

    contracts, usage = ContractFiles(config.contracts), UsageFiles(config.contracts)
    read, findings, unreadable = [], list(result.findings), list(result.unreadable)
    for path in usage.files(service):
        try:
            expectation = usage.read(path)
            see_provider(expectation, service, str(path))
            read.append((expectation, f"contracts/{service}/usage/{path.name}"))
        except FormatError as error:
            unreadable.append(unreadable_place(error, service))
    for one in dict.fromkeys((version, contracts.versions(service)[-1])) if read else ():
        try:
            contract = parse_contract(service, one, contracts.load(service, one))
            known = {(each.fingerprint, each.consumers) for each in findings}
            judge = Conformance(contract, owner_of(config, service), consumers_of(config, service))
            found = unmet_findings(judge, tuple(read))
            findings += [each for each in found if (each.fingerprint, each.consumers) not in known]
        except FormatError as error:
            unreadable.append(unreadable_place(error, service))
    return replace(result, findings=tuple(findings), unreadable=tuple(dict.fromkeys(unreadable)))
