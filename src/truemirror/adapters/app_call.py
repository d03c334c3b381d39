"""Applications of this process asked like services: ASGI and WSGI, without a socket.

Rules: an ASGI application's lifespan is begun before its first request and ended with `close`; what it raises is an
answer with status 500, as a server would give, and never our own failure.
"""

import asyncio
import contextlib
import io
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import unquote

from truemirror.core.wire.exchange import Exchange, Outcome, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.errors import ServiceError

Message = MutableMapping[str, Any]
Asgi = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_HOP = frozenset({"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}) | {
    "host",
    "content-length",
}
_BROKEN = Response(500, "Internal Server Error", Headers((("Content-Type", "text/plain"),)), b"the application raised")


class AsgiUpstream:
    """An ASGI application; see `truemirror.ports.Upstream`."""

    def __init__(self, app: Asgi) -> None:
        """Nothing is asked yet."""
        self._app = app
        self._life: asyncio.Task[None] | None = None
        self._says: asyncio.Queue[Message] = asyncio.Queue()
        self._hears: asyncio.Queue[Message] = asyncio.Queue()

    async def send(self, request: Request) -> Exchange:
        """Ask it. Raises ServiceError when it does not start."""
        if self._life is None:
            await self._begin()
        began = time.monotonic()
        outcome = await self._answer(request)
        return Exchange(request, outcome, (time.monotonic() - began) * 1000)

    async def close(self) -> None:
        """End its lifespan."""
        if self._life is not None:
            if not self._life.done():
                await self._hears.put({"type": "lifespan.shutdown"})
            with contextlib.suppress(Exception):
                await asyncio.wait_for(self._life, 10)

    async def _begin(self) -> None:
        """Begin its lifespan; an application that knows none raises, which is its right."""
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}

        async def live() -> None:
            """The lifespan, whose end is no news."""
            with contextlib.suppress(Exception):
                await self._app(scope, self._hears.get, self._says.put)

        self._life = asyncio.create_task(live())
        await self._hears.put({"type": "lifespan.startup"})
        said = asyncio.create_task(self._says.get())
        await asyncio.wait({said, self._life}, return_when=asyncio.FIRST_COMPLETED)
        if not said.done():
            said.cancel()
        elif said.result()["type"] == "lifespan.startup.failed":
            raise ServiceError(f"the application does not start: {said.result().get('message', '')}")

    async def _answer(self, request: Request) -> Outcome:
        """One request."""
        answer: dict[str, Any] = {"status": 0, "headers": [], "body": b""}
        left = [{"type": "http.request", "body": request.body, "more_body": False}]

        async def receive() -> Message:
            """The body, then that the client is gone."""
            return left.pop() if left else {"type": "http.disconnect"}

        async def take(message: Message) -> None:
            """A piece of the answer."""
            if message["type"] == "http.response.start":
                answer.update(status=message["status"], headers=list(message.get("headers", ())))
            elif message["type"] == "http.response.body":
                answer["body"] += message.get("body", b"")

        try:
            await self._app(_scope(request), receive, take)
        except Exception:
            return _BROKEN if not answer["status"] else _response(answer)
        return _response(answer) if answer["status"] else _BROKEN


def _scope(request: Request) -> dict[str, Any]:
    """What an ASGI application is told of a request."""
    path, _, query = request.target.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode("latin-1"),
        "query_string": query.encode("latin-1"),
        "root_path": "",
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in _fields(request)],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 80),
        "state": {},
    }


def _fields(request: Request) -> list[tuple[str, str]]:
    """The fields that an application sees."""
    fields = [("host", "127.0.0.1"), *(pair for pair in request.headers if pair[0].lower() not in _HOP)]
    return [*fields, ("content-length", str(len(request.body)))] if request.body else fields


def _response(answer: dict[str, Any]) -> Response:
    """What an ASGI application answered."""
    pairs = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in answer["headers"])
    return Response(int(answer["status"]), "", Headers(pairs), bytes(answer["body"]))


class WsgiUpstream:
    """A WSGI application; see `truemirror.ports.Upstream`."""

    def __init__(self, app: Wsgi) -> None:
        """Nothing is asked yet."""
        self._app = app

    async def send(self, request: Request) -> Exchange:
        """Ask it, in a thread."""
        began = time.monotonic()
        outcome = await asyncio.to_thread(self._answer, request)
        return Exchange(request, outcome, (time.monotonic() - began) * 1000)

    async def close(self) -> None:
        """There is nothing to let go of."""

    def _answer(self, request: Request) -> Response:
        """One request."""
        begun: list[tuple[str, list[tuple[str, str]]]] = []
        written: list[bytes] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Callable[[bytes], Any]:
            """The head of the answer."""
            begun.append((status, headers))
            return written.append

        try:
            pieces = self._app(_environment(request), start)
            try:
                body = b"".join(pieces)
            finally:
                close = getattr(pieces, "close", None)
                if close is not None:
                    close()
        except Exception:
            return _BROKEN
        if not begun:
            return _BROKEN
        number, _, reason = begun[-1][0].partition(" ")
        return Response(int(number), reason, Headers.of(begun[-1][1]), b"".join(written) + body)


def _environment(request: Request) -> dict[str, Any]:
    """What a WSGI application is told of a request (PEP 3333)."""
    path, _, query = request.target.partition("?")
    told: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(path, "latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(request.body)),
        "CONTENT_TYPE": request.headers.get("content-type") or "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in _fields(request):
        if name.lower() not in ("content-length", "content-type"):
            key = "HTTP_" + name.upper().replace("-", "_")
            told[key] = f"{told[key]},{value}" if key in told else value
    return told
