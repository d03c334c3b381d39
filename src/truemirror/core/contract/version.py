"""Contract versions: which is newer, and which one a wish names.

Rules: versions are ordered as mirrors' versions are; "1.2" stands for the newest 1.2.x when it is asked for and does
not exist itself.
"""

import re
from collections.abc import Iterable

from truemirror.core.mirror.versions import version_order

FIRST = "1.0.0"
"""The version of a contract that is written for the first time."""

UNVERSIONED = "0"
"""The version of a mirror that was recorded before there was a contract."""

_NUMBERS = re.compile(r"(\d+)(?:\.(\d+))?")
_NAME = re.compile(r"\d+(\.\d+){0,2}(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?\Z")


def is_version(text: str) -> bool:
    """Whether a text names a version: one to three numbers, perhaps with a pre-release or build."""
    return bool(_NAME.match(text)) and len(text) <= 64


def ordered(versions: Iterable[str]) -> tuple[str, ...]:
    """Versions, oldest first."""
    return tuple(sorted(versions, key=version_order))


def choose(versions: Iterable[str], wanted: str = "") -> str | None:
    """The version that a wish names: itself, else the newest that begins with it; the newest of all for no wish."""
    known = ordered(versions)
    if not wanted:
        return known[-1] if known else None
    if wanted in known:
        return wanted
    fitting = [version for version in known if version.startswith((wanted + ".", wanted + "-"))]
    return fitting[-1] if fitting else None


def next_minor(version: str) -> str:
    """The version to propose after one: a minor step, since whether it breaks anyone is not known here."""
    found = _NUMBERS.match(version)
    return f"{int(found[1])}.{int(found[2] or 0) + 1}.0" if found else FIRST
