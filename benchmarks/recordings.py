"""The recordings that every contestant serves: JSON answers of a few hundred bytes at distinct addresses."""

import json

from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers


def path_of(number: int) -> str:
    """The address of one recording."""
    return f"/v1/items/{number}"


def body_of(number: int) -> bytes:
    """Its answer."""
    item = {"id": str(number), "name": f"Item {number}", "price": "12.50", "tags": ["new", "blue"], "note": "x" * 120}
    return json.dumps(item, separators=(",", ":")).encode()


def mirror_of(count: int) -> Mirror:
    """A mirror of that many recordings."""
    exchanges = []
    for number in range(count):
        body = body_of(number)
        headers = Headers((("Content-Type", "application/json"), ("Content-Length", str(len(body)))))
        exchanges.append(Exchange(Request("GET", path_of(number)), Response(200, "OK", headers, body)))
    return Mirror("items", "1.0.0", (Scenario("default", tuple(exchanges), "2026-01-01"),))
