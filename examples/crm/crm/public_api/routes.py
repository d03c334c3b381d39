"""Answers the requests to the public API."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crm.common import envelope, errors
from crm.common.identity import Caller, Gate
from crm.common.negotiation import read_body
from crm.common.neighbour import Neighbour, NeighbourLostError, path_to
from crm.common.rate_limit import RateLimit
from crm.common.service import Handler, Resource
from crm.public_api.models import NewDealTag
from crm.public_api.upstream import ask, authorization, forward, hand_back

PREFIX = "/api/v1"
# Anything else cannot be an id, and must not become part of an address.
_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True, slots=True)
class Upstreams:
    """The services behind the public API."""

    auth: Neighbour
    core: Neighbour
    tags: Neighbour
    deals: Neighbour


class PublicRoutes:
    """The operations of version 1 of the public API."""

    def __init__(self, upstreams: Upstreams, gate: Gate, limit: RateLimit) -> None:
        self._up = upstreams
        self._gate = gate
        self._limit = limit

    def resources(self) -> list[Resource]:
        """Return what this service offers."""
        login = {"POST": self._pass(self._up.auth, "sessions"), "DELETE": self._pass(self._up.auth, "sessions/current")}
        deals, one = self._pass(self._up.deals, "deals"), self._deal
        contacts = self._pass(self._up.deals, "contacts")
        found = [
            Resource("/login", login),
            Resource("/me", {"GET": self._me}),
            Resource("/stages", {"GET": self._pass(self._up.deals, "stages")}),
            Resource("/contacts", {"GET": contacts, "POST": contacts}),
            Resource("/deals", {"GET": deals, "POST": deals}),
            Resource("/deals/{id}", {"GET": one, "PATCH": one, "DELETE": one}),
            Resource("/deals/{id}/tags", {"POST": self._add_tag}),
            Resource("/deals/{id}/tags/{tag_id}", {"DELETE": self._remove_tag}),
        ]
        return [
            Resource(PREFIX + item.path, {name: self._limited(handler) for name, handler in item.methods.items()})
            for item in found
        ]

    def _pass(self, neighbour: Neighbour, path: str) -> Handler:
        async def handler(request: Request) -> Response:
            return await forward(request, neighbour, f"/v1/{path}")

        return handler

    def _limited(self, handler: Handler) -> Handler:
        async def limited(request: Request) -> Response:
            host = request.client.host if request.client else "unknown"
            self._limit.spend(request.headers.get("authorization") or f"host {host}")
            return await handler(request)

        return limited

    async def _deal(self, request: Request) -> Response:
        return await forward(request, self._up.deals, path_to("v1", "deals", _id(request, "id", "deal")))

    async def _me(self, request: Request) -> Response:
        caller = await self._gate.admit(request)
        user, account = await asyncio.gather(
            self._from_core(caller, "users", caller.user_id, _me_user),
            self._from_core(caller, "accounts", caller.account_id, _me_account),
        )
        return envelope.resource(
            {
                "user": user or {"id": caller.user_id, "name": None, "email": None, "role": None},
                "account": account or {"id": caller.account_id, "name": None, "plan": None, "features": []},
                "scopes": sorted(caller.scopes),
                "degraded": [] if user and account else ["core"],
            }
        )

    async def _from_core(
        self, caller: Caller, kind: str, name: str, read: Callable[[Any], dict[str, Any]]
    ) -> dict[str, Any] | None:
        try:
            reply = await self._up.core.call("GET", path_to("v1", kind, name), headers=caller.headers)
            return read(reply.body) if reply.status == 200 else None
        except (NeighbourLostError, KeyError, TypeError):
            return None

    async def _add_tag(self, request: Request) -> Response:
        body = await read_body(request, NewDealTag)
        deal_id, headers = _id(request, "id", "deal"), authorization(request)
        deal = await ask(self._up.deals, "GET", path_to("v1", "deals", deal_id), headers=headers)
        if deal.status != 200:
            return hand_back(self._up.deals, deal)
        tag = {"subject": f"deal:{deal_id}", **body.model_dump()}
        return hand_back(self._up.tags, await ask(self._up.tags, "POST", "/v1/tags", body=tag, headers=headers))

    async def _remove_tag(self, request: Request) -> Response:
        deal_id, tag_id = _id(request, "id", "deal"), _id(request, "tag_id", "tag")
        path, headers = path_to("v1", "tags", tag_id), authorization(request)
        tag = await ask(self._up.tags, "GET", path, headers=headers)
        if tag.status != 200:
            return hand_back(self._up.tags, tag)
        if not isinstance(tag.body, dict) or tag.body.get("subject") != f"deal:{deal_id}":
            raise errors.not_found("tag", tag_id)
        return hand_back(self._up.tags, await ask(self._up.tags, "DELETE", path, headers=headers))


def _id(request: Request, name: str, what: str) -> str:
    value: str = request.path_params[name]
    if not _ID.fullmatch(value):
        raise errors.not_found(what, value)
    return value


def _me_user(body: Any) -> dict[str, Any]:
    return {name: body[name] for name in ("id", "name", "email", "role")}


def _me_account(body: Any) -> dict[str, Any]:
    return {name: body[name] for name in ("id", "name", "plan", "features")}
