"""Finding the configuration: the nearest file from the working directory upwards, inside its repository.

Rules: a file that cannot be read is told, never skipped; TRUEMIRROR_CONFIG names a file instead of the search; without
any file everything has its default.
"""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from truemirror.config.model import Config
from truemirror.config.reading import parse
from truemirror.errors import ConfigError

FILE = "truemirror.toml"
"""The configuration's own file, for repositories that are not Python."""

PYPROJECT = "pyproject.toml"

VARIABLE = "TRUEMIRROR_CONFIG"
"""The environment variable that may name the file."""

_PLACE = re.compile(r"^(?P<what>.*) \(at line (?P<line>\d+), column (?P<column>\d+)\)$", re.DOTALL)


def load(start: Path | None = None) -> Config:
    """The configuration that holds in a folder (the working directory when none is given). Raises ConfigError."""
    start = (start or Path.cwd()).absolute()
    if named := os.environ.get(VARIABLE):
        return _named(start / Path(named).expanduser())
    for folder in _upwards(start):
        if (found := _in(folder)) is not None:
            return found
    return parse({}, start, None)


def _named(path: Path) -> Config:
    """The configuration in the file that the environment names."""
    if not path.is_file():
        raise ConfigError(f"{VARIABLE} names a file that is not there", where=str(path), fix=f"unset {VARIABLE}")
    text = _text(path)
    table = _table(path, text)
    if table is None:
        raise ConfigError("there is no [tool.truemirror] in it", where=str(path), fix="truemirror init")
    return parse(table, path.parent, path, text=text)


def _in(folder: Path) -> Config | None:
    """The configuration in one folder. Raises ConfigError when there are two."""
    texts = {path: _text(path) for path in (folder / FILE, folder / PYPROJECT) if path.is_file()}
    tables = {path: table for path, text in texts.items() if (table := _table(path, text)) is not None}
    if len(tables) > 1:
        fix = f"keep [tool.truemirror] in {PYPROJECT} or {FILE}, not both"
        raise ConfigError("there are two configurations in one folder", where=str(folder), fix=fix)
    for path, table in tables.items():
        return parse(table, folder, path, text=texts[path])
    return None


def _upwards(start: Path) -> Iterator[Path]:
    """The folder and those around it, up to the repository's root."""
    for folder in (start, *start.parents):
        yield folder
        if (folder / ".git").exists():
            return


def _text(path: Path) -> str:
    """What a file says. Raises ConfigError."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"it cannot be read: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError("it is not UTF-8", where=f"{path}:{line}", fix="save the file as UTF-8") from error


def _table(path: Path, text: str) -> Mapping[str, object] | None:
    """The configuration's table in a file; None when it is about other things. Raises ConfigError."""
    try:
        document = tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(path, str(error)) from error
    if path.name != PYPROJECT:
        return document
    tool = document.get("tool")
    table = tool.get("truemirror") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise ConfigError("tool.truemirror is not a table", where=str(path), fix="write [tool.truemirror]")
    return table


def _syntax_error(path: Path, message: str) -> ConfigError:
    """What the parser said, with the place in front."""
    place = _PLACE.match(message)
    what, where = (place["what"], f"{path}:{place['line']}:{place['column']}") if place else (message, str(path))
    return ConfigError(f"it is not TOML: {what}", where=where, fix="correct the line; see https://toml.io/en/v1.0.0")
