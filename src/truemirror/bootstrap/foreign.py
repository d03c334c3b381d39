"""Wiring of import and export."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from truemirror.config import Config
    from truemirror.ports import MirrorStore, Progress
    from truemirror.usecases.export import Exported
    from truemirror.usecases.import_ import Imported, Wanted


def import_files(config: Config, paths: Sequence[str], wanted: Wanted, progress: Progress | None = None) -> Imported:
    """Carry another tool's files over into a mirror. Raises UsageError, FormatError, StoreError."""
    import os
    from dataclasses import replace

    from truemirror.adapters.foreign_files import ForeignFiles
    from truemirror.adapters.mirror_files import MirrorFiles
    from truemirror.usecases.cleaning import CleaningStore
    from truemirror.usecases.import_ import import_recordings
    from truemirror.usecases.redact import Redactor, policy_of

    known = config.services.get(wanted.service)
    redactor = Redactor(policy_of(config.redaction))

    def open_store(day: str) -> MirrorStore:
        """The mirrors, for recordings of that day."""
        return CleaningStore(MirrorFiles(config.mirrors, today=lambda: day), redactor, os.getpid)

    wanted = replace(
        wanted,
        version=wanted.version or (known.contract if known else ""),
        known_hosts=tuple(known.hosts) if known else (),
    )
    return import_recordings(open_store, redactor, ForeignFiles().sources(wanted.format, paths), wanted, progress)


def export_of(config: Config, format_name: str, service: str, *, version: str, scenario: str, base: str) -> Exported:
    """A mirror in another tool's format. Raises UsageError, FormatError, StoreError."""
    from truemirror import __version__
    from truemirror.adapters.mirror_files import MirrorFiles
    from truemirror.usecases.export import export_mirror

    store = MirrorFiles(config.mirrors)
    return export_mirror(
        store, format_name, service, version=version, scenario=scenario, base=base, truemirror=__version__
    )


def exported_text(exported: Exported, format_name: str, path: Path | None) -> bytes:
    """The document as a file's content: YAML for cassettes, but JSON where the file is called so."""
    from truemirror.adapters.foreign_files import rendered

    as_yaml = format_name == "vcr" and not (path is not None and path.suffix.lower() == ".json")
    return rendered(exported.document, as_yaml=as_yaml)


def write_file(path: Path, content: bytes) -> None:
    """Write a file, wholly or not at all. Raises StoreError."""
    from truemirror.disk import write_whole

    write_whole(path, content)
