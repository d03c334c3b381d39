"""Import a pact as what its consumer needs of the provider.

Rules: secrets are replaced before anything is kept; needs are named by the provider's contract where there is one; what
cannot be carried over is in the result, entry by entry.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from truemirror.core.contract.conformance import Conformance
from truemirror.core.contract.finding import Finding
from truemirror.core.contract.openapi.detect import interface_of
from truemirror.core.foreign.carried import Gathering, LeftOut, Source
from truemirror.core.foreign.pact import Interaction, interactions_of
from truemirror.core.usage.expected import needs_of, requests_of
from truemirror.core.usage.needs import Expectation
from truemirror.core.usage.unmet import Promises
from truemirror.errors import CouldNotRun, FormatError
from truemirror.usecases.redact import Redactor


@dataclass(frozen=True, slots=True)
class ImportedPact:
    """What an import came to."""

    consumer: str
    provider: str
    """The service whose contract is asked."""
    named: str
    """What the pact calls it."""
    interactions: int
    needs: int
    changed: bool
    left_out: tuple[LeftOut, ...] = ()


def import_pact(
    source: Source,
    service: str,
    conformance: Conformance | None,
    redactor: Redactor,
    save: Callable[[Expectation], bool],
) -> ImportedPact:
    """Keep what a pact says that its consumer needs. Raises FormatError, CouldNotRun, StoreError."""
    gathering = Gathering()
    pact = interactions_of(source, gathering)
    if not pact.interactions:
        raise CouldNotRun(
            "there is nothing to import: it holds no interaction over HTTP",
            where=source.name,
            fix="give a pact with interactions of the type Synchronous/HTTP",
        )
    clean = tuple(replace(one, exchange=redactor.redact(one.exchange, pact.consumer)) for one in pact.interactions)

    def operation(one: Interaction) -> str:
        """The operation of an interaction, by the contract's name where it has one."""
        request = one.exchange.request
        found = conformance.operation_of(request.method, request.target) if conformance else None
        return found.name if found else f"{request.method} {request.path}"

    needs = needs_of(clean, operation, gathering)
    changed = save(Expectation(pact.consumer, service, needs, requests_of(clean)))
    left = tuple(gathering.left_out)
    return ImportedPact(pact.consumer, service, pact.provider, len(clean), len(needs), changed, left)


def unmet_findings(conformance: Conformance, expectations: tuple[tuple[Expectation, str], ...]) -> tuple[Finding, ...]:
    """What consumers need and a contract does not promise, each expectation with its place. Raises FormatError."""
    if not expectations:
        return ()
    contract = conformance.contract
    interface = interface_of(contract.documents, "", f"{contract.service} {contract.version}")
    promises = Promises(interface, conformance)
    found = [one for expectation, place in expectations for one in promises.unmet(expectation, place)]
    return tuple({(one.fingerprint, one.consumers): one for one in found}.values())


def see_provider(expectation: Expectation, service: str, where: str) -> None:
    """See that a file says what its folder says. Raises FormatError."""
    if expectation.provider != service:
        raise FormatError(
            f"is of the provider {expectation.provider!r}", where=where, fix=f"move it, or name {service!r} in it"
        )
