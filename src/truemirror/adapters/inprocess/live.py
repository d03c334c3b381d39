"""Hearing a live answer: its head, its pieces as they arrive, and how it ended.

Rules: what was heard becomes an outcome whatever happened: whole, cut short, or nothing at all. The body is kept as
content, with codings taken off, and the pieces are remembered only where there were several over time.
"""

from collections.abc import Iterable

from truemirror.adapters.inprocess.answer import Answer
from truemirror.adapters.inprocess.board import Asked, Board
from truemirror.adapters.inprocess.neighbour import now_ms
from truemirror.core.wire.coding import decode
from truemirror.core.wire.exchange import Chunk, Fault, FaultKind, Framing, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.core.wire.render import has_no_body

_OVER_TIME_MS = 20.0
"""Pieces closer together than this are one body that took several reads."""


class Hearing:
    """One forwarded request, until its outcome is known."""

    def __init__(self, board: Board, asked: Asked) -> None:
        """The request is on its way."""
        self._board = board
        self._asked = asked
        self._began = now_ms()
        self._head_at = 0.0
        self._head: tuple[int, str, Headers] | None = None
        self._pieces: list[bytes] = []
        self._chunks: list[Chunk] = []

    @property
    def pieces(self) -> tuple[bytes, ...]:
        """What has arrived of the body, content codings on."""
        return tuple(self._pieces)

    @property
    def request(self) -> Request:
        """The request that was forwarded."""
        return self._asked.request

    def ends_by_closing(self) -> bool:
        """Whether the end of the connection is the end of the body."""
        assert self._head is not None
        return framing_of(self.request.method, self._head[0], self._head[2]) is Framing.CLOSE

    def answer(self, trailers: Iterable[tuple[str, str]] = ()) -> Answer:
        """What has arrived, as it came."""
        assert self._head is not None
        status, reason, headers = self._head
        framing = framing_of(self.request.method, status, headers)
        return Answer(status, reason, headers.pairs, b"".join(self._pieces), self.pieces, framing, tuple(trailers))

    def head(self, status: int, reason: str, headers: Iterable[tuple[str, str]]) -> None:
        """Status and headers have arrived."""
        self._head_at = now_ms()
        self._head = (status, reason, Headers(tuple(headers)))

    def piece(self, piece: bytes) -> None:
        """Some of the body has arrived, transfer coding off."""
        if piece:
            self._pieces.append(piece)
            self._chunks.append(Chunk(len(piece), round(now_ms() - self._head_at, 3)))

    def whole(self, trailers: Iterable[tuple[str, str]] = ()) -> Response:
        """The answer is complete. Raises StoreError when it could not be kept."""
        response = self._response(Headers(tuple(trailers)))
        self._board.heard(self._asked, response, self._began)
        return response

    def failed(self, fault: Fault | None) -> Fault | None:
        """There will be no whole answer. Raises StoreError when the fault could not be kept."""
        if fault is None:
            return None
        if self._head is not None:
            kind = FaultKind.TRUNCATED if fault.kind is FaultKind.EMPTY else fault.kind
            fault = Fault(kind, fault.detail, self._response(Headers()), fault.received)
        self._board.heard(self._asked, fault, self._began)
        return fault

    def _response(self, trailers: Headers) -> Response:
        """What has arrived, as a response."""
        assert self._head is not None
        status, reason, headers = self._head
        content, codings = decode(b"".join(self._pieces), headers.joined("content-encoding"))
        framing = framing_of(self._asked.request.method, status, headers)
        chunks = tuple(self._chunks) if self._took_time() else ()
        return Response(status, reason, headers, content, codings, framing, chunks, trailers)

    def _took_time(self) -> bool:
        """Whether the body arrived in pieces over time, not just in several reads."""
        return len(self._chunks) > 1 and self._chunks[-1].at_ms - self._chunks[0].at_ms >= _OVER_TIME_MS


def framing_of(method: str, status: int, headers: Headers) -> Framing:
    """How an answer said where its body ends (RFC 9112 §6.3)."""
    if has_no_body(method, status):
        return Framing.NONE
    if "chunked" in (headers.joined("transfer-encoding") or "").lower():
        return Framing.CHUNKED
    return Framing.LENGTH if "content-length" in headers else Framing.CLOSE
