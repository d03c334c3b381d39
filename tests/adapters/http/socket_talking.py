"""WebSocket services for tests, and recordings of conversations with them."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tests.adapters.http.proxying import Proxied, proxied_url
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.sync.server import ServerConnection, serve

from truemirror.core.mirror.merge import Recorded, joined
from truemirror.core.wire.exchange import Exchange, Response
from truemirror.core.wire.frame import Frame, Side

Handler = Callable[[ServerConnection], None]
_LOG = logging.getLogger("tests.websockets")
_LOG.disabled = True


@contextmanager
def service(handler: Handler, **options: object) -> Iterator[str]:
    """A live WebSocket service; gives its base URL."""

    def quietly(connection: ServerConnection) -> None:
        """A handler whose client may leave."""
        with suppress(ConnectionClosed):
            handler(connection)

    with serve(quietly, "127.0.0.1", 0, logger=_LOG, **options) as server:  # type: ignore[arg-type]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.socket.getsockname()[1]}"
        finally:
            server.shutdown()
            thread.join()


def echo(connection: ServerConnection) -> None:
    """Say everything again."""
    for message in connection:
        connection.send(message)


@contextmanager
def dialled(port: int, path: str = "/ws", **options: object) -> Iterator[ClientConnection]:
    """A client that is connected."""
    with connect(f"ws://127.0.0.1:{port}{path}", logger=_LOG, **options) as client:  # type: ignore[arg-type]
        yield client


def conversations(proxy: Proxied) -> list[Exchange]:
    """What was recorded, each WebSocket with everything that was said on it."""
    found: dict[str | None, Recorded] = {}
    for exchange, _, began_ms in proxy.recorded:
        key = exchange.request.headers.get("sec-websocket-key")
        more = Recorded(exchange, began_ms)
        found[key] = joined(found[key], more) if key in found else more
    return [one.exchange for one in found.values()]


def recorded(handler: Handler, drive: Callable[[ClientConnection], None], *, last: int = 0) -> Exchange:
    """One conversation with a live service, recorded; `last` is how many frames to wait for, beside the opening."""
    with service(handler) as url, proxied_url(url) as proxy:
        with dialled(proxy.port) as client:
            drive(client)
        proxy.wait_for(1)
        if last:
            wait_for_frames(proxy, last)
    (exchange,) = conversations(proxy)
    return exchange


def wait_for_frames(proxy: Proxied, count: int) -> list[Frame]:
    """The frames of the only conversation, once there are so many."""
    number = 1
    while True:
        proxy.wait_for(number)
        frames = frames_of(conversations(proxy)[0])
        if len(frames) >= count:
            return frames
        number = len(proxy.recorded) + 1


def frames_of(exchange: Exchange) -> list[Frame]:
    """The frames of a conversation."""
    assert isinstance(exchange.outcome, Response)
    return list(exchange.outcome.frames)


def said(exchange: Exchange, side: Side) -> list[tuple[str, bytes]]:
    """What one side said: kinds and payloads."""
    return [(one.kind.value, one.payload) for one in frames_of(exchange) if one.side is side]
