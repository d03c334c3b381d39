"""The upstream client: what goes wrong is an outcome, each kind told from the others."""

import asyncio
import gzip
import shutil
import socket
import ssl
import subprocess
from pathlib import Path

import pytest
from tests.adapters.http.asking import GET, OK, ask, ask_at, fault, response, saying
from tests.adapters.http.raw_sockets import (
    free_port,
    raw_server,
    read_message,
    reset,
)

from truemirror.adapters.http.client import HttpUpstream
from truemirror.core.wire.exchange import Exchange, FaultKind


def test_refused() -> None:
    """Nobody listens."""
    (exchange,) = ask_at(f"http://127.0.0.1:{free_port()}", GET)
    assert fault(exchange).kind is FaultKind.REFUSED


def test_unresolved() -> None:
    """The name has no address."""
    (exchange,) = ask_at("http://no-such-host.invalid", GET)
    assert fault(exchange).kind is FaultKind.UNRESOLVED


def test_reset_before_the_answer() -> None:
    """A reset is told from a close."""

    def script(connection: socket.socket, number: int) -> None:
        read_message(connection)
        reset(connection)

    (exchange,) = ask(script)
    assert fault(exchange).kind is FaultKind.RESET
    assert fault(exchange).partial is None


def test_reset_in_the_body() -> None:
    """What had arrived is kept."""

    def script(connection: socket.socket, number: int) -> None:
        read_message(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
        reset(connection)

    (exchange,) = ask(script)
    assert fault(exchange).kind is FaultKind.RESET


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", b"abc"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", b"abc"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", b"abc"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", b""),
    ],
)
def test_truncated(answer: bytes, body: bytes) -> None:
    """An answer cut short keeps what came of it."""
    (exchange,) = ask(saying(answer))
    found = fault(exchange)
    assert found.kind is FaultKind.TRUNCATED
    assert found.partial is not None
    assert (found.partial.status, found.partial.body) == (200, body)


def test_a_truncated_coding_stays_on() -> None:
    """A compressed body cut short is kept as it came."""
    raw = gzip.compress(b"hello" * 50)[:20]
    (exchange,) = ask(saying(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 99\r\n\r\n" + raw))
    partial = fault(exchange).partial
    assert partial is not None
    assert (partial.body, partial.codings) == (raw, ())


def test_truncated_in_the_head() -> None:
    """A head cut short is kept as bytes."""
    (exchange,) = ask(saying(b"HTTP/1.1 200 OK\r\nContent-Le"))
    assert (fault(exchange).kind, fault(exchange).partial) == (FaultKind.TRUNCATED, None)
    assert fault(exchange).received == b"HTTP/1.1 200 OK\r\nContent-Le"


@pytest.mark.parametrize(
    "answer",
    [
        b"Hello, world\n",
        b"<html>HTTP/0.9 has no head</html>",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 20x OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\nbody",
        b"\x16\x03\x01\x00\x2a",
    ],
)
def test_garbage(answer: bytes) -> None:
    """What is not HTTP is kept as it came."""
    (exchange,) = ask(saying(answer))
    assert (fault(exchange).kind, fault(exchange).received) == (FaultKind.GARBAGE, answer)


def test_garbage_in_the_chunks() -> None:
    """Chunks that cannot be read are garbage, kept from the first byte."""
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n"
    (exchange,) = ask(saying(answer))
    found = fault(exchange)
    assert (found.kind, found.received) == (FaultKind.GARBAGE, answer)
    assert found.partial is not None
    assert found.partial.body == b"abc"


def test_endless_garbage_is_bounded() -> None:
    """A stream of bytes that is not HTTP is kept up to a limit."""

    def script(connection: socket.socket, number: int) -> None:
        read_message(connection)
        while True:
            connection.sendall(b"x" * 65536)

    (exchange,) = ask(script)
    assert fault(exchange).kind is FaultKind.GARBAGE
    assert len(fault(exchange).received) == 65536


def test_an_endless_head_is_garbage() -> None:
    """A head without an end is given up."""

    def script(connection: socket.socket, number: int) -> None:
        read_message(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X-Field: " + b"y" * 8000 + b"\r\n")

    (exchange,) = ask(script)
    assert fault(exchange).kind is FaultKind.GARBAGE


def test_an_unasked_switch_of_protocols_is_garbage() -> None:
    """Nobody asked to upgrade."""
    (exchange,) = ask(saying(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n"))
    assert fault(exchange).kind is FaultKind.GARBAGE


def test_timeout() -> None:
    """A service that says nothing is a timeout."""

    def script(connection: socket.socket, number: int) -> None:
        read_message(connection)
        connection.recv(1)

    (exchange,) = ask(script, timeout=0.1)
    assert fault(exchange).kind is FaultKind.TIMEOUT


def test_timeout_in_the_body() -> None:
    """A service that stops talking is a timeout, with what it had said."""

    def script(connection: socket.socket, number: int) -> None:
        read_message(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
        connection.recv(1)

    (exchange,) = ask(script, timeout=0.5)
    partial = fault(exchange).partial
    assert fault(exchange).kind is FaultKind.TIMEOUT
    assert partial is not None
    assert partial.body == b"abc"


def test_no_tls_where_tls_was_expected() -> None:
    """A handshake that fails is a fault of its own kind."""

    def script(connection: socket.socket, number: int) -> None:
        connection.recv(1)
        connection.sendall(OK)

    with raw_server(script) as server:
        (exchange,) = ask_at(f"https://127.0.0.1:{server.port}", GET)
    assert fault(exchange).kind is FaultKind.TLS


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate of this test")
def test_tls_with_a_certificate_of_ones_own(tmp_path: Path) -> None:
    """An upstream behind TLS is asked when its certificate is trusted, and is a fault when it is not."""
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    made += ["-keyout", "key.pem", "-out", "cert.pem", "-days", "2", "-subj", "/CN=localhost"]
    made += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run(made, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")

    def script(connection: socket.socket, number: int) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            while read_message(secure):
                secure.sendall(OK)

    async def asking(url: str, ca: Path | None) -> Exchange:
        upstream = HttpUpstream(url, ca=ca)
        try:
            return await upstream.send(GET)
        finally:
            await upstream.close()

    with raw_server(script) as server:
        url = f"https://127.0.0.1:{server.port}"
        assert fault(asyncio.run(asking(url, None))).kind is FaultKind.TLS
        assert response(asyncio.run(asking(url, tmp_path / "cert.pem"))).body == b"ok"
