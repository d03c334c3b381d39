"""The routes of auth."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from crm.auth.store import FAILURE_WINDOW, SCHEMA, AuthStore, Session
from crm.common import envelope, errors
from crm.common.clock import make_clock
from crm.common.database import open_database
from crm.common.identity import bearer_token
from crm.common.negotiation import RequestBody, read_body, shaped
from crm.common.service import Resource, build_app
from crm.common.settings import Settings


class LogIn(RequestBody):
    """What someone sends to log in."""

    email: Annotated[str, Field(max_length=254), shaped(r"[^@\s]+@[^@\s]+", "ada@northwind.example")]
    password: Annotated[str, Field(min_length=1, max_length=200)]


class AuthRoutes:
    """Answers the requests to auth."""

    def __init__(self, store: AuthStore, attempts: int) -> None:
        self._store = store
        self._attempts = attempts

    def resources(self) -> list[Resource]:
        """Return what this service offers."""
        return [
            Resource("/v1/sessions", {"POST": self.log_in}),
            Resource("/v1/sessions/current", {"DELETE": self.log_out}),
            Resource("/v1/whoami", {"GET": self.whoami}),
        ]

    async def log_in(self, request: Request) -> Response:
        """Start a session for an email and a password."""
        body = await read_body(request, LogIn)
        self._slow_down(body.email)
        user = self._store.check(body.email, body.password)
        if user is None:
            self._store.note_failure(body.email)
            raise errors.invalid_credentials()
        if user.locked:
            raise errors.account_locked()
        self._store.forget_failures(body.email)
        token, session = self._store.open_session(user)
        return envelope.resource({"token": token, **_session(session)}, 201)

    async def log_out(self, request: Request) -> Response:
        """End the session of the token that the request carries."""
        token, _ = self._current(request)
        self._store.close_session(token)
        return envelope.nothing()

    async def whoami(self, request: Request) -> Response:
        """Tell whose token the request carries."""
        _, session = self._current(request)
        return envelope.resource(_session(session))

    def _current(self, request: Request) -> tuple[str, Session]:
        token = bearer_token(request)
        session = self._store.session(token)
        if session is None:
            raise errors.unauthenticated("This token is not known, or its session has ended.")
        return token, session

    def _slow_down(self, email: str) -> None:
        failures = self._store.failures(email)
        if len(failures) >= self._attempts:
            wait = self._store.seconds_until(failures[-1] + FAILURE_WINDOW)
            raise errors.too_many("too_many_attempts", "Too many failed log-ins for this email.", wait)


def create_app(settings: Settings) -> Starlette:
    """Return an auth service of its own."""
    database = open_database(settings.data, "auth", SCHEMA)
    routes = AuthRoutes(AuthStore(database, make_clock(settings.clock)), settings.login_attempts)
    return build_app("auth", routes.resources(), closers=[database.aclose])


def _session(session: Session) -> dict[str, Any]:
    return {
        "user_id": session.user_id,
        "account_id": session.account_id,
        "scopes": list(session.scopes),
        "expires_at": session.expires_at,
    }
