"""Conversations as tests of load tell them."""

import json
from typing import Any

from truemirror.core.load.derive import Conversation, Said
from truemirror.core.mirror.standin import stand_in
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers

JSON = ("Content-Type", "application/json")
SECRET = stand_in("demo-ada")


def call(line: str, sent: Any = None, got: Any = None, status: int = 200, token: str = "", **answered: str) -> Exchange:
    """An exchange of JSON: `POST /v1/deals`, what was sent, what came, by whom, and headers of the answer."""
    method, target = line.split(" ")
    body = b"" if sent is None else json.dumps(sent).encode()
    asked = [JSON, ("Host", "127.0.0.1:1"), *([("Authorization", f"Bearer {token}")] if token else [])]
    fields = Headers((JSON, *((name.replace("_", "-"), value) for name, value in answered.items())))
    response = Response(status, "", fields, json.dumps(got).encode() if got is not None else b"")
    return Exchange(Request(method, target, Headers(tuple(asked)), body), response)


def login(token: str = "tok_a1b2c3d4e5f6", email: str = "ada@x.example", password: str = SECRET) -> Exchange:
    """Somebody logs in."""
    return call("POST /v1/login", {"email": email, "password": password}, {"token": token}, 201)


def conversation(name: str, *exchanges: Exchange, service: str = "deals") -> Conversation:
    """What one user did with one service."""
    return Conversation(name, tuple(Said(service, one) for one in exchanges), name)
