"""Trace headers: taken from a request, passed on to every neighbour, echoed in the answer."""

from __future__ import annotations

import re
from contextvars import ContextVar

import httpx
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PASSED_ON = ("traceparent", "tracestate", "baggage", "x-request-id")
ECHOED = ("traceparent", "x-request-id")
_PRINTABLE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")

_current: ContextVar[dict[str, str] | None] = ContextVar("crm_trace", default=None)


def trace_headers() -> dict[str, str]:
    """Return the trace headers of the request being answered."""
    return _current.get() or {}


def trace_id() -> str | None:
    """Return the name under which the caller can find this request, if the caller gave it one."""
    headers = trace_headers()
    parent = _TRACEPARENT.fullmatch(headers.get("traceparent", ""))
    return parent.group(1) if parent else headers.get("x-request-id")


async def add_trace(request: httpx.Request) -> None:
    """Put the trace headers on a request to a neighbour; an event hook of httpx."""
    request.headers.update(trace_headers())


class TraceMiddleware:
    """Keeps the trace headers for as long as a request is being answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request under the trace it came with."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        found = _read(Headers(scope=scope))

        async def send_with_echo(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                for name in ECHOED:
                    if name in found:
                        answer[name] = found[name]
            await send(message)

        mark = _current.set(found)
        try:
            await self._app(scope, receive, send_with_echo)
        finally:
            _current.reset(mark)


def _read(headers: Headers) -> dict[str, str]:
    # A value that is not printable ASCII could not be sent on, so it is dropped here.
    joined = {name: ",".join(headers.getlist(name)) for name in PASSED_ON}
    return {name: value for name, value in joined.items() if _PRINTABLE.fullmatch(value)}
