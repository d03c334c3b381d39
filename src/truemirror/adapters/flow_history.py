"""The history of flows in a file.

    report/flows/history.jsonl     a line for each test and run, the last 50 runs of each test and target

Rules: a line that cannot be read is left out, never the whole; the file is had whole or not at all.
"""

import json
from collections.abc import Iterable
from pathlib import Path

from truemirror.core.flow.standing import Past, past_of, shortened
from truemirror.disk import write_whole
from truemirror.errors import StoreError

HISTORY = "history.jsonl"


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
