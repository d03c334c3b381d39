"""Wiring of `truemirror load`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from truemirror.config import Config
    from truemirror.usecases.load_derive import DerivedLoad


def derive_load(
    config: Config, services: Sequence[str], name: str, *, rate: float = 10.0, think: float = 0.0, errors: bool = False
) -> DerivedLoad:
    """A profile of the mirrors of some services. Raises UsageError, FormatError, StoreError."""
    from truemirror.adapters.mirror_files import MirrorFiles
    from truemirror.core.load.derive import How
    from truemirror.usecases.load_derive import derive_from_mirrors, means_of

    how = How(name, rate, think, means_of(config, services), errors)
    return derive_from_mirrors(config, MirrorFiles(config.mirrors), services, how)


def keep_load(derived: DerivedLoad, profile: Path | None, locust: Path | None) -> tuple[tuple[Path, bool], ...]:
    """Write the files that were asked for; gives back each with whether it changed. Raises StoreError."""
    from truemirror.disk import write_whole

    wanted = ((profile, derived.text), (locust, derived.locust))
    return tuple((path, write_whole(path, text.encode())) for path, text in wanted if path is not None)
