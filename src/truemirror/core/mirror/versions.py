"""The order of contract versions: by semantic versioning, names that are none first.

Rules: the order is total; numbers count as numbers (1.10 after 1.9), a pre-release comes before its release, missing
numbers are zero (1.2 and 1.2.0 differ only by their text).
"""

import re

_SEMVER = re.compile(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?\Z")

Order = tuple[int, tuple[int, int, int], int, tuple[tuple[int, int, str], ...], str]


def version_order(version: str) -> Order:
    """A key to sort versions by, the oldest first (Semantic Versioning 2.0.0 §11)."""
    found = _SEMVER.match(version)
    if found is None:
        return (0, (0, 0, 0), 0, (), version)
    numbers = (int(found[1]), int(found[2] or 0), int(found[3] or 0))
    before = tuple(_identifier(one) for one in found[4].split(".")) if found[4] else ()
    return (1, numbers, 0 if before else 1, before, version)


def _identifier(text: str) -> tuple[int, int, str]:
    """An identifier of a pre-release: numbers by value and before texts."""
    return (0, int(text), "") if text.isdecimal() else (1, 0, text)
