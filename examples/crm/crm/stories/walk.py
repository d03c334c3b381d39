"""The means to tell a story: clients that send requests, expect a status and keep what was said."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

PUBLIC = "public-api"


@dataclass(frozen=True, slots=True)
class Step:
    """One request of a story and its answer."""

    service: str
    method: str
    path: str
    status: int
    body: Any


class UnexpectedStatusError(Exception):
    """A service answered with a status that the story does not allow."""


class Walk:
    """One telling of one story."""

    def __init__(self, story: str, addresses: Mapping[str, str], client: httpx.Client) -> None:
        self.steps: list[Step] = []
        self._story = story
        self._addresses = addresses
        self._client = client

    def at(self, service: str, token: str | None = None) -> Actor:
        """Return someone who talks to a service, as nobody in particular or with a token."""
        return Actor(self, service, token)

    def login(self, email: str, service: str = PUBLIC) -> Actor:
        """Return someone who has logged in and talks to a service."""
        body = {"email": email, "password": password_of(email)}
        if service != PUBLIC and "auth" in self._addresses:
            answer = self.at("auth").post("/v1/sessions", body, 201)
        else:
            answer = self.at(PUBLIC).post("/api/v1/login", body, 201)
        return Actor(self, service, answer["token"])

    def send(self, service: str, method: str, path: str, expect: Collection[int], **options: Any) -> Step:
        """Send a request, keep the answer, and insist on one of the expected statuses."""
        headers = {"baggage": f"truemirror.session={self._story}", **options.pop("headers", {})}
        response = self._client.request(method, self._addresses[service] + path, headers=headers, **options)
        is_json = response.headers.get("content-type", "").startswith("application/json")
        step = Step(service, method, path, response.status_code, response.json() if is_json else response.text or None)
        self.steps.append(step)
        if step.status not in expect:
            wanted = " or ".join(str(status) for status in sorted(expect))
            raise UnexpectedStatusError(
                f"{self._story}: {service} answered {method} {path} with {step.status} instead of {wanted}: {step.body}"
            )
        return step


class Actor:
    """Someone who talks to one service."""

    def __init__(self, walk: Walk, service: str, token: str | None) -> None:
        self._walk = walk
        self._service = service
        self.token = token

    def get(self, path: str, status: int = 200, **headers: str) -> Any:
        """Read something."""
        return self.send("GET", path, status, headers=headers)

    def post(self, path: str, body: Any, status: int = 201, **headers: str) -> Any:
        """Add something."""
        return self.send("POST", path, status, json=body, headers=headers)

    def patch(self, path: str, body: Any, status: int = 200) -> Any:
        """Change something."""
        return self.send("PATCH", path, status, json=body)

    def delete(self, path: str, status: int = 204) -> Any:
        """Remove something."""
        return self.send("DELETE", path, status)

    def send(self, method: str, path: str, *expect: int, headers: Mapping[str, str] | None = None, **more: Any) -> Any:
        """Send any request and return the body of the answer; an underscore in a header's name is a hyphen."""
        named = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        if self.token is not None:
            named = {"Authorization": f"Bearer {self.token}", **named}
        return self._walk.send(self._service, method, path, expect, headers=named, **more).body


@dataclass(frozen=True, slots=True)
class Story:
    """A named sequence of requests; it needs the services it talks to directly."""

    name: str
    service: str
    tell: Callable[[Walk], None]


def told(service: str, *tellers: Callable[[Walk], None]) -> list[Story]:
    """Return stories named after the functions that tell them."""
    return [Story(teller.__name__.replace("_", "-"), service, teller) for teller in tellers]


def password_of(email: str) -> str:
    """Return the password of a seed user."""
    return f"demo-{email.partition('@')[0]}"
