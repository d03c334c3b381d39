"""Keep what happened in a test of a flow: masked, in its folder, with its page.

Rules: this is the only way from a trace to the disk, so that nothing is written that was not masked.
"""

from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from truemirror.core.flow.trace import Trace

if TYPE_CHECKING:
    from truemirror.adapters.flow_files import Kept
    from truemirror.core.flow.thin import Limits
    from truemirror.core.mirror.redaction_names import RedactionPolicy


def keep_trace(
    folder: Path,
    trace: Trace,
    files: Mapping[str, bytes] | None = None,
    *,
    policy: "RedactionPolicy | None" = None,
    again: str = "",
    limits: "Limits | None" = None,
) -> "Kept":
    """Keep one test's trace below `folder`, instead of the one before. Raises StoreError, FormatError.

    `files` are those of the telling try (`core.flow.thin.kept_try`: the first that failed): pictures by the names that
    its steps have, `dom.html`, `page.mhtml`, `driver.log`. `again` is the line that runs the test again.
    """
    from truemirror.adapters.flow_files import write_trace
    from truemirror.adapters.reports.flow_page import flow_page
    from truemirror.core.flow.thin import Limits, is_failure, lean
    from truemirror.core.mirror.redaction_names import DEFAULT_POLICY
    from truemirror.usecases.mask_trace import mask_trace

    limits = limits or Limits()
    kept, beside = (trace, files) if is_failure(trace) else (lean(trace), {})
    masked = mask_trace(kept, beside, policy or DEFAULT_POLICY)
    return write_trace(folder, masked, partial(flow_page, again=again, limits=limits), limits)


def keep_index(folder: Path, ran: Collection[str] | None = None) -> Path:
    """Write the page over all traces of a folder; gives back where it is. Raises StoreError, FormatError.

    `ran` are the tests of this run; others in the folder are shown apart, as from earlier runs.
    """
    from truemirror.adapters.flow_files import write_index
    from truemirror.adapters.reports.flow_index import flow_index

    return write_index(folder, lambda kept: flow_index(((one.trace, _link(one)) for one in kept), ran))


def read_traces(folder: Path) -> "tuple[Kept, ...]":
    """Every trace below a folder, failures first. Raises FormatError, StoreError."""
    from truemirror.adapters.flow_files import read_traces

    return read_traces(folder)


def _link(kept: "Kept") -> str:
    """Where a test's page is, relative to the folder of all."""
    return f"{kept.folder.name}/{kept.page.name}" if kept.page else ""
