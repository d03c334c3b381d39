"""An HTTP/2 client for tests that look at frames: requests, and what came of each stream."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import h2.config
import h2.connection
import h2.events
from tests.adapters.http.raw_sockets import raw_client

Pairs = list[tuple[str, str]]


@dataclass
class Got:
    """What came on one stream."""

    heads: list[Pairs] = field(default_factory=list)
    """Informational ones first."""
    pieces: list[bytes] = field(default_factory=list)
    trailers: Pairs = field(default_factory=list)
    ended: bool = False
    error: int | None = None
    """The code of its reset."""

    @property
    def status(self) -> str:
        """The final status."""
        return dict(self.heads[-1])[":status"]

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(self.pieces)

    @property
    def over(self) -> bool:
        """Whether nothing more comes, as far as the client knows."""
        return self.ended or self.error is not None


class Talk2:
    """A connection that speaks HTTP/2."""

    def __init__(self, connection: socket.socket) -> None:
        """Say hello."""
        self.connection = connection
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="latin-1"))
        self.streams: dict[int, Got] = {}
        self.goodbye: int | None = None
        """The code with which the server ended the connection."""
        self.closed = False
        self.greedy = True
        """Whether windows are opened again for what came."""
        self.h2.initiate_connection()
        self.flush()

    def flush(self) -> None:
        """Put on the wire what was said."""
        self.connection.sendall(self.h2.data_to_send())

    def begin(self, line: str, *pairs: tuple[str, str], ended: bool = True) -> int:
        """Send the head of a request: `GET /path`; gives its stream."""
        method, path = line.split(" ", 1)
        number = self.h2.get_next_available_stream_id()
        head = [(":method", method), (":scheme", "http"), (":authority", "tags.test"), (":path", path), *pairs]
        self.h2.send_headers(number, head, end_stream=ended)
        self.streams[number] = Got()
        self.flush()
        return number

    def ask(self, line: str, *pairs: tuple[str, str], body: bytes = b"") -> Got:
        """A request and all that comes of it."""
        number = self.begin(line, *pairs, ended=not body)
        if body:
            self.send(number, body)
        return self.wait(number)

    def send(self, number: int, body: bytes, *, ended: bool = True) -> None:
        """Send a body as fast as the windows let it go."""
        while body:
            room = min(self.h2.local_flow_control_window(number), self.h2.max_outbound_frame_size)
            if not room:
                self.read()
                continue
            piece, body = body[:room], body[room:]
            self.h2.send_data(number, piece, end_stream=ended and not body)
            self.flush()

    def wait(self, *numbers: int) -> Got:
        """Read until these streams are over; gives the last one."""
        while not self.closed and not all(self.streams[number].over for number in numbers):
            self.read()
        return self.streams[numbers[-1]]

    def read(self) -> None:
        """Read what comes next."""
        data = self.connection.recv(65_536)
        self.closed = not data
        for event in self.h2.receive_data(data):
            self._hear(event)
        if not self.closed and self.goodbye is None:
            self.flush()

    def _hear(self, event: h2.events.Event) -> None:
        """Take in one event."""
        got = self.streams.get(getattr(event, "stream_id", None) or 0, Got())
        match event:
            case h2.events.InformationalResponseReceived() | h2.events.ResponseReceived():
                got.heads.append([(str(name), str(value)) for name, value in event.headers or ()])
            case h2.events.DataReceived():
                got.pieces.append(event.data or b"")
                if self.greedy:
                    self.h2.acknowledge_received_data(event.flow_controlled_length or 0, event.stream_id or 0)
            case h2.events.TrailersReceived():
                got.trailers = [(str(name), str(value)) for name, value in event.headers or ()]
            case h2.events.StreamEnded():
                got.ended = True
            case h2.events.StreamReset():
                got.error = int(event.error_code or 0)
            case h2.events.ConnectionTerminated():
                self.goodbye = int(event.error_code or 0)
            case _:
                pass


@contextmanager
def talking2(port: int) -> Iterator[Talk2]:
    """A connection to a port of this machine, begun in HTTP/2 without asking (RFC 9113 §3.3)."""
    with raw_client(port) as client:
        yield Talk2(client)
