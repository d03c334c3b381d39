"""What all commands print with, and the options that they share.

Rules: results go to standard output, everything about the work itself to standard error; piped output has no colours
and is not wrapped; NO_COLOR is respected; rich is imported when something is printed with it, never before.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from rich.console import Console

    from truemirror.config import Config
    from truemirror.ports import Progress

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

PIPED_WIDTH = 120
"""Columns of tables where there is no terminal whose width could be asked."""

_LIVE: ContextVar[Console | None] = ContextVar("live", default=None)
"""The console that shows progress right now; what is printed to the same terminal has to go through it."""


def console(*, stderr: bool = False) -> Console:
    """The console of standard output, or of standard error.

    Text that may contain square brackets is printed with `markup=False` or through `rich.markup.escape`.
    """
    from rich.console import Console

    made = Console(stderr=stderr, highlight=False, emoji=False)
    if made.is_terminal:
        return _LIVE.get() or made
    return Console(stderr=stderr, highlight=False, emoji=False, soft_wrap=True, width=PIPED_WIDTH)


def emit_json(value: object, *, line: bool = False) -> None:
    """Print a value as JSON in UTF-8 on standard output: dataclasses as objects, what is not JSON as text.

    With `line`, on a single line, for commands that go on working after it.
    """
    import json

    text = json.dumps(as_json(value), ensure_ascii=False, indent=None if line else 2)
    click.echo(text.encode("utf-8", "backslashreplace"))


def as_json(value: object) -> object:
    """A value made of what JSON knows."""
    if isinstance(value, Enum):
        return as_json(value.value)
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case Mapping():
            return {_key(key): as_json(item) for key, item in value.items()}
        case bytes() | bytearray():
            return bytes(value).decode("utf-8", "replace")
        case list() | tuple():
            return [as_json(item) for item in value]
        case set() | frozenset():
            return sorted((as_json(item) for item in value), key=str)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
    return str(value)


def _key(key: object) -> str:
    """The name of a member."""
    return str(key.value) if isinstance(key, Enum) else str(key)


@contextmanager
def progress() -> Iterator[Progress]:
    """Progress on the terminal of standard error; nothing at all where that is none."""
    shown = console(stderr=True)
    if not shown.is_terminal or shown.is_dumb_terminal or _LIVE.get() is not None:
        yield Silence()
        return
    from truemirror.cli.live import LiveProgress

    with LiveProgress(shown) as live:
        token = _LIVE.set(shown)
        try:
            yield live
        finally:
            _LIVE.reset(token)


class Silence:
    """Progress for nobody."""

    def stage(self, name: str, total: int | None = None) -> None:
        """Say nothing."""

    def advance(self, steps: int = 1, note: str = "") -> None:
        """Say nothing."""

    def done(self, outcome: str = "") -> None:
        """Say nothing."""


def mirrors_option(function: Decorated) -> Decorated:
    """`--mirrors DIR`, given to the command as `mirrors`."""
    return _folder("--mirrors", "Folder of the mirrors, instead of the configured one.")(function)


def contracts_option(function: Decorated) -> Decorated:
    """`--contracts DIR`, given to the command as `contracts`."""
    return _folder("--contracts", "Folder of the contracts, instead of the configured one.")(function)


def json_option(function: Decorated) -> Decorated:
    """`--json`, given to the command as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")(function)


def _folder(name: str, text: str) -> Callable[[Decorated], Decorated]:
    """An option that takes a folder, which need not exist yet."""
    return click.option(name, metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help=text)


def load_config(*, mirrors: Path | None = None, contracts: Path | None = None) -> Config:
    """The configuration that the working directory has, with the folders that the command line named instead."""
    from dataclasses import replace

    from truemirror.config import load

    config = load()
    if mirrors is not None:
        config = replace(config, mirrors=mirrors.absolute())
    if contracts is not None:
        config = replace(config, contracts=contracts.absolute())
    return config
