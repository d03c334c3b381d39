"""Connections to one upstream: opened when needed, kept for the next request.

Rules: a connection is taken by one request at a time; the one used last is taken first, since the others are nearer to
being closed by the upstream. Whatever stands in the way of a connection becomes the kind of fault that a client of the
upstream would have met.
"""

import asyncio
import socket
import ssl
from pathlib import Path

from truemirror.adapters.http.address import Address
from truemirror.adapters.http.link import Link
from truemirror.core.wire.exchange import FaultKind
from truemirror.core.wire.http2 import ONLY_HTTP2
from truemirror.errors import UsageError

CONNECT_TIMEOUT = 5.0
"""Seconds to wait for a connection."""
ANSWER_TIMEOUT = 60.0
"""Seconds to wait for the next byte of an answer."""
FRESH_ENOUGH = 1.0
"""Seconds for which an idle connection may carry a request that must not be sent twice."""
_IDLE_LIMIT = 256


Certificate = tuple[Path, Path | None]
"""A client's certificate with its chain, and the file of its key where that is another one; both PEM."""


class NoLink(Exception):
    """No connection could be made."""

    def __init__(self, kind: FaultKind, detail: str) -> None:
        """Which fault it is, and what the transport said."""
        super().__init__(detail)
        self.kind = kind
        self.detail = detail


class LinkPool:
    """The connections to one upstream."""

    def __init__(
        self,
        address: Address,
        *,
        timeout: float = ANSWER_TIMEOUT,
        connect_timeout: float = CONNECT_TIMEOUT,
        ca: Path | None = None,
        certificate: Certificate | None = None,
    ) -> None:
        """Connections to `address`; `ca` is a file of certificates to trust besides the system's. Times in seconds.

        `certificate` is shown to an upstream that asks for one. Raises UsageError.
        """
        self.address = address
        self.timeout = timeout
        self._connect_timeout = connect_timeout
        if certificate is not None and address.scheme != "https":
            raise UsageError(
                "a client certificate is shown over TLS only",
                where=address.origin,
                fix="give an upstream that begins with https://, or leave --client-cert out",
            )
        self._ssl = _context(ca, certificate) if address.scheme == "https" else None
        self._idle: list[Link] = []
        self._all: set[Link] = set()

    def take(self, *, repeatable: bool) -> Link | None:
        """An idle connection, if there is one that this request may use."""
        if not self._idle:
            return None
        oldest = asyncio.get_running_loop().time() - FRESH_ENOUGH
        link = self._idle.pop()
        if repeatable or link.idle_since >= oldest:
            return link
        link.close()  # a new one takes its place, so that a server of few connections is not kept busy by idle ones
        return None

    async def connect(self) -> Link:
        """A new connection. Raises NoLink."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._connect_timeout):
                _, link = await loop.create_connection(
                    lambda: Link(self.timeout, self._lost),
                    self.address.host,
                    self.address.port,
                    ssl=self._ssl,
                    server_hostname=self.address.host if self._ssl else None,
                )
        except (OSError, UnicodeError) as error:  # a host name can be unencodable
            raise NoLink(*_fault_of(error, tls=self._ssl is not None)) from None
        self._all.add(link)
        return link

    def give_back(self, link: Link) -> None:
        """The request is over."""
        if link.leave():
            if len(self._idle) < _IDLE_LIMIT:
                self._idle.append(link)
            else:
                link.abort()

    def close(self) -> None:
        """Let go of all connections."""
        for link in list(self._all):
            link.abort()
        self._idle.clear()
        self._all.clear()

    def _lost(self, link: Link) -> None:
        """A connection is gone."""
        self._all.discard(link)
        if link in self._idle:
            self._idle.remove(link)


def _context(ca: Path | None, certificate: Certificate | None) -> ssl.SSLContext:
    """What to trust, and what to show. Raises UsageError."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    if ca is not None:
        try:
            context.load_verify_locations(ca)
        except (OSError, ssl.SSLError) as error:
            raise UsageError(
                f"the certificates cannot be read: {error}", where=str(ca), fix="give a PEM file"
            ) from None
    if certificate is not None:
        _show(context, *certificate)
    return context


def _show(context: ssl.SSLContext, chain: Path, key: Path | None) -> None:
    """Show a certificate to whoever asks for one. Raises UsageError."""
    try:
        context.load_cert_chain(chain, key, password=lambda: "")  # a key with a password is refused, not asked for
    except (OSError, ssl.SSLError) as error:
        raise UsageError(
            f"the client certificate cannot be read: {error}",
            where=f"{chain}, {key}" if key else str(chain),
            fix="give PEM files: the certificate with its chain, and its key without a password (--client-key)",
        ) from None


def _fault_of(error: Exception, *, tls: bool) -> tuple[FaultKind, str]:
    """The kind of fault that kept a connection from being made."""
    detail = str(error) or type(error).__name__
    match error:
        case ssl.SSLError() if "NO_APPLICATION_PROTOCOL" in (error.reason or ""):
            return FaultKind.TLS, ONLY_HTTP2
        case ssl.SSLError():
            return FaultKind.TLS, detail
        case TimeoutError():
            return FaultKind.TIMEOUT, "no connection in time"
        case socket.gaierror() | UnicodeError():
            return FaultKind.UNRESOLVED, detail
        case ConnectionResetError() | ConnectionAbortedError() if tls:
            return FaultKind.TLS, detail
        case ConnectionResetError() | ConnectionAbortedError():
            return FaultKind.RESET, detail
        case _:
            return FaultKind.REFUSED, detail
