"""Answers and requests of any client, in our own words.

Rules: nothing is imported to look at an answer; it is asked for the attributes that its client is known to have.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from truemirror.core.wire.exchange import Request
from truemirror.core.wire.headers import Headers
from truemirror.errors import UsageError

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Heard:
    """What a client heard."""

    method: str
    target: str
    status: int
    headers: Headers
    body: bytes

    def __str__(self) -> str:
        """In a line."""
        return f"{self.method} {self.target} → {self.status}"


def heard(
    answer: Any = None,
    *,
    method: str | None = None,
    url: str | None = None,
    status: int | None = None,
    headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
    body: Any = None,
) -> Heard:
    """An answer of requests, httpx, aiohttp, urllib3 or a test client; parts that are given win. Raises UsageError."""
    request = getattr(answer, "request", None)
    found_method = method or _first(request, "method") or _first(answer, "method") or "GET"
    found_url = url or _first(request, "url", "full_path", "path") or _first(answer, "url") or "/"
    found_status = status if status is not None else _first(answer, "status_code", "status")
    if not isinstance(found_status, int):
        raise UsageError(
            f"{type(answer).__name__} is no answer: it has no status",
            nearest="a response of requests, httpx, aiohttp or a test client",
            fix="give the parts: method=, url=, status=, headers=, body=",
        )
    pairs = headers if headers is not None else getattr(answer, "headers", ())
    return Heard(str(found_method).upper(), _target(str(found_url)), found_status, _headers(pairs), _body(answer, body))


def asked(
    request: Any = None,
    *,
    method: str | None = None,
    url: str | None = None,
    headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
    body: Any = None,
) -> Request:
    """A request of requests, httpx or a strategy, sent or not; parts that are given win. Raises UsageError."""
    if hasattr(request, "prepare"):
        request = request.prepare()
    found_method, found_url = method or _first(request, "method"), url or _first(request, "url", "full_path", "path")
    if not found_method or not found_url:
        raise UsageError(
            f"{type(request).__name__} is no request: it has no {'address' if found_method else 'method'}",
            nearest="a request of requests or httpx",
            fix="give the parts: method=, url=, headers=, body=",
        )
    pairs = _headers(headers if headers is not None else getattr(request, "headers", None) or ())
    content = _body(request, body)
    if body is not None and not isinstance(body, str | bytes) and "content-type" not in pairs:
        pairs = pairs.adding("Content-Type", "application/json")
    return Request(str(found_method).upper(), _target(str(found_url)), pairs, content)


def _first(thing: Any, *names: str) -> Any:
    """The first attribute that is there and says something."""
    for name in names:
        try:
            value = getattr(thing, name, None)
        except RuntimeError:  # httpx tells in this way that an answer has no request
            value = None
        if value is not None and not callable(value):
            return value
    return None


def _target(url: str) -> str:
    """Path and query of an address."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _headers(pairs: Any) -> Headers:
    """Header fields from whatever holds them."""
    if isinstance(pairs, Headers):
        return pairs
    multi = getattr(pairs, "multi_items", None) or getattr(pairs, "items", None)
    return Headers.of((str(name), str(value)) for name, value in (multi() if multi else pairs))


def _body(answer: Any, body: Any) -> bytes:
    """The body's bytes."""
    if body is None:
        bodies = (_first(answer, name) for name in ("content", "_body", "data", "body"))
        body = next((one for one in bodies if one and isinstance(one, bytes | bytearray | str)), b"")
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes | bytearray | memoryview):
        return bytes(body)
    return json.dumps(body, ensure_ascii=False).encode()
