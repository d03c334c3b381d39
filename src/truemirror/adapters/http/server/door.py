"""One address of the mirror server: which mirror a request is for, and what its client is told.

Rules: nothing here touches a socket; what comes out is an Act for the connection to perform. A request is looked up
once: its raw bytes are remembered with its answers ready for the wire, until its mirror changes. A replayed answer
carries nothing that the service did not send; what a person should know of it goes to the journal.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol
from weakref import WeakValueDictionary

from truemirror.adapters.http.server.memo import Memo
from truemirror.adapters.http.server.opening import handshake, script_for
from truemirror.adapters.http.server.own import MISS_STATUS, error_answer, miss_answer, own_answer
from truemirror.adapters.http.server.reader import Arrived, Limits, Malformed
from truemirror.adapters.http.server.shortcut import TRACING, shortened
from truemirror.adapters.http.server.speaking import Script
from truemirror.core.mirror.decision import Decision, Forward, Refuse, Replay
from truemirror.core.mirror.index import Hit, NoHit
from truemirror.core.mirror.miss import request_line
from truemirror.core.mirror.parts import Parts
from truemirror.core.mirror.redaction_restore import restore_outcome
from truemirror.core.mirror.session import session_key
from truemirror.core.mirror.timeline import NOWHERE
from truemirror.core.wire.authority import without_port
from truemirror.core.wire.canonical import canonical_path
from truemirror.core.wire.exchange import Exchange, Fault, Request, Response
from truemirror.core.wire.large import is_large, size_of
from truemirror.core.wire.relocate import relocated
from truemirror.core.wire.render import Asker, Rendered, render
from truemirror.errors import TruemirrorError, UsageError
from truemirror.usecases.replay import Lookup, Replayer
from truemirror.usecases.serve import Forwarding

CONTROL = "/__truemirror__/"
"""Where the control paths begin."""
_MEMO_BYTES = 384 * 1024 * 1024
_RENDERED_BYTES = 64 * 1024 * 1024
_ENTRY_BYTES = 700
_REMEMBERED_RAW = 16 * 1024
_JOURNAL = 2_000
_SWITCHED = 101
_LOOPBACK = ("127.", "localhost", "[::1]")


Name = tuple[str, int]
"""A scenario, and the number of an exchange in it, from 1."""


@dataclass(slots=True)
class Mount:
    """One service, as it is served."""

    replayer: Replayer
    hosts: frozenset[str] = frozenset()
    """Authorities of the service itself, in lower case."""
    forwarding: Forwarding | None = None
    """The live service, for modes that ask it."""
    bandwidth: float = 0.0
    """Bytes of a body a second on each connection; 0 for no limit."""
    name: str = ""
    """What it is served as where that is not the service's name, as `tags@1.0.0`."""
    _names: dict[int, Name] = field(default_factory=dict)
    _named_at: int = -1

    @property
    def service(self) -> str:
        """What it is served as: the service's name, with the version where it was asked for by that."""
        return self.name or self.replayer.mirror.service

    def names(self) -> dict[int, Name]:
        """The names of places that have answered, for as long as the mirror stays as it is."""
        if self._named_at != self.replayer.revision:
            self._names, self._named_at = {}, self.replayer.revision
        return self._names

    def name_of(self, place: int) -> Name:
        """The scenario of a place and the number of its exchange there, from 1."""
        index = self.replayer.index
        number = index.spans.scenario_of[place]
        return index.mirror.scenarios[number].name, place - index.spans.starts[number] + 1

    def find(self, request: Request) -> Lookup:
        """Look a request up."""
        return self.forwarding.find(request) if self.forwarding else self.replayer.find(request)

    def is_own(self, recorded: Request, authority: str, path: str) -> bool:
        """Whether an address in an answer is the recorded service's own.

        The recorder's client spoke to the Host that the request names, or to a configured name; a loopback address is
        the service's own when the mirror knows the path, since only one machine's ports tell whose it was.
        """
        if authority in self.hosts or authority == (recorded.headers.get("host") or "").lower():
            return True
        return authority.startswith(_LOOPBACK) and canonical_path(path) in self.replayer.index.by_path


@dataclass(frozen=True, slots=True)
class Act:
    """What a connection does for one request."""

    rendered: Rendered | None = None
    """An answer."""
    fault: Fault | None = None
    """Or a failure."""
    asker: Asker = field(default_factory=Asker)
    wait_ms: float = 0.0
    """Milliseconds before it begins."""
    paced: bool = False
    """Whether the pieces come at their recorded times."""
    rate: float = 0.0
    """Bytes of the body a second; 0 for as fast as it goes."""
    refusing: bool = False
    """Whether the client may still be sending what is not wanted."""
    script: Script | None = None
    """What is said after the answer, which switches to WebSocket."""


@dataclass(slots=True)
class Known:
    """A request that was seen before, and its answers as bytes; what the short way needs comes first."""

    replayer: Replayer
    revision: int
    session: str
    hit: Hit | NoHit
    mount: Mount
    request: str
    """Method and target, redacted, for the journal."""
    asker: Asker
    prefix: str
    live: tuple[tuple[str, str], ...] = ()
    """Stand-ins and this client's secrets."""
    place: int = NOWHERE
    """The first place that answered; the only one, where `is_single`."""
    whole: bytes = b""
    """The answer of that place."""
    is_single: bool = False
    """Whether the request was recorded once, nothing was relaxed to find it, and nothing in it may vary."""
    replay: Replay | None = None
    """What the request gets, where `is_single`."""
    others: dict[int, bytes] | None = None
    """The answers of further places."""
    names: dict[int, Name] = field(default_factory=dict)
    """The names of the places that answered, for the journal; all requests to one state of a mirror share them."""

    def written(self, place: int) -> bytes:
        """The answer of a place; empty while it is not known."""
        if place == self.place:
            return self.whole
        return self.others.get(place, b"") if self.others else b""

    def write(self, replay: Replay, whole: bytes) -> None:
        """Keep an answer."""
        if self.place != NOWHERE:
            self.others = {**(self.others or {}), replay.place: whole}
            return
        self.place, self.whole = replay.place, whole
        if isinstance(self.hit, Hit):
            self.is_single = len(self.hit.places) == 1 and self.hit.asked is None
            self.replay = Replay(replay.exchange, replay.place)

    def came(self, decision: Decision | Exchange | None) -> Decision | Exchange:
        """What a journal's entry says came of it; None stands for what a request that is single always gets."""
        if decision is not None:
            return decision
        assert self.replay is not None
        return self.replay


_RenderedKey = tuple[str, int, int, Asker]
"""Service, revision, place, and what of the request decides how the answer is written."""
_NO_PARTS = Parts("", "", (), (), (), b"")

Entry = tuple[float, Known, Decision | Exchange | None]
"""A served request: Unix time, the request, and what came of it; see `Known.came`."""
Control = Callable[[Request, bool], Response]
"""Answers a control request; the flag says whether the client is on this machine."""


class Watched(Protocol):
    """A connection, as far as its server watches over it."""

    def look_at_the_clock(self, now: float) -> None:
        """End it if its client takes too long to send a request."""

    def end(self) -> None:
        """Send what was said and close."""

    def cut(self) -> None:
        """Close at once."""


@dataclass(frozen=True, slots=True)
class Routed:
    """A request, found to be for a service."""

    mount: Mount
    request: Request
    prefix: str = ""


class Door:
    """One address."""

    def __init__(
        self,
        mounts: Mapping[str, Mount],
        *,
        control: Control | None = None,
        limits: Limits | None = None,
        routed: bool = False,
    ) -> None:
        """Serve these mounts by name; with `routed`, the host or the first step of the path says which one."""
        self.routed = routed
        self.mounts = mounts
        self.limits = limits or Limits()
        self.control = control
        self.scheme = "http"
        """What clients ask here with: http, or https; whoever opens the door says."""
        self.journal: deque[Entry] = deque(maxlen=_JOURNAL)
        """The last requests, oldest first."""
        self.memo: Memo[bytes, Known] = Memo(_MEMO_BYTES, _known_cost)
        self._rendered: Memo[_RenderedKey, Rendered] = Memo(_RENDERED_BYTES, _rendered_cost)
        self._under_way: WeakValueDictionary[_RenderedKey, Rendered] = WeakValueDictionary()
        self.connections: set[Watched] = set()
        """The clients that are here."""
        self._only = next(iter(mounts.values())) if not routed else None

    # deciding

    def recall(self, raw: bytes) -> Known | None:
        """A request that is remembered, though not under all of its bytes, or not lately."""
        return self.memo.get(shortened(raw))

    def open(self, arrived: Arrived | Malformed, raw: bytes, *, local: bool) -> Act | Coroutine[Any, Any, Act]:
        """What to do for a request; `raw` is all of it when it came alone in one piece, else empty."""
        if isinstance(arrived, Malformed):
            return self.refuse(arrived)
        request = arrived.request
        asker = Asker(
            request.method,
            request.headers.joined("accept-encoding"),
            arrived.http10,
            arrived.keep_alive,
            request.headers.get("host") or "",
        )
        routed = self._route(request, asker.host)
        if self.control is not None and request.path.startswith(CONTROL) and not _is_recorded(routed, request):
            return Act(render(self.control(request, local), asker))
        if routed is None:
            return Act(render(self._nobody(request), asker))
        try:
            return self._open_websocket(routed, asker) if arrived.websocket else self._serve(routed, asker, raw)
        except TruemirrorError as error:
            return Act(render(error_answer(error), asker))

    def refuses_early(self, request: Request) -> bool:
        """Whether the recorded service answered this with an error while its client waited to be told to send the body.

        Such a recording has the same head, an Expect field, and no body.
        """
        routed = self._route(request, request.headers.get("host") or "")
        if routed is None or routed.mount.forwarding is not None:
            return False
        found = routed.mount.find(routed.request).found
        if not isinstance(found, Hit):
            return False
        recorded = routed.mount.replayer.index.exchanges[found.places[0]]
        return "expect" in recorded.request.headers and not recorded.request.body and (recorded.status or 0) >= 400

    def _found(self, routed: Routed, asker: Asker, lookup: Lookup) -> Known:
        """A request that was looked up."""
        mount = routed.mount
        replayer, session = mount.replayer, session_key(routed.request.headers)
        line = request_line(lookup.found.parts)
        return Known(
            replayer, replayer.revision, session, lookup.found, mount, line, asker, routed.prefix, lookup.live,
            names=mount.names(),
        )  # fmt: skip

    def _serve(self, routed: Routed, asker: Asker, raw: bytes) -> Act | Coroutine[Any, Any, Act]:
        """Look up, step, act."""
        mount, request = routed.mount, routed.request
        lookup = mount.find(request)
        known = self._found(routed, asker, lookup)
        replayer, session = mount.replayer, known.session
        decision = replayer.step(lookup, session)
        if isinstance(decision, Forward):
            return self._ask(known, request, lookup, decision)
        self.journal.append((time.time(), known, decision))
        if isinstance(decision, Refuse):
            return Act(render(miss_answer(decision), asker))
        act = self._replay(known, decision)
        if (
            raw
            and not replayer.conditions.watches(session)
            and self._may_remember(raw, request, replayer)
            and self._remember(known, decision, act)
        ):
            known.hit = replace(lookup.found, parts=_NO_PARTS)  # the places are enough to walk on, and much smaller
            self.memo.put(shortened(raw), known)
        return act

    def _open_websocket(self, routed: Routed, asker: Asker) -> Act:
        """Look up, step, and have the conversation ready; the live service is not asked."""
        mount = routed.mount
        lookup = mount.find(routed.request)
        known = self._found(routed, asker, lookup)
        decision = mount.replayer.step(lookup, known.session)
        if isinstance(decision, Forward):
            raise UsageError(
                f"in the mode {mount.replayer.mode} a WebSocket that is not answered by its recording has no answer",
                where=known.request,
                fix=f"record it: truemirror record {mount.replayer.mirror.service} --upstream URL",
            )
        self.journal.append((time.time(), known, decision))
        if isinstance(decision, Refuse):
            return Act(render(miss_answer(decision), asker))
        act = self._replay(known, decision)
        outcome = decision.exchange.outcome
        if not isinstance(outcome, Response) or outcome.status != _SWITCHED or act.rendered is None:
            return act

        def missed(refuse: Refuse) -> None:
            """A word that was not recorded."""
            self.journal.append((time.time(), replace(known, request=refuse.miss.request), refuse))

        script = script_for(
            mount.replayer,
            decision,
            request=known.request,
            scenario=mount.name_of(decision.place),
            largest=self.limits.content,
            missed=missed,
        )
        return replace(act, rendered=handshake(outcome, routed.request, asker), script=script)

    def _may_remember(self, raw: bytes, request: Request, replayer: Replayer) -> bool:
        """Whether a request is known by its bytes less its tracing fields: unless answers depend on one of those."""
        vary = replayer.index.vary.get(canonical_path(request.path))
        return len(raw) <= _REMEMBERED_RAW and not (vary and vary & TRACING)

    def again(self, known: Known, replay: Replay) -> Act:
        """The answer to a remembered request at a place that has not answered it yet."""
        act = self._replay(known, replay)
        self._remember(known, replay, act)
        return act

    def _remember(self, known: Known, replay: Replay, act: Act) -> bool:
        """Keep an answer as bytes if it is one write on a connection that stays open."""
        if act.rendered is None or act.rendered.close or act.wait_ms or act.paced or act.rate or replay.is_own:
            return False
        if act.rendered.is_large:
            return False
        known.write(replay, act.rendered.whole())
        return True

    def _route(self, request: Request, host: str) -> Routed | None:
        """The service that a request is for: by its host's name, else by the first step of its path."""
        if self._only is not None:
            return Routed(self._only, request)
        bare = without_port(host)
        for mount in self.mounts.values():
            if host.lower() in mount.hosts or bare.lower() in mount.hosts:
                return Routed(mount, request)
        name, slash, rest = request.target[1:].partition("/")
        if not slash:
            name, mark, query = name.partition("?")
            rest = mark + query
        mount_ = self.mounts.get(name)
        return Routed(mount_, replace(request, target=f"/{rest}"), f"/{name}") if mount_ else None

    # answering

    def _replay(self, known: Known, decision: Replay) -> Act:
        """A recorded or planned outcome for this client, its own secrets in place of their stand-ins."""
        exchange = decision.exchange
        if decision.place not in known.names and decision.place != NOWHERE:
            known.names[decision.place] = known.mount.name_of(decision.place)
        outcome = restore_outcome(exchange.outcome, known.live)
        if isinstance(outcome, Fault):
            return Act(fault=outcome, asker=known.asker, wait_ms=decision.wait_ms)
        act = partial(Act, wait_ms=decision.wait_ms, paced=decision.paced, rate=known.mount.bandwidth)
        if decision.planned or decision.is_own or outcome is not exchange.outcome:
            return act(self._render(known, exchange, outcome))
        key = (known.mount.service, known.revision, decision.place, known.asker)
        rendered = self._rendered.get(key) or self._under_way.get(key)
        if rendered is None:
            rendered = self._render(known, exchange, outcome)
            self._rendered.put(key, rendered)
            self._under_way[key] = rendered  # what is too large to be remembered is shared while it is being sent
        return act(rendered)

    def _render(self, known: Known, exchange: Exchange, response: Response, *, live: bool = False) -> Rendered:
        """A response for this client: redirects lead to where the client asked, codings are those it accepts."""
        is_own = partial(known.mount.is_own, exchange.request)
        headers = relocated(response.headers, is_own, known.asker.host, known.prefix, self.scheme)
        if headers is not response.headers:
            response = replace(response, headers=headers)
        accept = exchange.request.headers.joined("accept-encoding")
        return render(response, known.asker, recorded_accept=accept, recoded=not live)

    async def _ask(self, known: Known, request: Request, lookup: Lookup, todo: Forward) -> Act:
        """The live service's outcome."""
        mount = known.mount
        if todo.wait_ms:
            await asyncio.sleep(todo.wait_ms / 1000.0)
        try:
            if mount.forwarding is None:
                raise UsageError(
                    f"the mode {mount.replayer.mode} asks the live {mount.service}, whose address is not known",
                    fix=f"add --upstream {mount.service}=URL",
                )
            if is_large(request.body):
                size = size_of(request.body)
                raise UsageError(
                    f"the mode {mount.replayer.mode} does not pass on a request body of {size} bytes",
                    where=known.request,
                    fix=f"record it: truemirror record {mount.replayer.mirror.service} --upstream URL",
                )
            exchange = await mount.forwarding.ask(request, lookup, known.session, todo, time.perf_counter() * 1000.0)
        except TruemirrorError as error:
            return Act(render(error_answer(error), known.asker))
        self.journal.append((time.time(), known, exchange))
        if isinstance(exchange.outcome, Fault):
            return Act(fault=exchange.outcome, asker=known.asker)
        return Act(self._render(known, exchange, exchange.outcome, live=True), rate=mount.bandwidth)

    # the mirror server's own answers

    def refuse(self, malformed: Malformed) -> Act:
        """What a client is told whose request cannot be read; the connection ends with it."""
        body = {"error": {"code": malformed.code, "message": malformed.message}}
        return Act(render(own_answer(malformed.status, body, "refused"), Asker(keep_alive=False)), refusing=True)

    def _nobody(self, request: Request) -> Response:
        """No service is served under this host or path."""
        names = sorted(self.mounts)
        error = {
            "code": "mirror_unknown_service",
            "message": f"no mirror is served for {request.method} {request.target}",
            "services": names,
            "fix": "ask by host name, or under a service's path: " + ", ".join(f"/{name}/" for name in names),
        }
        return own_answer(MISS_STATUS, {"error": error}, "miss")


def _is_recorded(routed: Routed | None, request: Request) -> bool:
    """Whether a control path is one that the service itself has; the mirror's own paths are never hidden."""
    return routed is not None and canonical_path(request.path) in routed.mount.replayer.index.by_path


def _known_cost(raw: bytes, known: Known) -> int:
    """About how much memory a remembered request takes."""
    return len(raw) + _ENTRY_BYTES + len(known.whole)


def _rendered_cost(key: object, rendered: Rendered) -> int:
    """About how much memory a rendered response takes."""
    return _ENTRY_BYTES + len(rendered.head) + sum(map(len, rendered.pieces))
