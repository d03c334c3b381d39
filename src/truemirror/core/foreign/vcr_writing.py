"""A mirror as a cassette of VCR.py.

Rules: answers are decoded and say so, as with `decode_compressed_response`: VCR.py leaves it to each client whether a
coding is still on, so nothing else is right for all. A cassette has no place for faults: they are left out and listed,
as is what it cannot say of an answer.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from truemirror.core.foreign.carried import LeftOut, numbered
from truemirror.core.foreign.har_writing import url_of
from truemirror.core.foreign.vcr import VERSION
from truemirror.core.mirror.model import Scenario
from truemirror.core.wire.coding import encode
from truemirror.core.wire.exchange import Fault, Request, Response
from truemirror.core.wire.headers import Headers

Json = dict[str, Any]
_FRAMED = ("transfer-encoding",)


def write_vcr(scenarios: Sequence[Scenario], base: str, service: str) -> tuple[Json, tuple[LeftOut, ...]]:
    """The cassette of some scenarios, and what it does not hold.

    `base` is where the service is said to live, as `https://tags.example`; empty for each request's own Host.
    """
    left: list[LeftOut] = []
    interactions: list[Json] = []
    number = 0
    for scenario in scenarios:
        for exchange in scenario.exchanges:
            number += 1
            request, outcome = exchange.request, exchange.outcome
            name = numbered("exchange", number, f"{scenario.name}: {request.method} {request.target}")
            if isinstance(outcome, Fault):
                why = f"a cassette has no place for a fault ({outcome.kind.value})"
                fix = "test this with `truemirror serve` or the pytest plugin, which break the connection as recorded"
                left.append(LeftOut(name, "fault", why, fix, whole=True))
                continue
            left.extend(_not_said(outcome, name))
            interactions.append({"request": _request(request, base, service), "response": _response(outcome)})
    return {"interactions": interactions, "version": VERSION}, tuple(left)


def _request(request: Request, base: str, service: str) -> Json:
    """A request."""
    return {
        "body": _text(encode(request.body, request.codings)) if request.body else None,
        "headers": _headers(request.headers),
        "method": request.method,
        "uri": url_of(request, base, service),
    }


def _response(response: Response) -> Json:
    """A response; codings and chunks are gone, so nothing says that there are any."""
    headers = response.headers.without(*_FRAMED)
    if response.codings:
        headers = headers.without("content-encoding")
        if "content-length" in headers:
            headers = headers.replacing("Content-Length", str(len(response.body)))
    return {
        "body": {"string": _text(response.body)},
        "headers": _headers(headers),
        "status": {"code": response.status, "message": response.reason},
    }


def _text(body: bytes) -> str | bytes:
    """A body as text where it is UTF-8, as VCR.py does."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body


def _headers(headers: Headers) -> Json:
    """Values by name, in order."""
    told: dict[str, list[str]] = {}
    for name, value in headers.pairs:
        told.setdefault(name, []).append(value)
    return told


def _not_said(response: Response, name: str) -> Iterable[LeftOut]:
    """What of an answer is not in the cassette."""
    if response.codings:
        names = ", ".join(one.name for one in response.codings)
        yield LeftOut(
            name, "response.codings", f"the coding ({names}) is taken off, as clients differ on it under VCR.py"
        )
    if response.trailers.pairs:
        yield LeftOut(name, "response.trailers", "a cassette has no place for trailers")
    if response.chunks:
        yield LeftOut(name, "response.chunks", "a cassette does not say when each piece arrived")
    if response.interims:
        yield LeftOut(name, "response.interims", "a cassette has no place for informational answers")
    if response.frames:
        yield LeftOut(name, "response.frames", "a cassette has no place for what is said over a WebSocket")
