"""What consumers need, as contracts/<provider>/usage/<consumer>.json beside the provider's versions.

Rules: what is read is limited in size and never executed; a file is written whole or not at all, sorted as it was made,
so that importing the same again changes no byte; a name cannot lead out of the folder.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from truemirror.core.contract.json_text import read_json
from truemirror.core.usage.needs import Expectation, document, read
from truemirror.disk import write_whole
from truemirror.errors import FormatError, StoreError

FOLDER: Final = "usage"
LARGEST: Final = 32 * 1024 * 1024
"""Bytes of one file."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}\Z")


class UsageFiles:
    """Expectations in a folder of contracts."""

    def __init__(self, contracts: Path) -> None:
        """Keep the folder, which need not exist yet."""
        self._contracts = contracts

    def path(self, provider: str, consumer: str) -> Path:
        """The file of a consumer. Raises StoreError for names that cannot be a folder's and a file's."""
        for name in (provider, consumer):
            if not _NAME.match(name):
                fix = "use letters, digits, dots, dashes and underscores"
                raise StoreError(f"{name[:100]!r} cannot be the name of a file", fix=fix)
        return self._contracts / provider / FOLDER / f"{consumer}.json"

    def files(self, provider: str) -> tuple[Path, ...]:
        """The files of all consumers of a provider, sorted."""
        folder = self._contracts / provider / FOLDER
        return tuple(sorted(one for one in folder.glob("*.json") if not one.name.startswith(".") and one.is_file()))

    def load(self, provider: str) -> Iterator[Expectation]:
        """What all consumers of a provider need. Raises FormatError, StoreError."""
        for path in self.files(provider):
            yield self.read(path)

    def read(self, path: Path) -> Expectation:
        """One file. Raises FormatError, StoreError."""
        try:
            if path.stat().st_size > LARGEST:
                raise FormatError(f"is larger than {LARGEST // 1024**2} MB", where=str(path), fix="split the pact")
            return read(read_json(path.read_bytes()), str(path))
        except OSError as error:
            raise StoreError(f"cannot be read: {error.strerror}", where=str(path)) from None
        except ValueError as error:
            raise FormatError(f"is not JSON: {error}", where=str(path), fix="restore the file from git") from None

    def save(self, expectation: Expectation) -> bool:
        """Write one file; gives back whether it changed. Raises StoreError."""
        path = self.path(expectation.provider, expectation.consumer)
        text = json.dumps(document(expectation), ensure_ascii=False, indent=2) + "\n"
        return write_whole(path, text.encode("utf-8", "surrogatepass"))
