"""Builds the ASGI application of a service from its resources."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from crm.common import envelope
from crm.common.errors import INTERNAL, ApiError, Problem
from crm.common.negotiation import require_json_accepted
from crm.common.trace import TraceMiddleware

Handler = Callable[[Request], Awaitable[Response]]
Closer = Callable[[], Awaitable[None]]

_HTTP_PROBLEMS = {
    404: Problem(404, "not_found", "There is nothing at this address."),
    405: Problem(405, "method_not_allowed", "This address does not know that method."),
}


@dataclass(frozen=True, slots=True)
class Resource:
    """A path and what can be done with it."""

    path: str
    methods: Mapping[str, Handler]


def build_app(
    name: str,
    resources: Sequence[Resource],
    *,
    routes: Sequence[BaseRoute] = (),
    middleware: Sequence[Middleware] = (),
    closers: Sequence[Closer] = (),
) -> Starlette:
    """Return the application of the service `name`; `closers` run when it ends."""
    log = logging.getLogger(f"crm.{name}")

    async def health(_: Request) -> Response:
        return envelope.resource({"status": "ok", "service": name})

    known = [Resource("/health", {"GET": health}), *resources]
    app = Starlette(
        routes=[*(_route(resource, log) for resource in known), *routes],
        middleware=[Middleware(TraceMiddleware), *middleware],
        exception_handlers={HTTPException: _http_problem},
        lifespan=_lifespan(closers),
    )
    # A redirect to the path without its slash would be an answer that is neither JSON nor an error.
    app.router.redirect_slashes = False
    return app


def _route(resource: Resource, log: logging.Logger) -> Route:
    async def endpoint(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        try:
            require_json_accepted(request.headers.get("accept"))
            return await resource.methods[method](request)
        except ApiError as error:
            return envelope.problem(error.problem)
        except Exception:
            log.exception("%s %s failed", request.method, request.url.path)
            return envelope.problem(INTERNAL)

    return Route(resource.path, endpoint, methods=list(resource.methods))


async def _http_problem(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    known = _HTTP_PROBLEMS.get(status, Problem(status, "http_error", "The request cannot be answered."))
    headers = dict((error.headers if isinstance(error, HTTPException) else None) or {})
    if "Allow" in headers:
        # It is made from a set, and an answer should read the same in every process.
        headers["Allow"] = ", ".join(sorted(headers["Allow"].split(", ")))
    return envelope.problem(Problem(known.status, known.code, known.message, headers=headers))


def _lifespan(closers: Sequence[Closer]) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        for close in closers:
            await close()

    return lifespan
