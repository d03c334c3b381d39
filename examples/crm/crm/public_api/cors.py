"""Lets pages from other origins use the public API."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, PATCH, DELETE",
    "Access-Control-Allow-Headers": (
        "Authorization, Content-Type, Idempotency-Key, X-Request-Id, traceparent, tracestate, baggage"
    ),
    "Access-Control-Max-Age": "600",
}


class CorsMiddleware:
    """Answers preflight requests and marks all other answers as readable; tokens travel in a header, never a cookie."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self._app = app
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        origin = Headers(scope=scope).get("origin") if scope["type"] == "http" else None
        if origin is None:
            await self._app(scope, receive, send)
            return
        allowed = self._allowed(origin)
        if scope["method"] == "OPTIONS" and "access-control-request-method" in Headers(scope=scope):
            # A browser that finds no permission in the answer refuses by itself.
            headers = {**allowed, **_PREFLIGHT} if allowed else {}
            await Response(status_code=204, headers=headers)(scope, receive, send)
            return

        async def send_with_permission(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(allowed)
                headers["Access-Control-Expose-Headers"] = "Retry-After, X-Request-Id, traceparent"
            await send(message)

        await self._app(scope, receive, send_with_permission)

    def _allowed(self, origin: str) -> dict[str, str]:
        if "*" in self._origins:
            return {"Access-Control-Allow-Origin": "*"}
        if origin in self._origins:
            return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
        return {}
