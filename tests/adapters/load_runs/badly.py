"""A server that answers by path, well and badly, and counts what it was asked; for runs of the real generator."""

import contextlib
import re
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Next: /v1/7\r\nContent-Length: 17\r\n\r\n" + (
    b'{"token": "t-17"}'
)
_ANSWERS = {
    "/busy": b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
    "/half": OK[:-5],
    "/other": b"SSH-2.0-OpenSSH_9.2\r\n",
    "/chunks": b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{"a"\r\n3\r\n: 1\r\n1\r\n}\r\n0\r\n\r\n',
}
_CLOSES = frozenset({"/half", "/other", "/reset", "/leaves"})


class Badly:
    """Counts requests by their line and `X-Token`; each connection has a thread."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        """Listen on loopback."""
        self.asked: Counter[str] = Counter()
        self.tokens: Counter[str] = Counter()
        self.connections = 0
        self._open: set[socket.socket] = set()
        self._tls = tls
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def die(self) -> None:
        """Leave in the middle of everything."""
        self.close()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Listen no longer."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        """Take everybody."""
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        """Answer until the client goes, or the path says otherwise."""
        with contextlib.suppress(OSError):
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection, self._known(connection):
                rest = b""
                while data := connection.recv(65536):
                    rest += data
                    while (end := rest.find(b"\r\n\r\n")) >= 0:
                        head = rest[:end]
                        length = re.search(rb"(?i)content-length: (\d+)", head)
                        whole = end + 4 + (int(length[1]) if length else 0)
                        if len(rest) < whole:
                            break
                        rest = rest[whole:]
                        if self._answer(connection, head.decode()):
                            return

    @contextlib.contextmanager
    def _known(self, connection: socket.socket) -> Iterator[None]:
        """Open for as long."""
        with self._lock:
            self._open.add(connection)
        try:
            yield
        finally:
            with self._lock:
                self._open.discard(connection)

    def _answer(self, connection: socket.socket, head: str) -> bool:
        """One request; true: the connection is over."""
        line, *headers = head.split("\r\n")
        path = line.split(" ")[1].partition("?")[0]
        with self._lock:
            self.asked[line] += 1
            for header in headers:
                if header.startswith("X-Token: "):
                    self.tokens[header[9:]] += 1
        if path == "/reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return True
        if path == "/never":
            return False
        if path == "/slow":
            time.sleep(0.05)
        connection.sendall(_ANSWERS.get(path, OK))
        return path in _CLOSES


@contextlib.contextmanager
def answering_badly(tls: ssl.SSLContext | None = None) -> Iterator[Badly]:
    """One of them, closed at the end."""
    server = Badly(tls)
    try:
        yield server
    finally:
        server.close()
