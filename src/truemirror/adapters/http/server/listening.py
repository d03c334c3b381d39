"""Doors opened on addresses, in the caller's event loop.

Rules: an address that cannot be had is a PortError before anything is served. Closing ends every connection: what was
said is sent, what waits is dropped.
"""

import asyncio
import errno
import signal
import socket
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from ssl import SSLContext
from typing import Any

from truemirror.adapters.http.server.connection import Connection
from truemirror.adapters.http.server.control import Control
from truemirror.adapters.http.server.control_guard import Guard
from truemirror.adapters.http.server.door import Door, Mount
from truemirror.adapters.http.server.reader import Limits
from truemirror.core.wire.authority import ANY_ADDRESS
from truemirror.errors import PortError

BACKLOG = 2048
_WATCH_SECONDS = 1.0
_GRACE_SECONDS = 1.0
_GRACE_STEP = 0.01


@dataclass(frozen=True, slots=True)
class Listen:
    """A door and where to open it."""

    door: Door
    port: int = 0
    """0 for any free one."""
    sockets: tuple[socket.socket, ...] = ()
    """Sockets that listen already, as `bound` gives them; then `port` is theirs."""


def doors_for(
    mounts: Mapping[str, Mount],
    *,
    one_port: bool = False,
    limits: Limits | None = None,
    guard: Guard | None = None,
    workers: int = 1,
) -> list[Door]:
    """A door for each service, or one for all; each answers the control paths for all of them, as `guard` allows.

    `workers` says how many processes will answer there.
    """
    doors: list[Door] = []
    control = Control(doors, guard, workers)
    groups = [dict(mounts)] if one_port else [{name: mount} for name, mount in mounts.items()]
    doors.extend(Door(group, control=control, limits=limits, routed=one_port) for group in groups)
    return doors


def new_loop() -> asyncio.AbstractEventLoop:
    """The fastest event loop there is."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


class Listeners:
    """Open doors."""

    def __init__(self, host: str = "127.0.0.1", tls: SSLContext | None = None) -> None:
        """Open doors on this address of the machine, with `tls` for HTTPS."""
        self.host = host
        self._tls = tls
        self._servers: list[asyncio.Server] = []
        self._doors: list[Door] = []
        self._watch: asyncio.Task[None] | None = None

    async def open(self, door: Door, port: int = 0, sockets: Sequence[socket.socket] = ()) -> int:
        """Open a door at a port, or at sockets that listen already; gives its port. Raises PortError."""
        loop = asyncio.get_running_loop()
        door.scheme = "https" if self._tls is not None else "http"
        make = partial(loop.create_server, lambda: Connection(door, loop), backlog=BACKLOG, ssl=self._tls)
        try:
            opened = [await make(sock=one) for one in sockets] or [await make(self.host, port)]
        except OSError as error:
            raise port_error(self.host, port, error) from None
        self._servers.extend(opened)
        self._doors.append(door)
        if self._watch is None:
            self._watch = loop.create_task(self._look_at_the_clock())
        bound: int = opened[0].sockets[0].getsockname()[1]
        return bound

    async def close(self) -> None:
        """Close all doors and all connections."""
        if self._watch is not None:
            self._watch.cancel()
        for server in self._servers:
            server.close()
        for connection in self._connections():
            connection.end()
        steps = int(_GRACE_SECONDS / _GRACE_STEP)
        while steps and any(door.connections for door in self._doors):
            await asyncio.sleep(_GRACE_STEP)
            steps -= 1
        for connection in self._connections():
            connection.cut()
        for door in self._doors:
            for mount in door.mounts.values():
                if mount.forwarding is not None:
                    await mount.forwarding.close()

    def _connections(self) -> list[Connection]:
        """Everybody who is connected."""
        return [connection for door in self._doors for connection in door.connections]  # type: ignore[misc]

    async def _look_at_the_clock(self) -> None:
        """End connections of clients that are too slow."""
        loop = asyncio.get_running_loop()
        while True:
            patience = min(door.limits.arrival_seconds for door in self._doors)
            await asyncio.sleep(min(_WATCH_SECONDS, patience / 2.0))
            for connection in self._connections():
                connection.look_at_the_clock(loop.time())


def port_error(host: str, port: int, error: OSError) -> PortError:
    """Why an address cannot be had."""
    if isinstance(error, socket.gaierror):
        return PortError(f"'{host}' is no address of this machine", fix="name one with --host, such as 127.0.0.1")
    if error.errno == errno.EADDRINUSE:
        fix = "stop what listens there, or name another with --port (0 for any free one)"
        return PortError(f"port {port} is taken", where=f"{host}:{port}", fix=fix)
    if error.errno == errno.EACCES:
        return PortError(f"port {port} may not be used", where=f"{host}:{port}", fix="name one above 1023 with --port")
    reason = error.strerror or str(error)
    return PortError(
        f"cannot listen: {reason}", where=f"{host}:{port}", fix="name an address of this machine with --host"
    )


async def serve_until_stopped(
    listens: Sequence[Listen],
    host: str,
    ready: Callable[[Sequence[tuple[Door, int]]], None],
    *,
    tls: SSLContext | None = None,
    beside: Callable[[], Coroutine[Any, Any, None]] | None = None,
    stop: int | None = None,
) -> None:
    """Serve until SIGTERM or Ctrl-C; `ready` hears the ports once all doors answer. Raises PortError.

    With `tls` over HTTPS. `beside` is what goes on meanwhile, until the end. With `stop` it ends when this file
    descriptor can be read, and no signal is heeded.
    """
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    listeners = Listeners(host, tls)
    further: asyncio.Task[None] | None = None
    if stop is not None:
        loop.add_reader(stop, stopped.set)
    else:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopped.set)
    try:
        ready([(one.door, await listeners.open(one.door, one.port, one.sockets)) for one in listens])
        if beside is not None:
            further = loop.create_task(beside())
        await stopped.wait()
    finally:
        if stop is not None:
            loop.remove_reader(stop)
        if further is not None:
            further.cancel()
        await listeners.close()


def url(host: str, port: int, scheme: str = "http") -> str:
    """The address of a port, as a client on this machine names it."""
    if host in ANY_ADDRESS:
        host = "::1" if host == "::" else "127.0.0.1"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
