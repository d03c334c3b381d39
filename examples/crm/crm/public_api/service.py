"""Puts the public API together."""

from __future__ import annotations

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware

from crm.common.identity import Gate
from crm.common.neighbour import Neighbour, make_client
from crm.common.rate_limit import RateLimit
from crm.common.service import build_app
from crm.common.settings import Settings
from crm.public_api.cors import CorsMiddleware
from crm.public_api.routes import PublicRoutes, Upstreams

# Deals asks auth, then core and tags, and gives each its own patience before it answers without them.
_LAYERS = 3


def create_app(settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> Starlette:
    """Return a public API of its own; `transport` carries its calls to neighbours."""
    patience = settings.neighbour_timeout * _LAYERS
    client = make_client(patience, transport)
    upstreams = Upstreams(
        auth=Neighbour("auth", settings.auth_url, client, patience),
        core=Neighbour("core", settings.core_url, client, patience),
        tags=Neighbour("tags", settings.tags_url, client, patience),
        deals=Neighbour("deals", settings.deals_url, client, patience),
    )
    routes = PublicRoutes(upstreams, Gate(upstreams.auth), RateLimit(settings.rate_limit))
    return build_app(
        "public-api",
        routes.resources(),
        middleware=[Middleware(CorsMiddleware, origins=settings.cors_origins)],
        closers=[client.aclose],
    )
