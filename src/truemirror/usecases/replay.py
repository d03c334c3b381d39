"""Answer requests from a mirror: look up, step on the session's timeline, decide by the mode, count.

Rules: `find` is pure and may be remembered by raw request until `revision` changes; `step` moves one session,
atomically under the lock that the caller brings. A session's standing is the only state that an answer leaves behind.
"""

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

from truemirror.core.mirror.decision import Case, Decision, Forward, Mode, Note, Refuse, Replay, plan
from truemirror.core.mirror.exchange_id import exchange_id
from truemirror.core.mirror.fit import compared, fit, followed
from truemirror.core.mirror.flow import NO_FLOW, Followed
from truemirror.core.mirror.index import Hit, Index, NoHit, build_index, is_write
from truemirror.core.mirror.latency import Latency
from truemirror.core.mirror.miss import explain
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.mirror.operation import operation_of
from truemirror.core.mirror.plan import Plan
from truemirror.core.mirror.redaction_recognise import recorded_stand_ins
from truemirror.core.mirror.session import DEFAULT_SESSION, scenario_names
from truemirror.core.mirror.timeline import LOOKED_AT, NOWHERE, Standing, Step, beginning, step, writes_between
from truemirror.core.wire.exchange import Exchange, Request
from truemirror.ports import Lock
from truemirror.usecases.conditions import Conditions, check_operations
from truemirror.usecases.redact import Redactor
from truemirror.usecases.replay_tally import Tally
from truemirror.usecases.walks import Walk, moved, recounted

SESSIONS_KEPT = 100_000
"""How many sessions a mirror remembers; when more come, those that began first begin anew at their next request."""
_WALKING = frozenset(mode for mode in Mode if plan(mode, Case.HIT) is None)
"""Modes in which a hit is answered with its recording."""
_REPLAY = Mode.REPLAY  # asked for at each repeated request, where looking into a set would take longer


@dataclass(frozen=True, slots=True)
class Lookup:
    """What one request found: independent of sessions, so it can be remembered."""

    found: Hit | NoHit
    live: tuple[tuple[str, str], ...] = ()
    """Stand-ins and the live secrets that this request brought for them."""


class Replayer:
    """The mirror of one service, being asked."""

    def __init__(
        self,
        mirror: Mirror,
        *,
        redactor: Redactor | None = None,
        mode: Mode = Mode.REPLAY,
        strict: bool = False,
        stale: str = "",
        refuse_stale: bool = False,
        lock: Lock | None = None,
        judge: Callable[[Request], tuple[str, ...]] | None = None,
    ) -> None:
        """Index the mirror. `strict` refuses answers that lie ahead; `stale` says why the mirror is stale, if it is.

        `judge` says why the service's contract refuses a request: what was not recorded to the letter and would have
        been refused gets no recording of success.
        """
        self.mode = mode
        self.strict = strict
        self.stale = stale
        self.refuse_stale = refuse_stale
        self.redactor = redactor or Redactor()
        self._contract = judge
        self.default_session = ""
        """Whose conversation is repeated by requests that name no session; counts when the default session begins."""
        self.tally = Tally()
        self.revision = 0
        self._lock: Lock = lock or nullcontext()
        self._walks: dict[str, Walk] = {}
        self._index = build_index(mirror)
        self._stand_ins: frozenset[str] | None = None
        self._replays: list[Replay | None] = [None] * len(self._index.exchanges)
        self._beginnings: dict[tuple[int, int], int] = {}
        self._has_writes = self._index.spans.writes_before[-1] > 0
        self.tally.counts = array("Q", bytes(8 * len(self._index.exchanges)))
        self.conditions = Conditions(mirror.service, self.tally)
        """What answers meet beside the recording: plans and latency; changed by `plan` and `delay` only."""

    @property
    def mirror(self) -> Mirror:
        """The mirror as it is now."""
        return self._index.mirror

    @property
    def index(self) -> Index:
        """The index as it is now."""
        return self._index

    def find(self, request: Request) -> Lookup:
        """Redact a request and look it up; if in vain, once more with what only the mirror tells as a secret."""
        if self.redactor.is_silent(request.headers):
            as_it_is = self._index.find(request)
            if isinstance(as_it_is, Hit) and not as_it_is.relaxed:
                return Lookup(as_it_is)  # what equals a recording to the letter holds no secret of its own
        redacted = self.redactor.redact_request(request)
        found = self._index.find(redacted.request)
        if isinstance(found, NoHit):
            if self._stand_ins is None:
                self._stand_ins = recorded_stand_ins(exchange.request for exchange in self._index.exchanges)
            recognised = self.redactor.recognise(request, self._stand_ins)
            if recognised is not None:
                return Lookup(self._judged(self._index.find(recognised.request), recognised.request), recognised.live)
        return Lookup(self._judged(found, redacted.request), redacted.live)

    def _judged(self, found: Hit | NoHit, asked: Request) -> Hit | NoHit:
        """What was found, unless it is a success that only fits relaxed, and the contract refuses the request."""
        if self._contract is None or (isinstance(found, Hit) and not (found.relaxed and self._is_success(found))):
            return found
        refused = self._contract(asked)
        if isinstance(found, NoHit):
            return replace(found, refused=refused) if refused else found
        operation = operation_of(found.parts.method, found.parts.path)
        return NoHit(found.parts, operation, found.asked, refused) if refused else found

    def _is_success(self, hit: Hit) -> bool:
        """Whether any of the recordings that answer is no refusal."""
        return any((self._index.exchanges[place].status or 0) < 400 for place in hit.places)

    def answer(self, request: Request, session: str = "") -> Decision:
        """Find and step in one go."""
        return self.step(self.find(request), session)

    def step(self, lookup: Lookup, session: str = "") -> Decision:
        """Decide what this session gets, and move it."""
        with self._lock:
            if self.conditions.is_on:
                plainly = partial(self._plainly, lookup, session)
                return self.conditions.step(lookup.found.parts, session, self._index, plainly)
            return self._plainly(lookup, session)

    def _plainly(self, lookup: Lookup, session: str) -> Decision:
        """What the recording gives."""
        found, follow = self._follow(lookup.found, session)
        match found:
            case Hit() as hit:
                return self._hit(hit, lookup.live, session, follow)
            case NoHit() as nohit:
                return self._miss(nohit)

    def plan(self, plan_: Plan, session: str | None = None) -> None:
        """Let calls of one session (`""` is the default one), or of each, meet what a plan says.

        Raises UsageError for an operation that was never recorded, where only recordings answer.
        """
        self.may_plan(plan_)
        with self._lock:
            self.conditions.add(plan_, session)
            self.revision += 1  # what is remembered was answered without the plan

    def may_plan(self, plan_: Plan) -> None:
        """Raise UsageError where a plan is for an operation that was never recorded, and only recordings answer."""
        if plan(self.mode, Case.MISS) is None:
            check_operations(plan_, self._index)

    def end_plan(self, session: str | None = None) -> None:
        """End the plan that was given to one session, or every plan."""
        with self._lock:
            self.conditions.end(session)
            self.revision += 1

    def plans(self, session: str = "") -> tuple[str, ...]:
        """The rules in force for a session, a line each."""
        return self.conditions.plans(session)

    def delay(self, latency: Latency, seed: int = 0) -> None:
        """Answer as slowly as this from now on."""
        with self._lock:
            self.conditions.delay(latency, seed)
            self.revision += 1

    def _follow(self, found: Hit | NoHit, session: str) -> tuple[Hit | NoHit, Followed | None]:
        """What a session finds that has values of its own; all others find what was found."""
        walk = self._walks.get(session)
        return (found, None) if walk is None or walk.flow is None else followed(self._index, found, walk.flow)

    def _hit(
        self, hit: Hit, live: tuple[tuple[str, str], ...], session: str, follow: Followed | None = None
    ) -> Decision:
        """A request that was recorded."""
        todo = plan(self.mode, Case.STALE if self.stale else Case.HIT)
        if isinstance(todo, Forward):
            self.tally.forwarded += 1
            return todo
        walk = self._walks.get(session) or self._begin(session)
        taken = step(Standing(walk.place, walk.home, walk.skipped), hit.places, self._index.spans, self._begin_at)
        if taken.ahead and walk.made:
            taken = replace(taken, ahead=taken.ahead - self._own_writes(walk, taken.place))
        reason = self._why_not(taken)
        if reason:
            return self._miss(NoHit(hit.parts, operation_of(hit.parts.method, hit.parts.path)), reason)
        walk.place, walk.skipped = taken.stands, taken.skipped
        if hit.relaxed or hit.varying or walk.flow is not None:
            return self._fitted(hit, live, walk, taken, follow)
        self._count(taken)
        notes = self._notes(taken)
        if notes or live:
            return Replay(self._index.exchanges[taken.place], taken.place, notes, live)
        return self._replays[taken.place] or self._replay(taken.place)

    def _fitted(
        self, hit: Hit, live: tuple[tuple[str, str], ...], walk: Walk, taken: Step, follow: Followed | None
    ) -> Replay:
        """A recording that does not answer to the letter, or not with its own values; told wherever it was relaxed."""
        recorded = self._index.exchanges[taken.place]
        fitted = fit(recorded, hit, follow, walk.flow or NO_FLOW)
        walk.flow = fitted.flow or None
        self._count(taken)
        if fitted.relaxed:
            self.tally.relaxed_one(operation_of(recorded.request.does, recorded.request.path), fitted.relaxed)
        notes = self._notes(taken, fitted.relaxed)
        return Replay(fitted.exchange, taken.place, notes, live, is_own=fitted.exchange is not recorded)

    def _own_writes(self, walk: Walk, chosen: int) -> int:
        """How many writes between where a session stands and a place are its own, recorded by itself."""
        spans = self._index.spans
        begin = spans.starts[spans.scenario_of[chosen]]
        if begin <= walk.place < chosen:
            begin = walk.place + 1
        return sum(begin <= place < chosen for place in walk.made)

    def again(self, found: Hit | NoHit, session: str, revision: int) -> Replay | None:
        """What `step` gives for a remembered hit; None, and nothing done, where it takes more than walking on."""
        with self._lock:
            if revision != self.revision or self.strict or self.stale or self.mode not in _WALKING:
                return None
            if type(found) is not Hit:
                return None
            walk = self._walks.get(session)
            if walk is not None and walk.flow is not None and found.relaxed:
                return None
            decision = self._hit(found, (), session)
            return decision if isinstance(decision, Replay) else None

    def again_at(self, place: int, session: str, revision: int) -> bool:
        """Walk on to the only place of a remembered request, if its answer needs no remark; else do nothing.

        What `again` does, for those who know the answer at that place already.
        """
        with self._lock:
            walk = self._walks.get(session)
            if (
                walk is None
                or walk.flow is not None
                or walk.skipped
                or revision != self.revision
                or self.strict
                or self.stale
                or (self.mode is not _REPLAY and self.mode not in _WALKING)
            ):
                return False
            spans = self._index.spans
            if walk.home != NOWHERE and (place != walk.place + 1 or walk.home != spans.scenario_of[place]):
                return False
            if self._has_writes and writes_between(walk.place, place, spans):
                return False
            walk.place = place
            self.tally.hits += 1
            self.tally.counts[place] += 1
            return True

    def _replay(self, place: int) -> Replay:
        """The answer at a place that needs no remark; made once."""
        made = self._replays[place] = Replay(self._index.exchanges[place], place)
        return made

    def _begin_at(self, places: Sequence[int]) -> int:
        """Where a session begins that knows of no scenario; found once for each request."""
        key = (places[0], len(places))
        if self._beginnings.get(key) not in places[:LOOKED_AT]:
            self._beginnings[key] = beginning(places, self._index.spans, self._answer_at)
        return self._beginnings[key]

    def _answer_at(self, place: int) -> str:
        """The id of the recording at a place: of one request, the same for equal answers."""
        return exchange_id(self._index.exchanges[place], self._index.mirror.rules)

    def walk(self, lookup: Lookup, session: str, live: Exchange) -> tuple[Exchange, Exchange] | None:
        """The recording that this session would get next, and a live exchange in its terms; None for a miss.

        The session moves there, and learns which values the live service gave for recorded ones; only what had to be
        relaxed is counted.
        """
        with self._lock:
            found, follow = self._follow(lookup.found, session)
            if isinstance(found, NoHit):
                return None
            walk = self._walks.get(session) or self._begin(session)
            standing = Standing(walk.place, walk.home, walk.skipped)
            taken = step(standing, found.places, self._index.spans, self._begin_at)
            walk.place, walk.skipped = taken.stands, taken.skipped
            recorded = self._index.exchanges[taken.place]
            if follow is not None:
                operation = operation_of(recorded.request.does, recorded.request.path)
                self.tally.relaxed_one(operation, (f"{part} (value flow)" for part in follow.parts))
            live, flow = compared(self._index, recorded, found, follow, walk.flow or NO_FLOW, live)
            walk.flow = flow or None
            return recorded, live

    def _miss(self, nohit: NoHit, reason: str = "") -> Decision:
        """A request that was not recorded, or whose recording may not answer for a reason."""
        todo = plan(self.mode, Case.MISS)
        if isinstance(todo, Forward):
            self.tally.forwarded += 1
            return todo
        return self._refuse(nohit, reason)

    def _why_not(self, taken: Step) -> str:
        """Why a recording may not answer; empty when it may."""
        if self.stale and self.refuse_stale:
            return f"the mirror is stale: {self.stale}"
        if self.strict and taken.ahead:
            writes = "1 recorded write" if taken.ahead == 1 else f"{taken.ahead} recorded writes"
            return f"it lies behind {writes} that this session has not made"
        return ""

    def _refuse(self, nohit: NoHit, reason: str = "") -> Refuse:
        """Explain, and remember for the closing report."""
        miss = explain(self._index, nohit, reason)
        self.tally.missed_one(miss)
        return Refuse(miss)

    def _begin(self, session: str) -> Walk:
        """A new session: at home in its namesake's scenario, when there is one."""
        named = session or self.default_session
        numbers = self._index.scenario_numbers
        names = scenario_names(named) if named else ()
        home = next((numbers[name] for name in names if name in numbers), NOWHERE)
        if len(self._walks) >= SESSIONS_KEPT:
            self._forget_oldest()
        walk = self._walks[session] = Walk(home=home)
        return walk

    def _forget_oldest(self) -> None:
        """Let go of the tenth of the sessions that began first; nobody closes a session that a client just named."""
        oldest = [name for name in islice(self._walks, SESSIONS_KEPT // 10) if name != DEFAULT_SESSION]
        for name in oldest:
            del self._walks[name]
            self.conditions.reset(name)

    def _count(self, taken: Step) -> None:
        """Keep the tally."""
        tally = self.tally
        tally.hits += 1
        tally.counts[taken.place] += 1
        tally.ahead += taken.ahead > 0
        tally.away += taken.away

    def _notes(self, taken: Step, relaxed: Sequence[str] = ()) -> tuple[tuple[Note, str], ...]:
        """What a person should know about this answer."""
        if not (relaxed or taken.ahead or taken.away or self.stale):
            return ()
        notes: list[tuple[Note, str]] = []
        if relaxed:
            notes.append((Note.RELAXED, ", ".join(relaxed)))
        if taken.ahead:
            notes.append((Note.AHEAD, f"{taken.ahead} recorded writes were not made"))
        if taken.away:
            notes.append((Note.AWAY, self._index.scenario_at(taken.place).name))
        if self.stale:
            notes.append((Note.STALE, self.stale))
        return tuple(notes)

    def place_of(self, session: str = "") -> int:
        """Where a session stands; NOWHERE before its first answer."""
        walk = self._walks.get(session)
        return walk.place if walk else NOWHERE

    def sessions(self) -> Mapping[str, int]:
        """Every session's place."""
        with self._lock:
            return {session: walk.place for session, walk in self._walks.items()}

    def begin(self, session: str) -> None:
        """Let a session begin anew at the beginning, known before its first request."""
        with self._lock:
            self.conditions.reset(session)
            self._begin(session)

    def reset(self, session: str | None = None) -> None:
        """Let one session, or all, begin anew."""
        with self._lock:
            self.conditions.reset(session)
            if session is None:
                self._walks.clear()
            else:
                self._walks.pop(session, None)

    def add(self, recorded: Iterable[tuple[str, Exchange]], sessions: Sequence[str] = ()) -> None:
        """Take in what was recorded meanwhile (scenario and exchange); lookups remembered before are void.

        `sessions` says for each who recorded it: a write that a session made itself does not lie ahead of it.
        """
        mirror = self._index.mirror
        reads = frozenset(mirror.rules.reads)
        made: list[tuple[str, str, int]] = []
        for number, (name, exchange) in enumerate(recorded):
            old = mirror.scenario(name) or Scenario(name)
            mirror = mirror.with_scenario(replace(old, exchanges=(*old.exchanges, exchange)))
            if number < len(sessions) and is_write(exchange.request, reads):
                made.append((sessions[number], name, len(old.exchanges)))
        self.renew(mirror)
        with self._lock:
            for session, name, offset in made:
                walk = self._walks.get(session) or self._begin(session)
                start = self._index.spans.starts[self._index.scenario_numbers[name]]
                walk.made = (*walk.made, start + offset)

    def renew(self, mirror: Mirror, index: Index | None = None) -> None:
        """Serve another state of the mirror; each session keeps standing at the same exchange of its scenario.

        `index` is the mirror's, where it was built beforehand.
        """
        index = index or build_index(mirror)
        with self._lock:
            old, self._index = self._index, index
            self._stand_ins = None
            self._replays = [None] * len(index.exchanges)
            self._beginnings = {}
            self._has_writes = index.spans.writes_before[-1] > 0
            self._walks = {key: moved(walk, old, index) for key, walk in self._walks.items()}
            self.tally.counts = recounted(self.tally.counts, old, index)
            self.revision += 1

    def unused(self) -> list[int]:
        """Places that answered nobody."""
        return [place for place in range(len(self._index.exchanges)) if not self.tally.counts[place]]
