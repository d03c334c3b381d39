"""The routes of core."""

from __future__ import annotations

from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from crm.common import envelope, errors
from crm.common.clock import make_clock
from crm.common.database import open_database
from crm.common.errors import Detail
from crm.common.idempotency import Idempotency
from crm.common.identity import ADMIN, WRITE, Caller, Gate
from crm.common.negotiation import read_body
from crm.common.neighbour import Neighbour, make_client
from crm.common.pagination import Query
from crm.common.service import Resource, build_app
from crm.common.settings import Settings
from crm.core.models import ROLES, NewUser, UserChange
from crm.core.store import SCHEMA, CoreStore, UserFilter

_MOST_IDS = 200


class CoreRoutes:
    """Answers the requests to core."""

    def __init__(self, store: CoreStore, gate: Gate, idempotency: Idempotency) -> None:
        self._store = store
        self._gate = gate
        self._idempotency = idempotency

    def resources(self) -> list[Resource]:
        """Return what this service offers."""
        return [
            Resource("/v1/accounts/{id}", {"GET": self.account}),
            Resource("/v1/users", {"GET": self.users, "POST": self.add_user}),
            Resource("/v1/users/{id}", {"GET": self.user, "PATCH": self.change_user}),
        ]

    async def account(self, request: Request) -> Response:
        """Tell about the caller's account."""
        caller = await self._gate.admit(request)
        account_id = request.path_params["id"]
        account = self._store.account(account_id)
        if account is None:
            raise errors.not_found("account", account_id)
        _only_own(caller, account_id)
        return envelope.resource(account)

    async def users(self, request: Request) -> Response:
        """List users of the caller's account."""
        caller = await self._gate.admit(request)
        query = Query(request.query_params)
        account_id = query.text("account_id") or caller.account_id
        role, page, ids = query.choice("role", ROLES), query.page(), query.many("ids", _MOST_IDS)
        query.check()
        _only_own(caller, account_id)
        items, total = self._store.users(UserFilter(account_id, role, query.text("q"), ids), page)
        return envelope.collection(items, total, page)

    async def user(self, request: Request) -> Response:
        """Tell about a user of the caller's account."""
        caller = await self._gate.admit(request)
        return envelope.resource(self._find(caller, request.path_params["id"]))

    async def add_user(self, request: Request) -> Response:
        """Add a user to the caller's account."""
        caller = await self._gate.admit(request, ADMIN)
        body = await read_body(request, NewUser)

        async def add() -> dict[str, Any]:
            if self._store.email_taken(body.email):
                detail = Detail("email", "taken", "Another user has this email.")
                raise errors.conflict("email_taken", "Another user has this email.", [detail])
            fields = {**body.model_dump(), "preferences": body.preferences.model_dump(exclude_unset=True)}
            return self._store.add_user(caller.account_id, fields)

        return envelope.resource(await self._idempotency.once(request, caller.user_id, body, add), 201)

    async def change_user(self, request: Request) -> Response:
        """Change some fields of a user; a role only by an owner."""
        caller = await self._gate.admit(request, WRITE)
        body = await read_body(request, UserChange)
        user = self._find(caller, request.path_params["id"])
        changes = body.model_dump(exclude_unset=True)
        if user["id"] != caller.user_id or "role" in changes:
            caller.need(ADMIN)
        if not changes:
            raise errors.validation_failed([Detail("body", "empty", "Name at least one field to change.")])
        return envelope.resource(self._store.change_user(user, changes))

    def _find(self, caller: Caller, user_id: str) -> dict[str, Any]:
        user = self._store.user(caller.account_id, user_id)
        if user is None:
            raise errors.not_found("user", user_id)
        return user


def create_app(settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> Starlette:
    """Return a core service of its own; `transport` carries its calls to neighbours."""
    database = open_database(settings.data, "core", SCHEMA)
    client = make_client(settings.neighbour_timeout, transport)
    gate = Gate(Neighbour("auth", settings.auth_url, client, settings.neighbour_timeout))
    store = CoreStore(database, make_clock(settings.clock))
    routes = CoreRoutes(store, gate, Idempotency(database))
    return build_app("core", routes.resources(), closers=[client.aclose, database.aclose])


def _only_own(caller: Caller, account_id: str) -> None:
    if account_id != caller.account_id:
        raise errors.forbidden("You can see your own account only.")
