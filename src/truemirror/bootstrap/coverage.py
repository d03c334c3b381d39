"""Wiring of `truemirror coverage`, and of what tells it which recordings were used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from truemirror.config import Config
    from truemirror.ports import Progress
    from truemirror.usecases.coverage import CoverageResult, Limits
    from truemirror.usecases.replay import Replayer


def coverage(
    config: Config,
    services: Sequence[str] = (),
    *,
    used: Sequence[Path] = (),
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> CoverageResult:
    """What the mirrors of a configuration cover; `used` are reports of runs that asked them.

    Raises UsageError, FormatError for a file that is no report, StoreError.
    """
    from truemirror.adapters.clock import SystemClock
    from truemirror.adapters.mirror_files import MirrorFiles
    from truemirror.adapters.used_files import load_report
    from truemirror.bootstrap import contract_store
    from truemirror.core.mirror.used import together
    from truemirror.usecases.coverage import coverage as count

    report = together([load_report(path) for path in used])
    store = MirrorFiles(config.mirrors)
    today = SystemClock().today()
    return count(
        config, store, contract_store(config), today, services, report=report, limits=limits, progress=progress
    )


def report_used(path: Path, replayers: Mapping[str, Replayer]) -> None:
    """Write which recordings answered, for `coverage` to read. Raises StoreError."""
    from truemirror.adapters.used_files import write_report
    from truemirror.core.mirror.used import report_document, use_document

    parts = {
        name: use_document(
            one.index, one.tally.used, hits=one.tally.hits, misses=one.tally.misses, recordings=len(one.index.exchanges)
        )
        for name, one in replayers.items()
    }
    write_report(path, report_document(parts))
