"""Where a key stands in a TOML text, which the parser of the standard library does not tell.

Rules: the text was parsed before, so it is well-formed; a key inside an inline table is given its table's line.
The tables of a list are numbered from 1: `("waivers", "2", "until")`.
"""

import re
import tomllib
from collections import Counter

KeyPath = tuple[str, ...]
"""The names that lead to a key: `("tool", "truemirror", "service")`."""

_HEADER = re.compile(r"\s*\[(?P<list>\[?)(?P<keys>(?:[^\]\"']|\"(?:[^\"\\]|\\.)*\"|'[^']*')+)\]")
_NAME = r"(?:[A-Za-z0-9_-]+|\"(?:[^\"\\]|\\.)*\"|'[^']*')"
_KEY = re.compile(rf"\s*(?P<keys>{_NAME}(?:\s*\.\s*{_NAME})*)\s*=")
_TRIPLE = re.compile(r"\"\"\"|'''")


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line of every table header and every key that begins a line, by path, counted from 1."""
    lines: dict[KeyPath, int] = {}
    numbers: Counter[KeyPath] = Counter()
    table: KeyPath = ()
    unnumbered: KeyPath = ()
    quoted = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if not quoted:
            if header := _HEADER.match(line):
                table = unnumbered = _path(header["keys"])
                _note(lines, table, number)
                if header["list"]:
                    numbers[table] += 1
                    table = (*table, str(numbers[table]))
                _note(lines, table, number)
            elif key := _KEY.match(line):
                _note(lines, table + _path(key["keys"]), number)
                _note(lines, unnumbered + _path(key["keys"]), number)
        quoted = _quote_after(line, quoted)
    return lines


def line_of(lines: dict[KeyPath, int], path: KeyPath) -> int | None:
    """The line of a key, or of the nearest thing around it."""
    return next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), None)


def _note(lines: dict[KeyPath, int], path: KeyPath, number: int) -> None:
    """Keep the first line that mentions a path, and each table around it."""
    for end in range(1, len(path) + 1):
        lines.setdefault(path[:end], number)


def _path(keys: str) -> KeyPath:
    """The names of a dotted key, quotes and escapes resolved by the parser itself."""
    try:
        found = tomllib.loads(f"{keys.strip()} = 0")
    except tomllib.TOMLDecodeError:
        return ()  # a line of a longer value that only looks like a key
    path: list[str] = []
    inner: object = found
    while isinstance(inner, dict):
        name, inner = next(iter(inner.items()))
        path.append(name)
    return tuple(path)


def _quote_after(line: str, quoted: str) -> str:
    """Which kind of long text is open after a line, given which was open before it."""
    for quote in _TRIPLE.findall(line):
        if not quoted:
            quoted = quote
        elif quote == quoted:
            quoted = ""
    return quoted
