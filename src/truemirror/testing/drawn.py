"""Answers and requests as strategies draw them, with the names that clients use.

Rules: values, made of nothing but the standard library; any client, and `contract(...).check`, takes them as they are.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, and what it answers: give its parts to a client's fake, or itself to what reads answers."""

    status_code: int
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    method: str = "GET"
    url: str = "/"
    """Path and query that were asked."""

    @property
    def ok(self) -> bool:
        """Whether it is no error."""
        return self.status_code < 400

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON. Raises ValueError when it is none."""
        return json.loads(self.content)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: `client.request(one.method, one.url, headers=one.headers, content=one.content)`."""

    method: str
    url: str
    """Path and query, as they are sent."""
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""

    def json(self) -> Any:
        """The body as JSON. Raises ValueError when it is none."""
        return json.loads(self.content)
