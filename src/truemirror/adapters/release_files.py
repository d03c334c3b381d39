"""What was published, as contracts/<service>/versions.json beside the versions, and as git remembers it.

    {"format": 1, "versions": {"1.0.0": {"digest": "...", "published": "2026-03-02", "until": "...", "reason": "..."}}}

Rules: the file is written whole or not at all; a newer format is refused; git is only ever asked, and no answer is no
memory.
"""

import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from truemirror.core.contract.release import Release
from truemirror.core.contract.version import is_version, ordered
from truemirror.disk import write_whole
from truemirror.errors import FormatError, StoreError

FILE: Final = "versions.json"
_FORMAT = 1
_MOST_COMMITS = 500
_FIX = "restore the file from git; `truemirror publish` writes it"


class ReleaseFiles:
    """Releases in a folder of contracts."""

    def __init__(self, contracts: Path) -> None:
        """Keep the folder, which need not exist yet."""
        self._contracts = contracts

    def load(self, service: str) -> tuple[Release, ...]:
        """All releases of a service, oldest version first; none without a file. Raises FormatError, StoreError."""
        path = self._contracts / service / FILE
        try:
            text = path.read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            return ()
        except UnicodeDecodeError as error:
            raise FormatError(f"is not UTF-8: {error.reason}", where=str(path), fix=_FIX) from None
        except OSError as error:
            raise StoreError(f"cannot be read: {error.strerror}", where=str(path)) from None
        return _parsed(text, str(path))

    def save(self, service: str, releases: Iterable[Release]) -> Path:
        """Write all releases of a service; gives back the file. Raises StoreError."""
        path = self._contracts / service / FILE
        by_version = {one.version: _told(one) for one in releases}
        versions = {version: by_version[version] for version in ordered(by_version)}
        text = json.dumps({"format": _FORMAT, "versions": versions}, ensure_ascii=False, indent=2) + "\n"
        write_whole(path, text.encode())
        return path

    def remembered(self, service: str) -> tuple[Release, ...]:
        """Each version as git first knew it to be published; nothing where git knows of none."""
        found: dict[str, Release] = {}
        folder = self._contracts / service
        log = _git(folder, "log", f"-{_MOST_COMMITS}", "--format=%H", "--", FILE)
        for commit in log.split():
            text = _git(folder, "show", f"{commit}:./{FILE}")
            try:
                found |= {one.version: one for one in _parsed(text, FILE)} if text else {}
            except FormatError:  # a state that was mended later is no memory
                continue
        return tuple(found[version] for version in ordered(found))


def _parsed(text: str, where: str) -> tuple[Release, ...]:
    """Releases from the text of a file. Raises FormatError."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"is not JSON: {error}", where=where, fix=_FIX) from None
    if not isinstance(document, Mapping) or not isinstance(document.get("versions"), Mapping):
        raise FormatError("holds no versions", where=where, fix=_FIX)
    if document.get("format") != _FORMAT:
        told = f"is of format {document.get('format')!r}, and this truemirror reads {_FORMAT}"
        raise FormatError(told, where=where, fix="use a newer truemirror")
    versions = document["versions"]
    return tuple(_release(version, versions[version], where) for version in ordered(versions))


def _release(version: str, entry: Any, where: str) -> Release:
    """One release. Raises FormatError."""
    known = entry if isinstance(entry, Mapping) else {}
    texts = {name: known.get(name, "") for name in ("digest", "published", "until", "reason")}
    if not is_version(version) or not all(isinstance(one, str) for one in texts.values()) or not texts["digest"]:
        raise FormatError(f"the version {version!r} is no release", where=where, fix=_FIX)
    return Release(version, texts["digest"], texts["published"], texts["until"], texts["reason"])


def _told(one: Release) -> dict[str, str]:
    """One release, as it is written."""
    return dict(_pairs(one))


def _pairs(one: Release) -> Iterator[tuple[str, str]]:
    """Its words, those that say nothing left out."""
    yield "digest", one.digest
    yield "published", one.day
    if one.until:
        yield "until", one.until
    if one.reason:
        yield "reason", one.reason


def _git(folder: Path, *arguments: str) -> str:
    """What a git command prints; empty when there is no git, or it refuses."""
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=folder, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.CalledProcessError, UnicodeDecodeError):
        return ""
    return done.stdout
