"""The values at a part of a request or an answer, as texts.

Rules: the grammar is that of rules and links: path:N, query:NAME, header:NAME, cookie:NAME, body:/json/pointer with `*`
for every index or key. Nothing here fails: a part that is not there has no values. A number is its digits; objects,
lists, booleans and null are no values that flow. A Location's value is the last step of its path.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import orjson

from truemirror.core.mirror.pointer import is_meant, number_of, steps_of
from truemirror.core.wire.canonical import canonical_query
from truemirror.core.wire.exchange import Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.core.wire.media import media_type

ADDRESSES = frozenset({"location", "content-location"})
"""Header fields that hold an address."""


def request_values(request: Request, part: str) -> tuple[str, ...]:
    """What a request carries at a part."""
    kind, _, name = part.partition(":")
    match kind:
        case "path":
            steps = request.path.split("/")[1:]
            number = number_of(name)
            return (unquote(steps[number]),) if number is not None and number < len(steps) else ()
        case "query":
            return tuple(value for key, value in canonical_query(request.query) if key == name and value)
        case "header":
            return request.headers.all(name)
        case "cookie":
            return tuple(value for key, value in cookies(request.headers) if key == name)
        case "body":
            return tuple(text for pointer, text in body_values(request) if is_meant(steps_of(name), pointer))
        case _:
            return ()


def answer_values(response: Response, part: str) -> tuple[str, ...]:
    """What an answer gives at a part."""
    kind, _, name = part.partition(":")
    match kind:
        case "header":
            return tuple(header_value(name, value) for value in response.headers.all(name))
        case "cookie":
            return tuple(value for key, value in set_cookies(response.headers) if key == name)
        case "body":
            return tuple(text for pointer, text in body_values(response) if is_meant(steps_of(name), pointer))
        case _:
            return ()


def same_case(part: str) -> str:
    """A part as it is compared with others: the name of a header in lower case."""
    return part.lower() if part.startswith("header:") else part


def header_value(name: str, value: str) -> str:
    """What a field says; of an address the last step of its path."""
    if name.lower() not in ADDRESSES:
        return value
    return unquote(value.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2])


def cookies(headers: Headers) -> Iterator[tuple[str, str]]:
    """The cookies that a request brings."""
    for field in headers.all("cookie"):
        for piece in field.split(";"):
            key, equals, value = piece.strip().partition("=")
            if equals:
                yield key, value.strip('"')


def set_cookies(headers: Headers) -> Iterator[tuple[str, str]]:
    """The cookies that an answer sets."""
    for field in headers.all("set-cookie"):
        key, equals, value = field.partition(";")[0].strip().partition("=")
        if equals:
            yield key, value.strip('"')


def body_values(message: Request | Response) -> Iterator[tuple[tuple[str, ...], str]]:
    """The texts and numbers of a JSON body or a form, each with its pointer's steps, in their order."""
    if not message.body:
        return
    media = media_type(message.headers)
    if media.is_form:
        for key, value in canonical_query(message.body.decode("latin-1")):
            if value:
                yield (key,), value
    elif media.is_json:
        try:
            document = orjson.loads(message.body)
        except orjson.JSONDecodeError:
            return
        yield from _leaves(document)


def _leaves(document: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every text and number in a JSON document, however deep it is."""
    left: list[tuple[tuple[str, ...], Any]] = [((), document)]
    while left:
        pointer, value = left.pop()
        if isinstance(value, dict):
            left.extend([((*pointer, key), one) for key, one in reversed(value.items())])
        elif isinstance(value, list):
            left.extend([((*pointer, str(place)), value[place]) for place in range(len(value) - 1, -1, -1)])
        elif isinstance(value, str) and value:
            yield pointer, value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield pointer, str(value)
