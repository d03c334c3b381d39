"""Asking a scripted server through the upstream client."""

import asyncio
import socket

from tests.adapters.http.raw_sockets import (
    Script,
    raw_server,
    read_message,
)

from truemirror.adapters.http.client import HttpUpstream
from truemirror.core.wire.exchange import Exchange, Fault, Request, Response
from truemirror.core.wire.headers import Headers

GET = Request("GET", "/v1/tags", Headers((("Accept", "*/*"),)))
POST = Request("POST", "/v1/tags", Headers((("Content-Type", "text/plain"), ("Content-Length", "2"))), b"hi")
CHUNKED_HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def ask(script: Script, *requests: Request, timeout: float = 20.0) -> list[Exchange]:
    """Send requests one after the other to a scripted server."""
    with raw_server(script) as server:
        return ask_at(server.url, *(requests or (GET,)), timeout=timeout)


def ask_at(url: str, *requests: Request, timeout: float = 20.0) -> list[Exchange]:
    """Send requests one after the other to a URL."""

    async def asking() -> list[Exchange]:
        upstream = HttpUpstream(url, timeout=timeout)
        try:
            return [await upstream.send(request) for request in requests]
        finally:
            await upstream.close()

    return asyncio.run(asking())


def response(exchange: Exchange) -> Response:
    """The exchange's answer, which must be one."""
    assert isinstance(exchange.outcome, Response), exchange.outcome
    return exchange.outcome


def fault(exchange: Exchange) -> Fault:
    """The exchange's fault, which must be one."""
    assert isinstance(exchange.outcome, Fault), exchange.outcome
    return exchange.outcome


def saying(answer: bytes) -> Script:
    """Read a request, answer, close."""

    def script(connection: socket.socket, number: int) -> None:
        read_message(connection)
        connection.sendall(answer)

    return script
