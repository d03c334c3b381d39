"""Servers and clients that speak in exact bytes, for tests of what HTTP libraries would hide."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count

PATIENCE = 5.0
"""Seconds after which a test that hangs fails instead."""

Script = Callable[[socket.socket, int], None]
"""What a server does with a connection, and which connection it is."""


class RawServer:
    """A server on a free port whose behaviour is a script; each connection has a thread of its own."""

    def __init__(self, script: Script) -> None:
        """Listen; the script is called with each connection."""
        self._script = script
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._connections: list[socket.socket] = []
        self._numbers = count()
        self.errors: list[BaseException] = []
        self.port: int = self._socket.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self.port}"

    def _accept(self) -> None:
        """Give each connection to the script."""
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            connection.settimeout(PATIENCE)
            self._connections.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        """Run the script, then close; a connection on which nothing is said is no concern of it."""
        try:
            if connection.recv(1, socket.MSG_PEEK):
                self._script(connection, next(self._numbers))
        except (ConnectionError, TimeoutError, OSError):
            pass  # the other side went away, which some tests want
        except BaseException as error:
            self.errors.append(error)
        finally:
            connection.close()

    def close(self) -> None:
        """End all."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in (self._accepting, *self._threads):
            thread.join(PATIENCE)
        assert not self.errors, self.errors


@contextmanager
def raw_server(script: Script) -> Iterator[RawServer]:
    """A scripted server for the time of a block."""
    server = RawServer(script)
    try:
        yield server
    finally:
        server.close()


def answering(*answers: bytes, seen: list[bytes] | None = None) -> Script:
    """A script that reads requests and gives the answers in turn, over and over, on every connection."""
    turn = count()

    def script(connection: socket.socket, number: int) -> None:
        while request := read_message(connection):
            if seen is not None:
                seen.append(request)
            connection.sendall(answers[next(turn) % len(answers)])

    return script


def read_until(connection: socket.socket, end: bytes, start: bytes = b"") -> bytes:
    """Bytes up to and including `end` and whatever came with it; what there is, when the peer closes first."""
    got = start
    while end not in got:
        piece = connection.recv(65536)
        if not piece:
            return got
        got += piece
    return got


def read_message(connection: socket.socket) -> bytes:
    """One message with the body that its head announces; nothing when the peer has closed."""
    got = read_until(connection, b"\r\n\r\n")
    if not got:
        return b""
    head, _, body = got.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    if b"chunked" in fields.get(b"transfer-encoding", b""):
        return head + b"\r\n\r\n" + read_until(connection, b"0\r\n\r\n", body)
    length = int(fields.get(b"content-length", b"0"))
    while len(body) < length:
        piece = connection.recv(65536)
        if not piece:
            break
        body += piece
    return head + b"\r\n\r\n" + body


def read_all(connection: socket.socket) -> bytes:
    """Everything until the peer closes."""
    got = b""
    while piece := connection.recv(65536):
        got += piece
    return got


def reset(connection: socket.socket) -> None:
    """Close with an RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@contextmanager
def raw_client(port: int) -> Iterator[socket.socket]:
    """A connection to a port on this machine."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.settimeout(PATIENCE)
        yield connection


def free_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
