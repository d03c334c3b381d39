"""A system that runs by itself, where others may work: what of it may be reached, tried and loaded.

    [tool.truemirror.environments.sandbox]
    sensitive = false
    max_rate = 200
    [tool.truemirror.environments.sandbox.hosts]
    public-api = "https://api.sandbox.example"

Rules: nothing is allowed that the configuration does not say: an environment is sensitive and may not be loaded until
it says otherwise. Hosts are compared as they are written, whole, never looked up and never as patterns.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment of the configuration."""

    name: str
    hosts: Mapping[str, str] = field(default_factory=dict)
    """The address of each service there; pages of flows reach these hosts and no others, and load goes nowhere else."""
    sensitive: bool = True
    """Only flows marked `harmless` run against it."""
    max_rate: float = 0.0
    """Requests a second that a load run may make; it may not be loaded when this is left out."""
    max_seconds: float = 600.0
    """How long a load run may take."""
    stop_errors: float = 0.05
    """A load run stops when more than this share of its last ten seconds' requests failed."""

    @property
    def authorities(self) -> frozenset[str]:
        """Its hosts, as `name:port`."""
        return frozenset(host_of(url) for url in self.hosts.values())


def host_of(url: str) -> str:
    """The host of a URL as `name:port`; empty for what has none (`data:`, `about:blank`)."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if not parts.hostname or parts.scheme not in PORTS:
        return ""
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{name}:{port or PORTS[parts.scheme]}"
