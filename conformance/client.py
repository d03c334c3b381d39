"""The client: sends exactly what a case says and keeps what it sees, when, and how it ended.

Rules: it never repairs and never retries. It waits for a byte as long as the case has patience, and after a refusal
until the connection ends.
"""

import hashlib
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, replace

from conformance.case import Case, Pause, Read, ReadBehind, ReadInterim, ReadRest, Send, SendIfContinued, Wanted
from conformance.message import Body, Message, Unreadable, read_body, read_head

BURST = 0.08
"""Seconds of silence that set two arrivals apart."""
_LAST_WORDS = 3.0
_KEPT = 1 << 20
"""Bytes of what was seen that are kept for looking something up."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a client saw."""

    answers: tuple[Message, ...] = ()
    """Final answers, in order; the last one may not be whole."""
    interims: tuple[Message, ...] = ()
    ending: str = "open"
    """open, closed, reset, or silent when patience ran out."""
    stray: bytes = b""
    """Bytes that are no HTTP, or belong to no answer that was waited for."""
    bursts: int = 0
    """In how many arrivals apart it came."""


class Client:
    """Walks through cases, one after the other."""

    def __init__(self) -> None:
        """Nothing is seen yet."""
        self._recent = b""
        self._walks = 0

    @property
    def once(self) -> bytes:
        """A word for this walk only."""
        return b"once%02d" % (self._walks % 100)

    def plain(self, asked: Message) -> Message:
        """A request of this walk, with `@ONCE@` where it was."""
        fields = tuple((name, value.replace(self.once, b"@ONCE@")) for name, value in asked.fields)
        body = replace(asked.body, content=asked.body.content.replace(self.once, b"@ONCE@"))
        return replace(asked, fields=fields, body=body)

    def has_seen(self, data: bytes) -> bool:
        """Whether some bytes came in the case that is running."""
        return data in self._recent

    def walk(self, case: Case, host: str, port: int) -> Seen:
        """The case's conversation with whoever listens there."""
        self._recent = b""
        self._walks += 1
        try:
            connection = socket.create_connection((host, port), timeout=case.patience)
        except OSError:
            return Seen(ending="not listening")
        authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return _Walk(self, case, connection, authority.encode()).done()

    def note(self, piece: bytes) -> None:
        """Something was seen."""
        self._recent = (self._recent + piece)[-_KEPT:]


class _Walk:
    """One conversation."""

    def __init__(self, client: Client, case: Case, connection: socket.socket, authority: bytes) -> None:
        """Begin."""
        self._client = client
        self._case = case
        self._connection = connection
        self._authority = authority
        self._peer = connection.getpeername()[:2]
        self._data = b""
        self._ending = ""
        self._bursts = 0
        self._early = False
        self._last = 0.0
        self._answers: list[Message] = []
        self._interims: list[Message] = []

    def done(self) -> Seen:
        """Walk to the end."""
        try:
            for step in self._case.client:
                self._step(step)
            if self._case.wanted in (Wanted.REFUSED, Wanted.SAFE, Wanted.SPOKEN):
                self._hear_out()
        except Unreadable:
            self._hear_out()
        finally:
            self._connection.close()
        return Seen(
            tuple(self._answers), tuple(self._interims), self._ending or "open", self._data[:65_536], self._bursts
        )

    def _filled(self, data: bytes) -> bytes:
        """Bytes to send, with the words of this walk."""
        return data.replace(b"@HERE@", self._authority).replace(b"@ONCE@", self._client.once)

    def _step(self, step: object) -> None:
        """Do one step."""
        match step:
            case Send(data, dripping):
                self._send(data, 1 if dripping else len(data) + 1024)
            case SendIfContinued(data):
                if any(one.status == 100 for one in self._interims):
                    self._send(data)
            case Pause(seconds):
                time.sleep(seconds)
            case ReadInterim():
                self._read(b"GET", only_interim=True)
                self._early = bool(self._answers)
                if self._ending == "silent":
                    self._ending = ""  # whoever hears no 100 may go on (RFC 9110 §10.1.1)
            case Read(method):
                if not self._early:
                    self._read(method)
                self._early = False
            case ReadBehind(count):
                while len(self._data) < count and not self._ending and self._receive():
                    pass
            case ReadRest():
                while not self._ending and self._receive():
                    pass

    def _send(self, data: bytes, size: int = 65_536) -> None:
        """Send in writes of a size, on a new connection where the last one was to end with its answer."""
        if self._answers and self._ends_with(self._answers[-1]) and not self._case.one_connection:
            self._connection.close()
            self._connection = socket.create_connection(self._peer, timeout=self._case.patience)
            self._data, self._ending = b"", ""
        with suppress(OSError):  # whoever refuses may have closed; what was said before is read next
            filled = self._filled(data)
            for start in range(0, len(filled), size):
                self._connection.sendall(filled[start : start + size])

    def _ends_with(self, answer: Message) -> bool:
        """Whether the connection is over with this answer."""
        said = b",".join(answer.values(b"connection")).lower()
        return answer.body.whole and (bool(self._ending) or b"close" in said)

    def _read(self, method: bytes, *, only_interim: bool = False) -> None:
        """Read the next answer."""
        head: Message | None = None
        while True:
            if head is None and (read := read_head(self._data)) is not None:
                head, self._data = read
                if 100 <= head.status < 200 and head.status != 101:
                    self._interims.append(head)
                    head = None
                    if only_interim:
                        return
                    continue
            if head is not None:
                body = self._body(head, method)
                if body is not None:
                    self._answers.append(Message(head.start, head.fields, body))
                    return
            if (self._ending or not self._receive()) and head is None:
                return

    def _body(self, head: Message, method: bytes) -> Body | None:
        """The body of an answer, once it is there."""
        if head.values(b"content-length") and len(self._data) > _KEPT:  # a large one is worth its digest only
            return self._large(int(head.values(b"content-length")[0]))
        if len(self._data) > _KEPT and not self._ending and not self._data.endswith(b"\r\n\r\n"):
            return None  # chunks, or an end of the connection, that are still to come
        read = read_body(head, self._data, method=method, ended=bool(self._ending))
        if read is None:
            return None
        self._data = read[1]
        large = len(read[0].content) > _KEPT
        return (
            replace(read[0], content=_digested(hashlib.sha256(read[0].content), len(read[0].content)))
            if large
            else read[0]
        )

    def _large(self, length: int) -> Body:
        """A body that is not kept: its digest stands for it."""
        digest, size = hashlib.sha256(self._data), len(self._data)
        self._data = b""
        while size < length and self._receive():
            digest.update(self._data)
            size += len(self._data)
            self._data = b""
        return Body(_digested(digest, size), "length", whole=size == length)

    def _receive(self) -> bool:
        """Some more bytes; notes how it ended when there are none."""
        try:
            piece = self._connection.recv(262_144)
        except TimeoutError:
            self._ending = "silent"
            return False
        except OSError:
            self._ending = "reset"
            return False
        if not piece:
            self._ending = "closed"
            return False
        now = time.monotonic()
        self._bursts += now - self._last > BURST
        self._last = now
        self._data += piece
        self._client.note(piece)
        return True

    def _hear_out(self) -> None:
        """Everything until the connection ends."""
        self._connection.settimeout(min(_LAST_WORDS, self._case.patience))
        while not self._ending and self._receive():
            pass
        if self._ending == "silent":
            self._ending = "open"


def _digested(digest: "hashlib._Hash", size: int) -> bytes:
    """What stands for a large body."""
    return f"{size} bytes, sha256 {digest.hexdigest()}".encode()
