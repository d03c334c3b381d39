"""One connection: a request goes out in one write, and its asker is told when the answer is whole or what went wrong.

Rules: nothing waits. The socket is the bare one of the interpreter, and one watcher of the loop stands on it as long as
it lives, so a request costs a send and a receive and nothing of the kernel's bookkeeping. No redirects, no retries.
"""

import _socket
import errno
import ssl
from dataclasses import dataclass, field
from typing import Any, Protocol

from truemirror.adapters.locust.reading import Heads, Reader, Unreadable

READ, WRITE = 1, 2
"""libev's words for what a watcher waits for."""
_RECEIVE = 64 * 1024
_UNDER_WAY = (errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY)
_KINDS = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "reset",
    errno.EPIPE: "reset",
    errno.ECONNABORTED: "reset",
    errno.ETIMEDOUT: "timeout",
    errno.EMFILE: "no file descriptor",
    errno.ENFILE: "no file descriptor",
    errno.EADDRNOTAVAIL: "no port",
}


@dataclass(slots=True)
class Address:
    """Where a service is, with what its connections share."""

    family: int
    place: Any
    """As `connect` takes it."""
    host: str
    """The `Host` of requests."""
    prefix: str = ""
    """A path before all others."""
    tls: ssl.SSLContext | None = None
    name: str = ""
    """The name that the certificate must carry."""
    heads: Heads = field(default_factory=dict)


class Asker(Protocol):
    """Who sent a request."""

    def answered(self, connection: "Connection") -> None:
        """The answer is whole; `connection.reader` has it."""

    def failed(self, connection: "Connection", kind: str) -> None:
        """There will be no answer; the connection is closed."""


def kind_of(error: OSError) -> str:
    """The word an error of a socket is counted under."""
    if isinstance(error, ssl.SSLError):
        return "TLS"
    return _KINDS.get(error.errno or 0, "unreachable")


class Connection:
    """A connection to one address, opened by its first request."""

    __slots__ = (
        "_is_open",
        "_left",
        "_loop",
        "_reading",
        "_receive",
        "_secure",
        "_send",
        "_sock",
        "_writing",
        "address",
        "asker",
        "deadline",
        "is_closed",
        "is_reused",
        "reader",
    )

    def __init__(self, loop: Any, address: Address) -> None:
        """No socket yet. `loop` is gevent's."""
        self._loop = loop
        self.address = address
        self.reader = Reader(address.heads)
        self.asker: Asker | None = None
        self.deadline = 0.0
        self.is_closed = False
        self.is_reused = False
        self._is_open = False
        self._left = b""
        self._sock: Any = None
        self._reading: Any = None
        self._writing: Any = None
        self._secure: _Secure | None = None

    def send(self, request: bytes, asker: Asker, is_head: bool = False) -> None:
        """Send a request whole; the asker hears how it ended, maybe before this call is over."""
        self.asker = asker
        reader = self.reader
        reader.expect(is_head)
        if not self._is_open:
            self._left = request
            self._connect()
            return
        self.is_reused = True
        if self._secure is not None:
            request = self._secure.wrapped(request)
        try:
            sent = self._send(request)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            self.fail(kind_of(error))
            return
        if sent != len(request):
            self._left = request[sent:]
            self._writing.start(self._writable)

    def fail(self, kind: str) -> None:
        """Close, and tell the asker why."""
        asker, self.asker = self.asker, None
        self.close()
        if asker is not None:
            asker.failed(self, kind)

    def close(self) -> None:
        """Let go of the socket; a second time changes nothing."""
        self.is_closed = True
        for watcher in (self._reading, self._writing):
            if watcher is not None:
                watcher.stop()
                watcher.close()
        self._reading = self._writing = None
        if self._sock is not None:
            self._sock.close()
            self._sock = None

    def _connect(self) -> None:
        """Begin to connect."""
        try:
            self._sock = sock = _socket.socket(self.address.family, _socket.SOCK_STREAM)
            sock.setblocking(False)
            sock.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
            result = sock.connect_ex(self.address.place)
        except OSError as error:
            self.fail(kind_of(error))
            return
        self._send, self._receive = sock.send, sock.recv
        number = sock.fileno()
        self._reading, self._writing = self._loop.io(number, READ), self._loop.io(number, WRITE)
        if result == 0 or result in _UNDER_WAY:
            self._writing.start(self._connected)
        else:
            self.fail(_KINDS.get(result, "unreachable"))

    def _connected(self) -> None:
        """The connection stands, or does not."""
        self._writing.stop()
        result = self._sock.getsockopt(_socket.SOL_SOCKET, _socket.SO_ERROR)
        if result:
            self.fail(_KINDS.get(result, "unreachable"))
            return
        self._is_open = True
        self._reading.start(self._readable)
        if self.address.tls is not None:
            self._secure = _Secure(self.address.tls, self.address.name)
            self._left = self._secure.hello(self._left)
        self._writable()

    def _writable(self) -> None:
        """Send what is left."""
        try:
            sent = self._send(self._left)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            self.fail(kind_of(error))
            return
        self._left = self._left[sent:]
        if self._left:
            self._writing.start(self._writable)
        else:
            self._writing.stop()

    def _readable(self) -> None:
        """Bytes have come, or the end."""
        try:
            data = self._receive(_RECEIVE)
        except BlockingIOError:
            return
        except OSError as error:
            self.fail(kind_of(error))
            return
        try:
            if self._secure is not None:
                plain = self._opened(data)
                if plain is None:
                    return
                data = plain
            asker = self.asker
            if asker is None:
                self.close()
                return
            if data:
                if not self.reader.feed(data):
                    return
            else:
                self.reader.ended()
        except Unreadable as unreadable:
            self.fail(unreadable.kind)
            return
        except ssl.SSLError:
            self.fail("TLS")
            return
        self.asker = None
        if not self.reader.keep_alive:
            self.close()
        asker.answered(self)

    def _opened(self, data: bytes) -> bytes | None:
        """What TLS carried; None for nothing yet, empty for the end. Raises ssl.SSLError."""
        assert self._secure is not None
        plain, back = self._secure.heard(data)
        if back:
            waiting = bool(self._left)
            self._left += back
            if not waiting:
                self._writable()
        return None if data and not plain else plain


class _Secure:
    """TLS over bytes that somebody else sends and receives."""

    __slots__ = ("_into", "_is_up", "_object", "_out", "_waiting")

    def __init__(self, context: ssl.SSLContext, name: str) -> None:
        """No hand was shaken yet."""
        self._into, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._object = context.wrap_bio(self._into, self._out, server_hostname=name)
        self._is_up = False
        self._waiting = b""

    def hello(self, request: bytes) -> bytes:
        """The first bytes; the request follows once hands are shaken."""
        self._waiting = request
        self._shake()
        return self._out.read()

    def wrapped(self, request: bytes) -> bytes:
        """A request as it is sent."""
        self._object.write(request)
        return self._out.read()

    def heard(self, data: bytes) -> tuple[bytes, bytes]:
        """What was said, and what has to be sent back. Raises ssl.SSLError."""
        if data:
            self._into.write(data)
        else:
            self._into.write_eof()
        if not self._is_up:
            self._shake()
        pieces = []
        while self._is_up:
            try:
                piece = self._object.read(_RECEIVE)
            except (ssl.SSLWantReadError, ssl.SSLZeroReturnError, ssl.SSLEOFError):
                break
            if not piece:
                break
            pieces.append(piece)
        return b"".join(pieces), self._out.read()

    def _shake(self) -> None:
        """Go on shaking hands. Raises ssl.SSLError."""
        try:
            self._object.do_handshake()
        except ssl.SSLWantReadError:
            return
        self._is_up = True
        if self._waiting:
            self._object.write(self._waiting)
            self._waiting = b""
