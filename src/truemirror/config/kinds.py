"""What values a key may have: one small reader per kind, from what TOML gives to what the configuration keeps.

Rules: a reader gives back the value or raises Wrong with what is wrong and what to write instead; it knows no key.
"""

import re
import shlex
from collections.abc import Callable, Mapping
from datetime import date
from difflib import get_close_matches
from fnmatch import fnmatchcase

from truemirror.config.start_line import PLACEHOLDERS, unknown_placeholders
from truemirror.errors import UsageError

Kind = Callable[[object], object]
"""A reader. Raises Wrong."""

_WORDS = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "a table"}


class Wrong(Exception):  # it never leaves this package
    """A value that a key may not have."""

    def __init__(self, what: str, *, nearest: str = "", fix: str = "") -> None:
        """What is wrong, what would have been right, what to do."""
        super().__init__(what)
        self.what, self.nearest, self.fix = what, nearest, fix


def shown(value: object) -> str:
    """A value as a message quotes it."""
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def text(value: object) -> str:
    """Any text."""
    if not isinstance(value, str):
        raise _not("text in quotes", value)
    return value


def rules(value: object) -> str:
    """The id of a rule, or several by `*`: one that no rule has would waive nothing, and nobody would hear of it."""
    from truemirror.core.contract.rule_ids import rule_ids

    known = rule_ids()
    wanted = text(value)
    if not any(fnmatchcase(one, wanted) for one in known):
        near = get_close_matches(wanted, known, n=1, cutoff=0.5)
        raise Wrong(
            f"no rule has the id {shown(value)}", nearest="".join(near), fix="see docs/contracts.md for all rules"
        )
    return wanted


def matching(pattern: str, name: str, example: str) -> Callable[[object], str]:
    """Text of a certain form."""
    form = re.compile(pattern)

    def read(value: object) -> str:
        """The text, if it has the form."""
        if not form.fullmatch(text(value)):
            raise Wrong(f"{shown(value)} is not {name}", fix=f"write it like {example!r}")
        return text(value)

    return read


def one_of(*choices: str) -> Callable[[object], str]:
    """One of a few words."""

    def read(value: object) -> str:
        """The word, if it is one of them."""
        if text(value) not in choices:
            raise Wrong(f"{shown(value)} is none of {', '.join(choices)}", nearest=nearest(text(value), choices))
        return text(value)

    return read


def read_by(parse: Callable[[str], object]) -> Callable[[object], str]:
    """Text that something else can read; `parse` raises UsageError for what it cannot."""

    def read(value: object) -> str:
        """The text, if it can be read."""
        try:
            parse(text(value))
        except UsageError as error:
            raise Wrong(error.what, nearest=error.nearest, fix=error.fix) from None
        return text(value)

    return read


def list_of(kind: Callable[[object], str]) -> Callable[[object], tuple[str, ...]]:
    """A list, each item of one kind, none twice."""

    def read(value: object) -> tuple[str, ...]:
        """All items."""
        if not isinstance(value, list):
            hint = f"write [{value!r}]" if isinstance(value, str) else ""
            raise _not("a list", value, fix=hint.replace("'", '"'))
        items = tuple(kind(item) for item in value)
        if twice := next((item for item in items if items.count(item) > 1), None):
            raise Wrong(f"{shown(twice)} is in the list twice", fix="leave one out")
        return items

    return read


def flag(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise _not("true or false", value)
    return value


def above_zero(value: object) -> float:
    """A number greater than zero."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _not("a number", value)
    if not 0 < value < float("inf"):
        raise Wrong(f"{shown(value)} is not a number greater than zero")
    return float(value)


def count(value: object) -> int:
    """A whole number greater than zero."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise _not("a whole number", value)
    if value < 1:
        raise Wrong(f"{shown(value)} is not greater than zero")
    return value


def table(value: object) -> Mapping[str, object]:
    """A table."""
    if not isinstance(value, dict):
        raise _not("a table", value)
    return value


def tables(value: object) -> tuple[Mapping[str, object], ...]:
    """A list of tables."""
    if not isinstance(value, list):
        raise _not("a list of tables", value, fix="write it as [[name]], once for each")
    return tuple(table(item) for item in value)


def day(value: object) -> str:
    """A day, as a date of TOML or as text."""
    written = value.isoformat() if isinstance(value, date) else text(value)
    try:
        return date.fromisoformat(written).isoformat()
    except ValueError:
        raise Wrong(f"{shown(written)} is no day", fix="write it like 2027-03-31") from None


def texts_by_name(value: object) -> Mapping[str, str]:
    """A table of environment variables."""
    for name, item in table(value).items():
        if not isinstance(item, str):
            said = str(item).lower() if isinstance(item, bool) else str(item)
            raise _not(f"text, as all values of environment variables are, for {name}", item, fix=f'{name} = "{said}"')
    return {name: text(item) for name, item in table(value).items()}


def start_line(value: object) -> str:
    """A command to start a service with."""
    try:
        parts = shlex.split(text(value))
    except ValueError as error:
        raise Wrong(f"{shown(value)} has a quote that is not closed", fix="close the quote") from error
    if not parts:
        raise Wrong("it is empty", fix="name a command, or leave the key out")
    for name in unknown_placeholders(text(value)):
        known = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
        fix = f"known are {known}; for a brace itself write it twice"
        raise Wrong(f"nothing is known for {{{name}}}", nearest=nearest(name, PLACEHOLDERS), fix=fix)
    return text(value)


def command_line(value: object) -> str:
    """A command to run."""
    try:
        parts = shlex.split(text(value))
    except ValueError as error:
        raise Wrong(f"{shown(value)} has a quote that is not closed", fix="close the quote") from error
    if not parts:
        raise Wrong("it is empty", fix="name a command, or leave the key out")
    return text(value)


def http_urls_by_name(value: object) -> Mapping[str, str]:
    """A table of addresses."""
    return {name: http_url(item) for name, item in table(value).items()}


def http_url(value: object) -> str:
    """An address to ask."""
    if not re.match(r"https?://[^\s/]+", text(value)):
        raise Wrong(f"{shown(value)} is not an HTTP address", fix="write it like 'http://127.0.0.1:9000/_states'")
    return text(value)


def health_path(value: object) -> str:
    """A path, or nothing."""
    if text(value) and not text(value).startswith("/"):
        raise Wrong(f"{shown(value)} is not a path", nearest=f"/{text(value)}" if "://" not in text(value) else "")
    return text(value)


def nearest(word: str, known: tuple[str, ...] | Mapping[str, object]) -> str:
    """The known word most like this one; empty when none is like it."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return near[0] if near else ""


def _not(wanted: str, value: object, fix: str = "") -> Wrong:
    """A value of another type."""
    return Wrong(f"it should be {wanted}, not {_WORDS.get(type(value), 'a date')} ({shown(value)})", fix=fix)
