"""Addresses had before anything is served: sockets that listen, one set for each process that will answer.

Rules: all or nothing. What connects meanwhile waits. Several processes share a port by SO_REUSEPORT, which lets no
other server of this user slip in unseen: the port is asked for alone first.
"""

import socket
from collections.abc import Sequence

from truemirror.adapters.http.server.listening import BACKLOG, port_error
from truemirror.errors import UsageError

Address = tuple[socket.AddressFamily, str]
Sockets = tuple[socket.socket, ...]


def bound(host: str, ports: Sequence[int], workers: int = 1) -> list[list[Sockets]]:
    """For each worker, the listening sockets of each port (0 for any free one). Raises PortError, UsageError."""
    if workers > 1 and not hasattr(socket, "SO_REUSEPORT"):
        raise UsageError("this system lets no two processes listen on one port", fix="leave --workers out")
    made: list[list[Sockets]] = [[] for _ in range(workers)]
    try:
        for port in ports:
            _bind(host, port, made)
    except BaseException:
        for one in made:
            close(one)
        raise
    return made


def close(sockets: Sequence[Sockets]) -> None:
    """Let go of one worker's sockets."""
    for group in sockets:
        for one in group:
            one.close()


def _bind(host: str, port: int, made: list[list[Sockets]]) -> None:
    """Add one port's sockets to each worker's. Raises PortError."""
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        addresses = list(dict.fromkeys((one[0], str(one[4][0])) for one in found))
        if len(made) > 1:
            with _listening(addresses[0], port, shared=False) as alone:
                port = alone.getsockname()[1]
        for one in made:
            one.append(())
            for address in addresses:
                one[-1] += (_listening(address, port, shared=len(made) > 1),)
                port = one[-1][0].getsockname()[1]
    except OSError as error:
        raise port_error(host, port, error) from None


def _listening(address: Address, port: int, *, shared: bool) -> socket.socket:
    """A socket that listens. Raises OSError."""
    family, name = address
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((name, port))
        made.listen(BACKLOG)
        made.setblocking(False)
    except OSError:
        made.close()
        raise
    return made
