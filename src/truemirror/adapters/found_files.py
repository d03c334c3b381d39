"""Failures that attacks found, as files of a mirror: the FoundStore port on a disk.

    MIRROR/found/NAME.json    {"exchanges": [...], "format": 1, "found": {"message", "operation", "rule", "seed"}}

Rules: they are never served: no scenario, no part of one. A file is written wholly or not at all, inside its folder.
"""

import re
from pathlib import Path
from typing import Any

import orjson

from truemirror.core.attack import Found
from truemirror.core.mirror.document import Reading, decode_exchange, encode_exchange
from truemirror.core.mirror.fields import as_object, listed, text, whole
from truemirror.core.mirror.strict_json import parse_json
from truemirror.disk import write_whole
from truemirror.errors import FormatError, StoreError

FOUND = "found"
"""The folder's name inside a mirror's version."""
FORMAT = 1
_NAME = re.compile(r"[a-z][a-z0-9-]{0,99}\Z")
_LONGEST = 16 * 1024 * 1024
_BIG = 2**63


class FoundFiles:
    """The found failures of one mirror."""

    def __init__(self, folder: Path) -> None:
        """`folder` is that of the mirror's version."""
        self._folder = folder / FOUND

    def load(self) -> tuple[Found, ...]:
        """All of them, by name. Raises FormatError, StoreError."""
        try:
            paths = sorted(self._folder.glob("*.json")) if self._folder.is_dir() else []
            return tuple(_read(path) for path in paths if _NAME.match(path.stem))
        except OSError as error:
            raise StoreError(f"it cannot be read: {error.strerror}", where=str(self._folder)) from None

    def save(self, found: Found) -> str:
        """Keep one; gives back its path. Raises StoreError."""
        if not _NAME.match(found.name):
            raise StoreError(f"{found.name[:40]!r} is no name for a file", where=str(self._folder))
        path = self._folder / f"{found.name}.json"
        bodies: dict[str, bytes] = {}
        exchanges = [encode_exchange(one, "", bodies) for one in found.exchanges]
        if bodies:
            raise StoreError("a body is too long to be kept", where=str(path))
        about = {"message": found.message, "operation": found.operation, "rule": found.rule, "seed": str(found.seed)}
        document = {"exchanges": exchanges, "format": FORMAT, "found": about}
        write_whole(path, orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        return str(path)


def _read(path: Path) -> Found:
    """One of them. Raises FormatError."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _LONGEST:
        raise FormatError("is no file that truemirror wrote", where=str(path), fix="remove it")
    try:
        known = as_object(parse_json(path.read_bytes()), frozenset({"exchanges", "format", "found"}))
        if whole(known, "format", 0, _BIG) != FORMAT:
            raise FormatError("was written by a newer truemirror", where="format", fix="update truemirror")
        about: Any = as_object(known.get("found"), frozenset({"message", "operation", "rule", "seed"}))
        exchanges = tuple(decode_exchange(one, Reading(_no_body)) for one in listed(known, "exchanges"))
        if not exchanges:
            raise FormatError("holds no exchange", where="exchanges")
        said = {name: text(about, name, "") for name in ("rule", "operation", "message", "seed")}
        seed = int(said.pop("seed")) if said["seed"].isdecimal() and len(said["seed"]) < 50 else 0
        return Found(path.stem, said["rule"], said["operation"], said["message"], exchanges, seed)
    except FormatError as error:
        where = f"{path}, {error.where}" if error.where else str(path)
        raise FormatError(error.what, where=where, fix=error.fix or "remove it, and let it be found again") from None


def _no_body(name: str, size: int) -> bytes:
    """Large bodies have no files here."""
    raise FormatError(f"names a body of {size} bytes in the file {name[:20]!r}, which is not kept here", where="file")
