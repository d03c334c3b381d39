"""Identifiers: a letter that names the kind and a running number, such as `d42`."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"[1-9][0-9]{0,14}")


def write_id(prefix: str, number: int) -> str:
    """Return the identifier of the record with this number."""
    return f"{prefix}{number}"


def read_id(prefix: str, text: str) -> int:
    """Return the number in an identifier, or 0, which no record has, if it is not one of this kind."""
    digits = text.removeprefix(prefix)
    return int(digits) if text.startswith(prefix) and _NUMBER.fullmatch(digits) else 0
