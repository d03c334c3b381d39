"""Requests with variables in them: taken apart once, put together for each flow as the bytes that go out.

Rules: no sockets. `{name}` is replaced only where the name is known, so the braces of JSON stay as they are; in
targets and headers `{{` and `}}` are braces. A value is escaped for the place it stands in: no value can end a header,
leave its JSON string, or add a parameter.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping
from urllib.parse import quote, urlsplit

_PLACE = re.compile(r"\{\{|\}\}|\{([A-Za-z_][A-Za-z0-9_]*)\}")
_ONLY_NAMES = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_SAFE = "/:@!$'()*,;~-._"

Values = Mapping[str, str]
Escape = Callable[[str], str]


class Text:
    """A text with variables."""

    __slots__ = ("_parts", "is_fixed")

    def __init__(self, text: str, known: Collection[str], escape: Escape, has_braces: bool = True) -> None:
        """Take a text apart. `has_braces`: doubled braces mean one."""
        self._parts: list[tuple[str, str, Escape]] = []
        """What stands before a variable, its name, how it is escaped; the last name is empty."""
        before, at = "", 0
        for found in (_PLACE if has_braces else _ONLY_NAMES).finditer(text):
            name = found[1]
            if name is not None and name not in known:
                continue
            before += text[at : found.start()]
            at = found.end()
            if name is None:
                before += found[0][0]
            else:
                self._parts.append((before, name, escape))
                before = ""
        self._parts.append((before + text[at:], "", str))
        self.is_fixed = len(self._parts) == 1

    def filled(self, values: Values) -> str:
        """The text with today's values. Raises KeyError for one that is not there."""
        return "".join([before + (escape(values[name]) if name else "") for before, name, escape in self._parts])


class Request:
    """A request that is sent many times."""

    __slots__ = ("_body", "_fixed", "_has_length", "_headers", "_host", "_method", "_prefix", "_target")

    def __init__(
        self,
        method: str,
        target: str,
        headers: tuple[tuple[str, str], ...],
        body: str,
        known: Collection[str],
        host: str,
        prefix: str = "",
    ) -> None:
        """Take it apart; `known` are the names that a flow may have values for."""
        self._method = method
        self._prefix = prefix
        self._host = host
        whole = _PLACE.match(target)
        self._target = Text(target, known, str if whole and whole[1] in known else _in_target)
        names = {name.lower() for name, _ in headers}
        if body and "content-type" not in names:
            headers = (*headers, ("Content-Type", _kind_of(body)))
        kind = next((value for name, value in headers if name.lower() == "content-type"), "")
        self._headers = [(name, Text(value, known, _in_header)) for name, value in headers if name.lower() not in _OURS]
        self._body = Text(body, known, _escape_of(kind), has_braces=False)
        self._has_length = bool(body) or method in ("POST", "PUT", "PATCH")
        is_fixed = self._target.is_fixed and self._body.is_fixed and all(text.is_fixed for _, text in self._headers)
        self._fixed = self._built({}) if is_fixed else None

    def built(self, values: Values) -> bytes:
        """The bytes that go out. Raises KeyError for a variable without a value."""
        return self._fixed if self._fixed is not None else self._built(values)

    def _built(self, values: Values) -> bytes:
        """Put it together."""
        body = self._body.filled(values).encode()
        target = self._prefix + _path_of(self._target.filled(values))
        lines = [f"{self._method} {target} HTTP/1.1", f"Host: {self._host}"]
        lines += [f"{name}: {text.filled(values)}" for name, text in self._headers]
        if self._has_length:
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join([*lines, "", ""]).encode("utf-8") + body


_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection"})
"""Headers that the connection decides."""


def _in_target(value: str) -> str:
    """A value within a path or a query."""
    return quote(value, safe=_SAFE)


def _in_header(value: str) -> str:
    """A value within a header: without anything that could end it."""
    return _CONTROLS.sub("", value)


def _in_json(value: str) -> str:
    """A value within a JSON string, or a number that stands bare."""
    return json.dumps(value, ensure_ascii=False)[1:-1]


def _in_form(value: str) -> str:
    """A value of a form's field."""
    return quote(value, safe="")


def _escape_of(kind: str) -> Escape:
    """How values are escaped in a body of that media type."""
    if "json" in kind:
        return _in_json
    return _in_form if "x-www-form-urlencoded" in kind else str


def _kind_of(body: str) -> str:
    """The media type of a body that names none."""
    return "application/json" if body.lstrip()[:1] in ("{", "[") else "text/plain"


def _path_of(target: str) -> str:
    """A target as it is sent: a whole address, as `Location` gives it, without its host; nothing that ends the line."""
    target = _CONTROLS.sub("", target).replace(" ", "%20")
    if not target.startswith("/"):
        parts = urlsplit(target)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if not target.startswith("/"):
            target = "/" + target
    return target
