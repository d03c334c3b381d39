"""Fault plans in a file: a TOML or JSON table from services (`*` for all) to the rules of their sessions.

Rules: what cannot be read is a UsageError with its place; a file is small, and one that is not is refused.
"""

import json
import tomllib
from pathlib import Path

from truemirror.core.mirror.plan import Plan
from truemirror.core.mirror.plan_text import parse_plan
from truemirror.errors import UsageError

_LARGEST = 1_048_576
_EXAMPLE = 'tags = ["call 3: reset"]'


def read_plans(path: Path) -> dict[str, Plan]:
    """The plans of a file, by service. Raises UsageError."""
    where = str(path)
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST + 1).decode()
    except OSError as error:
        raise UsageError(f"the plan cannot be read: {error.strerror}", where=where, fix="name a file") from None
    except UnicodeDecodeError:
        raise UsageError("the plan is no text", where=where, fix=f"write TOML or JSON: {_EXAMPLE}") from None
    if len(text) > _LARGEST:
        raise UsageError("the plan is larger than 1 MiB", where=where, fix="write fewer rules")
    try:
        found = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"the plan cannot be read: {error}", where=where, fix=f"write for example {_EXAMPLE}"
        ) from None
    if not isinstance(found, dict):
        raise UsageError("a plan is a table of services", where=where, nearest=_EXAMPLE)
    return {name: parse_plan(rules, f"{where}: {name}") for name, rules in found.items()}
