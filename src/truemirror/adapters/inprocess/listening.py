"""Requests heard from the bytes that a client writes.

Rules: a request is complete when its framing says so; its body is content, with codings taken off where they can be.
What a client of this process writes is not hostile, so a parse error is that client's own mistake and is raised.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

import httptools

from truemirror.adapters.inprocess.addresses import origin_form
from truemirror.core.wire.coding import decode
from truemirror.core.wire.exchange import Request
from truemirror.core.wire.headers import Headers


def request_of(method: str, target: str, pairs: Iterable[tuple[str, str]], raw_body: bytes) -> Request:
    """A request from its parts; the body is as it was sent."""
    headers = Headers(tuple(pairs))
    if raw_body and (coding := headers.joined("content-encoding")):
        body, codings = decode(raw_body, coding)
        return Request(method, target, headers, body, codings)
    return Request(method, target, headers, raw_body)


class Listener:
    """Hears one request after the other on a connection."""

    def __init__(self) -> None:
        """Begin with the first request."""
        self.raw = bytearray()
        """The bytes of the current request, as written."""
        self._begin()

    def _begin(self) -> None:
        """Wait for the next request."""
        self.raw.clear()
        self._complete = False
        self._target = b""
        self._pairs: list[tuple[str, str]] = []
        self._body: list[bytes] = []
        self._parser = httptools.HttpRequestParser(self)

    def feed(self, written: bytes | bytearray | memoryview) -> Request | None:
        """Take in what was written; the request, once it is complete."""
        if self._complete:
            self._begin()
        self.raw += written
        try:
            self._parser.feed_data(written)
        except httptools.HttpParserUpgrade:  # a web socket's handshake is a request like any other
            self._complete = True
        return self._request() if self._complete else None

    def _request(self) -> Request:
        """The request that was heard, its target in origin form."""
        method = self._parser.get_method().decode("ascii")
        target = self._target.decode("latin-1")
        if target.startswith(("http://", "https://")):
            target = origin_form(target)
        return request_of(method, target, self._pairs, b"".join(self._body))

    @property
    def authority(self) -> str:
        """Scheme and host of a request in absolute form, as a proxy gets it; empty for the usual form."""
        target = self._target.decode("latin-1")
        if not target.startswith(("http://", "https://")):
            return ""
        parts = urlsplit(target)
        return f"{parts.scheme}://{parts.netloc}"

    def on_url(self, piece: bytes) -> None:
        """Part of the target."""
        self._target += piece

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header field."""
        self._pairs.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_body(self, piece: bytes) -> None:
        """Part of the body, without its framing."""
        self._body.append(piece)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._complete = True
