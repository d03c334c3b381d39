"""HTTPS in front of servers of this machine that speak plain HTTP: TLS is taken off, bytes pass as they are.

Rules: a port per service, on loopback only; HTTP/1.1 alone is agreed on, for that is what is behind; one end closing
closes the other. Everything ends with `stop`.
"""

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from typing import Self

from truemirror.errors import PortError

_PIECE = 64 * 1024
_HOST = "127.0.0.1"
_CLOSE_SECONDS = 1.0


class TlsFronts:
    """Ports that speak TLS, each before one that does not."""

    def __init__(self, context: ssl.SSLContext, behind: Mapping[str, int]) -> None:
        """`behind` are the plain ports, by service; nothing is opened yet."""
        context.set_alpn_protocols(["http/1.1"])
        self._context = context
        self._behind = dict(behind)
        self.ports: dict[str, int] = {}
        """Where each service is reached over TLS, once started."""
        self._ready = threading.Event()
        self._error: OSError | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="truemirror-tls", daemon=True)

    def start(self) -> Self:
        """Open all ports; gives itself once they answer. Raises PortError."""
        self._thread.start()
        self._ready.wait()
        if self._error is not None:
            self._thread.join()
            raise PortError(f"no port can be opened for HTTPS: {self._error.strerror}", where=_HOST)
        return self

    def stop(self) -> None:
        """Close everything; waits until it is."""
        loop, stopped = self._loop, self._stopped
        if loop is not None and stopped is not None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(stopped.set)
            self._thread.join()

    def _run(self) -> None:
        """The thread."""
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        """Open, wait, close."""
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        tasks: set[asyncio.Task[None]] = set()
        with contextlib.ExitStack() as ports:
            try:
                for name, port in self._behind.items():
                    self.ports[name] = ports.enter_context(self._open(port, tasks))
                self._ready.set()
                await self._stopped.wait()
            except OSError as error:
                self._error = error
        await asyncio.sleep(0)  # whoever came has begun: a task that is cancelled before would not close its socket
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # what was cut within a handshake is closed in the loop's next turn
        self._ready.set()

    @contextlib.contextmanager
    def _open(self, port: int, tasks: "set[asyncio.Task[None]]") -> Iterator[int]:
        """A port before another one: its number, until the end.

        Each connection belongs to a task from the moment it is taken, its handshake included. asyncio's own server
        tells of a connection only after the handshake, and knows no way to end one before.
        """
        loop = asyncio.get_running_loop()
        with socket.create_server((_HOST, 0)) as listener:
            listener.setblocking(False)

            def came() -> None:
                """A client is here."""
                with contextlib.suppress(OSError):  # it has gone again
                    client, _ = listener.accept()
                    client.setblocking(False)
                    task = loop.create_task(_pass(client, self._context, port))
                    tasks.add(task)
                    task.add_done_callback(tasks.discard)

            loop.add_reader(listener, came)
            try:
                yield listener.getsockname()[1]
            finally:
                loop.remove_reader(listener)


async def _pass(client: socket.socket, context: ssl.SSLContext, port: int) -> None:
    """Carry bytes both ways until either end is over."""
    try:
        reader, writer = await _shake_hands(client, context)
    except OSError:
        return  # it wanted no TLS, or not ours
    ends, ways = [writer], list[asyncio.Task[None]]()
    try:
        inner_reader, inner_writer = await asyncio.open_connection(_HOST, port)
        ends.append(inner_writer)
        for way in (_carry(reader, inner_writer), _carry(inner_reader, writer)):
            ways.append(asyncio.ensure_future(way))
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    except OSError:
        writer.transport.abort()  # the service cannot be reached, and neither can we
    finally:
        for one in ways:
            one.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        await asyncio.gather(*map(_closed, ends), return_exceptions=True)


async def _shake_hands(
    client: socket.socket, context: ssl.SSLContext
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """TLS on a connection that was taken. Raises OSError; the connection is then closed."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    transport, _ = await loop.connect_accepted_socket(lambda: protocol, client, ssl=context)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


async def _closed(writer: asyncio.StreamWriter) -> None:
    """Send what is left and close; cut it where the other end does not follow."""
    writer.close()
    try:
        async with asyncio.timeout(_CLOSE_SECONDS):
            await writer.wait_closed()
    except (OSError, TimeoutError):
        writer.transport.abort()
        await asyncio.sleep(0)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry bytes one way until they end."""
    with contextlib.suppress(OSError):
        while piece := await reader.read(_PIECE):
            writer.write(piece)
            await writer.drain()
