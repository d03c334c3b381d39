"""A recorded request as a template: the parts that are variables in braces, all else as it was sent.

Rules: a brace that was sent is written twice, but in bodies, where only `{name}` of a known variable is replaced.
A body that is no text, and a request that waits for a switch of protocols, cannot be written.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from truemirror.core.load.derive_values import HOP_HEADERS, Use
from truemirror.core.load.profile import Call
from truemirror.core.mirror.operation import operation_of
from truemirror.core.mirror.part_values import cookies
from truemirror.core.mirror.pointer import steps_of
from truemirror.core.wire.exchange import Request
from truemirror.core.wire.media import media_type

_MARK = "\x00"


def unsendable(request: Request) -> str:
    """Why a request cannot be a template; empty when it can."""
    if any(name.lower() == "upgrade" for name, _ in request.headers.pairs):
        return "it asks for another protocol"
    if not request.target.startswith("/"):
        return "its target is no path"
    try:
        text = request.body.decode()
    except UnicodeDecodeError:
        return "its body is no text"
    return "its body holds a NUL" if _MARK in text else ""


def call_of(
    service: str, request: Request, uses: Sequence[Use], takes: Mapping[str, str], status: int, think: float
) -> Call:
    """The template of a request that can be one."""
    names = {use.part: use.name for use in uses}
    return Call(
        service,
        operation_of(request.method, request.path),
        request.method,
        _target(request, names, next((use for use in uses if use.is_address), None)),
        tuple(_headers(request, names)),
        _body(request, names),
        dict(takes),
        (status,),
        think,
    )


def braced(text: str) -> str:
    """A text whose braces stand for themselves."""
    return text.replace("{", "{{").replace("}", "}}")


def _target(request: Request, names: Mapping[str, str], address: Use | None) -> str:
    """Path and query; what an address stands for is the beginning of the path."""
    steps = request.path.split("/")
    for number in range(1, len(steps)):
        name = names.get(f"path:{number - 1}")
        steps[number] = f"{{{name}}}" if name else braced(steps[number])
    path = "/".join(steps if address is None else steps[int(address.part.partition(":")[2]) + 1 :])
    if request.query is None:
        return path
    return f"{path}?{_pairs(request.query, 'query', names)}"


def _pairs(text: str, kind: str, names: Mapping[str, str]) -> str:
    """A query or a form, pair by pair."""
    written = []
    for pair in text.split("&"):
        key, equals, _ = pair.partition("=")
        part = f"query:{key}" if kind == "query" else f"body:/{key}"
        name = names.get(part)
        clean = braced if kind == "query" else str
        written.append(f"{clean(key)}{equals}{{{name}}}" if name else clean(pair))
    return "&".join(written)


def _headers(request: Request, names: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """The fields that the client itself chose."""
    for name, value in request.headers.pairs:
        variable = names.get(f"header:{name}")
        if name.lower() in HOP_HEADERS or (name.lower(), value) == ("accept", "*/*"):
            continue
        if variable is None:
            yield name, braced(value)
        elif name.lower() == "authorization" and " " in value:
            yield name, f"{braced(value.rpartition(' ')[0])} {{{variable}}}"
        else:
            yield name, f"{{{variable}}}"
    jar = [(key, names.get(f"cookie:{key}"), value) for key, value in cookies(request.headers)]
    if jar:
        yield "Cookie", "; ".join(f"{key}={{{name}}}" if name else f"{key}={braced(value)}" for key, name, value in jar)


def _body(request: Request, names: Mapping[str, str]) -> str:
    """The body's text."""
    if not request.body:
        return ""
    text = request.body.decode()
    media = media_type(request.headers)
    if media.is_json:
        inside = {tuple(steps_of(part[5:])): name for part, name in names.items() if part.startswith("body:")}
        return _json(text, inside) if inside else text
    return _pairs(text, "body", names) if media.is_form else text


def _json(text: str, names: Mapping[tuple[str, ...], str]) -> str:
    """A JSON body with variables at some of its places; a number's has no quotes."""
    document = orjson.loads(text)
    for steps, name in names.items():
        if not steps:
            document = _marked(document, name)
            continue
        inner: Any = document
        for step in steps[:-1]:
            inner = inner[int(step)] if isinstance(inner, list) else inner[step]
        last: Any = int(steps[-1]) if isinstance(inner, list) else steps[-1]
        inner[last] = _marked(inner[last], name)
    written = orjson.dumps(document).decode()
    for name in dict.fromkeys(names.values()):
        mark = orjson.dumps(f"{_MARK}{name}{_MARK}").decode()
        number = orjson.dumps(f"{_MARK}{_MARK}{name}").decode()
        written = written.replace(mark, f'"{{{name}}}"').replace(number, f"{{{name}}}")
    return written


def _marked(value: object, name: str) -> str:
    """What stands for a variable until the body is written."""
    return f"{_MARK}{name}{_MARK}" if isinstance(value, str) else f"{_MARK}{_MARK}{name}"
