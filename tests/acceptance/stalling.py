"""A server that answers in 5 ms and stands still once: `python -m tests.acceptance.stalling 10 2`.

It prints its port; ten seconds after the first request it answers nobody for two seconds, then goes on.
"""

import asyncio
import sys
import time

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class Stalling(asyncio.Protocol):
    """One connection."""

    first = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has come."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each request; all of them are small and whole."""
        if not Stalling.first:
            Stalling.first = time.monotonic()
            asyncio.get_running_loop().call_later(float(sys.argv[1]), time.sleep, float(sys.argv[2]))
        for _ in range(data.count(b"\r\n\r\n")):
            asyncio.get_running_loop().call_later(0.005, self._transport.write, ANSWER)


async def main() -> None:
    """Serve until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Stalling, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.buffer.read)


asyncio.run(main())
