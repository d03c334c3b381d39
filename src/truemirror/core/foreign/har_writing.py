"""A mirror as an HTTP Archive (HAR 1.2).

Rules: a page is a scenario. Content is decoded, text where it is text, else base64. A fault is an entry of status 0
with the browsers' `_error`. What HAR has no field for is in `_truemirror` and is listed, so that nobody takes the
archive for more than it is; reading it back gives exchanges with the same ids.
"""

import base64
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus

from truemirror.core.foreign.carried import LeftOut, numbered
from truemirror.core.foreign.har import CREATOR, FAULTS, OWN, UNKNOWN_DAY
from truemirror.core.foreign.message import framing_of, readable, unfolded
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.coding import encode
from truemirror.core.wire.exchange import Coding, Exchange, Fault, Framing, Request, Response
from truemirror.core.wire.headers import Headers

Json = dict[str, Any]
_ERRORS = {kind: f"net::{name}" for name, kind in reversed(FAULTS.items())}


def write_har(mirror: Mirror, base: str, version: str) -> tuple[Json, tuple[LeftOut, ...]]:
    """The archive of a mirror and what other readers will not find in it; `version` is truemirror's.

    `base` is where the service is said to live, as `https://tags.example`; empty for each request's own Host.
    """
    left: list[LeftOut] = []
    pages: list[Json] = []
    entries: list[Json] = []
    for scenario in mirror.scenarios:
        page = f"page_{len(pages) + 1}"
        at = _beginning(scenario)
        pages.append({"startedDateTime": _stamp(at), "id": page, "title": scenario.name, "pageTimings": {}})
        for exchange in scenario.exchanges:
            request = exchange.request
            name = numbered("entry", len(entries) + 1, f"{scenario.name}: {request.method} {request.target}")
            entries.append({"pageref": page, **_entry(exchange, base, mirror.service, at)})
            left.extend(_not_said(exchange, name))
            at += timedelta(milliseconds=exchange.elapsed_ms)
    creator = {"name": CREATOR, "version": version}
    return {"log": {"version": "1.2", "creator": creator, "pages": pages, "entries": entries}}, tuple(left)


def _beginning(scenario: Scenario) -> datetime:
    """When a scenario's day of recording began."""
    return datetime.fromisoformat(scenario.recorded or UNKNOWN_DAY).replace(tzinfo=UTC)


def _stamp(at: datetime) -> str:
    """A time as archives write it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def url_of(request: Request, base: str, service: str) -> str:
    """The URL that a request asked for."""
    host = request.headers.get("host") or f"{service}.mirror"
    return f"{base.rstrip('/') or f'http://{host}'}{request.target if request.target != '*' else '/*'}"


def _entry(exchange: Exchange, base: str, service: str, at: datetime) -> Json:
    """One exchange."""
    outcome = exchange.outcome
    entry: Json = {
        "startedDateTime": _stamp(at),
        "time": exchange.elapsed_ms,
        "request": _request(exchange.request, base, service),
    }
    if isinstance(outcome, Response):
        entry["response"] = _response(exchange.request, outcome)
    else:
        entry["_error"] = _ERRORS[outcome.kind]
        arrived = _response(exchange.request, outcome.partial) if outcome.partial else _nothing()
        own = {"fault": outcome.kind.value} | ({"received": _packed(outcome.received)} if outcome.received else {})
        entry["response"] = {**arrived, OWN: {**arrived.get(OWN, {}), **own}}
    return {**entry, "cache": {}, "timings": {"send": 0, "wait": exchange.elapsed_ms, "receive": 0}}


def _request(request: Request, base: str, service: str) -> Json:
    """A request."""
    document: Json = {
        "method": request.method,
        "url": url_of(request, base, service),
        "httpVersion": "HTTP/1.1",
        "cookies": _cookies(request.headers.all("cookie"), ";"),
        "headers": _pairs(request.headers),
        "queryString": _query(request.query),
        "headersSize": -1,
        "bodySize": len(encode(request.body, request.codings)),
    }
    if request.body:
        kind = request.headers.get("content-type")
        text = readable(request.body, kind)
        document["postData"] = {"mimeType": kind or "", "text": text if text is not None else _packed(request.body)}
        if text is None:
            document["postData"]["_encoding"] = "base64"
    return _with_codings(document, request.body, request.headers, request.codings)


def _response(request: Request, response: Response) -> Json:
    """A response."""
    kind = response.headers.get("content-type")
    content: Json = {"size": len(response.body), "mimeType": kind or "x-unknown"}
    if response.body:
        text = readable(response.body, kind)
        content["text"] = text if text is not None else _packed(response.body)
        if text is None:
            content["encoding"] = "base64"
    document: Json = {
        "status": response.status,
        "statusText": response.reason,
        "httpVersion": "HTTP/1.1",
        "cookies": _cookies(response.headers.all("set-cookie"), None),
        "headers": _pairs(response.headers),
        "content": content,
        "redirectURL": response.headers.get("location") or "",
        "headersSize": -1,
        "bodySize": len(encode(response.body, response.codings)),
    }
    own: Json = {}
    if response.framing is not framing_of(request.method, response.status, response.headers):
        own["framing"] = response.framing.value
    if response.trailers.pairs:
        own["trailers"] = _pairs(response.trailers)
    return _with_codings(document | ({OWN: own} if own else {}), response.body, response.headers, response.codings)


def _with_codings(document: Json, body: bytes, headers: Headers, codings: tuple[Coding, ...]) -> Json:
    """The document with the names of the codings where headers and content do not tell them.

    Content from which codings were taken off may by chance look coded, and would lose them a second time.
    """
    content, told = unfolded(body, headers)
    if content == body and [one.name for one in told] == [one.name for one in codings]:
        return document
    return document | {OWN: {**document.get(OWN, {}), "codings": [one.name for one in codings]}}


def _nothing() -> Json:
    """The response of an entry that got none."""
    empty = {"size": 0, "mimeType": "x-unknown"}
    return {
        "status": 0, "statusText": "", "httpVersion": "", "cookies": [], "headers": [], "content": empty,
        "redirectURL": "", "headersSize": -1, "bodySize": -1,
    }  # fmt: skip


def _pairs(headers: Iterable[tuple[str, str]]) -> list[Json]:
    """Fields as records."""
    return [{"name": name, "value": value} for name, value in headers]


def _query(query: str | None) -> list[Json]:
    """The query's parameters."""
    split = (piece.partition("=") for piece in (query or "").split("&") if piece)
    return [{"name": unquote_plus(key), "value": unquote_plus(value)} for key, _, value in split]


def _cookies(values: Sequence[str], between: str | None) -> list[Json]:
    """Cookies by name and value: all of a Cookie field, the first pair of a Set-Cookie."""
    told = [piece for value in values for piece in (value.split(between) if between else [value.partition(";")[0]])]
    pairs = (piece.strip().partition("=") for piece in told)
    return [{"name": name, "value": value} for name, equals, value in pairs if equals]


def _packed(body: bytes) -> str:
    """Bytes as base64."""
    return base64.b64encode(body).decode()


def _not_said(exchange: Exchange, name: str) -> Iterable[LeftOut]:
    """What other readers of HAR will not find."""
    outcome = exchange.outcome
    if readable(exchange.request.body, exchange.request.headers.get("content-type")) is None:
        why = "HAR has no field for a request body that is no text; it is base64, as `_encoding` says"
        yield LeftOut(name, "request.body", why)
    response = outcome.partial if isinstance(outcome, Fault) else outcome
    if isinstance(outcome, Fault):
        yield LeftOut(
            name, "fault", f"HAR has no field for a fault ({outcome.kind.value}); it is in `_error`, as browsers do"
        )
        if outcome.received:
            yield LeftOut(
                name, "fault.received", "HAR has no field for what came in place of HTTP; it is not in the archive"
            )
    if response is None:
        return
    if response.trailers.pairs:
        yield LeftOut(name, "response.trailers", f"HAR has no field for trailers; they are in `{OWN}`")
    if response.chunks:
        yield LeftOut(name, "response.chunks", "HAR does not say when each piece arrived; only the whole time is kept")
    if response.interims:
        yield LeftOut(name, "response.interims", "HAR has no field for informational answers")
    if response.frames:
        yield LeftOut(name, "response.frames", "HAR has no field for what is said over a WebSocket")
    if response.framing is Framing.CLOSE:
        yield LeftOut(name, "response.framing", f"HAR does not say that the connection ended the body; `{OWN}` does")
