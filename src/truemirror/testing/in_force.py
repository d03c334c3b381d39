"""The contract that is in force for a service, ready to judge, and its operations by name.

Rules: what is not there is told with what is nearest; nothing is guessed.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from truemirror.errors import UsageError

if TYPE_CHECKING:
    from truemirror.config import Config
    from truemirror.core.contract.conformance import Conformance
    from truemirror.core.contract.contract import Contract, Operation


def in_force(config: Config, service: str, version: str | None = None) -> Conformance | None:
    """The contract that the configuration wants, or that version; None when the service has none.

    Raises UsageError for a version that there is none of, FormatError.
    """
    from truemirror.bootstrap import conformance, contract_in_version, contract_store

    if version is None:
        return conformance(config, service)
    versions = contract_store(config).versions(service)
    if versions and version not in versions:
        raise UsageError(
            f"there is no version {version} of the contract of {service!r}",
            where=str(config.contracts),
            nearest=", ".join(versions),
        )
    return contract_in_version(config, service, version) if versions else None


def needed(config: Config, service: str, version: str | None = None) -> Conformance:
    """The same, and a UsageError when there is none."""
    from truemirror.bootstrap import contract_store

    found = in_force(config, service, version)
    if found is None:
        raise UsageError(
            f"there is no contract of {service!r}",
            where=str(config.contracts),
            nearest=", ".join(contract_store(config).services()),
            fix=f"infer it from the mirror: truemirror infer {service}",
        )
    return found


def operation_named(contract: Contract, name: str) -> Operation:
    """An operation by its name, `GET /v1/tags/{tag_id}`. Raises UsageError with the nearest ones."""
    known = {one.name: one for one in contract.operations}
    method, _, template = name.strip().partition(" ")
    found = known.get(f"{method.upper()} {template.strip()}")
    if found is None:
        near = get_close_matches(name, known, n=3, cutoff=0.3) or list(known)[:3]
        raise UsageError(
            f"there is no operation {name!r}",
            where=f"{contract.service} {contract.version}",
            nearest=", ".join(near),
        )
    return found
