"""Exchanges as JSON documents, and back.

    exchange    {"elapsed_ms", "id", "request": {...}, "response": {...} or "fault": {...}}
    request     {"body", "codings", "headers", "method", "target"}
    response    {"body", "chunks", "coded", "codings", "frames", "framing", "headers", "interims", "reason", "status",
                 "trailers"}
    interim     {"headers", "reason", "status"}
    frame       {"at_ms", "body", "code", "from", "kind", "pieces"}; see document_frames
    fault       {"detail", "kind", "partial": a response, "received": a body}

Rules: the keys of our frame are sorted, defaults are left out, a header field is one line; JSON bodies keep their own
order. decode(encode(x)) == x for every exchange. A document is ready for orjson: one-line lists are fragments in it.
"""

import json
from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import isfinite
from typing import Any, TypeVar

import orjson

from truemirror.core.mirror.bodies import BodyFile, decode_body, encode_body
from truemirror.core.mirror.document_frames import decode_frame, encode_frame
from truemirror.core.mirror.fields import Document, as_object, listed, number, text, under, whole, wrong
from truemirror.core.wire.exchange import (
    Chunk,
    Coding,
    Exchange,
    Fault,
    FaultKind,
    Framing,
    Interim,
    Request,
    Response,
)
from truemirror.core.wire.headers import Headers
from truemirror.errors import FormatError

BodyWriter = Callable[[bytes, MutableMapping[str, bytes]], Document]
"""How a body is written, and where the large ones go."""

One = TypeVar("One")
_NO_HEADERS = Headers()
_LISTS = {list}
_FRAMINGS: dict[str, Framing] = {one.value: one for one in Framing}
_FAULTS: dict[str, FaultKind] = {one.value: one for one in FaultKind}
_EXCHANGE = frozenset({"elapsed_ms", "fault", "id", "request", "response"})
_REQUEST = frozenset({"body", "codings", "headers", "method", "target"})
_RESPONSE = frozenset(
    {"body", "chunks", "coded", "codings", "frames", "framing", "headers", "interims", "reason", "status", "trailers"}
)
_INTERIM = frozenset({"headers", "reason", "status"})
_FAULT = frozenset({"detail", "kind", "partial", "received"})


def encode_exchange(
    exchange: Exchange, identity: str, files: MutableMapping[str, bytes], body: BodyWriter = encode_body
) -> Document:
    """The document of an exchange with its id; large bodies go into `files`."""
    document: Document = {}
    if exchange.elapsed_ms and isfinite(exchange.elapsed_ms):
        document["elapsed_ms"] = exchange.elapsed_ms
    outcome = exchange.outcome
    if isinstance(outcome, Fault):
        document["fault"] = _fault(outcome, files, body)
    if identity:
        document["id"] = identity
    document["request"] = _request(exchange.request, files, body)
    if isinstance(outcome, Response):
        document["response"] = _response(outcome, files, body)
    return document


def _request(request: Request, files: MutableMapping[str, bytes], body: BodyWriter) -> Document:
    """The document of a request."""
    document: Document = {}
    if request.body:
        document["body"] = body(request.body, files)
    if request.codings:
        document["codings"] = _codings(request.codings)
    if request.headers.pairs:
        document["headers"] = [field_line(pair) for pair in request.headers.pairs]
    document["method"] = writable(request.method)
    document["target"] = writable(request.target)
    return document


def _response(response: Response, files: MutableMapping[str, bytes], body: BodyWriter) -> Document:
    """The document of a response."""
    document: Document = {}
    if response.body:
        document["body"] = body(response.body, files)
    if response.chunks:
        document["chunks"] = [_chunk_line(one) for one in response.chunks]
    if response.coded:
        document["coded"] = body(response.coded, files)
    if response.codings:
        document["codings"] = _codings(response.codings)
    if response.frames:
        document["frames"] = [encode_frame(one, files, body) for one in response.frames]
    if response.framing is not Framing.LENGTH:
        document["framing"] = response.framing.value
    if response.headers.pairs:
        document["headers"] = [field_line(pair) for pair in response.headers.pairs]
    if response.interims:
        document["interims"] = [_interim(one) for one in response.interims]
    if response.reason:
        document["reason"] = writable(response.reason)
    document["status"] = response.status
    if response.trailers.pairs:
        document["trailers"] = [field_line(pair) for pair in response.trailers.pairs]
    return document


def _interim(interim: Interim) -> Document:
    """The document of an informational answer."""
    document: Document = {}
    if interim.headers.pairs:
        document["headers"] = [field_line(pair) for pair in interim.headers.pairs]
    if interim.reason:
        document["reason"] = writable(interim.reason)
    document["status"] = interim.status
    return document


def _fault(fault: Fault, files: MutableMapping[str, bytes], body: BodyWriter) -> Document:
    """The document of a fault."""
    document: Document = {}
    if fault.detail:
        document["detail"] = writable(fault.detail)
    document["kind"] = fault.kind.value
    if fault.partial is not None:
        document["partial"] = _response(fault.partial, files, body)
    if fault.received:
        document["received"] = body(fault.received, files)
    return document


def _chunk_line(chunk: Chunk) -> orjson.Fragment:
    """A piece of a streamed body as a list on one line."""
    return orjson.Fragment(b"[%d, %b]" % (chunk.size, orjson.dumps(chunk.at_ms if isfinite(chunk.at_ms) else 0.0)))


def _codings(codings: Iterable[Coding]) -> list[Any]:
    """Content codings: a name, or a name and a level."""
    lines = []
    for one in codings:
        level = b"" if one.level is None else b", %d" % one.level
        lines.append(orjson.Fragment(b"[" + json_text(one.name) + level + b"]"))
    return lines


@lru_cache(maxsize=16_384)
def field_line(pair: tuple[str, str]) -> orjson.Fragment:
    """A header field as a list on one line."""
    return orjson.Fragment(b"[" + json_text(pair[0]) + b", " + json_text(pair[1]) + b"]")


def json_text(value: str) -> bytes:
    """A text in JSON; halves of characters (lone surrogates) as escapes."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value).encode()


def writable(value: str) -> Any:
    """A text as orjson can write it."""
    if value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        return orjson.Fragment(json_text(value))
    return value


class Fields(dict[tuple[Any, ...], tuple[str, str]]):
    """Header fields that were seen before: asked for by a tuple of whatever a line holds, each is checked once."""

    def __missing__(self, line: tuple[Any, ...]) -> tuple[str, str]:
        """A new field, if it is one."""
        if not _is_field(list(line)):
            raise FormatError("is no header field")
        self[line] = (line[0], line[1])
        return self[line]


@dataclass(slots=True)
class Reading:
    """What reading many exchanges shares: where large bodies are, and header fields."""

    file: BodyFile
    fields: Fields = field(default_factory=Fields)


def decode_exchange(document: object, reading: Reading) -> Exchange:
    """The exchange that a document stands for. Raises FormatError with the field's path in `where`."""
    known = as_object(document, _EXCHANGE)
    response, fault = known.get("response"), known.get("fault")
    if (response is None) == (fault is None):
        raise FormatError("an exchange has either a response or a fault", where="response")
    step = "request"
    try:
        request = _decode_request(known.get("request"), reading)
        if response is not None:
            step = "response"
            return Exchange(request, _decode_response(response, reading), number(known, "elapsed_ms"))
        step = "fault"
        return Exchange(request, _decode_fault(fault, reading), number(known, "elapsed_ms"))
    except FormatError as error:
        raise error if error.where == "elapsed_ms" else under(step, error) from None


def _decode_request(document: object, reading: Reading) -> Request:
    """The request of an exchange."""
    known = as_object(document, _REQUEST)
    return Request(
        text(known, "method"),
        text(known, "target"),
        _decode_headers(known, "headers", reading),
        _decode_body(known, "body", reading),
        _decode_codings(known) if "codings" in known else (),
    )


def _decode_response(document: object, reading: Reading) -> Response:
    """The response of an exchange, or what had arrived of one."""
    known = as_object(document, _RESPONSE)
    framing = _FRAMINGS.get(text(known, "framing", "length"))
    if framing is None:
        raise wrong("framing", f"one of {', '.join(_FRAMINGS)}", known["framing"])
    return Response(
        whole(known, "status", 0, 999),
        text(known, "reason", ""),
        _decode_headers(known, "headers", reading),
        _decode_body(known, "body", reading),
        _decode_codings(known) if "codings" in known else (),
        framing,
        _decode_chunks(known) if "chunks" in known else (),
        _decode_headers(known, "trailers", reading),
        _each(known, "interims", lambda one: _decode_interim(one, reading)) if "interims" in known else (),
        _each(known, "frames", lambda one: decode_frame(one, reading.file)) if "frames" in known else (),
        _decode_body(known, "coded", reading),
    )


def _each(document: Document, name: str, decode: Callable[[object], One]) -> tuple[One, ...]:
    """A list of documents; an error says which one."""
    decoded: list[One] = []
    for place, one in enumerate(listed(document, name)):
        try:
            decoded.append(decode(one))
        except FormatError as error:
            raise under(f"{name}[{place}]", error) from None
    return tuple(decoded)


def _decode_interim(document: object, reading: Reading) -> Interim:
    """An informational answer."""
    known = as_object(document, _INTERIM)
    headers = _decode_headers(known, "headers", reading)
    return Interim(whole(known, "status", 100, 199), text(known, "reason", ""), headers)


def _decode_fault(document: object, reading: Reading) -> Fault:
    """The fault of an exchange."""
    known = as_object(document, _FAULT)
    kind = _FAULTS.get(text(known, "kind"))
    if kind is None:
        raise wrong("kind", f"one of {', '.join(_FAULTS)}", known["kind"])
    partial = None
    if "partial" in known:
        try:
            partial = _decode_response(known["partial"], reading)
        except FormatError as error:
            raise under("partial", error) from None
    return Fault(kind, text(known, "detail", ""), partial, _decode_body(known, "received", reading))


def _decode_body(document: Document, name: str, reading: Reading) -> bytes:
    """A body, empty where there is none."""
    if name not in document:
        return b""
    try:
        return decode_body(document[name], reading.file)
    except FormatError as error:
        raise under(name, error) from None


def _decode_headers(document: Document, name: str, reading: Reading) -> Headers:
    """Header fields; equal ones are one object in memory."""
    if name not in document:
        return _NO_HEADERS
    lines = listed(document, name)
    try:
        if {*map(type, lines)} <= _LISTS:
            return Headers(tuple(map(reading.fields.__getitem__, map(tuple, lines))))
    except TypeError:  # something in a line that is neither a text nor a number
        pass
    except FormatError:  # a line of another form, which is found below
        pass
    place = next(place for place, line in enumerate(lines) if not _is_field(line))
    raise wrong(f"{name}[{place}]", "a list of name and value, both texts", lines[place])


def _is_field(line: object) -> bool:
    """Whether a JSON value is a header field."""
    return type(line) is list and len(line) == 2 and all(type(one) is str for one in line)


def _decode_codings(document: Document) -> tuple[Coding, ...]:
    """Content codings."""
    codings: list[Coding] = []
    for place, line in enumerate(listed(document, "codings")):
        match line:
            case [str(name)]:
                codings.append(Coding(name))
            case [str(name), int(level)] if level is not True and level is not False:
                codings.append(Coding(name, level))
            case _:
                raise wrong(f"codings[{place}]", "a list of name and, where known, level", line)
    return tuple(codings)


def _decode_chunks(document: Document) -> tuple[Chunk, ...]:
    """Pieces of a streamed body."""
    chunks: list[Chunk] = []
    for place, line in enumerate(listed(document, "chunks")):
        match line:
            case [int(size), int() | float() as at_ms] if type(size) is int and type(at_ms) is not bool:
                chunks.append(Chunk(size, float(at_ms)))
            case _:
                raise wrong(f"chunks[{place}]", "a list of bytes and milliseconds", line)
    return tuple(chunks)
