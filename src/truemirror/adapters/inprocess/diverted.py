"""A socket that leads to a neighbour: what http.client writes is heard as a request, what it reads is the answer.

Rules: the client's own code does all the parsing, so it sees what it would see live: chunks, trailers, codings, a
short body, a reset. A fault of connecting is raised while the request is sent, all others while the answer is read. A
forwarded request travels on a connection of its own, made by the client's own class. Nothing here is global but the
question that a seam above has asked already; threads never share a diverted socket.
"""

import http.client
import io
import os
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

from truemirror.adapters.inprocess.addresses import DEFAULT_PORTS, Detour, Place
from truemirror.adapters.inprocess.answer import answer_to, on_the_wire, wire_of
from truemirror.adapters.inprocess.board import Asked, Board
from truemirror.adapters.inprocess.faults import BEFORE_SENDING, EMPTY_ENDS, fault_of, os_error
from truemirror.adapters.inprocess.listening import Listener
from truemirror.adapters.inprocess.live import Hearing
from truemirror.adapters.inprocess.waiting import Patience, wait
from truemirror.core.mirror.decision import Replay
from truemirror.core.wire.exchange import Fault, FaultKind, Request

_READ = 64 * 1024
_asked: ContextVar[Asked | None] = ContextVar("truemirror_asked", default=None)
_passing: ContextVar[bool] = ContextVar("truemirror_passing", default=False)


@contextmanager
def already_asked(asked: Asked) -> Iterator[None]:
    """What a seam above has asked is not asked again by the first request below."""
    token = _asked.set(asked)
    try:
        yield
    finally:
        _asked.reset(token)


@contextmanager
def passing() -> Iterator[None]:
    """Connections of this context are real ones."""
    token = _passing.set(True)
    try:
        yield
    finally:
        _passing.reset(token)


def is_passing() -> bool:
    """Whether connections of this context are real ones."""
    return _passing.get()


class Idle:
    """What a diverted connection shows to whoever polls it: nothing to read, until the mirrors are gone."""

    def __init__(self) -> None:
        """Nothing to read."""
        self._shown, self._far = os.pipe()
        self.ended = False

    def fileno(self) -> int:
        """The descriptor to poll."""
        return self._shown

    def end(self) -> None:
        """From now on it reads as closed by the other side; pools then drop the connection."""
        if not self.ended:
            self.ended = True
            os.close(self._far)

    def __del__(self) -> None:
        """Nobody can poll it any more."""
        self.end()
        os.close(self._shown)


class DivertedSocket:
    """Stands where a connection's socket would be."""

    family = socket.AF_INET
    type = socket.SOCK_STREAM
    proto = 0

    def __init__(self, board: Board, connection: Any, place: Place, idle: Idle) -> None:
        """Lead a connection of http.client's kind to whichever neighbour its requests belong to."""
        self._board = board
        self._connection = connection
        self._place = place
        self._idle = idle
        self._listener = Listener()
        self._timeout: float | None = None
        self._patience_set = False
        self._answer: io.RawIOBase | None = None
        self._live: tuple[Any, Hearing, str] | None = None

    def leads_to(self, board: Board) -> bool:
        """Whether this is a way to the neighbours of a board."""
        return self._board is board

    def sendall(self, written: Any, flags: int = 0) -> None:
        """Hear some of a request; the last of it brings the answer, or the fault of connecting."""
        __tracebackhide__ = True
        if self._idle.ended:
            raise BrokenPipeError("the mirrors that this connection led to are gone")
        request = self._listener.feed(bytes(written))
        if request is not None:
            self._answer, self._live = None, None
            self._take(request)

    def send(self, written: Any, flags: int = 0) -> int:
        """The same, for those who count."""
        __tracebackhide__ = True
        self.sendall(written, flags)
        return len(written)

    def makefile(self, mode: str = "rb", buffering: int | None = None, **_: Any) -> io.BufferedReader:
        """The answer, to be read."""
        if self._live is not None:
            self._answer, self._live = self._hear(*self._live), None
        answer, self._answer = self._answer, None
        return io.BufferedReader(answer or _Reading((), TimeoutError("timed out")))

    def _take(self, request: Request) -> None:
        """Ask whoever the request belongs to."""
        __tracebackhide__ = True
        asked = _asked.get()
        if asked is not None:
            _asked.set(None)
        else:
            asked = self._ask(request)
        if not isinstance(asked.decision, Replay):
            wait(asked.wait_s)
            self._live = self._forward(asked)
            return
        if isinstance(asked.outcome, Fault):
            self._answer = self._fault(asked.outcome, asked.decision.exchange.request, request, asked.wait_s)
        elif asked.outcome is not None:
            wire = asked.neighbour.prepared("wire", asked.decision, asked.outcome, request, wire_of)
            times = Times(asked.wait_s, wire.at_ms, self._patience)
            self._answer = _Reading(wire.pieces, times=times if asked.wait_s or wire.at_ms else None)

    def _patience(self) -> Patience:
        """How long the client waits for the next bytes."""
        if self._patience_set:
            return self._timeout
        seconds = getattr(self._connection, "timeout", None)
        return float(seconds) if isinstance(seconds, int | float) else None

    def _ask(self, request: Request) -> Asked:
        """Find the neighbour and ask it. Raises NetworkClosed when there is none."""
        __tracebackhide__ = True
        place = self._place
        if self._listener.authority:
            parts = urlsplit(self._listener.authority)
            place = Place(parts.scheme, parts.hostname or "", parts.port or DEFAULT_PORTS.get(parts.scheme, 80))
        neighbour = self._board.neighbour_at(place.host, place.port, request.target)
        if neighbour is None:
            raise self._board.closed(place, f"{request.method} {request.target}")
        return self._board.ask(neighbour, request)

    def _fault(self, fault: Fault, recorded: Request, request: Request, wait_s: float = 0.0) -> io.RawIOBase:
        """A fault, raised now or while reading, after a wait."""
        if fault.kind in BEFORE_SENDING:
            wait(wait_s)
            raise connecting_error(fault, self._connection)
        times = Times(wait_s, (), self._patience) if wait_s else None
        if fault.kind is FaultKind.GARBAGE:
            return _Reading((fault.received,), times=times)
        pieces = on_the_wire(answer_to(request, fault.partial, recorded), whole=False) if fault.partial else ()
        return _Reading(pieces, None if fault.kind in EMPTY_ENDS else os_error(fault), times)

    def _forward(self, asked: Asked) -> tuple[Any, Hearing, str]:
        """Send the request on, over a connection of its own."""
        hearing = Hearing(self._board, asked)
        detour = self._board.detour(asked.neighbour, self._place.host, self._place.port)
        raw = bytes(self._listener.raw)
        try:
            sock = self._connected(detour)
            sock.sendall(detour.readdressed(raw) if detour else raw)
        except Exception as error:
            fault = hearing.failed(fault_of(error))
            if fault is not None and detour is not None:
                raise connecting_error(fault, self._connection) from error
            raise
        return sock, hearing, asked.request.method

    def _connected(self, detour: Detour | None) -> Any:
        """A real connection: as the client's own class makes it, or to where the service really is."""
        connection = self._connection
        if detour is not None:
            place = detour.place
            seconds = connection.timeout if isinstance(connection.timeout, int | float) else None
            sock = socket.create_connection((place.host, place.port), seconds)
            secure = ssl.create_default_context() if place.scheme == "https" else None
            return secure.wrap_socket(sock, server_hostname=place.host) if secure else sock
        connection.sock = None
        try:
            with passing():
                connection.connect()
            return connection.sock
        finally:
            connection.sock = self

    def _hear(self, sock: Any, hearing: Hearing, method: str) -> io.RawIOBase:
        """Read the live answer to its end, and give it on as it came."""
        if self._patience_set:
            sock.settimeout(self._timeout)
        response = http.client.HTTPResponse(sock, method=method)
        try:
            response.begin()
            hearing.head(response.status, response.reason, response.headers.items())
            while piece := response.read1(_READ):
                hearing.piece(piece)
            if response.length:
                raise http.client.IncompleteRead(b"", response.length)
        except (OSError, http.client.HTTPException) as error:
            fault = hearing.failed(fault_of(error))
            if fault is None:
                raise
            return self._fault(fault, hearing.request, hearing.request)
        finally:
            response.close()
            sock.close()
        hearing.whole()
        return _Reading(on_the_wire(hearing.answer()))

    def settimeout(self, seconds: float | None) -> None:
        """How long a live answer may take; without a word it is as long as connecting may."""
        self._timeout, self._patience_set = seconds, True

    def gettimeout(self) -> float | None:
        """The same, asked."""
        return self._timeout

    def setblocking(self, flag: bool) -> None:
        """Reading never blocks."""

    def setsockopt(self, *_: Any) -> None:
        """There is nothing to set."""

    def getsockname(self) -> tuple[str, int]:
        """No address."""
        return ("127.0.0.1", 0)

    def getpeername(self) -> tuple[str, int]:
        """Where the client believes to be connected."""
        return (self._place.host, self._place.port)

    def fileno(self) -> int:
        """A descriptor that never has anything to read while the mirrors are there."""
        return self._idle.fileno()

    def shutdown(self, how: int) -> None:
        """There is nothing to shut."""

    def close(self) -> None:
        """There is nothing to close."""
        with suppress(Exception):
            if self._live is not None:
                self._live[0].close()


class Times:
    """When the pieces of an answer come; counted from now."""

    def __init__(self, wait_s: float, at_ms: tuple[float, ...], patience: Callable[[], Patience]) -> None:
        """The first comes after a wait, the others after it; `patience` is asked when somebody waits."""
        self._began = time.monotonic() + wait_s
        self._at_ms = list(at_ms)
        self._patience = patience

    def await_piece(self) -> None:
        """Wait until the next piece, or the end, is there. Raises TimeoutError, as a socket does."""
        at = self._at_ms.pop(0) / 1000.0 if self._at_ms else 0.0
        if not wait(self._began + at - time.monotonic(), self._patience()):
            raise TimeoutError("timed out")


class _Reading(io.RawIOBase):
    """An answer being read: its pieces, then its end or the error that ends it."""

    def __init__(self, pieces: Iterable[bytes], error: Exception | None = None, times: Times | None = None) -> None:
        """Begin at the first piece, or when it is time for it."""
        super().__init__()
        self._times = times
        self._pieces = list(pieces)
        self._rest = memoryview(b"")
        self._error = error

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """As much of the current piece as fits."""
        if self._times is not None and not self._rest:
            self._times.await_piece()
        if not self._rest and self._pieces:
            self._rest = memoryview(self._pieces.pop(0))
        if not self._rest:
            if self._error is not None:
                raise self._error
            return 0
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def connecting_error(fault: Fault, connection: Any) -> Exception:
    """What a connection's own class raises when it cannot connect."""
    error = os_error(fault)
    if not type(connection).__module__.startswith("http.") and _is_urllib3(connection):
        from urllib3.exceptions import NameResolutionError, NewConnectionError

        if isinstance(error, socket.gaierror):
            return NameResolutionError(connection.host, connection, error)
        if fault.kind is FaultKind.REFUSED:
            return NewConnectionError(connection, f"Failed to establish a new connection: {error}")
    return error


def _is_urllib3(connection: Any) -> bool:
    """Whether a connection is of urllib3's own kind, which wraps what the system says."""
    return any(base.__module__ == "urllib3.connection" for base in type(connection).__mro__)
