"""HTTPS in front of a server that speaks plain HTTP: bytes pass as they are, and everything ends."""

import gc
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from truemirror.adapters import tls_front
from truemirror.adapters.certificates import Tls, tls_for
from truemirror.adapters.tls_front import TlsFronts

BODY = b"x" * 300_000


class Echo(BaseHTTPRequestHandler):
    """Gives back what it was sent, and a long body to a GET."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """A long body."""
        self._send(BODY)

    def do_POST(self) -> None:
        """What was sent."""
        self._send(self.rfile.read(int(self.headers["Content-Length"])))

    def _send(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *parts: object) -> None:
        """Say nothing."""


@pytest.fixture
def plain() -> Iterator[int]:
    """The port of a plain server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def tls(tmp_path: Path) -> Tls:
    """A CA of this test's own."""
    return tls_for(["web.internal"], tmp_path / "ca")


def connection(port: int, ca: Path) -> http.client.HTTPSConnection:
    """A client that believes the CA and wants the name to be right."""
    trusting = ssl.create_default_context(cafile=str(ca))
    made = http.client.HTTPSConnection("web.internal", port, context=trusting, timeout=30)
    raw = socket.create_connection(("127.0.0.1", port), 30)
    made.sock = trusting.wrap_socket(raw, server_hostname="web.internal")
    return made


def _answer(client: http.client.HTTPSConnection) -> http.client.HTTPResponse:
    """Ask on a connection."""
    client.request("GET", "/")
    return client.getresponse()


def _asked(port: int, ca: Path) -> None:
    """Ask on a new connection, which is closed again."""
    client = connection(port, ca)
    try:
        _answer(client)
    finally:
        client.close()


def test_requests_and_answers_pass_whole_on_one_connection(plain: int, tls: Tls) -> None:
    """Long ones, too, both ways, one after the other."""
    fronts = TlsFronts(tls.context, {"web": plain}).start()
    try:
        client = connection(fronts.ports["web"], tls.ca)
        client.request("GET", "/")
        assert client.getresponse().read() == BODY
        client.request("POST", "/", body=BODY)
        assert client.getresponse().read() == BODY
        client.close()
    finally:
        fronts.stop()


def test_after_the_end_nobody_answers(plain: int, tls: Tls) -> None:
    """Connections that were open are closed."""
    fronts = TlsFronts(tls.context, {"web": plain}).start()
    client = connection(fronts.ports["web"], tls.ca)
    fronts.stop()
    with pytest.raises((OSError, http.client.HTTPException)):
        _answer(client)
    client.close()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", fronts.ports["web"]), 5)


@pytest.mark.parametrize("later", [0.0, 0.0003, 0.001])
def test_whoever_came_in_the_last_moment_is_let_go(
    plain: int, tls: Tls, later: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before a handshake, or just after one: no connection is left open (that is a warning, and so an error)."""
    monkeypatch.setattr(tls_front, "_CLOSE_SECONDS", 0.02)
    for _ in range(10):
        fronts = TlsFronts(tls.context, {"web": plain}).start()
        silent = [socket.create_connection(("127.0.0.1", fronts.ports["web"]), 5) for _ in range(5)]
        shaken = connection(fronts.ports["web"], tls.ca)
        time.sleep(later)
        fronts.stop()
        for client in silent:
            client.close()
        shaken.close()
        del fronts
        gc.collect()


def test_where_nobody_is_behind_the_connection_is_cut(tls: Tls) -> None:
    """As the service itself would be unreachable."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = listener.getsockname()[1]
    fronts = TlsFronts(tls.context, {"web": closed}).start()
    try:
        with pytest.raises((OSError, http.client.HTTPException)):
            _asked(fronts.ports["web"], tls.ca)
    finally:
        fronts.stop()
