"""A server whose answers are known before they are asked: at once, or after exactly so many milliseconds.

    python -m truemirror.adapters.load_runs.answering             answers at once
    python -m truemirror.adapters.load_runs.answering 23          23 ms after the request came

Rules: loopback only; it prints its port in one line and ends with its standard input. One write per answer, without
Nagle's delay. A server that waits uses `select`, whose waiting is exact to some ten microseconds; that of epoll and
uvloop is whole milliseconds.
"""

import asyncio
import contextlib
import selectors
import socket
import sys
from typing import Any

ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{"is": "known"}'
_MOST_WAITING = 900
"""`select` knows 1024 file descriptors; further connections are refused."""


class _Answering(asyncio.Protocol):
    """One connection."""

    def __init__(self, delay: float, open_now: set[Any]) -> None:
        """Answer after `delay` seconds."""
        self._delay = delay
        self._open = open_now
        self._loop = asyncio.get_running_loop()
        self._transport: Any = None
        self._rest = b""
        self._length = 0

    def connection_made(self, transport: Any) -> None:
        """A client has come."""
        self._transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._open.add(self)
        if self._delay and len(self._open) > _MOST_WAITING:
            transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        """It has gone."""
        self._open.discard(self)

    def data_received(self, data: bytes) -> None:
        """Answer each request that is whole."""
        if not self._rest and data.endswith(b"\r\n\r\n") and data.count(b"\r\n\r\n") == 1 and data[:4] == b"GET ":
            self._answer()
            return
        self._rest += data
        while (end := self._rest.find(b"\r\n\r\n")) >= 0:
            whole = end + 4 + _length(self._rest[:end])
            if len(self._rest) < whole:
                return
            self._rest = self._rest[whole:]
            self._answer()

    def _answer(self) -> None:
        """Now, or when it is time."""
        if self._delay:
            self._loop.call_later(self._delay, self._transport.write, ANSWER)
        else:
            self._transport.write(ANSWER)


def _length(head: bytes) -> int:
    """How long the body of a request is."""
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def _serve(delay: float) -> None:
    """Until standard input ends."""
    loop = asyncio.get_running_loop()
    open_now: set[Any] = set()
    server = await loop.create_server(lambda: _Answering(delay, open_now), "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.buffer.read)
    server.close()


def main() -> None:
    """Serve."""
    delay = float(sys.argv[1]) / 1000 if len(sys.argv) > 1 else 0.0
    if delay:
        loop: asyncio.AbstractEventLoop = asyncio.SelectorEventLoop(selectors.SelectSelector())
    else:
        import uvloop

        loop = uvloop.new_event_loop()
    with contextlib.suppress(KeyboardInterrupt):
        loop.run_until_complete(_serve(delay))


if __name__ == "__main__":
    main()
