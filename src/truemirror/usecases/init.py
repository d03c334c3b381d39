"""Set a project up: a configuration that names the service to be mirrored, and a first isolated test.

Rules: what is there stays as it is, to the byte; what is written is read back before it counts; doing it again changes
nothing and says so.
"""

import re
import tomllib
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

from truemirror.config import FILE, Config, ServiceConfig, parse
from truemirror.config.finding import PYPROJECT
from truemirror.errors import ConfigError, UsageError
from truemirror.ports import ProjectFiles
from truemirror.usecases.init_texts import example_test, next_commands, service_table, word

DEFAULT_SERVICE = "api"
"""What the mirrored service is called while nobody says otherwise."""

DEFAULT_EXAMPLE = "http://127.0.0.1:8000/"
"""The request that it answers, while nobody says otherwise."""

_AUTHORITY = re.compile(r"[\w.-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Setup:
    """What was done to a project."""

    service: ServiceConfig
    config: Config
    """As it is now."""
    written: tuple[str, ...]
    """Files that were made or added to."""
    left_alone: tuple[str, ...]
    """Files that stayed as they were."""
    next_commands: tuple[str, ...]
    """What to type next."""


def set_up(files: ProjectFiles, config: Config, *, service: str = "", host: str = "", example: str = "") -> Setup:
    """Set up the project of a configuration (its defaults, where there is none yet) for one mirrored service.

    `host` is the name by which this project calls the service, `example` the URL of a request that it answers now.
    Raises UsageError where that is no URL, ConfigError where the file that would be added to cannot take it, StoreError
    when the disk refuses; nothing is written then.
    """
    live, path = _parts(example or DEFAULT_EXAMPLE)
    name = service or next(iter(config.services), DEFAULT_SERVICE)
    parse({"services": {name: {"hosts": [host]} if host else {}}}, config.root, None)  # before it goes into a text
    target = config.source.name if config.source else PYPROJECT if files.read(PYPROJECT) is not None else FILE
    made: dict[str, str] = {}
    if name not in config.services:
        made[target] = _with_service(files.read(target) or "", target, name, host)
        config = _read_back(config, target, made[target])
    known = config.services[name]
    test = f"tests/test_{word(name)}_mirror.py"
    if files.read(test) is None:
        made[test] = example_test(known, live, path)
    for file, text in made.items():
        files.write(file, text)
    left_alone = tuple(file for file in (target, test) if file not in made)
    return Setup(known, config, tuple(made), left_alone, next_commands(known, live, test))


def _parts(example: str) -> tuple[str, str]:
    """Where the service of an example runs, and what is asked of it. Raises UsageError."""
    try:
        parts = urlsplit(example)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not _AUTHORITY.fullmatch(parts.netloc):
        raise UsageError(f"{example!r} is not a URL", nearest=DEFAULT_EXAMPLE, fix="write it as http://HOST:PORT/PATH")
    asked = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    return f"{parts.scheme}://{parts.netloc}", quote(asked, safe="/?%:@!$&()*+,;=~", errors="replace")


def _with_service(text: str, target: str, name: str, host: str) -> str:
    """A configuration file with one service more, in the line ends that it has."""
    end = "\r\n" if "\r\n" in text else "\n"
    added = service_table(name, host or f"{name}.internal", inside=target == PYPROJECT).replace("\n", end)
    if not text:
        return added
    return text + ("" if text.endswith("\n") else end) + end + added


def _read_back(config: Config, target: str, text: str) -> Config:
    """The configuration as it will be. Raises ConfigError when the file cannot take what was added."""
    source = config.root / target
    try:
        document = tomllib.loads(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        what = "a service cannot be added at its end, because [tool.truemirror] is written in one line"
        raise ConfigError(what, where=str(source), fix="write it as a table of its own, then again") from error
    table = document["tool"]["truemirror"] if target == PYPROJECT else document
    return parse(table, config.root, source, text=text)
