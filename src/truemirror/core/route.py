"""A route: which live service is recorded, and where clients reach it meanwhile."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Route:
    """One service being recorded."""

    service: str
    upstream: str
    """The base URL of the live service."""
    host: str = "127.0.0.1"
    """Where the proxy listens."""
    port: int = 0
    """The proxy's port; 0 for a free one."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A proxy that stands in front of a live service."""

    route: Route
    url: str
    """Where clients reach it, without a slash at the end."""
    unreachable: str = ""
    """Why the live service takes no connections right now; empty when it does."""
