"""One request on its way through the proxy: out to the upstream, back to the client, and into the journal.

    waiting ─▶ asking ─▶ answering ─▶ storing ─▶ over         pieces pass as they come, in both directions;
                 └───── fault ──────────┘                     the last one passes when the exchange is on disk

Rules: what the client sent and what the upstream answered is recorded, what became of it on the way is not. A fault is
recorded and then passed on as the same event. A client that leaves does not end the recording of an answer that comes.
"""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace

from truemirror.adapters.http import answers
from truemirror.adapters.http.client_side import Client
from truemirror.adapters.http.fields import (
    as_answered,
    as_asked,
    chunk,
    client_head,
    connection_of,
    trailer_block,
    upstream_head,
)
from truemirror.adapters.http.intake import RequestHead
from truemirror.adapters.http.link import AnswerHead, Link
from truemirror.adapters.http.pool import NoLink
from truemirror.adapters.http.relay import Relay
from truemirror.adapters.http.sifting import Siftings, Unfit
from truemirror.adapters.http.transcript import Transcript
from truemirror.adapters.http.tunnel import Tunnel
from truemirror.core.mirror.session import DEFAULT_SESSION, session_key
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Framing, Outcome, Response
from truemirror.core.wire.frame import Frame
from truemirror.core.wire.headers import Headers
from truemirror.core.wire.http2 import ONLY_HTTP2
from truemirror.core.wire.large import HELD
from truemirror.errors import StoreError, TruemirrorError

_EARLY = 256 * 1024
"""Bytes of a request's body that are taken before there is a connection to send them on."""
_SIFTING = "a body is being looked through"
_SLOW_CLIENT = "the client is slow"
_NO_LINK = "no connection to the upstream yet"
_SLOW_LINK = "the upstream is slow"


class Turn:
    """One request passing through."""

    __slots__ = (
        "_client", "_close", "_connecting", "_framing", "_head", "_keeping", "_link", "_out", "_outcome", "_over",
        "_pauses", "_relay", "_session", "_siftings", "_started", "_timer", "_told", "_trailers", "_tunnel",
        "_unrecorded", "_unsent", "complete", "holding", "transcript",
    )  # fmt: skip

    def __init__(self, client: Client, relay: Relay, head: RequestHead) -> None:
        """A request whose head is here."""
        self._client = client
        self._relay = relay
        self._head = head
        self._session = session_key(head.headers) if head.labelled else DEFAULT_SESSION
        self._link: Link | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._unsent: list[bytes] = []
        self._trailers = Headers()
        self._out: list[bytes] = []
        self._framing = Framing.NONE
        self._outcome: Outcome | None = None
        self._close = False
        self._started = False
        self._told = False
        self._unrecorded = ""
        self._keeping = False
        self._over = False
        self._tunnel = Tunnel(self, relay.largest) if head.websocket else None
        self.complete = False
        """Whether the request is whole."""
        self.holding = False
        """Whether a timeout is being passed on."""
        self._pauses: set[str] = set()
        held = HELD if relay.look is not None else sys.maxsize
        self.transcript = Transcript(head.method, head.target, as_asked(head.headers, relay.pool.address), held=held)
        self._siftings = Siftings(self.transcript, relay.look, relay.keeper, self._slow)

    # the request

    def request_piece(self, piece: bytes) -> None:
        """A piece of the request's body."""
        try:
            self.transcript.asked.write(piece)
            self._measure(self.transcript.asked.size, answer=False)
        except OSError as error:
            self._broken(StoreError(f"a request's body cannot be kept: {error}", fix="make room for temporary files"))
            return
        if self._link is not None:
            self._unsent.append(chunk(piece) if self._head.framing is Framing.CHUNKED else piece)
        elif self.transcript.asked.size > _EARLY:
            self._client.hold_reading(_NO_LINK)

    def request_end(self, trailers: Headers) -> None:
        """The request is whole."""
        self.complete = True
        self._trailers = trailers  # the connection may still be in the making
        if self._link is not None and self._head.framing is Framing.CHUNKED:
            self._unsent.append(trailer_block(trailers))
        if self._outcome is not None:  # answered before it was whole
            self._keep()

    def withdraw(self) -> None:
        """The request will never be whole; what was answered all the same is recorded."""
        if self._outcome is not None:
            self._keep()
            return
        if self._started:
            self._relay.lost["the client broke off its request"] += 1
        self._end(close=self._told)

    def push(self) -> None:
        """Send what there is; it is this request's turn."""
        if self._over:
            return
        if not self._started:
            self._started = True
            self.transcript.begin()
            self._relay.began(self)
            self._ask(None if self.transcript.is_large else self._relay.pool.take(repeatable=self._head.is_repeatable))
        elif self._link is not None and self._unsent:
            self._link.write(b"".join(self._unsent))
            self._unsent.clear()

    def _ask(self, link: Link | None) -> None:
        """Send everything so far, on this connection or on a new one."""
        if link is None:
            self._connecting = asyncio.get_running_loop().create_task(self._connect())
            return
        self._link = link
        head, transcript = self._head, self.transcript
        address = self._relay.pool.address
        fields = transcript.request_headers
        switching = self._tunnel is not None
        pieces = [upstream_head(head.method, head.target, fields, address, head.framing, switching=switching)]
        chunked = head.framing is Framing.CHUNKED
        pieces.extend(chunk(piece) if chunked else piece for piece in transcript.asked.pieces())
        if chunked and self.complete:
            pieces.append(trailer_block(self._trailers))
        self._unsent.clear()
        last = connection_of(transcript.request_headers) == "close"
        link.begin(self, head.method, repeatable=self._head.is_repeatable, last=last, switching=self._tunnel)
        link.write(b"".join(pieces))
        self._client.free_reading(_NO_LINK)

    async def _connect(self) -> None:
        """Ask on a new connection."""
        try:
            link = await self._relay.pool.connect()
        except NoLink as error:
            self._connecting = None
            self.got_fault(error.kind, error.detail, b"")
            return
        self._connecting = None
        self._ask(link)

    # the answer

    def got_interim(self, status: int, reason: str, headers: Headers) -> None:
        """Note it, and pass it on to clients that know it (RFC 9110 §15.2)."""
        self.transcript.interim(status, reason, as_answered(headers, self._relay.pool.address))
        if not self._head.http10 and not self._told and (status != 100 or self._head.expects):
            self._client.write(self._head_for_client(status, reason, headers, Framing.NONE, ""))

    def got_head(self, head: AnswerHead) -> None:
        """The answer begins."""
        headers = as_answered(head.headers, self._relay.pool.address)
        self.transcript.head(head.status, head.reason, headers, head.framing)
        self._framing = head.framing
        if head.framing is Framing.CHUNKED and self._head.http10:
            self._framing = Framing.CLOSE
        ends = self._framing is Framing.CLOSE or connection_of(headers) == "close"
        self._close = ends or not self.complete or self._client.ending
        said = "close" if self._close else "keep-alive" if self._head.http10 else ""
        self._out.append(self._head_for_client(head.status, head.reason, headers, self._framing, said))

    def _head_for_client(self, status: int, reason: str, headers: Headers, framing: Framing, said: str) -> bytes:
        """A head under the name that the client used."""
        address, host = self._relay.pool.address, self._head.headers.get("host") or f"127.0.0.1:{self._relay.port}"
        return client_head(status, reason, headers, framing, address=address, host=host, connection=said)

    def got_body(self, piece: bytes) -> None:
        """A piece of its body."""
        try:
            self.transcript.body(piece)
            self._measure(self.transcript.answer.size, answer=True)
        except OSError as error:
            self._broken(StoreError(f"an answer's body cannot be kept: {error}", fix="make room for temporary files"))
            return
        self._out.append(chunk(piece) if self._framing is Framing.CHUNKED else piece)

    def read_done(self) -> None:
        """Let the client see what there is."""
        if self._out and not self._over:
            self._told = True
            self._client.write(b"".join(self._out))
            self._out.clear()

    def got_all(self, trailers: Headers) -> None:
        """The answer is whole."""
        self.transcript.trailers = trailers
        if self._framing is Framing.CHUNKED and self.transcript.has_body:
            self._out.append(trailer_block(trailers))
        self._let_go()
        self._answered(_WHOLE)

    def _answered(self, outcome: Outcome) -> None:
        """Record it, when the request is whole: its rest belongs to the recording, if it comes soon."""
        self._outcome = outcome
        if self.complete or (self._head.expects and not self.transcript.asked.size):
            self._keep()
        else:
            self._free_reading()
            self._wait(self._relay.patience.sending, self.withdraw)

    def got_fault(self, kind: FaultKind, detail: str, received: bytes) -> None:
        """There will be no whole answer."""
        self._link = None
        if detail == ONLY_HTTP2:  # its own clients meet no such fault
            self._broken(self._relay.only_http2(), "the service speaks HTTP/2 alone")
            return
        self._answered(Fault(kind, detail, None, received))

    def got_stale(self) -> None:
        """The connection had been given up by the upstream: ask again on a new one."""
        if self._unrecorded or self.transcript.is_large:  # what was sent is forgotten, or too much to be sent again
            self.got_fault(FaultKind.EMPTY, "the connection was closed without an answer", b"")
            return
        self.transcript.forget_answer()
        self._link = None
        self._ask(None)

    def pause_sending(self) -> None:
        """The upstream is slow."""
        self._client.hold_reading(_SLOW_LINK)

    def resume_sending(self) -> None:
        """The upstream takes more."""
        self._client.free_reading(_SLOW_LINK)

    def _free_reading(self) -> None:
        """Nothing on the upstream's side keeps the client from sending."""
        self._client.free_reading(_SLOW_LINK)
        self._client.free_reading(_NO_LINK)

    def pause_answer(self, why: str = _SLOW_CLIENT) -> None:
        """The client is slow, or something else is."""
        self._pauses.add(why)
        if self._link is not None:
            self._link.pause_reading()

    def resume_answer(self, why: str = _SLOW_CLIENT) -> None:
        """The client takes more, or nothing else is slow any more."""
        self._pauses.discard(why)
        if self._link is not None and not self._pauses:
            self._link.resume_reading()

    def _let_go(self) -> None:
        """The connection is free for others, if the upstream has seen the whole request."""
        link, self._link = self._link, None
        if link is not None:
            link.resume_reading()
            if self.complete:
                self._relay.pool.give_back(link)
            else:
                link.abort()

    # the WebSocket that comes of it

    def switched(self, head: AnswerHead, tunnel: Tunnel) -> bytes:
        """The upstream has switched."""
        headers = as_answered(head.headers, self._relay.pool.address)
        self.transcript.head(head.status, head.reason, headers, head.framing)
        self._told = True
        self._client.switch(tunnel)
        return self._head_for_client(head.status, head.reason, headers, head.framing, "")

    def store(self, frames: tuple[Frame, ...], then: Callable[[TruemirrorError | None], None]) -> None:
        """Write down the switch, or what was said since."""
        transcript, size = self.transcript, sum(len(one.payload) for one in frames)

        def made() -> Exchange:
            """The exchange as far as these frames go."""
            return transcript.exchange(replace(transcript.response(), frames=frames))

        self._relay.keeper.keep(made, self._session, transcript.began_ms, size, then)

    def to_client(self, data: bytes) -> None:
        """Pass on."""
        self._client.write(data)

    def to_upstream(self, data: bytes) -> None:
        """Pass on."""
        if self._link is not None:
            self._link.write(data)

    def hold(self, why: str) -> None:
        """Read nothing more from either side."""
        self._client.hold_reading(why)
        self.pause_answer()

    def free(self, why: str) -> None:
        """Read on."""
        self._client.free_reading(why)
        self.resume_answer()

    def slow(self, *, slow: bool) -> None:
        """Whether the upstream takes no more for now."""
        (self.pause_sending if slow else self.resume_sending)()

    def unreadable(self, why: str) -> None:
        """The rest is not recorded."""
        self._relay.lost[why] += 1

    def finished(self, *, reset: bool) -> None:
        """Both connections end."""
        link, self._link = self._link, None
        if link is not None:
            link.close()
        if reset:
            self._client.reset()
        self._end(close=True)

    def failed(self, error: TruemirrorError) -> None:
        """What cannot be recorded does not pass."""
        self._broken(error)

    # the recording

    def _keep(self) -> None:
        """Store the exchange, then let the client see the end."""
        if self._keeping:
            return
        self._keeping = True
        self._cancel_timer()
        if self._unrecorded:
            self._relay.lost[self._unrecorded] += 1
            self._kept(None)
            return
        transcript = self.transcript
        size = transcript.asked.size + transcript.answer.size
        self._relay.keeper.keep(self._exchange, self._session, transcript.began_ms, size, self._kept)

    def _measure(self, size: int, *, answer: bool) -> None:
        """Stop writing down what is too large for a mirror; it passes all the same. Look through what is not held."""
        if self._unrecorded:
            return
        if size > self._relay.largest:
            self._unrecorded = f"a body is larger than {self._relay.largest // 1_048_576} MiB"
            self._siftings.close()
            self.transcript.close()
        elif size > self.transcript.held:
            self._siftings.grown(answer=answer)

    def _slow(self, slow: bool, answer: bool) -> None:
        """Whether the upstream, or else the client, is too far ahead of whoever looks through what it sends."""
        if answer:
            (self.pause_answer if slow else self.resume_answer)(_SIFTING)
        else:
            (self._client.hold_reading if slow else self._client.free_reading)(_SIFTING)

    def _exchange(self) -> Exchange:
        """The exchange as it will be recorded. Raises Unfit when a body that is not held has a secret in it."""
        self._siftings.finish()
        return self.transcript.exchange(self.transcript.outcome(self._outcome))

    def _kept(self, error: TruemirrorError | None) -> None:
        """The exchange is on disk, or cannot be."""
        if isinstance(error, Unfit):
            self._relay.lost[error.why] += 1
            self._relay.trouble(error)
        elif error is not None:
            self._broken(error)
            return
        if isinstance(self._outcome, Fault):
            self._pass_on(self._outcome)
        else:
            self.read_done()
            self._end(close=self._close)

    def _broken(self, error: TruemirrorError, why: str = "it could not be written") -> None:
        """What cannot be recorded is not answered as if it had been."""
        self._relay.trouble(error)
        self._relay.lost[why] += 1
        if self._told:
            self._client.reset()
        elif self._started:
            self._client.write(answers.not_recorded(error, head_only=self._head.method == "HEAD"))
        self._end(close=True)

    def _pass_on(self, fault: Fault) -> None:
        """Let the client meet the same event."""
        match fault.kind:
            case FaultKind.REFUSED | FaultKind.UNRESOLVED | FaultKind.TLS:
                close = not self.complete or self._client.ending
                url, head_only = self._relay.pool.address.origin, self._head.method == "HEAD"
                self._client.write(answers.unreachable(fault, url, head_only=head_only, close=close))
                self._end(close=close)
                return
            case FaultKind.TIMEOUT:
                self.read_done()
                self.holding = True
                self._wait(self._relay.patience.holding, lambda: self._end(close=True))
                return
            case FaultKind.TRUNCATED | FaultKind.GARBAGE | FaultKind.RESET if not self.transcript.status:
                self._client.write(fault.received)
            case _:
                self.read_done()
        if fault.kind is FaultKind.RESET:
            self._client.reset()
        self._end(close=True)

    # the end

    def client_gone(self) -> None:
        """The client has left; an answer that comes whole is recorded all the same."""
        if self._tunnel is not None and self._tunnel.is_open:
            self._tunnel.client_gone()
            return
        if not self._started or self.holding or not self.complete:
            self.withdraw()
            self._end_holding()
        elif self._outcome is None:
            self.resume_answer()
            self._wait(self._relay.patience.leaving, self._leave_unrecorded)
            self.hurry()

    def hurry(self) -> None:
        """Do not wait for what has no end: a stream of events is recorded as far as it went."""
        if self._tunnel is not None and self._tunnel.is_open:
            self._tunnel.stop()
            return
        self._end_holding()
        if self._outcome is None and self.transcript.is_endless:
            if self._link is not None:
                self._link.abort()
                self._link = None
            self._close = True
            self._answered(_WHOLE)

    def give_up(self) -> None:
        """Wait no longer for anything."""
        self.hurry()
        if self._outcome is None and not self._over:
            self._leave_unrecorded()

    def _leave_unrecorded(self) -> None:
        """An answer that is not whole by now is not recorded."""
        if not self._over:
            self._relay.lost["its answer was not whole in time"] += 1
            self._end(close=True)

    def _end_holding(self) -> None:
        """Pass a timeout on no longer."""
        if self.holding:
            self._end(close=True)

    def _wait(self, seconds: float, then: Callable[[], object]) -> None:
        """Do something later, unless this turn is over by then."""
        self._cancel_timer()
        self._timer = asyncio.get_running_loop().call_later(seconds, then)

    def _cancel_timer(self) -> None:
        """Wait for nothing."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end(self, *, close: bool) -> None:
        """This turn is over, whatever is still open."""
        if self._over:
            return
        self._over = True
        self._cancel_timer()
        if self._connecting is not None:
            self._connecting.cancel()
            self._connecting = None
        if self._link is not None:
            self._link.abort()
            self._link = None
        self._siftings.close()
        self.transcript.close()
        self._free_reading()
        self._relay.ended(self)
        self._client.turn_done(self, close=close)


_WHOLE = Response(0)
"""Stands for the answer that the transcript holds."""
