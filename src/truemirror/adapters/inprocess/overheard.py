"""A live answer heard on an event loop's transport: written to once, parsed as it arrives.

Rules: the parser is httptools'; what it cannot read is garbage, kept as it came. The end is where the framing says, or
where the connection closes.
"""

import asyncio
from typing import Any

import httptools

from truemirror.adapters.inprocess.faults import fault_of
from truemirror.adapters.inprocess.live import Hearing
from truemirror.core.wire.exchange import Fault, FaultKind

_KEPT = 4_096


class Overheard(asyncio.Protocol):
    """Listens to one answer."""

    def __init__(self, hearing: Hearing) -> None:
        """Tell the hearing what arrives."""
        self.trailers: list[tuple[str, str]] = []
        self._hearing = hearing
        self._parser = httptools.HttpResponseParser(self)
        self._pairs: list[tuple[str, str]] = []
        self._reason = b""
        self._headed = False
        self._received = b""
        self._owner: Any = None
        self._done: asyncio.Future[Fault | None] = asyncio.get_running_loop().create_future()

    async def listen(self, transport: Any, request: bytes) -> Fault | None:
        """Send a request and hear the answer to its end; the fault, if there is no whole answer."""
        self._owner = transport.get_protocol()
        transport.set_protocol(self)
        transport.write(request)
        transport.resume_reading()
        return await self._done

    def data_received(self, data: bytes) -> None:
        """Some of the answer."""
        if len(self._received) < _KEPT:
            self._received += data
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._finish(Fault(FaultKind.GARBAGE, str(error), received=self._received))

    def eof_received(self) -> bool:
        """The service has said all."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone; whoever opened it waits for that word too."""
        if self._owner is not None:
            self._owner.connection_lost(exc)
        if exc is not None:
            self._finish(fault_of(exc) or Fault(FaultKind.RESET, str(exc)))
        elif not self._headed:
            self._finish(Fault(FaultKind.GARBAGE if self._received else FaultKind.EMPTY, received=self._received))
        else:
            self._finish(None if self._hearing.ends_by_closing() else Fault(FaultKind.TRUNCATED))

    def on_status(self, status: bytes) -> None:
        """The reason phrase."""
        self._reason += status

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header field, or a trailer behind the body."""
        pair = (name.decode("latin-1"), value.decode("latin-1"))
        (self.trailers if self._headed else self._pairs).append(pair)

    def on_headers_complete(self) -> None:
        """The head is there; an interim one is only a step on the way."""
        status = self._parser.get_status_code()
        if 100 <= status < 200:
            return
        self._headed = True
        self._hearing.head(status, self._reason.decode("latin-1"), self._pairs)
        if self._hearing.request.method == "HEAD":
            self._finish(None)

    def on_body(self, piece: bytes) -> None:
        """Some of the body."""
        self._hearing.piece(piece)

    def on_message_complete(self) -> None:
        """The answer is whole, or an interim one is over."""
        if self._headed:
            self._finish(None)
        else:
            self._pairs, self._reason = [], b""

    def _finish(self, fault: Fault | None) -> None:
        """There is nothing more to hear."""
        if not self._done.done():
            self._done.set_result(fault)
