"""The start line of a service: how `start` becomes the arguments of a command.

Rules: no shell reads it, quotes work as in one; only known placeholders are filled in, `{{` and `}}` stand for braces.
"""

import re
import shlex
from collections.abc import Mapping

PLACEHOLDERS = ("port", "python")
"""What may stand in braces."""

_BRACED = re.compile(r"\{\{|\}\}|\{([A-Za-z_]+)\}")


def unknown_placeholders(start: str) -> tuple[str, ...]:
    """Names in braces that nothing is known for."""
    return tuple(name for name in _BRACED.findall(start) if name and name not in PLACEHOLDERS)


def arguments(start: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """The command and its arguments, filled in. Raises ValueError where a quote is not closed."""
    return tuple(_BRACED.sub(lambda found: _filled(found, values), part) for part in shlex.split(start))


def _filled(found: re.Match[str], values: Mapping[str, str]) -> str:
    """What stands for one thing in braces."""
    name = found[1]
    return values.get(name, found[0]) if name else found[0][0]
