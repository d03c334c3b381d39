"""Short ways to write requests, answers and chunks as bytes."""

from conformance.case import Send


def ask(line: str, *lines: bytes | str, body: bytes = b"", version: str = "HTTP/1.1") -> Send:
    """A request: `GET /case`, further lines, a body with its length."""
    method, target = line.split(" ", 1)
    head = [f"{method} {target} {version}".encode("latin-1"), b"Host: @HERE@", *map(_line, lines)]
    if body:
        head.append(b"Content-Length: %d" % len(body))
    return Send(b"\r\n".join(head) + b"\r\n\r\n" + body)


def answer(status: str = "200 OK", *lines: bytes | str, body: bytes = b"", length: bool = True) -> Send:
    """An answer: its status and reason, further lines, its length and body."""
    head = [f"HTTP/1.1 {status}".encode("latin-1"), *map(_line, lines)]
    if length:
        head.append(b"Content-Length: %d" % len(body))
    return Send(b"\r\n".join(head) + b"\r\n\r\n" + body)


def chunked(*pieces: bytes, extension: bytes = b"", trailers: bytes = b"") -> bytes:
    """Pieces as chunks, and the end."""
    coded = [b"%x%b\r\n%b\r\n" % (len(piece), extension, piece) for piece in pieces]
    return b"".join(coded) + b"0\r\n" + trailers + b"\r\n"


def _line(line: bytes | str) -> bytes:
    """A line of a head."""
    return line if isinstance(line, bytes) else line.encode("latin-1")
