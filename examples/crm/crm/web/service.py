"""Serves the front end: static files, and the address of the public API that they use."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crm.common import envelope
from crm.common.service import Resource, build_app
from crm.common.settings import Settings

_STATIC = Path(__file__).parent / "static"


class PageHeaders:
    """Allows the page its own files and the public API, and nothing else."""

    def __init__(self, app: ASGIApp, api: str) -> None:
        self._app = app
        self._headers = {
            "Content-Security-Policy": f"default-src 'self'; connect-src 'self' {api}; frame-ancestors 'none'",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-cache",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def create_app(settings: Settings) -> Starlette:
    """Return a web service of its own."""
    api = settings.public_api_url_external or settings.public_api_url

    async def config(_: Request) -> Response:
        return envelope.resource({"api": api})

    parts = urlsplit(api)
    return build_app(
        "web",
        [Resource("/config.json", {"GET": config})],
        routes=[Mount("/", StaticFiles(directory=_STATIC, html=True))],
        middleware=[Middleware(PageHeaders, api=f"{parts.scheme}://{parts.netloc}")],
    )
