"""The recording proxy: a port of its own in front of one upstream.

Rules: it answers what the upstream answers, byte for byte of every body, and nothing that was answered is missing from
the recording. It starts listening at once, whether the upstream is there or not.
"""

import asyncio
import errno
from collections.abc import Callable
from pathlib import Path
from ssl import SSLContext

from truemirror.adapters.http.address import Address, parse_address
from truemirror.adapters.http.conversation import Conversation
from truemirror.adapters.http.keeper import Keeper, Store
from truemirror.adapters.http.pool import ANSWER_TIMEOUT, CONNECT_TIMEOUT, Certificate, LinkPool, NoLink
from truemirror.adapters.http.relay import LARGEST, Patience, Relay
from truemirror.adapters.http.sifting import Look
from truemirror.errors import PortError, TruemirrorError, UsageError

_GRACE = 5.0
"""Seconds that requests under way have when the proxy stops."""
_BACKLOG = 1024
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class RecordingProxy:
    """A reverse proxy that hands every exchange to a recorder before its client sees the end of it."""

    def __init__(
        self,
        upstream: str | Address,
        store: Store,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        timeout: float = ANSWER_TIMEOUT,
        connect_timeout: float = CONNECT_TIMEOUT,
        ca: Path | None = None,
        certificate: Certificate | None = None,
        tls: SSLContext | None = None,
        patience: Patience | None = None,
        largest: int = LARGEST,
        trouble: Callable[[TruemirrorError], None] | None = None,
        look: Look | None = None,
    ) -> None:
        """Stand in front of `upstream` at `host` and `port` (0 for a free one). Times in seconds. Raises UsageError.

        Clients are answered over HTTPS where `tls` says with which certificate.

        `store` is given each exchange, its session and when it began, now and then from a second thread; `trouble`
        hears what could not be stored. Exchanges with a body of more than `largest` bytes pass unrecorded. Where `look`
        looks through them, large bodies are not held.
        """
        self.upstream = upstream if isinstance(upstream, Address) else parse_address(upstream)
        self._pool = LinkPool(
            self.upstream, timeout=timeout, connect_timeout=connect_timeout, ca=ca, certificate=certificate
        )
        self._store = store
        self._tls = tls
        self._host = host
        self._port = port
        self._patience = patience or Patience()
        self._largest = largest
        self._trouble = trouble or (lambda error: None)
        self._look = look
        self._relay: Relay | None = None
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen. Raises PortError, and UsageError when the upstream is this very address."""
        relay = Relay(self._pool, Keeper(self._store), self._trouble, self._patience, self._largest, self._look)
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(
                lambda: Conversation(relay), self._host, self._port, backlog=_BACKLOG, ssl=self._tls
            )
        except (OSError, OverflowError, UnicodeError) as error:
            raise _port_error(error, self._host, self._port) from None
        relay.port = self._port = self._server.sockets[0].getsockname()[1]
        self._relay = relay
        if self._port == self.upstream.port and self.upstream.host in {self._host, *_LOOPBACK}:
            await self.stop()
            raise UsageError(
                "the proxy would stand in front of itself",
                where=self.url,
                fix="give the address of the service as upstream, and another port (or none) to the proxy",
            )

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    @property
    def url(self) -> str:
        """Its base URL."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{'http' if self._tls is None else 'https'}://{host}:{self._port}"

    @property
    def lost(self) -> dict[str, int]:
        """Requests that were passed on but not recorded, by reason."""
        return dict(self._relay.lost) if self._relay is not None else {}

    async def reachable(self) -> str:
        """Whether the upstream takes connections: empty, or why not."""
        try:
            link = await self._pool.connect()
        except NoLink as error:
            return f"{error.kind}: {error.detail}"
        link.close()
        return ""

    async def stop(self, grace: float = _GRACE) -> None:
        """Take no more requests, end those under way within `grace` seconds, let go of everything."""
        relay, server = self._relay, self._server
        if relay is None or server is None:
            return
        relay.stopping = True
        server.close()
        for conversation in tuple(relay.conversations):
            conversation.finish()
        for turn in tuple(relay.turns):
            turn.hurry()
        try:
            await asyncio.wait_for(relay.quiet(), grace)
        except TimeoutError:
            for turn in tuple(relay.turns):
                turn.give_up()
        await asyncio.get_running_loop().run_in_executor(None, relay.keeper.close)
        for conversation in tuple(relay.conversations):
            conversation.close()
        self._pool.close()
        await asyncio.sleep(0)  # closed transports tell their protocols in the next round


def _port_error(error: Exception, host: str, port: int) -> PortError:
    """Why an address cannot be listened at, and what to do."""
    number = getattr(error, "errno", None)
    if number == errno.EADDRINUSE:
        return PortError(
            f"port {port} is in use",
            where=f"{host}:{port}",
            fix="stop what listens there, or choose another with --port (0 takes a free one)",
        )
    if number == errno.EACCES:
        return PortError(f"port {port} may not be bound", where=f"{host}:{port}", fix="choose a port above 1023")
    return PortError(f"cannot listen: {error}", where=f"{host}:{port}", fix="choose a host and port of this machine")
