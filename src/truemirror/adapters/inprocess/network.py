"""The closed network: while a test is isolated, nothing leaves this machine but what is allowed.

Rules: sockets are watched below every client, so that a client nobody knows is caught as well. What stays on the
machine (loopback, Unix sockets, socket pairs) is left alone. A name that may be looked up opens its addresses; asking
for any other name is refused by that name, which a person can act on better than on an address.
"""

import asyncio
import functools
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from unittest import mock

from truemirror.adapters.inprocess.addresses import Place, is_loopback
from truemirror.adapters.inprocess.board import Board

_LOOKUPS = ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr")


class ClosedNetwork:
    """What a process may reach."""

    def __init__(self, board: Board) -> None:
        """Ask the board which hosts are open."""
        self._board = board
        self._opened: set[str] = set()

    def install(self, stack: ExitStack) -> None:
        """Close the network until the stack unwinds."""
        for name in ("connect", "connect_ex"):
            self._replace(stack, socket.socket, name, self._connect(getattr(socket.socket, name), place=0))
        for name in ("sendto", "sendmsg"):
            self._replace(stack, socket.socket, name, self._connect(getattr(socket.socket, name), place=-1))
        for name in _LOOKUPS:
            self._replace(stack, socket, name, self._lookup(getattr(socket, name), opens=name == "getaddrinfo"))
        uvloop = sys.modules.get("uvloop")
        for loop in [asyncio.BaseEventLoop, *([uvloop.Loop] if uvloop else [])]:
            self._replace(stack, loop, "create_connection", self._create_connection(loop.create_connection))
            self._replace(stack, loop, "create_datagram_endpoint", self._datagrams(loop.create_datagram_endpoint))

    @staticmethod
    def _replace(stack: ExitStack, owner: Any, name: str, replacement: Any) -> None:
        """One watch."""
        stack.enter_context(mock.patch.object(owner, name, replacement))

    def _connect(self, original: Callable[..., Any], place: int) -> Callable[..., Any]:
        """Watch a method that gets an address, as the argument at a place."""

        @functools.wraps(original)
        def watched(sock: socket.socket, *args: Any) -> Any:
            __tracebackhide__ = True
            address: Any = args[place] if args else None
            if sock.family in (socket.AF_INET, socket.AF_INET6) and _is_address(address):
                self._check(address[0], address[1])
            return original(sock, *args)

        return watched

    def _lookup(self, original: Callable[..., Any], *, opens: bool) -> Callable[..., Any]:
        """Watch a function that gets a name first, and whose answer may open addresses."""

        @functools.wraps(original)
        def watched(host: Any = None, *args: Any, **options: Any) -> Any:
            __tracebackhide__ = True
            name = _name(host)
            if name and name not in self._opened:
                self._check(name, args[0] if args and isinstance(args[0], int) else 0)
            found = original(host, *args, **options)
            if opens:
                self._opened.update(str(entry[4][0]) for entry in found)
            return found

        return watched

    def _create_connection(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Watch an event loop's own way to connect."""

        @functools.wraps(original)
        async def watched(loop: Any, factory: Any, host: Any = None, port: Any = None, **options: Any) -> Any:
            __tracebackhide__ = True
            if host is not None:
                self._check(_name(host), port or 0)
            return await original(loop, factory, host, port, **options)

        return watched

    def _datagrams(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Watch an event loop's own way to send datagrams."""

        @functools.wraps(original)
        async def watched(loop: Any, factory: Any, local: Any = None, remote: Any = None, **options: Any) -> Any:
            __tracebackhide__ = True
            local, remote = options.pop("local_addr", local), options.pop("remote_addr", remote)
            if _is_address(remote):
                self._check(remote[0], remote[1])
            return await original(loop, factory, local, remote, **options)

        return watched

    def _check(self, host: Any, port: Any) -> None:
        """Raises NetworkClosed unless a host is open."""
        __tracebackhide__ = True
        name = _name(host)
        if is_loopback(name) or name in self._opened or self._board.allows(name):
            return
        raise self._board.closed(Place("", name, int(port) if str(port).isdigit() else 0))


def _is_address(address: Any) -> bool:
    """Whether this is a host and a port."""
    return isinstance(address, tuple) and len(address) >= 2 and isinstance(address[1], int)


def _name(host: Any) -> str:
    """A host as text."""
    return host.decode("latin-1") if isinstance(host, bytes) else str(host or "")
