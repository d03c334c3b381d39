"""aiohttp: the connector is the seam. It gives connections whose transport leads to a neighbour.

Rules: aiohttp's own code writes the request, parses the answer, follows redirects, keeps cookies and unpacks bodies,
so it sees what it would see live. A connection serves one request and is never pooled. A forwarded request travels on
a connection of the same connector; a client that gives up before the answer leaves a recorded timeout.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import ExitStack
from typing import Any
from unittest import mock

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import BaseConnector, Connection, TCPConnector

from truemirror.adapters.inprocess.addresses import DEFAULT_PORTS, Detour, Place
from truemirror.adapters.inprocess.answer import answer_to, on_the_wire, wire_of
from truemirror.adapters.inprocess.board import Asked, Board
from truemirror.adapters.inprocess.faults import BEFORE_SENDING, EMPTY_ENDS, fault_of, os_error
from truemirror.adapters.inprocess.listening import Listener
from truemirror.adapters.inprocess.live import Hearing
from truemirror.adapters.inprocess.neighbour import Neighbour
from truemirror.adapters.inprocess.overheard import Overheard
from truemirror.core.mirror.decision import Replay
from truemirror.core.wire.exchange import Fault, FaultKind, Request


def install(board: Board, stack: ExitStack) -> None:
    """Put the seam in until the stack unwinds."""
    original = BaseConnector.connect

    async def connect(connector: BaseConnector, request: Any, traces: Any, timeout: Any) -> Connection:
        neighbour = _neighbour(board, connector, request)
        if neighbour is None:
            return await original(connector, request, traces, timeout)
        protocol = ResponseHandler(asyncio.get_running_loop())

        detour = board.detour(neighbour, request.url.raw_host or "", request.url.port or 0)

        async def live() -> tuple[Any, Any]:
            if detour is not None:
                place = detour.place
                secure = place.scheme == "https" or None
                loop = asyncio.get_running_loop()
                transport, _ = await loop.create_connection(asyncio.Protocol, place.host, place.port, ssl=secure)
                return transport, transport
            connection = await original(connector, request, traces, timeout)
            return connection, connection.transport

        transport = DivertedTransport(board, neighbour, protocol, live, request.connection_key, detour)
        protocol.connection_made(transport)
        return _OwnConnection(connector, request.connection_key, protocol, asyncio.get_running_loop())

    stack.enter_context(mock.patch.object(BaseConnector, "connect", connect))


def _neighbour(board: Board, connector: BaseConnector, request: Any) -> Neighbour | None:
    """Whose request it is; None when it may pass. Raises NetworkClosed."""
    url = request.url
    host, port = url.raw_host or "", url.port or DEFAULT_PORTS.get(url.scheme, 80)
    neighbour = board.neighbour_at(host, port, url.raw_path)
    if neighbour is None and isinstance(connector, TCPConnector) and not board.allows(host):
        raise board.closed(Place(url.scheme, host, port), f"{request.method} {url.raw_path_qs}")
    return neighbour


class _OwnConnection(Connection):
    """A connection that the connector's pool knows nothing of."""

    def close(self) -> None:
        """Let go of the transport."""
        self._notify_release()
        if self._protocol is not None:
            self._protocol.close()
            self._protocol = None

    def release(self) -> None:
        """The same: it serves one request."""
        self.close()

    def __del__(self, _warnings: Any = None) -> None:
        """Nothing real was open."""


class DivertedTransport(asyncio.Transport):
    """Hears a request from aiohttp's writer and feeds the answer to its reader."""

    def __init__(
        self,
        board: Board,
        neighbour: Neighbour,
        protocol: ResponseHandler,
        live: Callable[[], Awaitable[tuple[Any, Any]]],
        key: Any,
        detour: Detour | None,
    ) -> None:
        """Lead to a neighbour; `live` opens a real connection, after a detour; `key` names the address in errors."""
        super().__init__()
        self._board = board
        self._neighbour = neighbour
        self._protocol: Any = protocol
        self._live = live
        self._key = key
        self._detour = detour
        self._loop = asyncio.get_running_loop()
        self._listener = Listener()
        self._pieces: list[bytes] = []
        self._due: list[float] = []
        self._paused = False
        self._closing = False
        self._end: Exception | None = None
        self._ends = False
        self._forwarding: asyncio.Task[None] | None = None
        self._hearing: Hearing | None = None

    def write(self, data: Any) -> None:
        """Hear some of the request; the last of it brings the answer."""
        request = self._listener.feed(bytes(data))
        if request is None:
            return
        try:
            asked = self._board.ask(self._neighbour, request)
        except Exception as error:
            self._loop.call_soon(self._raise, error)
            return
        if asked.wait_s:
            self._loop.call_later(asked.wait_s, self._go, asked)
        else:
            self._go(asked)

    def _go(self, asked: Asked) -> None:
        """The time has come, unless the client has left."""
        if self._closing:
            return
        if isinstance(asked.decision, Replay):
            self._replay(asked, asked.decision)
        else:
            self._forwarding = self._loop.create_task(self._forward(asked))

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        """The same for several."""
        self.write(b"".join(bytes(data) for data in list_of_data))

    def _replay(self, asked: Asked, found: Replay) -> None:
        """Feed the recorded outcome."""
        if isinstance(asked.outcome, Fault):
            self._fault(asked.outcome, found.exchange.request, asked.request)
        elif asked.outcome is not None:
            wire = asked.neighbour.prepared("wire", found, asked.outcome, asked.request, wire_of)
            self._answer(wire.pieces, at_ms=wire.at_ms)

    def _answer(self, pieces: Iterable[bytes], error: Exception | None = None, at_ms: tuple[float, ...] = ()) -> None:
        """Begin to feed an answer, its pieces at their times; the connection ends behind it."""
        self._pieces = list(pieces)
        self._due = [self._loop.time() + ms / 1000.0 for ms in at_ms]
        self._end = error
        self._ends = True
        self._loop.call_soon(self._feed)

    def _feed(self) -> None:
        """Feed as long as the reader takes it."""
        while self._pieces and not self._paused and not self._closing:
            if self._due and self._due[0] > self._loop.time():
                self._loop.call_at(self._due[0], self._feed)
                return
            del self._due[:1]
            self._protocol.data_received(self._pieces.pop(0))
        if not self._pieces and self._ends and not self._closing:
            self._ends = False
            self._closing = True
            self._protocol.connection_lost(self._end)

    def _fault(self, fault: Fault, recorded: Request, request: Request) -> None:
        """Feed a fault: what had arrived, then the end that was recorded."""
        if fault.kind in BEFORE_SENDING:
            self._loop.call_soon(self._raise, self._connecting_error(fault))
        elif fault.kind is FaultKind.GARBAGE:
            self._answer([fault.received])
        else:
            pieces = on_the_wire(answer_to(request, fault.partial, recorded), whole=False) if fault.partial else ()
            if fault.kind is FaultKind.TIMEOUT:
                self._answer_then_raise(pieces, aiohttp.SocketTimeoutError("Timeout on reading data from socket"))
            else:
                self._answer(pieces, None if fault.kind in EMPTY_ENDS else os_error(fault))

    def _answer_then_raise(self, pieces: Iterable[bytes], error: Exception) -> None:
        """Feed what had arrived, then fail."""

        def feed() -> None:
            payload = None
            for piece in pieces:
                self._protocol.data_received(piece)
                payload = getattr(self._protocol, "_payload", None)
            if payload is not None and not payload.is_eof():
                payload.set_exception(error)
            self._raise(error)

        self._loop.call_soon(feed)

    def _connecting_error(self, fault: Fault) -> Exception:
        """What aiohttp raises when it cannot connect."""
        error = os_error(fault)
        if fault.kind is FaultKind.UNRESOLVED:
            return aiohttp.ClientConnectorDNSError(self._key, error)
        if fault.kind is FaultKind.TLS:
            return aiohttp.ClientConnectorSSLError(self._key, error)
        return aiohttp.ClientConnectorError(self._key, error)

    def _raise(self, error: Exception) -> None:
        """Make the waiting request fail."""
        if not self._closing:
            self._protocol.set_exception(error)

    async def _forward(self, asked: Asked) -> None:
        """Ask the live service, keep what it said, and give it on."""
        hearing = self._hearing = Hearing(self._board, asked)
        try:
            connection, transport = await self._live()
        except Exception as error:
            self._hearing = None
            fault = hearing.failed(fault_of(error))
            own = fault is None or self._detour is None
            self._raise(error if own or fault is None else self._connecting_error(fault))
            return
        try:
            overheard = Overheard(hearing)
            raw = bytes(self._listener.raw)
            fault = await overheard.listen(transport, self._detour.readdressed(raw) if self._detour else raw)
            self._hearing = None
            fault = hearing.failed(fault) if fault is not None else None
            if fault is None:
                hearing.whole(overheard.trailers)
                self._answer(on_the_wire(hearing.answer(overheard.trailers)))
            else:
                self._fault(fault, asked.request, asked.request)
        except Exception as error:
            self._raise(error)
        finally:
            connection.close()

    def pause_reading(self) -> None:
        """The reader has enough for now."""
        self._paused = True

    def resume_reading(self) -> None:
        """The reader takes more."""
        self._paused = False
        self._loop.call_soon(self._feed)

    def is_closing(self) -> bool:
        """Whether it is over."""
        return self._closing

    def close(self) -> None:
        """The client lets go; of a live answer that it did not wait for, a timeout is kept."""
        if self._closing:
            return
        self._closing = True
        if self._forwarding is not None and not self._forwarding.done():
            self._forwarding.cancel()
            if self._hearing is not None:
                self._hearing.failed(Fault(FaultKind.TIMEOUT, "the client gave up waiting"))
        self._loop.call_soon(self._protocol.connection_lost, None)

    def abort(self) -> None:
        """The same at once."""
        self.close()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Nothing is known of a connection that is none."""
        return default

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Feed another reader."""
        self._protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        """The reader."""
        protocol: asyncio.BaseProtocol = self._protocol
        return protocol
