"""Where an upstream is: a base URL, taken apart.

Rules: a URL that cannot be an upstream is wrong usage and says what is wrong with it; it holds no credentials.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from truemirror.errors import UsageError

_PORTS = {"http": 80, "https": 443}
_FIX = "give a base URL such as http://127.0.0.1:8001 or https://tags.internal/api"


@dataclass(frozen=True, slots=True)
class Address:
    """The base URL of a service."""

    scheme: str
    host: str
    port: int
    base: str = ""
    """The path that stands before every target; empty or beginning with a slash, never ending in one."""

    @property
    def authority(self) -> str:
        """Host and port as a Host header names them: without the scheme's own port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme and authority."""
        return f"{self.scheme}://{self.authority}"

    @property
    def url(self) -> str:
        """The base URL."""
        return self.origin + self.base

    def target(self, target: str) -> str:
        """The request target at the upstream for a target at the proxy."""
        return self.base + target if target != "*" else target


def parse_address(url: str) -> Address:
    """Read a base URL. Raises UsageError."""
    text = url if "://" in url else f"http://{url}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UsageError(f"'{url}' is no URL: {error}", fix=_FIX) from None
    if parts.scheme not in _PORTS:
        raise UsageError(f"'{url}' is not an HTTP URL: its scheme is '{parts.scheme}'", fix=_FIX)
    if not host or port == 0 or not _is_plain(text):
        raise UsageError(f"'{url}' names no host and port that can be asked", fix=_FIX)
    if parts.username is not None or parts.password is not None:
        raise UsageError("the upstream's URL holds credentials", fix="leave them out: clients send their own")
    if parts.query or parts.fragment:
        raise UsageError(f"'{url}' is no base URL: it has a query or a fragment", fix=_FIX)
    return Address(parts.scheme, host, port or _PORTS[parts.scheme], parts.path.rstrip("/"))


def _is_plain(text: str) -> bool:
    """Whether a text can stand in a request line."""
    return text.isprintable() and text.isascii() and " " not in text
