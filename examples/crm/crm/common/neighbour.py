"""Calls to neighbour services, and what is left to say when one of them is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from crm.common.trace import add_trace

HeaderPairs = Mapping[str, str] | list[tuple[bytes, bytes]] | None


class NeighbourLostError(Exception):
    """A neighbour did not answer, answered too late, or answered nonsense."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name


@dataclass(frozen=True, slots=True)
class Reply:
    """What a neighbour answered; the body is None when there is none."""

    status: int
    body: Any
    headers: Mapping[str, str]


class Neighbour:
    """One neighbour service at its address."""

    def __init__(self, name: str, address: str, client: httpx.AsyncClient, patience: float) -> None:
        self.name = name
        self._address = address
        self._client = client
        self._patience = patience

    async def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        content: bytes | None = None,
        headers: HeaderPairs = None,
    ) -> Reply:
        """Send a request and return the reply, whatever its status; raise NeighbourLostError if there is none."""
        try:
            async with asyncio.timeout(self._patience):
                response = await self._client.request(
                    method, self._address + path, params=params, json=body, content=content, headers=headers
                )
        except (httpx.HTTPError, TimeoutError) as error:
            raise NeighbourLostError(self.name, f"{type(error).__name__} {error}".strip()) from error
        return Reply(response.status_code, self._json(response), response.headers)

    def nonsense(self, what: str) -> NeighbourLostError:
        """Return the error for an answer that is not what this neighbour is supposed to say."""
        return NeighbourLostError(self.name, f"answered nonsense: {what}")

    def _json(self, response: httpx.Response) -> Any:
        if not response.content:
            return None
        try:
            return response.json()
        except ValueError as error:
            raise self.nonsense("a body that is not JSON") from error


def make_client(patience: float, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """Return the HTTP client that a service shares between all its neighbours."""
    return httpx.AsyncClient(
        transport=transport,
        timeout=patience,
        # Servers close idle connections after five seconds; let go of ours well before that.
        limits=httpx.Limits(max_connections=200, max_keepalive_connections=50, keepalive_expiry=2.0),
        event_hooks={"request": [add_trace]},
        headers={"Accept": "application/json"},
        # Neighbours are on our own network: a proxy meant for the outside has no part in this.
        trust_env=False,
    )


def path_to(*parts: str) -> str:
    """Return a path of these parts, each quoted."""
    return "/" + "/".join(quote(part, safe="") for part in parts)
