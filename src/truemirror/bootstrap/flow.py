"""Wiring of `truemirror flow`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from truemirror.config import Config
    from truemirror.usecases.flow import Flowing


def flow(config: Config, service: str, *, version: str = "", write: bool = False) -> Flowing:
    """Where values flow in a service's mirror. Raises UsageError, FormatError, StoreError."""
    from truemirror.adapters.mirror_files import MirrorFiles
    from truemirror.usecases.flow import flow as find

    return find(MirrorFiles(config.mirrors), service, version or None, write=write)


def is_newest(config: Config, service: str, version: str) -> bool:
    """Whether a mirror is the one that is meant where no version is named. Raises StoreError."""
    from truemirror.adapters.mirror_files import MirrorFiles

    return MirrorFiles(config.mirrors).versions(service)[-1:] == (version,)
