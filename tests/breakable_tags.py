"""The tags service of the CRM, with a defect planted by the environment: what `verify` has to find.

Rules: run by uvicorn as `tests.breakable_tags:app`; TAGS_DEFECT names the defect, nothing means none.
"""

import json
import os
from collections.abc import Awaitable, Callable
from typing import Any

from crm.common.settings import Settings
from crm.tags import create_app

Send = Callable[[dict[str, Any]], Awaitable[None]]
DEFECTS = ("", "removed", "retyped", "added", "code", "status", "boom", "html")


def changed(defect: str, status: int, document: Any) -> Any:
    """What the defect makes of a JSON document."""
    items = document.get("items", [document] if "label" in document else []) if isinstance(document, dict) else []
    for item in items:
        if defect == "removed":
            item.pop("colour", None)
        elif defect == "retyped":
            item["id"] = int(str(item.get("id", "t0"))[1:])
        elif defect == "added":
            item["shade"] = "dark"
    if defect == "code" and status == 404:
        document["error"]["code"] = "gone_missing"
    return document


class Defective:
    """An ASGI application with a defect in its answers."""

    def __init__(self, app: Any, defect: str) -> None:
        """`app` is the sound one."""
        self._app = app
        self._defect = defect

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Send) -> None:
        """Answer, defectively."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._defect == "boom" and scope["path"] == "/v1/search":
            body, more = b"", True
            while more:
                message = await receive()
                body += message.get("body", b"")
                more = message.get("more_body", False)
            sent = False

            async def again() -> dict[str, Any]:
                """The body, once more."""
                nonlocal sent
                sent = True
                return {"type": "http.request", "body": body, "more_body": False}

            if body.lstrip()[:1] != b"{" or b'"subjects": []' in body or b'"subjects":[]' in body:
                await _answer(send, 500, {"error": {"code": "boom", "message": "!", "details": [], "trace_id": None}})
                return
            receive = again
        start: dict[str, Any] = {}
        whole = b""

        async def hear(message: dict[str, Any]) -> None:
            """Collect the answer and send it changed."""
            nonlocal start, whole
            if message["type"] == "http.response.start":
                start = message
                return
            whole += message.get("body", b"")
            if message.get("more_body"):
                return
            body, status = whole, int(start["status"])
            if whole and self._defect not in ("", "boom"):
                body = json.dumps(changed(self._defect, status, json.loads(whole))).encode()
            if self._defect == "status" and status == 404:
                status = 410
            headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
            if status != 204:
                headers.append((b"content-length", str(len(body)).encode()))
            await send({**start, "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, hear)


async def _answer(send: Send, status: int, document: object) -> None:
    """A whole JSON answer."""
    body = json.dumps(document).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def __getattr__(name: str) -> Defective:
    """Make `app` when a server asks for it."""
    if name != "app":
        raise AttributeError(name)
    app = Defective(create_app(Settings.from_environment()), os.environ.get("TAGS_DEFECT", ""))
    globals()["app"] = app
    return app
