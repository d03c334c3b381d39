"""Redirects that stay inside the mirror: absolute addresses of the recorded service become those of the mirror.

Rules: only Location and Content-Location are touched, and only where the caller knows their authority as the recorded
service's own. What cannot be understood stays as it is.
"""

from collections.abc import Callable

from truemirror.core.wire.headers import Headers

_ADDRESSES = frozenset({"location", "content-location"})


IsOwn = Callable[[str, str], bool]
"""Whether an authority (in lower case) with a path is the recorded service."""


def relocated(headers: Headers, is_own: IsOwn, here: str, prefix: str = "", scheme: str = "http") -> Headers:
    """The headers with the service's own absolute addresses leading to `here`, a Host asked by this scheme.

    `prefix` is the path under which the service is served, without a final slash.
    """
    if not any(name.lower() in _ADDRESSES for name, _ in headers):
        return headers
    return Headers(
        tuple(
            (
                name,
                _moved(value, is_own, f"//{here}{prefix}", prefix, f"{scheme}:")
                if name.lower() in _ADDRESSES
                else value,
            )
            for name, value in headers
        )
    )


def _moved(address: str, is_own: IsOwn, here: str, prefix: str, mine: str) -> str:
    """One address."""
    scheme, mark, rest = address.partition("//")
    if not mark or scheme.lower() not in ("http:", "https:", ""):
        return prefix + address if prefix and address.startswith("/") else address
    end = min((place for place in map(rest.find, "/?#") if place >= 0), default=len(rest))
    path = rest[end:].partition("?")[0].partition("#")[0] or "/"
    if not is_own(rest[:end].lower(), path):
        return address
    return f"{mine if scheme else ''}{here}{rest[end:]}"
