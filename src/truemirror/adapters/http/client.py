"""Asks a live service: the Upstream port over sockets.

Rules: the request goes out as it was recorded, less what belongs to one connection and under the upstream's own name;
what comes back is kept as it came. Whatever goes wrong below HTTP is the outcome, not an exception.
"""

import asyncio
from pathlib import Path

from truemirror.adapters.http.address import Address, parse_address
from truemirror.adapters.http.fields import as_answered, as_asked, connection_of, upstream_head
from truemirror.adapters.http.intake import REPEATABLE
from truemirror.adapters.http.link import AnswerHead, Link
from truemirror.adapters.http.pool import ANSWER_TIMEOUT, CONNECT_TIMEOUT, LinkPool, NoLink
from truemirror.adapters.http.transcript import Transcript
from truemirror.core.wire.coding import encode
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Framing, Outcome, Request
from truemirror.core.wire.headers import Headers
from truemirror.core.wire.large import held


class HttpUpstream:
    """A live service at a base URL.

    Its host is asked for by Host, whatever the request says; the exchange keeps the request as it was given.
    """

    def __init__(
        self,
        url: str | Address,
        *,
        timeout: float = ANSWER_TIMEOUT,
        connect_timeout: float = CONNECT_TIMEOUT,
        ca: Path | None = None,
    ) -> None:
        """Ask at `url`; `timeout` is the seconds of silence that make a timeout. Raises UsageError."""
        self.address = url if isinstance(url, Address) else parse_address(url)
        self._pool = LinkPool(self.address, timeout=timeout, connect_timeout=connect_timeout, ca=ca)

    async def send(self, request: Request) -> Exchange:
        """Ask it. A transport failure is an outcome, not an exception."""
        body = encode(held(request.body), request.codings)
        framing = Framing.LENGTH if body or _announces_body(request) else Framing.NONE
        headers = as_asked(request.headers, self.address)
        if framing is Framing.LENGTH:
            headers = headers.replacing("Content-Length", str(len(body)))
        head = upstream_head(request.method, request.target, headers, self.address, framing)
        transcript = Transcript(request.method, request.target, request.headers)
        try:
            outcome = await self._ask(transcript, head + body)
            return Exchange(request, outcome, transcript.elapsed_ms())
        finally:
            transcript.close()

    async def _ask(self, transcript: Transcript, message: bytes) -> Outcome:
        """Send the message on an idle connection, or else on a new one."""
        link = self._pool.take(repeatable=transcript.method in REPEATABLE)
        while True:
            try:
                link = link or await self._pool.connect()
            except NoLink as error:
                return Fault(error.kind, error.detail)
            listener = _Listener(transcript, link, self.address)
            last = connection_of(transcript.request_headers) == "close"
            link.begin(listener, transcript.method, repeatable=transcript.method in REPEATABLE, last=last)
            link.write(message)
            try:
                outcome = await listener.outcome
            except asyncio.CancelledError:
                link.abort()
                raise
            self._pool.give_back(link)
            if outcome is not None:
                return outcome
            link = None

    async def close(self) -> None:
        """Let go of pooled connections."""
        self._pool.close()


class _Listener:
    """Hears one answer and settles its outcome; None when the connection was stale."""

    def __init__(self, transcript: Transcript, link: Link, address: Address) -> None:
        """Write the answer down in `transcript`."""
        self._address = address
        self.outcome: asyncio.Future[Outcome | None] = asyncio.get_running_loop().create_future()
        self._transcript = transcript
        self._link = link

    def got_interim(self, status: int, reason: str, headers: Headers) -> None:
        """Note an informational answer."""
        self._transcript.interim(status, reason, headers)

    def got_head(self, head: AnswerHead) -> None:
        """Note the head."""
        headers = as_answered(head.headers, self._address)
        self._transcript.head(head.status, head.reason, headers, head.framing)

    def got_body(self, piece: bytes) -> None:
        """Note a piece of the body; a full disk ends the attempt."""
        try:
            self._transcript.body(piece)
        except OSError as error:
            self._link.abort()
            self._settle(error)

    def read_done(self) -> None:
        """There is nobody to pass it on to."""

    def got_all(self, trailers: Headers) -> None:
        """The answer is whole."""
        self._transcript.trailers = trailers
        self._settle(self._transcript.response())

    def got_fault(self, kind: FaultKind, detail: str, received: bytes) -> None:
        """There will be no whole answer."""
        self._settle(self._transcript.fault(kind, detail, received))

    def got_stale(self) -> None:
        """Ask again."""
        self._settle(None)

    def pause_sending(self) -> None:
        """The message is sent as one; the transport keeps what does not fit."""

    def resume_sending(self) -> None:
        """Nothing waits."""

    def _settle(self, outcome: Outcome | OSError | None) -> None:
        """Wake up whoever waits."""
        if self.outcome.done():
            return
        if isinstance(outcome, OSError):
            self.outcome.set_exception(outcome)
        else:
            self.outcome.set_result(outcome)


def _announces_body(request: Request) -> bool:
    """Whether the request said how long its body is, though it may be empty."""
    return "content-length" in request.headers or "transfer-encoding" in request.headers
