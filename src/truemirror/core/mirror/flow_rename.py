"""Messages with other values in them: whole values renamed, everything else as it was, byte for byte.

Rules: a value is a step of a path, a query's value, a field of a form, a whole JSON text, a whole header field, or a
step of an address in one of these. Keys of objects, parts of sentences, credentials, cookies and bodies that are
neither JSON nor a form stay; an ETag becomes another one only as the entity tag that it is. All names are changed at
once. A body keeps its style: only the literals change.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote, unquote, unquote_plus

import orjson

from truemirror.core.mirror.part_values import ADDRESSES
from truemirror.core.mirror.pointer import escaped, is_meant, steps_of
from truemirror.core.mirror.redaction_rewrite import with_contents
from truemirror.core.wire.exchange import Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.core.wire.media import media_type

Names = Mapping[str, str]
"""What each value becomes."""
Changed = tuple[str, str, str]
"""A part, and its value before and after."""

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)
_ENDS = re.compile(r"([/?&=#])")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_KEPT = frozenset({"authorization", "content-length", "cookie", "host", "proxy-authorization", "set-cookie", "date"})
"""Header fields whose value is never renamed."""
_TAGS = ('"', 'W/"')
"""How an entity tag begins (RFC 9110 §8.8.3)."""


@dataclass(frozen=True, slots=True)
class Renaming:
    """What becomes of the values of one message."""

    names: Names = field(default_factory=dict)
    """Everywhere."""
    at: Mapping[str, Names] = field(default_factory=dict)
    """Only at a part, and there first."""

    def __bool__(self) -> bool:
        """Whether anything has another name."""
        return bool(self.names or self.at)

    def of(self, part: str, value: str) -> str:
        """What a value becomes that stands at a part."""
        new = self.at[part].get(value) if part in self.at else None
        return new if new is not None else renamed_value(value, self.names)


def renamed_value(value: str, names: Names) -> str:
    """A value's other name; of an address the same address with its steps renamed."""
    if value in names:
        return names[value]
    if "/" in value and (value.startswith("/") or "://" in value):
        return _address(value, names)
    return value


def _address(address: str, names: Names) -> str:
    """An address with steps of its path and values of its query renamed, and escaped again."""
    pieces = _ENDS.split(address)
    for number in range(0, len(pieces), 2):
        new = names.get(unquote(pieces[number])) if pieces[number] else None
        if new is not None:
            pieces[number] = quote(new, safe="-._~@:")
    return "".join(pieces)


def renamed_request(request: Request, renaming: Renaming) -> tuple[Request, tuple[Changed, ...]]:
    """The request with other values, and where it had them."""
    changed: list[Changed] = []
    path, mark, query = request.target.partition("?")
    target = _path(path, renaming, changed) + mark + _fields(query, "query:", renaming, changed)
    headers = _headers(request.headers, renaming, changed)
    body = _body(request, renaming, changed)
    if not changed:
        return request, ()
    return replace(request, target=target, headers=headers, body=body), tuple(changed)


def renamed_response(response: Response, renaming: Renaming) -> Response:
    """The response with other values; Content-Length follows. The same object where none is in it."""
    if not renaming:
        return response
    changed: list[Changed] = []
    headers = _headers(response.headers, renaming, changed)
    body = _body(response, renaming, changed)
    return with_contents(response, headers, body, response.trailers, response.reason) if changed else response


def _path(path: str, renaming: Renaming, changed: list[Changed]) -> str:
    """A path with its steps renamed."""
    steps = path.split("/")
    for number, step in enumerate(steps[1:], 1):
        part, value = f"path:{number - 1}", unquote(step)
        new = renaming.of(part, value) if value else value
        if new != value:
            steps[number] = quote(new, safe="-._~@:")
            changed.append((part, value, new))
    return "/".join(steps)


def _fields(text: str, kind: str, renaming: Renaming, changed: list[Changed]) -> str:
    """A query or a form with its values renamed."""
    pieces = text.split("&") if text else []
    for number, piece in enumerate(pieces):
        key, equals, escaped = piece.partition("=")
        part, value = f"{kind}{unquote_plus(key)}", unquote_plus(escaped)
        new = renaming.of(part, value) if value else value
        if new != value:
            pieces[number] = key + equals + quote(new, safe="-._~")
            changed.append((part, value, new))
    return "&".join(pieces)


def _headers(headers: Headers, renaming: Renaming, changed: list[Changed]) -> Headers:
    """Field values renamed; what may not change does not."""
    pairs = [(name, _field(name.lower(), value, renaming, changed)) for name, value in headers.pairs]
    return Headers(tuple(pairs)) if changed else headers


def _field(name: str, value: str, renaming: Renaming, changed: list[Changed]) -> str:
    """One field."""
    if name in _KEPT or (name == "etag" and not value.startswith(_TAGS)):
        return value
    part = f"header:{name}"
    if name in ADDRESSES and part in renaming.at:
        new = _address(value, {**renaming.names, **renaming.at[part]})
    else:
        new = renaming.of(part, value)
    if new == value or not new.isprintable() or not _fits(new):
        return value
    changed.append((part, value, new))
    return new


def _fits(value: str) -> bool:
    """Whether a header field can hold a value (RFC 9110 §5.5)."""
    return all(ord(sign) < 256 for sign in value)


def _body(message: Request | Response, renaming: Renaming, changed: list[Changed]) -> bytes:
    """The body with its values renamed; as it is when it is neither JSON nor a form."""
    media = media_type(message.headers)
    if not message.body or not (media.is_json or media.is_form):
        return message.body
    if media.is_form:
        return _fields(message.body.decode("latin-1"), "body:/", renaming, changed).encode("latin-1", "replace")
    try:
        orjson.loads(message.body)
        text = message.body.decode()
    except ValueError:
        return message.body
    return renamed_json(text, renaming, changed).encode()


def renamed_json(text: str, renaming: Renaming, changed: list[Changed]) -> str:
    """A JSON text with its values renamed; white space, order and all other literals stay."""
    at = {part: steps_of(part[5:]) for part in renaming.at if part.startswith("body:")}
    pieces: list[str] = []
    end = 0
    for stack, start, stop in _values(text):
        raw = text[start:stop]
        value = (json.loads(raw) if "\\" in raw else raw[1:-1]) if raw[0] == '"' else raw
        part = next((part for part, steps in at.items() if is_meant(steps, stack)), "") if at else ""
        if part:
            new = renaming.of(part, value)
        elif raw[0] == '"':
            new = renamed_value(value, renaming.names)
        else:
            continue
        if new != value:
            pieces += (text[end:start], _literal(new, raw, text))
            end = stop
            changed.append(("body:" + "".join(f"/{escaped(str(step))}" for step in stack), value, new))
    return "".join((*pieces, text[end:]))


def _literal(value: str, raw: str, text: str) -> str:
    """A value as a JSON literal: a number in a number's place, in ASCII where the text around is."""
    if raw[0] != '"' and _NUMBER.fullmatch(value):
        return value
    return json.dumps(value, ensure_ascii=text.isascii())


def _values(text: str) -> Iterator[tuple[list[str | int], int, int]]:
    """Every literal of a sound JSON text that is a value: the steps to it (one list, reused), its start and its end."""
    steps: list[str | int] = []
    is_key = False
    for found in _TOKEN.finditer(text):
        token = found[0]
        match token:
            case "{":
                steps.append("")
                is_key = True
            case "[":
                steps.append(0)
                is_key = False
            case "}" | "]":
                steps.pop()
                is_key = False
            case ":":
                is_key = False
            case ",":
                place = steps[-1]
                is_key = isinstance(place, str)
                if isinstance(place, int):
                    steps[-1] = place + 1
            case _ if is_key:
                steps[-1] = json.loads(token)
            case _:
                yield steps, found.start(), found.end()
