"""Values that an answer gives to later requests of its flow: from the body, a header or a cookie.

Rules: no sockets. A value that is not there is the failure of its request, by name; nothing is guessed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from truemirror.core.load.profile import Call
from truemirror.errors import ConfigError

Headers = Sequence[tuple[str, str]]


class NotThere(Exception):
    """The answer lacks a value; the text is the variable's name."""


class Takes:
    """What one call takes of its answers."""

    __slots__ = ("_body", "_cookies", "_headers")

    def __init__(self, takes: Mapping[str, str]) -> None:
        """Read the places. Raises ConfigError for one that is none."""
        self._body: list[tuple[str, list[str]]] = []
        self._headers: list[tuple[str, str]] = []
        self._cookies: list[tuple[str, str]] = []
        for name, place in takes.items():
            source, _, where = place.partition(":")
            if source == "body" and (where.startswith("/") or not where):
                parts = where.split("/")[1:]
                self._body.append((name, [part.replace("~1", "/").replace("~0", "~") for part in parts]))
            elif source == "header" and where:
                self._headers.append((name, where.lower()))
            elif source == "cookie" and where:
                self._cookies.append((name, where))
            else:
                raise ConfigError(
                    f"{place!r} is no place of an answer",
                    where=f"takes.{name}",
                    fix="say body:/a/pointer, header:Name or cookie:name",
                )

    @property
    def needs_headers(self) -> bool:
        """Whether a value lies in a header."""
        return bool(self._headers or self._cookies)

    def values(self, body: bytes, headers: Headers) -> dict[str, str]:
        """The values of one answer. Raises NotThere."""
        found: dict[str, str] = {}
        if self._body:
            try:
                document = orjson.loads(body)
            except orjson.JSONDecodeError as error:
                raise NotThere(self._body[0][0]) from error
            for name, parts in self._body:
                found[name] = _text(_at(document, parts, name), name)
        for name, wanted in self._headers:
            found[name] = _first((value for header, value in headers if header.lower() == wanted), name)
        for name, wanted in self._cookies:
            found[name] = _first(_cookies(headers, wanted), name)
        return found


def takes_of(call: Call) -> Takes | None:
    """What a call takes; None for nothing, which costs nothing."""
    return Takes(call.takes) if call.takes else None


def _at(document: Any, parts: list[str], name: str) -> Any:
    """What a JSON pointer points to. Raises NotThere."""
    try:
        for part in parts:
            document = document[int(part)] if isinstance(document, list) else document[part]
    except (KeyError, IndexError, ValueError, TypeError) as error:
        raise NotThere(name) from error
    return document


def _text(value: Any, name: str) -> str:
    """A value as a variable holds it: strings as they are, all else as JSON. Raises NotThere for null."""
    if value is None:
        raise NotThere(name)
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _first(values: Any, name: str) -> str:
    """The first of them. Raises NotThere."""
    for value in values:
        return str(value)
    raise NotThere(name)


def _cookies(headers: Headers, wanted: str) -> list[str]:
    """The values that cookies of that name were set to."""
    pairs = [value.partition(";")[0].partition("=") for name, value in headers if name.lower() == "set-cookie"]
    return [value.strip() for name, _, value in pairs if name.strip() == wanted]
