"""Hands requests on to the services behind the public API, and their answers back."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from crm.common import envelope, errors
from crm.common.negotiation import read_raw
from crm.common.neighbour import HeaderPairs, Neighbour, NeighbourLostError, Reply

_SENT_ON = frozenset({b"authorization", b"content-type", b"idempotency-key"})
_HANDED_BACK = ("Retry-After", "WWW-Authenticate")


async def forward(request: Request, neighbour: Neighbour, path: str) -> Response:
    """Send a request on as it is and hand the answer back."""
    query = f"?{request.url.query}" if request.url.query else ""
    method = "GET" if request.method == "HEAD" else request.method
    content = await read_raw(request)
    headers = sent_on(request)
    return hand_back(neighbour, await ask(neighbour, method, path + query, content=content or None, headers=headers))


def sent_on(request: Request, names: frozenset[bytes] = _SENT_ON) -> list[tuple[bytes, bytes]]:
    """Return the fields that neighbours are told, without blanks around their values, which clients refuse to send."""
    return [(name, value.strip(b" \t")) for name, value in request.headers.raw if name in names]


async def ask(
    neighbour: Neighbour,
    method: str,
    path: str,
    *,
    body: Any = None,
    content: bytes | None = None,
    headers: HeaderPairs = None,
) -> Reply:
    """Call a neighbour that this answer cannot do without."""
    try:
        return await neighbour.call(method, path, body=body, content=content, headers=headers)
    except NeighbourLostError as error:
        raise errors.neighbour_unavailable(error.name) from error


def hand_back(neighbour: Neighbour, reply: Reply) -> Response:
    """Answer with what a neighbour answered."""
    if reply.status == 204:
        return envelope.nothing()
    if not _is_sound(reply):
        raise errors.neighbour_unavailable(neighbour.name)
    headers = {name: reply.headers[name] for name in _HANDED_BACK if name in reply.headers}
    return JSONResponse(reply.body, status_code=reply.status, headers=headers)


def authorization(request: Request) -> list[tuple[bytes, bytes]]:
    """Return the credentials of a request, to be sent on."""
    return sent_on(request, frozenset({b"authorization"}))


def _is_sound(reply: Reply) -> bool:
    if not isinstance(reply.body, dict):
        return False
    return reply.status in (200, 201) or (reply.status >= 400 and isinstance(reply.body.get("error"), dict))
