"""HTTP/1 messages taken out of bytes, by a reader of its own: nothing here is shared with any subject.

Rules: names and values stay bytes; a body comes without its transfer coding, and says how it was framed. What cannot be
read is Unreadable, what is not whole yet is None; nothing is repaired.
"""

from dataclasses import dataclass, field

_EMPTY = frozenset({204, 304})
Fields = tuple[tuple[bytes, bytes], ...]


class Unreadable(Exception):
    """Bytes that are no HTTP/1 message."""


@dataclass(frozen=True, slots=True)
class Body:
    """What follows a head."""

    content: bytes = b""
    framing: str = "none"
    """length, chunked, close or none."""
    chunks: tuple[int, ...] = ()
    """Sizes of the chunks, in order."""
    trailers: Fields = ()
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Message:
    """A request or an answer."""

    start: tuple[bytes, bytes, bytes]
    """The three parts of its first line."""
    fields: Fields
    body: Body = field(default_factory=Body)

    @property
    def status(self) -> int:
        """An answer's status."""
        return int(self.start[1])

    @property
    def target(self) -> bytes:
        """A request's target."""
        return self.start[1]

    def values(self, name: bytes) -> list[bytes]:
        """All values of a field, in order; `name` in lower case."""
        return [value for known, value in self.fields if known.lower() == name]


def read_head(data: bytes) -> tuple[Message, bytes] | None:
    """A head and what follows it; None while it is not whole. Raises Unreadable."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    first, *lines = data[:end].split(b"\r\n")
    parts = first.split(b" ", 2)
    if len(parts) < 2 or not (parts[0].startswith(b"HTTP/1.") or parts[-1].startswith(b"HTTP/1.")):
        raise Unreadable(f"no first line of HTTP/1: {first[:60]!r}")
    if parts[0].startswith(b"HTTP/1.") and not parts[1].isdigit():
        raise Unreadable(f"no status: {first[:60]!r}")
    fields = _fields(lines)
    return Message((parts[0], parts[1], parts[2] if len(parts) > 2 else b""), fields), data[end + 4 :]


def _fields(lines: list[bytes]) -> Fields:
    """Fields; a line that goes on with the one before is joined to it by a space (RFC 9112 §5.2). Raises Unreadable."""
    found: list[tuple[bytes, bytes]] = []
    for line in lines:
        if line[:1] in (b" ", b"\t") and found:
            found[-1] = (found[-1][0], found[-1][1] + b" " + line.strip(b" \t"))
        else:
            found.append(_field(line))
    return tuple(found)


def _field(line: bytes) -> tuple[bytes, bytes]:
    """A name and its value. Raises Unreadable."""
    name, colon, value = line.partition(b":")
    if not colon:
        raise Unreadable(f"no header field: {line[:60]!r}")
    return name, value.strip(b" \t")


def read_body(head: Message, rest: bytes, *, method: bytes = b"", ended: bool = False) -> tuple[Body, bytes] | None:
    """The body behind a head and what follows it; None while it is not whole. Raises Unreadable.

    `method` is that of the request when `head` is an answer's, and empty when it is a request's. With `ended` nothing
    more will come, so a part of a body is given as one that is not whole.
    """
    if method and (method == b"HEAD" or head.status in _EMPTY or 100 <= head.status < 200):
        return Body(), rest
    if any(value.lower().endswith(b"chunked") for value in head.values(b"transfer-encoding")):
        return _chunked(rest, ended)
    lengths = head.values(b"content-length")
    if lengths:
        if not lengths[0].isdigit():
            raise Unreadable(f"no length: {lengths[0][:20]!r}")
        length = int(lengths[0])
        if len(rest) >= length:
            return Body(rest[:length], "length"), rest[length:]
        return (Body(rest, "length", whole=False), b"") if ended else None
    if not method:
        return Body(), rest
    return (Body(rest, "close"), b"") if ended else None


def _chunked(data: bytes, ended: bool) -> tuple[Body, bytes] | None:
    """A body in chunks (RFC 9112 §7.1)."""
    sizes: list[int] = []
    pieces: list[bytes] = []
    place = 0
    while (line_end := data.find(b"\r\n", place)) >= 0:
        digits = data[place:line_end].partition(b";")[0].strip()
        try:
            size = int(digits, 16)
        except ValueError:
            raise Unreadable(f"no chunk size: {digits[:20]!r}") from None
        place = line_end + 2
        if not size:
            return _with_trailers(tuple(sizes), b"".join(pieces), data, place, ended)
        pieces.append(data[place : place + size])
        if len(data) < place + size + 2:
            break
        if data[place + size : place + size + 2] != b"\r\n":
            raise Unreadable("a chunk is longer than it says")
        sizes.append(size)
        place += size + 2
    return (Body(b"".join(pieces), "chunked", tuple(sizes), whole=False), b"") if ended else None


def _with_trailers(sizes: tuple[int, ...], content: bytes, data: bytes, place: int, ended: bool) -> (
    tuple[Body, bytes] | None
):  # fmt: skip
    """The end of a chunked body."""
    if data[place : place + 2] == b"\r\n":
        return Body(content, "chunked", sizes), data[place + 2 :]
    end = data.find(b"\r\n\r\n", place)
    if end < 0:
        return (Body(content, "chunked", sizes, whole=False), b"") if ended else None
    trailers = tuple(_field(line) for line in data[place:end].split(b"\r\n"))
    return Body(content, "chunked", sizes, trailers), data[end + 4 :]
