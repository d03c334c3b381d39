"""Ways to break a service on purpose, to see that its suites notice.

`SUITES_BREAK=tags:drop-label` puts one of these between the service and whoever asks it.
"""

import json
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
Answer = tuple[int, bytes, bytes]
"""Status, content type and body."""

_JSON = b"application/json"


def drop_label(status: int, body: bytes) -> Answer:
    """An attribute is no longer there."""
    return status, _JSON, json.dumps(_without(json.loads(body), "label")).encode()


def other_error(status: int, body: bytes) -> Answer:
    """Errors have another shape."""
    return status, _JSON, b'{"message": "something is wrong"}' if status >= 400 else body


def xml(status: int, body: bytes) -> Answer:
    """XML is spoken."""
    return status, b"application/xml", b"<answer/>"


def crash(status: int, body: bytes) -> Answer:
    """The page of a web server that lost its application."""
    return 500, b"text/html", b"<html><h1>Internal Server Error</h1></html>"


WAYS: dict[str, Callable[[int, bytes], Answer]] = {
    "drop-label": drop_label,
    "other-error": other_error,
    "xml": xml,
    "crash": crash,
}


def perhaps_broken(name: str, app: App) -> App:
    """The application, broken where the environment asks for it."""
    service, _, way = os.environ.get("SUITES_BREAK", "").partition(":")
    return _Broken(app, WAYS[way]) if service == name else app


class _Broken:
    """An application whose answers are changed on their way out."""

    def __init__(self, app: App, way: Callable[[int, bytes], Answer]) -> None:
        self._app = app
        self._way = way

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer, otherwise."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, pieces = 0, []

        async def hold(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            pieces.append(message.get("body", b""))

        await self._app(scope, receive, hold)
        status, kind, body = self._way(status, b"".join(pieces) or b"null")
        headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _without(value: Any, name: str) -> Any:
    """A JSON value without an attribute, at any depth."""
    if isinstance(value, dict):
        return {key: _without(one, name) for key, one in value.items() if key != name}
    return [_without(one, name) for one in value] if isinstance(value, list) else value
