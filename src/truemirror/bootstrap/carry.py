"""Wiring of contracts that are imported and exported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from truemirror.config import Config
    from truemirror.usecases.import_contract import ImportedContract


def import_openapi(
    config: Config, file: str, service: str, version: str = "", *, overwrite: bool = False
) -> ImportedContract:
    """Write an OpenAPI document as a contract version. Raises UsageError, FormatError, StoreError."""
    from truemirror.adapters.contract_files import ContractFiles, documents_at
    from truemirror.adapters.release_files import ReleaseFiles
    from truemirror.errors import UsageError
    from truemirror.usecases.import_contract import import_contract

    path = Path(file)
    if not path.is_file():
        raise UsageError("there is no such file", where=file, fix="name the OpenAPI document, in JSON or YAML")
    contracts, releases = ContractFiles(config.contracts), ReleaseFiles(config.contracts)
    return import_contract(contracts, releases, documents_at(path), service, version, overwrite=overwrite)


def exported_contract(config: Config, kind: str, service: str, version: str = "") -> tuple[dict[str, Any], str]:
    """One document of a contract version, `openapi` or `schemas`, and the version. Raises as the import does."""
    from truemirror.adapters.contract_files import ContractFiles
    from truemirror.core.contract.carry.outgoing import bundled, schema_bundle
    from truemirror.core.contract.version import choose

    contracts = ContractFiles(config.contracts)
    found = choose(contracts.versions(service), version) or version or None
    documents = contracts.load(service, found)
    if kind == "schemas":
        return schema_bundle(documents, service, str(found)), str(found)
    return bundled(documents, f"{service} {found}"), str(found)


def document_text(document: dict[str, Any], path: Path | None) -> bytes:
    """A document as a file's content: JSON, but YAML where the file is called so."""
    from truemirror.adapters.foreign_files import rendered

    return rendered(document, as_yaml=path is not None and path.suffix.lower() in (".yaml", ".yml"))
