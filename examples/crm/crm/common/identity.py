"""Who is calling: every service asks auth about the token of every request."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from crm.common import errors
from crm.common.neighbour import Neighbour, NeighbourLostError, Reply

READ, WRITE, ADMIN = "crm:read", "crm:write", "crm:admin"
_BEARER = re.compile(r"[Bb]earer +([\x21-\x7e]{1,512})")


@dataclass(frozen=True, slots=True)
class Caller:
    """The user on whose behalf a request is made."""

    user_id: str
    account_id: str
    scopes: frozenset[str]
    authorization: str

    def need(self, scope: str) -> None:
        """Refuse the request unless the caller has this scope."""
        if scope not in self.scopes:
            raise errors.forbidden(f"This needs the scope {scope}.")

    @property
    def headers(self) -> dict[str, str]:
        """The headers that make a call to a neighbour on behalf of the same user."""
        return {"Authorization": self.authorization}


def bearer_token(request: Request) -> str:
    """Return the token of a request."""
    found = _BEARER.fullmatch(request.headers.get("authorization", ""))
    if found is None:
        raise errors.unauthenticated()
    return found.group(1)


class Gate:
    """Lets known callers in."""

    def __init__(self, auth: Neighbour) -> None:
        self._auth = auth

    async def admit(self, request: Request, scope: str = READ) -> Caller:
        """Return who is calling, provided that they have `scope`."""
        authorization = f"Bearer {bearer_token(request)}"
        caller = self._read(await self._whoami(authorization), authorization)
        caller.need(scope)
        return caller

    async def _whoami(self, authorization: str) -> Reply:
        try:
            return await self._auth.call("GET", "/v1/whoami", headers={"Authorization": authorization})
        except NeighbourLostError as error:
            raise errors.neighbour_unavailable(error.name) from error

    def _read(self, reply: Reply, authorization: str) -> Caller:
        if reply.status == 401:
            raise errors.unauthenticated()
        body: Any = reply.body
        try:
            if reply.status != 200:
                raise self._auth.nonsense(f"status {reply.status}")
            return Caller(str(body["user_id"]), str(body["account_id"]), frozenset(body["scopes"]), authorization)
        except (NeighbourLostError, KeyError, TypeError) as error:
            raise errors.neighbour_unavailable(self._auth.name) from error
