"""An upstream whose TLS handshake fails is recorded as that, whatever way it fails."""

import socket

import pytest
from tests.adapters.http.mirror_serving import ask, mirror, serving, talking
from tests.adapters.http.proxying import proxied_url
from tests.adapters.http.raw_sockets import Script, raw_client, raw_server, read_message

from truemirror.core.wire.exchange import Exchange, FaultKind


def in_plain_text(connection: socket.socket, number: int) -> None:
    """An answer that is no handshake."""
    connection.recv(4_096)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


def hanging_up(connection: socket.socket, number: int) -> None:
    """The end, in the middle of the handshake."""
    connection.recv(4_096)


@pytest.mark.parametrize("script", [in_plain_text, hanging_up])
def test_a_handshake_that_fails_is_recorded_and_replayed(script: Script) -> None:
    """The proxy's client is told; a client of the mirror loses its connection, as a server can make it."""
    with raw_server(script) as server, proxied_url(f"https://127.0.0.1:{server.port}") as proxy:
        with raw_client(proxy.port) as client:
            client.sendall(b"GET /v1/tags HTTP/1.1\r\nHost: proxy\r\n\r\n")
            assert read_message(client).startswith(b"HTTP/1.1 502 ")
        fault, request = proxy.fault(), proxy.only().request
    assert fault.kind is FaultKind.TLS
    assert fault.detail
    with serving(mirror(Exchange(request, fault))) as mirrored, talking(mirrored) as talk:
        talk.send(ask("GET /v1/tags"))
        with pytest.raises(ConnectionResetError):
            talk.read()
