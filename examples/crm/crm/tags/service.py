"""The routes of tags."""

from __future__ import annotations

import re

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from crm.common import envelope, errors
from crm.common.clock import make_clock
from crm.common.database import open_database
from crm.common.errors import Detail
from crm.common.identity import WRITE, Gate
from crm.common.negotiation import read_body
from crm.common.neighbour import Neighbour, make_client
from crm.common.pagination import Page, Query
from crm.common.service import Resource, build_app
from crm.common.settings import Settings
from crm.tags.models import SUBJECT, NewTag, Search
from crm.tags.store import SCHEMA, TagStore


class TagRoutes:
    """Answers the requests to tags."""

    def __init__(self, store: TagStore, gate: Gate) -> None:
        self._store = store
        self._gate = gate

    def resources(self) -> list[Resource]:
        """Return what this service offers."""
        return [
            Resource("/v1/tags", {"GET": self.tags, "POST": self.add}),
            Resource("/v1/tags/{id}", {"GET": self.tag, "DELETE": self.remove}),
            Resource("/v1/search", {"POST": self.search}),
        ]

    async def tags(self, request: Request) -> Response:
        """List the tags on one subject."""
        caller = await self._gate.admit(request)
        query = Query(request.query_params)
        subject, page = query.required("subject"), query.page()
        query.check()
        if not re.fullmatch(SUBJECT, subject):
            raise errors.validation_failed([Detail("subject", "format", "Should look like deal:d12.")])
        items, total = self._store.tags(caller.account_id, subject, page)
        return envelope.collection(items, total, page)

    async def tag(self, request: Request) -> Response:
        """Tell about one tag."""
        caller = await self._gate.admit(request)
        tag_id = request.path_params["id"]
        tag = self._store.tag(caller.account_id, tag_id)
        if tag is None:
            raise errors.not_found("tag", tag_id)
        return envelope.resource(tag)

    async def add(self, request: Request) -> Response:
        """Put a tag on a subject."""
        caller = await self._gate.admit(request, WRITE)
        body = await read_body(request, NewTag)
        if self._store.is_on(caller.account_id, body.subject, body.label):
            raise errors.conflict("already_tagged", f"{body.subject} is already tagged {body.label!r}.")
        return envelope.resource(self._store.add(caller.account_id, caller.user_id, body), 201)

    async def remove(self, request: Request) -> Response:
        """Take a tag away."""
        caller = await self._gate.admit(request, WRITE)
        tag_id = request.path_params["id"]
        if not self._store.remove(caller.account_id, tag_id):
            raise errors.not_found("tag", tag_id)
        return envelope.nothing()

    async def search(self, request: Request) -> Response:
        """List the tags on many subjects at once: a read that needs a body."""
        caller = await self._gate.admit(request)
        body = await read_body(request, Search)
        items = self._store.search(caller.account_id, body.subjects)
        return envelope.collection(items, len(items), Page(limit=len(items), offset=0))


def create_app(settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> Starlette:
    """Return a tags service of its own; `transport` carries its calls to neighbours."""
    database = open_database(settings.data, "tags", SCHEMA)
    client = make_client(settings.neighbour_timeout, transport)
    gate = Gate(Neighbour("auth", settings.auth_url, client, settings.neighbour_timeout))
    routes = TagRoutes(TagStore(database, make_clock(settings.clock)), gate)
    return build_app("tags", routes.resources(), closers=[client.aclose, database.aclose])
