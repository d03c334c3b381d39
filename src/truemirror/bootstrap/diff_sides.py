"""What the sides of `truemirror diff` name: files, folders, SERVICE@VERSION among the contracts, or what git remembers.

Rules: what exists as a path is that path; a name that leads nowhere is a UsageError with the nearest one that does.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from truemirror.errors import TruemirrorError, UsageError

if TYPE_CHECKING:
    from truemirror.config import Config
    from truemirror.usecases.diff import Documents


@dataclass(frozen=True, slots=True)
class Side:
    """One side, as it was read."""

    documents: Documents
    service: str
    """Whose contract it is, as far as its place tells; else empty."""


def side(text: str, config: Config) -> Side:
    """What a text names. Raises UsageError, FormatError, StoreError."""
    path = Path(text)
    if path.exists():
        return _at(text, path, _service_of(config, path))
    service, at, version = text.partition("@")
    if at and service and "/" not in text:
        return _version(text, service, version, config)
    revision, colon, inside = text.partition(":")
    if colon and revision and inside:
        return _remembered(text, revision, inside, config)
    near = get_close_matches(path.name, _names(path.parent), n=1, cutoff=0.5)
    nearest = str(path.parent / near[0]) if near else ""
    raise UsageError(
        "does not exist", where=text, nearest=nearest, fix="name a file, a folder, SERVICE@VERSION or REVISION:PATH"
    )


def _names(folder: Path) -> list[str]:
    """What lies in a folder; nothing where there is none."""
    try:
        return [one.name for one in folder.iterdir()]
    except OSError:
        return []


def _at(text: str, path: Path, service: str) -> Side:
    """The documents at a place. Raises FormatError, StoreError."""
    from truemirror.adapters.contract_files import documents_at
    from truemirror.usecases.diff import Documents

    return Side(Documents(text, *documents_at(path)), service)


def _version(text: str, service: str, version: str, config: Config) -> Side:
    """A version of the contracts. Raises UsageError, FormatError, StoreError."""
    from truemirror.adapters.contract_files import ContractFiles

    files = ContractFiles(config.contracts)
    known = {one: files.versions(one) for one in files.services()}
    if version not in known.get(service, ()):
        names = [f"{name}@{one}" for name, versions in known.items() for one in versions]
        near = get_close_matches(text, names, n=3, cutoff=0.3)
        raise UsageError(
            f"there is no contract {text}",
            where=str(config.contracts),
            nearest=", ".join(near or names[:3]),
            fix="name a version of the contracts; `truemirror infer SERVICE` makes the first",
        )
    return _at(text, config.contracts / service / version, service)


def _remembered(text: str, revision: str, inside: str, config: Config) -> Side:
    """What git remembers of a path. Raises UsageError, FormatError, StoreError."""
    from truemirror.adapters.git_folder import as_it_was, is_revision

    here = Path.cwd()
    if not is_revision(revision, here):
        raise UsageError(
            f"there is no such file, and git knows no revision {revision!r} here",
            where=text,
            fix="name a branch, a tag or a commit, a colon, and a path: main:contracts/tags/1.0.0",
        )
    with as_it_was(revision, inside, here) as path:
        try:
            return _at(text, path, _service_of(config, here / inside))
        except TruemirrorError as error:
            error.where = error.where.replace(str(path), text)
            raise


def _service_of(config: Config, path: Path) -> str:
    """The service in whose folder of contracts a path lies; empty where it lies elsewhere."""
    root, whole = config.contracts.resolve(), path.resolve()
    parts = whole.relative_to(root).parts if whole.is_relative_to(root) else ()
    return parts[0] if parts else ""
