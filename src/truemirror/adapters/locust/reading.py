"""Answers out of bytes: where an HTTP/1.1 answer ends, what its status is, and what was wrong with it.

Rules: no sockets. Heads that were seen before, byte for byte, are not parsed again: the answers of one operation mostly
differ in their bodies alone. Whatever is not plain (chunks, no length, several pieces) is httptools' work.
"""

from dataclasses import dataclass

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

_MOST_HEADS = 2048
"""So many different heads are remembered; services that make each head anew do not fill the memory."""
_LONGEST_HEAD = 16 * 1024


class Unreadable(Exception):
    """An answer that is none; `kind` is the word that it is counted under."""

    def __init__(self, kind: str) -> None:
        """Keep the kind: `truncated`, `closed` or `not HTTP`."""
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Head:
    """What a head says that was parsed once."""

    status: int
    length: int
    keep_alive: bool


Heads = dict[bytes, Head]
"""By the bytes before the empty line."""


class Reader:
    """Reads the answers of one connection, one after the other."""

    __slots__ = ("_body", "_chunks", "_has_begun", "_heads", "_is_head", "_parser", "_raw", "keep_alive", "status")

    def __init__(self, heads: Heads) -> None:
        """Nothing was read; `heads` is what all connections to one address have learnt."""
        self._heads = heads
        self._parser: HttpResponseParser | None = None
        self._is_head = False
        self._has_begun = False
        self._raw = b""
        self._body: bytes | None = None
        self._chunks: _Collected | None = None
        self.status = 0
        self.keep_alive = False

    def expect(self, is_head: bool) -> None:
        """The next bytes are the answer to a new request; one to HEAD has no body whatever its head says."""
        self._parser = None
        self._chunks = None
        self._is_head = is_head
        self._has_begun = False

    @property
    def has_begun(self) -> bool:
        """Whether a byte of the answer has come."""
        return self._has_begun

    def feed(self, data: bytes) -> bool:
        """Read what came; true when the answer is whole. Raises Unreadable."""
        if not self._has_begun:
            self._has_begun = True
            self._raw = data
            end = data.find(b"\r\n\r\n")
            known = self._heads.get(data[:end])
            if known is not None and len(data) - end - 4 == known.length and not self._is_head:
                self.status = known.status
                self.keep_alive = known.keep_alive
                self._body = None
                return True
        return self._parsed(data)

    def ended(self) -> None:
        """The connection was closed by the other side: the answer is whole, or raises Unreadable."""
        collected = self._chunks
        if not self._has_begun:
            raise Unreadable("closed")
        if self._parser is None or collected is None or not collected.until_close:
            raise Unreadable("truncated")
        self._finish(collected, keep_alive=False)

    def body(self) -> bytes:
        """The body of the answer that was read last, without its framing."""
        if self._body is None:
            self._body = self._raw[self._raw.find(b"\r\n\r\n") + 4 :]
        return self._body

    def headers(self) -> list[tuple[str, str]]:
        """The headers of the answer that was read last, in order; parsed only when they are asked for."""
        collected = _Collected()
        parser = HttpResponseParser(collected)
        try:
            parser.feed_data(self._raw if self._chunks is None else self._chunks.raw)
        except (HttpParserError, HttpParserUpgrade):
            return collected.headers
        return collected.headers

    def _parsed(self, data: bytes) -> bool:
        """Let httptools read it. Raises Unreadable."""
        if self._parser is None:
            self._chunks = _Collected(self._is_head)
            self._parser = HttpResponseParser(self._chunks)
            self._chunks.parser = self._parser
        collected = self._chunks
        assert collected is not None
        if len(collected.raw) < _LONGEST_HEAD:
            collected.raw += data
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            collected.is_done, collected.upgraded = True, True
        except HttpParserError as error:
            if not collected.is_done:
                raise Unreadable("not HTTP") from error
            collected.upgraded = True
        if not collected.is_done:
            return False
        self._finish(collected, keep_alive=collected.keep_alive and not collected.upgraded)
        self._learn(data)
        return True

    def _finish(self, collected: "_Collected", keep_alive: bool) -> None:
        """Take over what the parser found."""
        self.status = collected.status
        self._body = b"".join(collected.pieces)
        self.keep_alive = keep_alive

    def _learn(self, data: bytes) -> None:
        """Remember the head of an answer that came in one piece, framed by its length."""
        collected = self._chunks
        assert collected is not None
        if data is not self._raw or not collected.is_plain or self._is_head or len(self._heads) >= _MOST_HEADS:
            return
        end = data.find(b"\r\n\r\n")
        assert self._body is not None
        if len(data) - end - 4 == len(self._body):
            self._heads[data[:end]] = Head(self.status, len(self._body), self.keep_alive)


class _Collected:
    """What httptools calls back with, for one answer."""

    __slots__ = (
        "headers",
        "is_done",
        "is_head",
        "is_plain",
        "keep_alive",
        "parser",
        "pieces",
        "raw",
        "status",
        "until_close",
        "upgraded",
    )

    def __init__(self, is_head: bool = False) -> None:
        """Nothing was called yet."""
        self.is_head = is_head
        self.parser: HttpResponseParser | None = None
        self.headers: list[tuple[str, str]] = []
        self.pieces: list[bytes] = []
        self.raw = b""
        self.status = 0
        self.keep_alive = False
        self.is_done = False
        self.is_plain = True
        self.until_close = False
        self.upgraded = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, as it was sent."""
        self.headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        """The head is whole: how will the body be framed?"""
        if self.parser is None:
            return
        status = self.parser.get_status_code()
        if self.is_done:
            self.upgraded = True  # a second answer that nobody asked for: this connection cannot be trusted any more
            return
        if status < 200 and status != 101:
            return
        names = {name.lower(): value.lower() for name, value in self.headers}
        self.status = status
        self.keep_alive = bool(self.parser.should_keep_alive())
        self.is_plain = "content-length" in names and "transfer-encoding" not in names
        if self.is_head:
            self.is_done, self.upgraded = True, True
            return
        framed = "content-length" in names or "chunked" in names.get("transfer-encoding", "")
        self.until_close = not framed and status not in (204, 304)

    def on_body(self, piece: bytes) -> None:
        """A piece of the body, without its framing."""
        if not self.is_done:
            self.pieces.append(piece)

    def on_message_complete(self) -> None:
        """The end of an answer; one that only says `go on` is not the answer."""
        if self.parser is None or self.is_done:
            return
        if self.status == 0:
            self.headers = []
            self.is_plain = False
        else:
            self.is_done = True
