"""Keep what happened in a test of a flow: masked, in its folder, with its page.

Rules: this is the only way from a trace to the disk, so that nothing is written that was not masked.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from truemirror.adapters.flow_files import Kept, read_traces, write_index, write_trace
from truemirror.adapters.reports.flow_index import flow_index
from truemirror.adapters.reports.flow_page import flow_page
from truemirror.core.flow.thin import Limits
from truemirror.core.flow.trace import Trace
from truemirror.core.mirror.redaction_names import DEFAULT_POLICY, RedactionPolicy
from truemirror.usecases.mask_trace import mask_trace

__all__ = ["Kept", "Limits", "keep_index", "keep_trace", "read_traces"]


def keep_trace(
    folder: Path,
    trace: Trace,
    files: Mapping[str, bytes] | None = None,
    *,
    policy: RedactionPolicy = DEFAULT_POLICY,
    again: str = "",
    limits: Limits | None = None,
) -> Kept:
    """Keep one test's trace below `folder`, instead of the one before. Raises StoreError, FormatError.

    `files` are those of the telling try (`core.flow.thin.kept_try`: the first that failed): pictures by the names that
    its steps have, `dom.html`, `page.mhtml`, `driver.log`. `again` is the line that runs the test again.
    """
    masked = mask_trace(trace, files, policy)
    return write_trace(folder, masked, partial(flow_page, again=again, limits=limits or Limits()), limits)


def keep_index(folder: Path) -> Path:
    """Write the page over all traces of a folder; gives back where it is. Raises StoreError, FormatError."""
    return write_index(folder, lambda kept: flow_index((one.trace, _link(one)) for one in kept))


def _link(kept: Kept) -> str:
    """Where a test's page is, relative to the folder of all."""
    return f"{kept.folder.name}/{kept.page.name}" if kept.page else ""
