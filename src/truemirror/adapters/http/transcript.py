"""The transcript of one request and its answer, written down while they pass.

Rules: it keeps what the client sent and what the upstream answered, not what was changed on the way. Pieces of a body
count as pieces over time only when the sender paused between them; what the network cut is one piece.
"""

import sys
import time

from truemirror.adapters.http.spool import Spool
from truemirror.core.mirror.redaction_digests import is_held_to_bytes
from truemirror.core.wire.coding import decode, encode
from truemirror.core.wire.exchange import (
    Chunk,
    Coding,
    Exchange,
    Fault,
    FaultKind,
    Framing,
    Interim,
    Outcome,
    Request,
    Response,
)
from truemirror.core.wire.headers import Headers

_PAUSE_MS = 10.0
"""Silence between two pieces of a chunked body that counts as a pause."""
_PAUSE_IN_LENGTH_MS = 50.0
"""The same where the length was known beforehand: such bodies are seldom streamed on purpose."""
_CONTINUE = 100
_INTERIMS = 100
"""Informational answers that are kept."""
_PARTIAL = frozenset({FaultKind.TRUNCATED, FaultKind.RESET, FaultKind.TIMEOUT, FaultKind.GARBAGE})


def now_ms() -> float:
    """Milliseconds since some fixed moment."""
    return time.perf_counter() * 1000.0


class Transcript:
    """One exchange in the making."""

    __slots__ = (
        "_head_ms", "_last_ms", "_pieces", "answer", "asked", "began_ms", "framing", "headers", "held", "interims",
        "method", "reason", "request_headers", "status", "target", "trailers",
    )  # fmt: skip

    def __init__(self, method: str, target: str, headers: Headers, *, held: int = sys.maxsize) -> None:
        """Begin with the request's head; bodies of more than `held` bytes stay where they are spooled, as they came."""
        self.held = held
        self.method = method
        self.target = target
        self.request_headers = headers
        self.begin()
        self.asked = Spool()
        self.answer = Spool()
        self.forget_answer()

    def begin(self) -> None:
        """The request is sent from now on."""
        self.began_ms = now_ms()

    def forget_answer(self) -> None:
        """Begin the answer anew, as when the request is sent again."""
        self.status = 0
        self.reason = ""
        self.headers = Headers()
        self.framing = Framing.NONE
        self.trailers = Headers()
        self.interims: tuple[Interim, ...] = ()
        self._head_ms = 0.0
        self._last_ms = 0.0
        self._pieces: list[tuple[int, float]] = []

    def interim(self, status: int, reason: str, headers: Headers) -> None:
        """An informational answer is here; 100 only says that the body may come (RFC 9110 §15.2.1)."""
        if status != _CONTINUE and len(self.interims) < _INTERIMS:
            self.interims = (*self.interims, Interim(status, reason, headers))

    def head(self, status: int, reason: str, headers: Headers, framing: Framing) -> None:
        """The answer's head is here."""
        self.status = status
        self.reason = reason
        self.headers = headers
        self.framing = framing
        self._head_ms = self._last_ms = now_ms()

    def body(self, piece: bytes) -> None:
        """A piece of the answer's body is here. Raises OSError when the disk refuses."""
        self.answer.write(piece)
        now = now_ms()
        pause = _PAUSE_IN_LENGTH_MS if self.framing is Framing.LENGTH else _PAUSE_MS
        if self._pieces and now - self._last_ms < pause:
            size, at = self._pieces[-1]
            self._pieces[-1] = (size + len(piece), at)
        else:
            self._pieces.append((len(piece), round(now - self._head_ms, 1)))
        self._last_ms = now

    @property
    def is_large(self) -> bool:
        """Whether the request is too large to be held, or will be."""
        said = self.request_headers.get("content-length") or "0"
        return self.asked.size > self.held or (said.isdigit() and int(said) > self.held)

    def heads(self) -> tuple[Request, Response]:
        """The request and the answer as far as they are held."""
        asked = Request(self.method, self.target, self.request_headers)
        return asked if self.asked.size > self.held else self.request(), Response(
            self.status, self.reason, self.headers, trailers=self.trailers
        )  # fmt: skip

    def request(self) -> Request:
        """The request as the client sent it, its content codings taken off."""
        if self.asked.size > self.held:
            return Request(self.method, self.target, self.request_headers, self.asked.large())
        body, codings = _decoded(self.asked.content(), self.request_headers)
        return Request(self.method, self.target, self.request_headers, body, codings)

    def response(self) -> Response:
        """The answer as the upstream gave it, its content codings taken off."""
        chunks = tuple(Chunk(size, at) for size, at in self._pieces) if len(self._pieces) > 1 else ()
        if self.answer.size > self.held:
            return Response(
                self.status, self.reason, self.headers, self.answer.large(), (), self.framing, chunks, self.trailers,
                self.interims,
            )  # fmt: skip
        raw = self.answer.content()
        body, codings = _decoded(raw, self.headers)
        coded = raw if codings and is_held_to_bytes(self.status, self.headers, self.trailers) else b""
        if coded and encode(body, codings) == coded:
            coded = b""
        return Response(
            self.status, self.reason, self.headers, body, codings, self.framing, chunks, self.trailers, self.interims,
            coded=coded,
        )  # fmt: skip

    def fault(self, kind: FaultKind, detail: str = "", received: bytes = b"") -> Fault:
        """What came instead of a whole answer."""
        partial = self.response() if self.status and kind in _PARTIAL else None
        return Fault(kind, detail, partial, received)

    def outcome(self, told: Outcome | None) -> Outcome:
        """What came of it: the fault that was told, with what is written down here, or else the answer."""
        return self.fault(told.kind, told.detail, told.received) if isinstance(told, Fault) else self.response()

    @property
    def is_endless(self) -> bool:
        """Whether the answer is a stream of events, which ends when its client leaves."""
        return (self.headers.get("content-type") or "").lower().startswith("text/event-stream")

    @property
    def has_body(self) -> bool:
        """Whether the answer may have a body at all."""
        return self.method != "HEAD" and self.status not in (204, 304)

    def exchange(self, outcome: Outcome) -> Exchange:
        """The whole exchange, ending now."""
        return Exchange(self.request(), outcome, self.elapsed_ms())

    def elapsed_ms(self) -> float:
        """From the beginning until now."""
        return round(now_ms() - self.began_ms, 3)

    def close(self) -> None:
        """Let go of what was spooled."""
        self.asked.close()
        self.answer.close()


def _decoded(raw: bytes, headers: Headers) -> tuple[bytes, tuple[Coding, ...]]:
    """A body with the codings taken off that its head names."""
    if not raw or headers.get("content-encoding") is None:
        return raw, ()
    return decode(raw, headers.joined("content-encoding"))
