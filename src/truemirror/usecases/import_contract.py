"""Import an OpenAPI document as a contract version.

Rules: nothing is written before the project's own reading took the folder; a version that exists is never changed
silently, one that is published never at all; what could not be carried over as it was is in the result.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from truemirror.core.contract.carry.incoming import Lost, folder_of
from truemirror.core.contract.conformance import Conformance
from truemirror.core.contract.openapi.detect import interface_of
from truemirror.core.contract.reading import parse_contract
from truemirror.core.contract.version import FIRST, is_version, next_minor
from truemirror.errors import UsageError
from truemirror.ports import ContractStore, ReleaseStore


@dataclass(frozen=True, slots=True)
class ImportedContract:
    """What an import came to."""

    service: str
    version: str
    operations: int
    schemas: int
    """Documents beside openapi.yaml."""
    written: tuple[str, ...]
    """Paths of documents that changed; empty where the version said all of it before."""
    left_out: tuple[Lost, ...] = ()


def import_contract(
    contracts: ContractStore,
    releases: ReleaseStore,
    source: tuple[Mapping[str, Any], str],
    service: str,
    version: str = "",
    *,
    overwrite: bool = False,
) -> ImportedContract:
    """Write a document, with those it refers to, as a version. Raises FormatError, UsageError, StoreError."""
    contents, first = source
    folder = folder_of(contents, first)
    version = version or _version_of(contents[first])
    if not is_version(version):
        raise UsageError(f"{version!r} is no version", where="--as", fix=f"use numbers: --as {FIRST}")
    contract = parse_contract(service, version, folder.documents)
    Conformance(contract).compile()
    interface_of(folder.documents, "", f"{service} {version}")
    written: tuple[str, ...] = ()
    if not _is_there(contracts, releases, service, version, folder.documents, overwrite=overwrite):
        written = tuple(contracts.save(service, version, folder.documents))
    count = len(contract.operations)
    return ImportedContract(service, version, count, len(folder.documents) - 1, written, folder.lost)


def _version_of(root: Any) -> str:
    """The version that a document gives itself, where it is one; else the first."""
    info = root.get("info")
    said = str(info.get("version", "")) if isinstance(info, Mapping) else ""
    said = said.removeprefix("v")
    return said if is_version(said) else FIRST


def _is_there(
    contracts: ContractStore,
    releases: ReleaseStore,
    service: str,
    version: str,
    documents: Mapping[str, Any],
    *,
    overwrite: bool,
) -> bool:
    """Whether the version is there already and says the same. Raises UsageError where it says something else."""
    if version not in contracts.versions(service):
        return False
    if dict(contracts.load(service, version)) == dict(documents):
        return True
    what = f"there is a contract {service} {version}, and it says something else"
    if version in {one.version for one in releases.load(service)}:
        raise UsageError(f"{what}; it is published", where="--as", fix=f"write it as --as {next_minor(version)}")
    if not overwrite:
        raise UsageError(what, where="--as", fix=f"write it as --as {next_minor(version)}, or add --overwrite")
    return False
