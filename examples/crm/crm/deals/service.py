"""Puts the deals service together."""

from __future__ import annotations

import httpx
from starlette.applications import Starlette

from crm.common.clock import make_clock
from crm.common.database import open_database
from crm.common.idempotency import Idempotency
from crm.common.identity import Gate
from crm.common.neighbour import Neighbour, make_client
from crm.common.service import build_app
from crm.common.settings import Settings
from crm.deals.routes import DealRoutes
from crm.deals.store import SCHEMA, DealStore
from crm.deals.surroundings import Surroundings


def create_app(settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> Starlette:
    """Return a deals service of its own; `transport` carries its calls to neighbours."""
    database = open_database(settings.data, "deals", SCHEMA)
    patience = settings.neighbour_timeout
    client = make_client(patience, transport)
    surroundings = Surroundings(
        Neighbour("core", settings.core_url, client, patience), Neighbour("tags", settings.tags_url, client, patience)
    )
    routes = DealRoutes(
        DealStore(database, make_clock(settings.clock)),
        Gate(Neighbour("auth", settings.auth_url, client, patience)),
        surroundings,
        Idempotency(database),
    )
    return build_app("deals", routes.resources(), closers=[client.aclose, database.aclose])
