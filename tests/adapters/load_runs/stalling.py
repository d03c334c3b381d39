"""A server that does nothing for a while, in the middle of a run."""

import contextlib
import socket
import threading
import time


class Stalling:
    """A server that answers everybody at once, but for a second and a half in which it does nothing."""

    def __init__(self) -> None:
        """Listen on loopback."""
        self.has_stalled = False
        self._is_over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._listener.setblocking(False)
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "Stalling":
        """Serve."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Serve no longer."""
        self._is_over.set()
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        """Until it is over; the stall comes half a second after the first connection."""
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        first = 0.0
        with contextlib.ExitStack() as stack:
            connections: list[socket.socket] = []
            while not self._is_over.wait(0.0005):
                with contextlib.suppress(BlockingIOError):
                    connections.append(stack.enter_context(self._listener.accept()[0]))
                    connections[-1].setblocking(False)
                    first = first or time.monotonic()
                if first and not self.has_stalled and time.monotonic() - first > 0.5:
                    self.has_stalled = True
                    time.sleep(1.5)
                for connection in connections:
                    with contextlib.suppress(BlockingIOError, ConnectionError):
                        for _ in range(connection.recv(65536).count(b"\r\n\r\n")):
                            connection.send(answer)
