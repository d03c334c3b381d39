"""The history of flows and the report of one run, written where results are shown.

    report/flows/history.jsonl     a line for each test and run, the last 50 runs of each test and target

Rules: a line that cannot be read is left out, never the whole; what cannot be written is told and breaks the run.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from truemirror.bootstrap.flow_pages import keep_index
from truemirror.core.flow.standing import Past, past_of, shortened
from truemirror.disk import write_whole
from truemirror.errors import StoreError, TruemirrorError

HISTORY = "history.jsonl"
FORMAT = "truemirror-flows/1"


def write_down(config: pytest.Config, told: Iterable[Mapping[str, Any]]) -> str:
    """Add a run to the history, and write the report that was asked for; gives back what went wrong."""
    listed = list(told)
    asked = config.getoption("--flows-report")
    try:
        folder = Path(listed[0]["folder"])
        new = [past for one in listed if (past := past_of(one["past"])) is not None]
        write_history(folder, [*read_history(folder), *new])
        keep_index(folder)
        if asked:
            report = {"format": FORMAT, "folder": str(folder), "flows": [_document(one) for one in listed]}
            content = json.dumps(report, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace")
            write_whole(config.invocation_params.dir / asked, content)
    except TruemirrorError as error:
        return str(error)
    return ""


def read_history(folder: Path) -> tuple[Past, ...]:
    """What is known of earlier runs. Raises StoreError."""
    try:
        lines = (folder / HISTORY).read_text("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise StoreError(f"the history cannot be read: {error.strerror}", where=str(folder / HISTORY)) from None
    return tuple(past for line in lines if (past := _read(line)) is not None)


def write_history(folder: Path, history: Iterable[Past]) -> None:
    """Keep the last runs of each test. Raises StoreError."""
    lines = (json.dumps(one.document(), ensure_ascii=False) for one in shortened(history))
    content = "".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace")
    write_whole(folder / HISTORY, content, "the history cannot be written")


def _read(line: str) -> Past | None:
    """A line; None for one that cannot be read."""
    try:
        document = json.loads(line)
    except ValueError:
        return None
    return past_of(document) if isinstance(document, dict) else None


def _document(told: Mapping[str, Any]) -> dict[str, Any]:
    """One flow in the report of a run."""
    beside = {one["name"]: {"text": one["text"], "quarantined": one["held"]} for one in told["beside"]}
    return {"title": told["title"], **told["past"], "beside": beside, "quarantine": told["held"]}
