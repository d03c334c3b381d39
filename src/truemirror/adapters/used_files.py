"""Reports of what was asked of mirrors, as files.

Rules: a report is written beside its place and renamed, so that its reader never finds half of it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from truemirror.core.mirror.used import Report, read_report
from truemirror.disk import write_whole
from truemirror.errors import FormatError, StoreError

_LARGEST = 256 * 1_048_576


def write_report(path: Path, document: Mapping[str, Any]) -> None:
    """Write a report. Raises StoreError."""
    text = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    write_whole(path, text, "the report cannot be written")


def load_report(path: Path) -> Report:
    """Read a report. Raises FormatError for what is none, StoreError when it cannot be read."""
    try:
        if path.stat().st_size > _LARGEST:
            raise FormatError("this is too large to be a report", where=str(path))
        return read_report(orjson.loads(path.read_bytes()), str(path))
    except OSError as error:
        fix = "write it first: pytest --mirror-report FILE"
        raise StoreError(f"the report cannot be read: {error.strerror}", where=str(path), fix=fix) from None
    except orjson.JSONDecodeError as error:
        raise FormatError(f"this is no JSON: {error.msg}", where=f"{path}:{error.lineno}") from None
