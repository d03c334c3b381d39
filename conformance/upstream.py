"""The upstream: a server that does exactly what the cases say, and keeps what it was asked.

Rules: one thread per connection; a request belongs to the case that its field X-Case or the first part of its path
names. What is no request that can be read is kept as such, and the connection ends.
"""

import socket
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from conformance.case import Case, Close, Flood, Hold, Pause, Reply, Reset, Send, TakeBody, TakeBytes, Until
from conformance.message import Body, Message, Unreadable, read_body, read_head

_PATIENCE = 20.0
_SHOWN = 3.0
"""Seconds to wait until the client has seen something; then it was held back."""
_RST = struct.pack("ii", 1, 0)
_UNKNOWN: Reply = (Send(b"HTTP/1.1 599 Not In The Script\r\nContent-Length: 0\r\n\r\n"),)


class Upstream:
    """All cases' upstream, at one address."""

    def __init__(self, cases: Mapping[str, Case], host: str, seen: Callable[[bytes], bool]) -> None:
        """Listen; `seen` knows whether the client has seen some bytes."""
        self._cases = cases
        self._seen = seen
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, 0), family=family)
        self.port: int = self._socket.getsockname()[1]
        self.authority = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"
        self.asked: dict[str, list[Message]] = defaultdict(list)
        """Requests by case, in the order of their arrival."""
        self.unreadable: list[bytes] = []
        """What was no request."""
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Listen no more and end all connections."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for connection in tuple(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        """Give each connection a thread."""
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            connection.settimeout(_PATIENCE)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        """Answer requests until the script or the other side ends the connection."""
        self._open.add(connection)
        data = b""
        try:
            with connection:
                while (data := self._answer(connection, data)) is not _OVER:
                    pass
        except Unreadable:
            self.unreadable.append(data)
        except OSError:
            pass
        finally:
            self._open.discard(connection)

    def _answer(self, connection: socket.socket, data: bytes) -> bytes:
        """One request; gives back what follows it, or _OVER."""
        while (read := read_head(data)) is None:
            piece = connection.recv(65_536)
            if not piece:
                return _OVER
            data += piece
        head, data = read
        name, rest = self._belongs(head)
        place = len(self.asked[name])
        self.asked[name].append(replace(head, body=Body(whole=False)))
        replies = self._cases[name].replies if name in self._cases else {}
        reply = replies.get(rest, replies.get(rest.partition("?")[0], replies.get("", _UNKNOWN)))
        if not any(isinstance(step, TakeBody) for step in reply):
            reply = (TakeBody(), *reply)
        for step in reply:
            if isinstance(step, TakeBody):
                data = self._take_body(connection, head, data, name, place)
            elif isinstance(step, TakeBytes):
                data = _less(connection, data, step.count)
            elif self._ends(connection, step, place):
                return _OVER
        return data

    def _belongs(self, head: Message) -> tuple[str, str]:
        """The case that a request belongs to, and the rest of its path."""
        target = head.target.decode("latin-1")
        path = target.partition("://")[2].partition("/")[2] if "://" in target else target.removeprefix("/")
        first, slash, rest = path.partition("/")
        named, mark, query = first.partition("?")
        labels = head.values(b"x-case")
        return (labels[0].decode() if labels else named), (slash + rest if slash else mark + query)

    def _take_body(self, connection: socket.socket, head: Message, data: bytes, name: str, place: int) -> bytes:
        """Read the request's body and keep it; gives back what follows."""
        while (read := read_body(head, data)) is None:
            piece = connection.recv(65_536)
            if not piece:
                raise ConnectionError
            data += piece
        self.asked[name][place] = replace(head, body=read[0])
        return read[1]

    def _ends(self, connection: socket.socket, step: object, place: int) -> bool:
        """Do one step; whether the connection is over."""
        match step:
            case Send(data):
                data = data.replace(b"@HERE@", self.authority.encode()).replace(b"@COUNT@", b"%07d" % (place + 1))
                connection.sendall(data)
            case Flood(block, times):
                for _ in range(times):
                    connection.sendall(block)
            case Pause(seconds):
                time.sleep(seconds)
            case Until(seen):
                until = time.monotonic() + _SHOWN
                while not self._seen(seen) and time.monotonic() < until:
                    time.sleep(0.005)
            case Close():
                return True
            case Reset():
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST)
                return True
            case Hold():
                while connection.recv(65_536):
                    pass
                return True
        return False


def _less(connection: socket.socket, data: bytes, count: int) -> bytes:
    """What follows so many bytes. Raises ConnectionError where they do not come."""
    while len(data) < count:
        piece = connection.recv(65_536)
        if not piece:
            raise ConnectionError
        data += piece
    return data[count:]


_OVER = b"over"
