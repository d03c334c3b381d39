"""A mirror server for a test, and conversations with it in exact bytes."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ssl import SSLContext
from typing import Any

from tests.adapters.http.raw_sockets import raw_client, read_all

from truemirror.adapters.http.server import Limits, Listen, MirrorServer, Mount, doors_for
from truemirror.core.mirror.latency import parse_latency
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Fault, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.usecases.replay import Replayer
from truemirror.usecases.serve import Forwarding

Made = Callable[[Replayer], Forwarding | None]


def fields(*pairs: tuple[str, str]) -> Headers:
    """Header fields."""
    return Headers(pairs)


def answer(body: bytes = b"", status: int = 200, *pairs: tuple[str, str], **parts: Any) -> Response:
    """A recorded answer with its length."""
    return Response(status, "OK", fields(*pairs, ("Content-Length", str(len(body)))), body, **parts)


def call(
    line: str, outcome: Response | Fault, *pairs: tuple[str, str], body: bytes = b"", elapsed_ms: float = 0.0
) -> Exchange:
    """An exchange: `GET /path` and what came of it."""
    method, target = line.split(" ")
    return Exchange(Request(method, target, fields(("Host", "tags.test"), *pairs), body), outcome, elapsed_ms)


def mirror(*exchanges: Exchange, service: str = "tags", scenarios: tuple[Scenario, ...] = ()) -> Mirror:
    """A mirror of one scenario without a label, and of others."""
    default = (Scenario("default", exchanges),) if exchanges else ()
    return Mirror(service, "1.0.0", tuple(sorted((*default, *scenarios), key=lambda one: one.name)))


def replayer(known: Mirror, **options: Any) -> Replayer:
    """A mirror that may be asked from several threads."""
    return Replayer(known, lock=threading.Lock(), **options)


@contextmanager
def serving(
    *mirrors: Mirror | Replayer,
    hosts: tuple[str, ...] = (),
    limits: Limits | None = None,
    one_port: bool = False,
    latency: str = "none",
    seed: int = 0,
    bandwidth: float = 0.0,
    forwarding: Made | None = None,
    host: str = "127.0.0.1",
    tls: SSLContext | None = None,
    **options: Any,
) -> Iterator[MirrorServer]:
    """Mirrors, served for the time of a block."""
    mounts: dict[str, Mount] = {}
    for one in mirrors:
        asked = one if isinstance(one, Replayer) else replayer(one, **options)
        made = forwarding(asked) if forwarding else None
        asked.delay(parse_latency(latency), seed)
        mounts[asked.mirror.service] = Mount(asked, frozenset(hosts), made, bandwidth)
    doors = doors_for(mounts, one_port=one_port, limits=limits)
    with MirrorServer([Listen(door) for door in doors], host, tls=tls) as server:
        yield server


def port_of(server: MirrorServer, service: str = "") -> int:
    """The port of a service; of any, when none is named."""
    return int(server.url(service or next(iter(server.mounts))).split(":")[2].partition("/")[0])


def ask(line: str, *lines: str, body: bytes = b"") -> bytes:
    """A request as bytes: `GET /path`, then header lines."""
    head = "\r\n".join((f"{line} HTTP/1.1", "Host: tags.test", *lines))
    length = f"\r\nContent-Length: {len(body)}" if body else ""
    return f"{head}{length}\r\n\r\n".encode("latin-1") + body


class Talk:
    """A connection on which answers are read one by one, however many arrive at once."""

    def __init__(self, connection: socket.socket) -> None:
        """Talk on this connection."""
        self.connection = connection
        self._file = connection.makefile("rb")

    def send(self, sent: bytes) -> None:
        """Send bytes."""
        self.connection.sendall(sent)

    def read(self, *, bodiless: bool = False) -> bytes:
        """The next message, with the body that its head announces; nothing when the server has closed."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self._file.readline()
            if not line:
                return head
            head += line
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
        if bodiless:
            return head
        if fields.get(b"transfer-encoding") == b"chunked":
            return head + self._chunks()
        return head + self._file.read(int(fields.get(b"content-length", b"0")))

    def _chunks(self) -> bytes:
        """A chunked body with its framing."""
        got = b""
        while True:
            line = self._file.readline()
            size = int(line, 16)
            got += line + self._file.read(size + 2)
            if not size:
                return got

    def close(self) -> None:
        """Let go."""
        self._file.close()


@contextmanager
def talking(server: MirrorServer, service: str = "") -> Iterator[Talk]:
    """A connection to a served mirror."""
    with raw_client(port_of(server, service)) as client:
        talk = Talk(client)
        try:
            yield talk
        finally:
            talk.close()


def told(server: MirrorServer, *requests: bytes, service: str = "") -> list[bytes]:
    """The answers to requests sent one after the other on one connection."""
    with talking(server, service) as talk:
        answers = []
        for request in requests:
            talk.send(request)
            answers.append(talk.read(bodiless=request.startswith(b"HEAD")))
        return answers


def told_until_closed(server: MirrorServer, sent: bytes) -> bytes:
    """Everything that comes until the server closes."""
    with raw_client(port_of(server)) as client:
        client.sendall(sent)
        return read_all(client)


def body_of(message: bytes) -> bytes:
    """The body of a message, with its framing."""
    return message.partition(b"\r\n\r\n")[2]


def status_of(message: bytes) -> int:
    """The status of an answer."""
    return int(message.split(b" ", 2)[1])


def lines_of(message: bytes) -> list[bytes]:
    """The lines of a message's head."""
    return message.partition(b"\r\n\r\n")[0].split(b"\r\n")
