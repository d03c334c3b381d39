"""JSON files read strictly: what two parsers could understand in two ways is refused.

Rules: the fast parser reads what it can; only what it refuses, or what may hold a key twice, goes through the slow one,
which knows where the mistake is. Errors name line and column in `where`.
"""

import json
import re
from typing import Any

import orjson

from truemirror.errors import FormatError

_CONFLICT = re.compile(rb"^(<{7}|={7}|>{7})( |$)", re.MULTILINE)
_TOO_DEEP = "is nested too deeply"


def parse_json(raw: bytes) -> Any:
    """The value of a JSON text in UTF-8. Raises FormatError."""
    try:
        value = orjson.loads(raw)
        # Every key is followed by a colon, so a text with more of these than its value may have a key twice.
        if raw.count(b":") == orjson.dumps(value).count(b":"):
            return value
    except (ValueError, TypeError):
        pass
    return _parse_slowly(raw)


def _parse_slowly(raw: bytes) -> Any:
    """The same with a good account of what is wrong; reads lone surrogates, too, which the fast parser refuses."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError("is not UTF-8", where=_place(raw, error.start)) from None
    conflict = _CONFLICT.search(raw)
    if conflict:
        raise FormatError(
            "holds an unresolved merge conflict",
            where=_place(raw, conflict.start()),
            fix="take one side (`git checkout --ours` or `--theirs`), or record the scenario again",
        )
    try:
        return json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise FormatError(f"is not JSON: {error.msg}", where=where) from None
    except RecursionError:
        raise FormatError(_TOO_DEEP) from None
    except ValueError:  # an integer of thousands of digits
        raise FormatError("holds a number that is too long") from None


def _place(raw: bytes, offset: int) -> str:
    """Line and column of a byte."""
    line, column = raw.count(b"\n", 0, offset) + 1, offset - raw.rfind(b"\n", 0, offset)
    return f"line {line}, column {column}"


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys are all different."""
    document = dict(pairs)
    if len(document) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise FormatError(f"holds the key {twice!r} twice in one object")
    return document


def _no_constant(name: str) -> Any:
    """NaN and Infinity are no JSON."""
    raise FormatError(f"is not JSON: {name} is no JSON number")
