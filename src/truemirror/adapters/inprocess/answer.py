"""What arrives at a client: a recorded response as this request would have received it.

Rules: the bytes are those of the wire, content codings on. A request that accepts the codings that were recorded gets
them, any other gets the plain content. A piece is what one read would have given; a recording that arrived in one
piece is one piece.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from truemirror.core.wire.coding import encode
from truemirror.core.wire.exchange import Framing, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.core.wire.large import held
from truemirror.core.wire.render import accepts, has_no_body


@dataclass(frozen=True, slots=True)
class Answer:
    """A response on the wire."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    pieces: tuple[bytes, ...]
    """The body, cut as it arrived; empty for an empty body."""
    framing: Framing = Framing.LENGTH
    trailers: tuple[tuple[str, str], ...] = ()
    at_ms: tuple[float, ...] = ()
    """When each piece comes, in milliseconds after the head; empty for at once."""


class Wire(NamedTuple):
    """An answer as bytes, with the times of its pieces where they take time."""

    pieces: tuple[bytes, ...]
    at_ms: tuple[float, ...] = ()


def answer_to(request: Request, response: Response, recorded: Request, *, paced: bool = False) -> Answer:
    """The answer that a request gets from a response which was recorded for `recorded`; `paced` keeps its times."""
    headers, body = response.headers, held(response.body)
    if response.codings:
        wanted = request.headers.joined("accept-encoding")
        as_recorded = wanted == recorded.headers.joined("accept-encoding")
        if as_recorded or accepts(wanted, [coding.name for coding in response.codings]):
            body = encode(body, response.codings)
        else:
            headers = headers.without("content-encoding")
        if "content-length" in headers and response.framing is Framing.LENGTH and body:
            headers = headers.replacing("Content-Length", str(len(body)))
    framing = response.framing
    if has_no_body(request.method, response.status):
        body, framing = b"", Framing.NONE
    pieces = cut(body, tuple(chunk.size for chunk in response.chunks))
    times = _times(response, len(pieces)) if paced else ()
    pairs, trailers = headers.pairs, response.trailers.pairs
    return Answer(response.status, response.reason, pairs, body, pieces, framing, trailers, times)


def _times(response: Response, pieces: int) -> tuple[float, ...]:
    """When the pieces come; a body that is in one piece now comes when its last one came."""
    times = tuple(chunk.at_ms for chunk in response.chunks)
    return times if len(times) == pieces else times[-1:] * pieces


def cut(body: bytes, sizes: tuple[int, ...]) -> tuple[bytes, ...]:
    """A body in pieces of the given sizes; in one piece when the sizes do not make up the body."""
    if not body:
        return ()
    if len(sizes) < 2 or sum(sizes) != len(body):
        return (body,)
    pieces: list[bytes] = []
    start = 0
    for size in sizes:
        pieces.append(body[start : start + size])
        start += size
    return tuple(pieces)


def wire_of(answer: Answer) -> Wire:
    """An answer's bytes on the wire, and when they come."""
    pieces = tuple(on_the_wire(answer))
    if not answer.at_ms:
        return Wire(pieces)
    return Wire(pieces, (0.0, *answer.at_ms, answer.at_ms[-1])[: len(pieces)])


def on_the_wire(answer: Answer, *, whole: bool = True) -> Iterator[bytes]:
    """The answer as HTTP/1.1 sends it: the head, then each piece; one that is not whole lacks its end."""
    lines = [f"HTTP/1.1 {answer.status} {answer.reason}", *(f"{name}: {value}" for name, value in answer.headers)]
    yield ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
    if answer.framing is not Framing.CHUNKED or "transfer-encoding" not in Headers(answer.headers):
        yield from answer.pieces
        return
    for piece in answer.pieces:
        yield b"%x\r\n%b\r\n" % (len(piece), piece)
    if whole:
        trailers = "".join(f"{name}: {value}\r\n" for name, value in answer.trailers)
        yield b"0\r\n" + trailers.encode("latin-1", "replace") + b"\r\n"
