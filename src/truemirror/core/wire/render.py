"""A response as the bytes that answer one request: framing, content coding, the connection's own header fields.

Rules: headers keep order, case and repeats. Only what belongs to the recorded connection is left out (RFC 9110 §7.6.1)
and only what frames the body is set anew: a recorded length stays a length, chunks stay chunks (for a client that knows
them), a body that ended with the connection ends with it again. Content codings go on again only for a client that
accepts them. Nothing here fails, whatever a mirror holds. A large body is not copied: its pieces are views of it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from truemirror.core.wire.coding import coding_names, encode
from truemirror.core.wire.exchange import Chunk, Framing, Response
from truemirror.core.wire.headers import Headers
from truemirror.core.wire.large import Large, Stretch, held, size_of

_OF_THE_CONNECTION = frozenset({"keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade", "connection"})
_NO_CONTENT = frozenset({204, 304})
_UPGRADING = frozenset({101, 426})
_BREAKS = re.compile(r"[\r\n\0]")
_LAST_CHUNK = b"0\r\n"
LARGE = 1024 * 1024
"""A body of more bytes is written piece by piece, as its client takes it."""


@dataclass(frozen=True, slots=True)
class Asker:
    """What of a request decides how its answer is written."""

    method: str = "GET"
    accept_encoding: str | None = None
    """All Accept-Encoding fields joined; None when there is none."""
    http10: bool = False
    keep_alive: bool = True
    """Whether the client lets the connection stay open."""
    host: str = ""
    """The Host that the client used."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Rendered:
    """A response, ready for the wire."""

    head: bytes
    pieces: tuple[bytes | memoryview | Stretch, ...] = ()
    """The body with its framing, in the pieces in which it was recorded."""
    at_ms: tuple[float, ...] = ()
    """When each piece is due, in milliseconds after the head."""
    close: bool = False
    """Whether the connection ends with this response."""

    @property
    def is_large(self) -> bool:
        """Whether the body is too large to be put together for each client."""
        return sum(map(len, self.pieces)) > LARGE

    def whole(self) -> bytes:
        """Everything in one."""
        if not self.pieces:
            return self.head
        return b"".join((self.head, *(_held(one) if isinstance(one, Stretch) else one for one in self.pieces)))


def render(response: Response, asker: Asker, *, recorded_accept: str | None = None, recoded: bool = True) -> Rendered:
    """Write a response for one request.

    `recorded_accept` is what the recorded request said in Accept-Encoding: a client that says the same gets the same.
    Without `recoded` the codings go on whatever the client says, as for an answer that was just fetched for it.
    """
    headers, body = _coded(response, asker, recoded and asker.accept_encoding != recorded_accept)
    bodiless = has_no_body(asker.method, response.status)
    chunked = response.framing is Framing.CHUNKED and not asker.http10 and not _is_empty_by_status(response.status)
    until_close = not bodiless and not chunked and response.framing in (Framing.CHUNKED, Framing.CLOSE)
    close = until_close or not asker.keep_alive or response.status == 101
    headers = _connection(headers, response, close=close, http10=asker.http10)
    if chunked:
        headers = _in_place_of(response.headers, headers, "Transfer-Encoding", "chunked").without("content-length")
    elif until_close:
        headers = headers.without("content-length")
    elif not bodiless:
        headers = headers.replacing("Content-Length", str(size_of(body)))
    head = write_head(response.status, response.reason, headers)
    if response.interims and not asker.http10:
        head = b"".join((*(write_head(one.status, one.reason, one.headers) for one in response.interims), head))
    if bodiless:
        return Rendered(head, close=close)
    pieces, at_ms = _cut(body, response.chunks)
    if chunked:
        pieces, at_ms = _as_chunks(pieces, at_ms, response.trailers)
    return Rendered(head, pieces, at_ms, close)


def render_partial(response: Response, asker: Asker) -> Rendered:
    """What arrived of an answer that was cut short: its head promises more than its body holds."""
    headers = _connection(response.headers, response, close=not asker.keep_alive, http10=asker.http10)
    body = response.coded or (encode(held(response.body), response.codings) if response.codings else response.body)
    pieces, _ = _cut(body, ())
    if response.framing is Framing.CHUNKED and not asker.http10:
        headers = _in_place_of(response.headers, headers, "Transfer-Encoding", "chunked").without("content-length")
        pieces = tuple(part for piece in pieces for part in (b"%x\r\n" % len(piece), piece, b"\r\n"))
    elif response.framing is Framing.LENGTH and "content-length" not in headers:
        headers = headers.adding("Content-Length", str(size_of(body) + 1))
    return Rendered(write_head(response.status, response.reason, headers), pieces)


def write_head(status: int, reason: str, headers: Iterable[tuple[str, str]]) -> bytes:
    """The status line and the header fields; line breaks inside a value become spaces."""
    lines = [f"HTTP/1.1 {status} {reason}", *[f"{name}: {value}" for name, value in headers], "", ""]
    text = "\r\n".join(lines)
    if text.count("\r") != len(lines) - 1 or text.count("\n") != len(lines) - 1 or "\0" in text:
        text = "\r\n".join(map(_line, lines))
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:  # a mirror edited by hand may hold any text
        return text.encode("utf-8", "surrogateescape")


def _line(text: str) -> str:
    """A text that stays on its line."""
    return _BREAKS.sub(" ", text)


def has_no_body(method: str, status: int) -> bool:
    """Whether a response ends with its head (RFC 9112 §6.3)."""
    return method == "HEAD" or _is_empty_by_status(status)


def _is_empty_by_status(status: int) -> bool:
    """Whether a status never has a body."""
    return status in _NO_CONTENT or 100 <= status < 200


def accepts(accept_encoding: str | None, names: Iterable[str]) -> bool:
    """Whether an Accept-Encoding value allows all codings (RFC 9110 §12.5.3); one that is absent allows none."""
    if accept_encoding is None:
        return False
    weights: dict[str, float] = {}
    for piece in accept_encoding.split(","):
        name, _, parameters = piece.partition(";")
        for canonical in coding_names(name):
            weights[canonical] = _weight(parameters)
    return all(weights.get(name, weights.get("*", 0.0)) > 0 for name in names)


def _weight(parameters: str) -> float:
    """The q-value among parameters; 1 without one, 0 for one that cannot be read."""
    for parameter in parameters.split(";"):
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def _coded(response: Response, asker: Asker, choosing: bool) -> tuple[Headers, bytes]:
    """Headers and body with the recorded codings put on, or left off where the client does not accept them."""
    headers = response.headers
    names = tuple(coding.name for coding in response.codings)
    if not names:
        named = coding_names(headers.joined("content-encoding")) if asker.method == "HEAD" else ()
        if named and choosing and not accepts(asker.accept_encoding, named):
            return headers.without("content-encoding", "content-length"), response.body
        return headers, response.body
    if choosing and not accepts(asker.accept_encoding, names):
        return headers.without("content-encoding"), response.body
    if "content-encoding" not in headers:
        headers = headers.adding("Content-Encoding", ", ".join(names))
    return headers, response.coded or encode(held(response.body), response.codings)


def _connection(headers: Headers, response: Response, *, close: bool, http10: bool) -> Headers:
    """The headers less those of the recorded connection, and what must be said about this one.

    A recorded Connection stays where it says what happens here too, so that a client sees no difference.
    """
    if any(name.lower() in _OF_THE_CONNECTION for name, _ in headers.pairs):
        headers = _less_recorded(headers, response.status, close=close)
        if "connection" in headers:
            return headers
    if close:
        return headers.adding("Connection", "close")
    return headers.adding("Connection", "keep-alive") if http10 else headers


def _less_recorded(headers: Headers, status: int, *, close: bool) -> Headers:
    """The headers less those of the recorded connection that are not true of this one."""
    said = (headers.joined("connection") or "").lower()
    tokens = {token.strip() for token in said.split(",")}
    gone = (_OF_THE_CONNECTION | tokens) - {""}
    if status in _UPGRADING:
        gone = gone - {"upgrade", "connection"}
    elif tokens == {"close"} if close else tokens == {"keep-alive"}:
        gone = gone - {"connection", "keep-alive"}
    return Headers(tuple(pair for pair in headers if pair[0].lower() not in gone))


def _in_place_of(recorded: Headers, headers: Headers, name: str, value: str) -> Headers:
    """The headers with a field where the recording had it: before the first field that followed it, else at the end."""
    lower = name.lower()
    after = False
    followers: list[tuple[str, str]] = []
    for pair in recorded:
        if pair[0].lower() == lower:
            after, name = True, pair[0]
        elif after:
            followers.append(pair)
    pairs = list(headers)
    for follower in followers:
        if follower in pairs:
            pairs.insert(pairs.index(follower), (name, value))
            return Headers(tuple(pairs))
    return Headers((*pairs, (name, value)))


def _held(stretch: Stretch) -> bytes:
    """The bytes of a stretch."""
    return b"".join(stretch.slices(LARGE))


def _cut(body: bytes, chunks: Sequence[Chunk]) -> tuple[tuple[bytes | memoryview | Stretch, ...], tuple[float, ...]]:
    """The body in its recorded pieces, which are stretched where the coding made it longer or shorter."""
    if not body:
        return (), ()
    total = sum(chunk.size for chunk in chunks)
    if total <= 0:
        return (Stretch(body, 0, body.size) if isinstance(body, Large) else body,), (0.0,)
    pieces: list[bytes | memoryview | Stretch] = []
    times: list[float] = []
    source = memoryview(body) if len(body) > LARGE else body
    seen = begin = 0
    for chunk in chunks:
        seen += chunk.size
        end = size_of(body) * seen // total
        if end > begin:
            pieces.append(Stretch(body, begin, end) if isinstance(body, Large) else source[begin:end])
            times.append(chunk.at_ms)
            begin = end
    return tuple(pieces), tuple(times)


def _as_chunks(
    pieces: Sequence[bytes | memoryview | Stretch], at_ms: Sequence[float], trailers: Headers
) -> tuple[tuple[bytes | memoryview | Stretch, ...], tuple[float, ...]]:
    """Pieces in the chunked coding, the end joined to the last (RFC 9112 §7.1), and when each is due."""
    fields = "".join(f"{_line(name)}: {_line(value)}\r\n" for name, value in trailers)
    end = _LAST_CHUNK + fields.encode("utf-8" if not fields.isascii() else "latin-1", "surrogateescape") + b"\r\n"
    coded: list[bytes | memoryview | Stretch] = []
    times: list[float] = []
    for number, piece in enumerate(pieces):
        last = end if number == len(pieces) - 1 else b""
        parts: tuple[bytes | memoryview | Stretch, ...]
        if isinstance(piece, Stretch) or len(piece) > LARGE:
            parts = (b"%x\r\n" % len(piece), piece, b"\r\n" + last)
        else:
            parts = (_chunk(piece) + last,)
        coded += parts
        times += [at_ms[number]] * len(parts)
    return (tuple(coded), tuple(times)) if coded else ((end,), (0.0,))


def _chunk(piece: bytes | memoryview) -> bytes:
    """One chunk."""
    return b"%x\r\n%b\r\n" % (len(piece), bytes(piece))
