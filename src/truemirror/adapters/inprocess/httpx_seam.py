"""httpx, and httpx2 which has its shape: their transports are the seam. The client above them works as ever.

Rules: only the two transports that use the network are touched; the in-memory ones (ASGI, WSGI, a test's own) are not.
A fault is raised as the exception that the client raises for it; a forwarded answer is passed on as it came.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack
from typing import Any
from unittest import mock

from truemirror.adapters.inprocess.addresses import DEFAULT_PORTS, Place
from truemirror.adapters.inprocess.answer import Answer, answer_to
from truemirror.adapters.inprocess.board import Asked, Board
from truemirror.adapters.inprocess.faults import fault_of
from truemirror.adapters.inprocess.listening import request_of
from truemirror.adapters.inprocess.live import Hearing
from truemirror.adapters.inprocess.neighbour import Neighbour
from truemirror.adapters.inprocess.waiting import Patience, give_way, wait, wait_in_loop
from truemirror.core.mirror.decision import Replay
from truemirror.core.wire.exchange import Fault, FaultKind, Request

_EXCEPTIONS = {
    FaultKind.REFUSED: ("ConnectError", "[Errno 111] Connection refused"),
    FaultKind.UNRESOLVED: ("ConnectError", "[Errno -2] Name or service not known"),
    FaultKind.TLS: ("ConnectError", "[SSL] the handshake failed"),
    FaultKind.RESET: ("ReadError", "[Errno 104] Connection reset by peer"),
    FaultKind.TIMEOUT: ("ReadTimeout", "The read operation timed out"),
    FaultKind.EMPTY: ("RemoteProtocolError", "Server disconnected without sending a response."),
    FaultKind.TRUNCATED: (
        "RemoteProtocolError",
        "peer closed connection without sending complete message body (incomplete chunked read)",
    ),
    FaultKind.GARBAGE: ("RemoteProtocolError", "illegal status line"),
}


def install(board: Board, stack: ExitStack, api: Any) -> None:
    """Put the seam into a module of httpx's shape until the stack unwinds."""
    seam = Seam(board, api)
    for transport, name, replacement in (
        (api.HTTPTransport, "handle_request", seam.sync(api.HTTPTransport.handle_request)),
        (api.AsyncHTTPTransport, "handle_async_request", seam.tasks(api.AsyncHTTPTransport.handle_async_request)),
    ):
        stack.enter_context(mock.patch.object(transport, name, replacement))


class Seam:
    """One module's transports, led to the neighbours."""

    def __init__(self, board: Board, api: Any) -> None:
        """Ask the board in the words of a module."""
        self._board = board
        self._api = api
        self._kind: str = api.__name__
        self._stream = _stream_class(api)

    def sync(self, send: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        """The transport's method, for clients with threads."""

        def handle_request(transport: Any, request: Any) -> Any:
            __tracebackhide__ = True
            neighbour = self._neighbour(request)
            if neighbour is None:
                return send(transport, request)
            asked = self._board.ask(neighbour, _heard(request, request.read()))
            if not isinstance(asked.decision, Replay):
                wait(asked.wait_s)
                return self._forwarded(asked, transport, request, send)
            if asked.wait_s and not wait(asked.wait_s, _patience(request)):
                raise self._lost_patience()
            return self._replayed(asked, asked.decision, request)

        return handle_request

    def tasks(self, send: Callable[[Any, Any], Awaitable[Any]]) -> Callable[[Any, Any], Awaitable[Any]]:
        """The transport's method, for clients with tasks."""

        async def handle_async_request(transport: Any, request: Any) -> Any:
            __tracebackhide__ = True
            neighbour = self._neighbour(request)
            if neighbour is None:
                return await send(transport, request)
            asked = self._board.ask(neighbour, _heard(request, await request.aread()))
            if not isinstance(asked.decision, Replay):
                await wait_in_loop(asked.wait_s)
                return await self._forwarded_async(asked, transport, request, send)
            if asked.wait_s and not await wait_in_loop(asked.wait_s, _patience(request)):
                raise self._lost_patience()
            await give_way()
            return self._replayed(asked, asked.decision, request)

        return handle_async_request

    def _neighbour(self, request: Any) -> Neighbour | None:
        """Whose request it is; None when it may pass. Raises NetworkClosed."""
        __tracebackhide__ = True
        url = request.url
        port = url.port or DEFAULT_PORTS.get(url.scheme, 80)
        target = url.raw_path.decode("ascii")
        neighbour = self._board.neighbour_at(url.host, port, target)
        if neighbour is None and not self._board.allows(url.host):
            raise self._board.closed(Place(url.scheme, url.host, port), f"{request.method} {target}")
        return neighbour

    def _lost_patience(self) -> Exception:
        """What a client raises that waited as long as it would."""
        error: Exception = self._api.ReadTimeout(_EXCEPTIONS[FaultKind.TIMEOUT][1])
        return error

    def _replayed(self, asked: Asked, found: Replay, request: Any) -> Any:
        """The recorded outcome."""
        outcome = asked.outcome
        if isinstance(outcome, Fault):
            return self._fault(outcome, found.exchange.request, asked.request)
        assert outcome is not None
        return asked.neighbour.prepared(self._kind, found, outcome, asked.request, self._shaped)(request)

    def _shaped(self, answer: Answer) -> Callable[[Any], Any]:
        """A maker of one answer: everything that can be made once is made here."""
        headers = _headers(answer)
        reason = answer.reason.encode("latin-1", "replace")
        make, stream = self._api.Response, self._stream

        def respond(request: Any) -> Any:
            extensions = {"http_version": b"HTTP/1.1", "reason_phrase": reason}
            times = Times(answer.at_ms, _patience(request), self._lost_patience) if answer.at_ms else None
            body = stream(answer.pieces, None, times) if times else stream(answer.pieces)
            return make(answer.status, headers=headers, stream=body, extensions=extensions)

        return respond

    def _fault(self, fault: Fault, recorded: Request, request: Request) -> Any:
        """Raise what the client raises for a fault, at once or behind what had arrived."""
        name, text = _EXCEPTIONS[fault.kind]
        if fault.kind is FaultKind.GARBAGE:
            text = f"{text}: {bytearray(fault.received)!r}"
        error: Exception = getattr(self._api, name)(text)
        if fault.partial is None:
            raise error
        answer = answer_to(request, fault.partial, recorded)
        return self._api.Response(answer.status, headers=_headers(answer), stream=self._stream(answer.pieces, error))

    def _forwarded(self, asked: Asked, transport: Any, request: Any, send: Callable[[Any, Any], Any]) -> Any:
        """Ask the live service and keep what it said."""
        hearing = Hearing(self._board, asked)
        try:
            response = send(transport, self._live(asked, request))
            _begin(hearing, response)
            try:
                for piece in response.stream:
                    hearing.piece(piece)
            finally:
                response.stream.close()
        except self._api.TransportError as error:
            hearing.failed(fault_of(error))
            raise
        hearing.whole()
        response.stream = self._stream(hearing.pieces)
        return response

    async def _forwarded_async(
        self, asked: Asked, transport: Any, request: Any, send: Callable[[Any, Any], Awaitable[Any]]
    ) -> Any:
        """Ask the live service and keep what it said."""
        hearing = Hearing(self._board, asked)
        try:
            response = await send(transport, self._live(asked, request))
            _begin(hearing, response)
            try:
                async for piece in response.stream:
                    hearing.piece(piece)
            finally:
                await response.stream.aclose()
        except self._api.TransportError as error:
            hearing.failed(fault_of(error))
            raise
        hearing.whole()
        response.stream = self._stream(hearing.pieces)
        return response

    def _live(self, asked: Asked, request: Any) -> Any:
        """The request as the live service gets it."""
        url = request.url
        detour = self._board.detour(asked.neighbour, url.host, url.port or DEFAULT_PORTS.get(url.scheme, 80))
        if detour is None:
            return request
        place = detour.place
        path = detour.prefix.encode("ascii") + url.raw_path
        moved = url.copy_with(scheme=place.scheme, host=place.host, port=place.port, raw_path=path)
        headers = self._api.Headers(request.headers)
        headers["Host"] = str(place)
        make = self._api.Request
        return make(request.method, moved, headers=headers, stream=request.stream, extensions=request.extensions)


def _heard(request: Any, body: bytes) -> Request:
    """The request in our own words."""
    pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]
    return request_of(request.method, request.url.raw_path.decode("ascii"), pairs, body)


def _headers(answer: Answer) -> list[tuple[bytes, bytes]]:
    """Header fields as the client takes them fastest."""
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]


def _patience(request: Any) -> Patience:
    """How long a request waits for the next bytes."""
    seconds: Patience = request.extensions.get("timeout", {}).get("read")
    return seconds


class Times:
    """When the pieces of a body come; counted from now."""

    def __init__(self, at_ms: tuple[float, ...], patience: Patience, lost: Callable[[], Exception]) -> None:
        """`lost` makes what is raised when the client loses patience."""
        self._began = time.monotonic()
        self._at_ms = at_ms
        self.patience = patience
        self.lost = lost

    def left(self, number: int) -> float:
        """Seconds until a piece is there."""
        return self._began + self._at_ms[number] / 1000.0 - time.monotonic()


def _begin(hearing: Hearing, response: Any) -> None:
    """A live answer's head is there."""
    pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw]
    reason = response.extensions.get("reason_phrase", b"").decode("latin-1")
    hearing.head(response.status_code, reason, pairs)


def _stream_class(api: Any) -> Callable[..., Any]:
    """A body as it arrived, and the error that ended it, if one did; in a module's own kind of stream."""

    class Pieces(api.SyncByteStream, api.AsyncByteStream):  # type: ignore[misc]  # the bases are the module's
        """Gives the pieces, then raises."""

        def __init__(
            self, pieces: tuple[bytes, ...], error: Exception | None = None, times: Times | None = None
        ) -> None:
            """Begin at the first piece."""
            self._pieces = pieces
            self._error = error
            self._times = times

        def __iter__(self) -> Iterator[bytes]:
            """For clients with threads."""
            for number, piece in enumerate(self._pieces):
                if (times := self._times) is not None and not wait(times.left(number), times.patience):
                    raise times.lost()
                yield piece
            if self._error is not None:
                raise self._error

        async def __aiter__(self) -> AsyncIterator[bytes]:
            """For clients with tasks."""
            for number, piece in enumerate(self._pieces):
                if (times := self._times) is not None and not await wait_in_loop(times.left(number), times.patience):
                    raise times.lost()
                yield piece
            if self._error is not None:
                raise self._error

    return Pieces
