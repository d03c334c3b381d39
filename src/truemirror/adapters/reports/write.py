"""Write all reports of a judgement into one folder.

Rules: write beside, then rename; a disk that refuses is a StoreError that names the file.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from truemirror.adapters.reports.documents import verdict_json
from truemirror.adapters.reports.junit import junit_xml
from truemirror.adapters.reports.markdown import summary_markdown
from truemirror.adapters.reports.page import report_page
from truemirror.core.gate.evidence import Evidence
from truemirror.disk import write_whole

FILES: Mapping[str, Callable[[Evidence], str]] = {
    "index.html": report_page,
    "junit.xml": junit_xml,
    "summary.md": summary_markdown,
    "verdict.json": verdict_json,
}
"""Every report's file name and what renders it."""
_FIX = "free some space, or name another folder with --report"


def write_reports(evidence: Evidence, folder: Path) -> tuple[Path, ...]:
    """Render and write every report; gives back their paths. Raises StoreError."""
    written: list[Path] = []
    for name, render in FILES.items():
        path = folder / name
        write_whole(path, render(evidence).encode("utf-8", "replace"), "the report cannot be written", _FIX)
        written.append(path)
    return tuple(written)
