"""Addresses: where a request goes, whose address that is, and which hosts lie on this machine.

Rules: a name without a port means every port of that host; a longer path wins over a shorter one on the same host.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Generic, TypeVar
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}

Owner = TypeVar("Owner")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request goes."""

    scheme: str
    """http or https; empty for a connection of which nothing else is known."""
    host: str
    port: int

    def __str__(self) -> str:
        """Host, and the port where it says more than the scheme."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port in (0, DEFAULT_PORTS.get(self.scheme)) else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Detour:
    """Where a live service really is, when its clients were told another address."""

    place: Place
    prefix: str = ""
    """What comes before every path there."""

    @classmethod
    def to(cls, url: str) -> "Detour":
        """The place that a URL names."""
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme, 80)
        return cls(Place(parts.scheme, parts.hostname or "", port), parts.path.rstrip("/"))

    def readdressed(self, raw: bytes) -> bytes:
        """A request's bytes, addressed to that place."""
        head, blank, body = raw.partition(b"\r\n\r\n")
        line, *fields = head.split(b"\r\n")
        method, target, version = line.split(b" ", 2)
        if target.startswith((b"http://", b"https://")):
            target = origin_form(target.decode("latin-1")).encode("latin-1")
        host = b"Host: " + str(self.place).encode("latin-1")
        kept = [host if field[:5].lower() == b"host:" else field for field in fields]
        line = b" ".join((method, self.prefix.encode("latin-1") + target, version))
        return b"\r\n".join((line, *kept)) + blank + body


def origin_form(url: str) -> str:
    """The path and query of an absolute URL."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query or url.partition("#")[0].endswith("?") else "")


class Routes(Generic[Owner]):
    """Whose an address is."""

    def __init__(self) -> None:
        """Nobody's yet."""
        self._owners: dict[str, list[tuple[str, Owner]]] = {}

    def add(self, address: str, owner: Owner) -> None:
        """A URL, or a host with or without port, belongs to somebody."""
        if not address:
            return
        authority, prefix = _authority(address)
        routes = self._owners.setdefault(authority, [])
        if (prefix, owner) not in routes:
            routes.append((prefix, owner))
            routes.sort(key=lambda route: -len(route[0]))

    def find(self, host: str, port: int, target: str = "/") -> Owner | None:
        """The owner of an address, with the path taken into account."""
        routes = self._owners.get(f"{host}:{port}") or self._owners.get(host)
        if routes is None:
            return None
        for prefix, owner in routes:
            if not prefix or target.startswith(prefix):
                return owner
        return None

    def knows(self, host: str, port: int) -> bool:
        """Whether anything at this address belongs to somebody."""
        return f"{host}:{port}" in self._owners or host in self._owners

    def of_host(self, host: str) -> Iterator[Owner]:
        """Everybody who has an address on a host."""
        for authority, routes in self._owners.items():
            if host in (authority, authority.rpartition(":")[0]):
                yield from (owner for _, owner in routes)

    def names(self) -> Iterable[str]:
        """All known hosts."""
        return dict.fromkeys(authority.rpartition(":")[0] or authority for authority in self._owners)


def _authority(address: str) -> tuple[str, str]:
    """Host (with its port, where one is named or the scheme gives it) and path prefix of a URL or a bare host."""
    if "://" not in address:
        host, slash, path = address.partition("/")
        return host.lower(), (slash + path).rstrip("/")
    parts = urlsplit(address)
    port = parts.port or DEFAULT_PORTS.get(parts.scheme, 80)
    return f"{parts.hostname}:{port}", parts.path.rstrip("/")


@lru_cache(maxsize=1_024)
def is_loopback(host: str) -> bool:
    """Whether an address stays on this machine."""
    bare = host.strip("[]").rstrip(".").lower()
    if bare in ("", "localhost") or bare.endswith(".localhost"):
        return True
    try:
        address = ip_address(bare)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_loopback or address.is_unspecified


def covers(pattern: str, host: str) -> bool:
    """Whether an allowed host means this one; `*.example.com` means every host of the domain."""
    bare, wanted = host.lower().rstrip("."), pattern.lower()
    return bare.endswith(wanted[1:]) if wanted.startswith("*.") else bare == wanted or pattern == "*"
