"""A recording proxy in front of a scripted server, for tests that speak through it."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from tests.adapters.http.raw_sockets import PATIENCE, RawServer, Script, raw_client, raw_server

from truemirror.adapters.http.proxy_host import ProxyThread
from truemirror.adapters.http.relay import LARGEST, Patience
from truemirror.core.route import Route
from truemirror.core.wire.exchange import Exchange, Fault, Response
from truemirror.errors import TruemirrorError

SHORT = Patience(leaving=20.0, sending=0.1, holding=0.1)


class Proxied:
    """What a proxy recorded, and how to reach it."""

    def __init__(self, port: int, upstream: RawServer | None) -> None:
        """Listening at `port`."""
        self.port = port
        self.upstream = upstream
        self.recorded: list[tuple[Exchange, str, float]] = []
        self.trouble: list[TruemirrorError] = []
        self.lost: dict[str, int] = {}
        self.refuse: TruemirrorError | None = None
        self.on_store: Callable[[], None] = lambda: None
        self._changed = threading.Condition()

    @property
    def host(self) -> str:
        """The authority of the proxy."""
        return f"127.0.0.1:{self.port}"

    def store(self, exchange: Exchange, session: str, began_ms: float) -> None:
        """Keep one exchange."""
        self.on_store()
        if self.refuse is not None:
            raise self.refuse
        with self._changed:
            self.recorded.append((exchange, session, began_ms))
            self._changed.notify_all()

    def wait_for(self, count: int) -> list[Exchange]:
        """The exchanges, once there are so many."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.recorded) >= count, PATIENCE), self.recorded
            return [exchange for exchange, _, _ in self.recorded]

    def only(self) -> Exchange:
        """The one exchange that there must be."""
        (exchange,) = self.wait_for(1)
        return exchange

    def response(self) -> Response:
        """Its answer, which must be one."""
        outcome = self.only().outcome
        assert isinstance(outcome, Response), outcome
        return outcome

    def fault(self) -> Fault:
        """Its fault, which must be one."""
        outcome = self.only().outcome
        assert isinstance(outcome, Fault), outcome
        return outcome


@contextmanager
def proxied_url(
    url: str, *, timeout: float = PATIENCE, patience: Patience = SHORT, largest: int = LARGEST
) -> Iterator[Proxied]:
    """A recording proxy in front of a URL."""
    host = ProxyThread(timeout=timeout, patience=patience, largest=largest)
    proxied = Proxied(0, None)
    (standing,) = host.serve({Route("tags", url): proxied.store}, proxied.trouble.append)
    proxied.port = int(standing.url.rpartition(":")[2])
    try:
        yield proxied
    finally:
        host.stop()
        proxied.lost.update(host.lost()["tags"])


@contextmanager
def proxied(
    script: Script,
    *,
    base: str = "",
    timeout: float = PATIENCE,
    patience: Patience = SHORT,
    largest: int = LARGEST,
) -> Iterator[Proxied]:
    """A recording proxy in front of a scripted server."""
    with ExitStack() as stack:
        server = stack.enter_context(raw_server(script))
        found = stack.enter_context(proxied_url(server.url + base, timeout=timeout, patience=patience, largest=largest))
        found.upstream = server
        yield found


def talk(port: int, *messages: bytes) -> bytes:
    """Send everything at once, then read until the other side closes."""
    with raw_client(port) as client:
        client.sendall(b"".join(messages))
        client.shutdown(socket.SHUT_WR)
        got = b""
        while piece := client.recv(65536):
            got += piece
        return got
