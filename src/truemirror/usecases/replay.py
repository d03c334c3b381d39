"""Answer requests from a mirror: look up, step on the session's timeline, decide by the mode, count.

Rules: `find` is pure and may be remembered by raw request until `revision` changes; `step` moves one session,
atomically under the lock that the caller brings. A session's standing is the only state that an answer leaves behind.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import partial

from truemirror.core.mirror.decision import Case, Decision, Forward, Mode, Note, Refuse, Replay, plan
from truemirror.core.mirror.index import Hit, Index, NoHit, build_index, is_write
from truemirror.core.mirror.latency import Latency
from truemirror.core.mirror.miss import Miss, explain
from truemirror.core.mirror.model import Ignore, Mirror, Scenario
from truemirror.core.mirror.operation import operation_of
from truemirror.core.mirror.plan import Plan
from truemirror.core.mirror.redaction_recognise import recorded_stand_ins
from truemirror.core.mirror.session import scenario_names
from truemirror.core.mirror.timeline import NOWHERE, Standing, Step, step, writes_between
from truemirror.core.wire.exchange import Exchange, Request
from truemirror.ports import Lock
from truemirror.usecases.conditions import Conditions, check_operations
from truemirror.usecases.redact import Redactor

_MISSES_KEPT = 1_000
_WALKING = frozenset(mode for mode in Mode if plan(mode, Case.HIT) is None)
"""Modes in which a hit is answered with its recording."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """What one request found: independent of sessions, so it can be remembered."""

    found: Hit | NoHit
    live: tuple[tuple[str, str], ...] = ()
    """Stand-ins and the live secrets that this request brought for them."""


@dataclass(slots=True)
class Tally:
    """What a mirror was asked and how it answered."""

    hits: int = 0
    misses: int = 0
    relaxed: int = 0
    ahead: int = 0
    away: int = 0
    forwarded: int = 0
    planned: int = 0
    """Calls that a fault plan changed; one that it answered is no hit."""
    counts: "array[int]" = field(default_factory=partial(array, "Q"))
    """How often each place answered."""
    missed: list[Miss] = field(default_factory=list)
    """The first misses, for the closing report."""
    relaxations: Counter[Ignore] = field(default_factory=Counter)

    @property
    def used(self) -> Counter[int]:
        """How often each place answered that did at all."""
        return Counter({place: count for place, count in enumerate(self.counts) if count})


class _Walk:
    """Where one session stands; it moves under the replayer's lock."""

    __slots__ = ("home", "made", "place")

    def __init__(self, place: int = NOWHERE, home: int = NOWHERE, made: tuple[int, ...] = ()) -> None:
        """Begin there, with the places of writes that the session itself has recorded."""
        self.place = place
        self.home = home
        self.made = made


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
    ) -> None:
        """Index the mirror. `strict` refuses answers that lie ahead; `stale` says why the mirror is stale, if it is."""
        self.mode = mode
        self.strict = strict
        self.stale = stale
        self.refuse_stale = refuse_stale
        self.redactor = redactor or Redactor()
        self.default_session = ""
        """Whose conversation is repeated by requests that name no session; counts when the default session begins."""
        self.tally = Tally()
        self.revision = 0
        self._lock: Lock = lock or nullcontext()
        self._walks: dict[str, _Walk] = {}
        self._index = build_index(mirror)
        self._stand_ins: frozenset[str] | None = None
        self._replays: list[Replay | None] = [None] * len(self._index.exchanges)
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
                return Lookup(self._index.find(recognised.request), recognised.live)
        return Lookup(found, redacted.live)

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
        match lookup.found:
            case Hit() as hit:
                return self._hit(hit, lookup.live, session)
            case NoHit() as nohit:
                return self._miss(nohit)

    def plan(self, plan_: Plan, session: str | None = None) -> None:
        """Let calls of one session (`""` is the default one), or of each, meet what a plan says.

        Raises UsageError for an operation that was never recorded, where only recordings answer.
        """
        if plan(self.mode, Case.MISS) is None:
            check_operations(plan_, self._index)
        with self._lock:
            self.conditions.add(plan_, session)
            self.revision += 1  # what is remembered was answered without the plan

    def plans(self, session: str = "") -> tuple[str, ...]:
        """The rules in force for a session, a line each."""
        return self.conditions.plans(session)

    def delay(self, latency: Latency, seed: int = 0) -> None:
        """Answer as slowly as this from now on."""
        with self._lock:
            self.conditions.delay(latency, seed)
            self.revision += 1

    def _hit(self, hit: Hit, live: tuple[tuple[str, str], ...], session: str) -> Decision:
        """A request that was recorded."""
        todo = plan(self.mode, Case.STALE if self.stale else Case.HIT)
        if isinstance(todo, Forward):
            self.tally.forwarded += 1
            return todo
        walk = self._walks.get(session) or self._begin(session)
        taken = step(Standing(walk.place, walk.home), hit.places, self._index.spans)
        if taken.ahead and walk.made:
            taken = replace(taken, ahead=taken.ahead - self._own_writes(walk, taken.place))
        reason = self._why_not(taken)
        if reason:
            return self._miss(NoHit(hit.parts, operation_of(hit.parts.method, hit.parts.path)), reason)
        walk.place = taken.place
        self._count(hit, taken)
        notes = self._notes(hit, taken)
        if notes or live:
            return Replay(self._index.exchanges[taken.place], taken.place, notes, live)
        return self._replays[taken.place] or self._replay(taken.place)

    def _own_writes(self, walk: _Walk, chosen: int) -> int:
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
            decision = self._hit(found, (), session)
            return decision if isinstance(decision, Replay) else None

    def again_at(self, place: int, session: str, revision: int) -> bool:
        """Walk on to the only place of a remembered request, if its answer needs no remark; else do nothing.

        What `again` does, for those who know the answer at that place already.
        """
        with self._lock:
            walk = self._walks.get(session)
            if walk is None or revision != self.revision or self.strict or self.stale or self.mode not in _WALKING:
                return False
            spans = self._index.spans
            if walk.home != NOWHERE and walk.home != spans.scenario_of[place]:
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

    def walk(self, hit: Hit, session: str = "") -> Exchange:
        """The recording that this session would get next; the session moves there, nothing is counted."""
        with self._lock:
            walk = self._walks.get(session) or self._begin(session)
            walk.place = step(Standing(walk.place, walk.home), hit.places, self._index.spans).place
            return self._index.exchanges[walk.place]

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
        self.tally.misses += 1
        if len(self.tally.missed) < _MISSES_KEPT:
            self.tally.missed.append(miss)
        return Refuse(miss)

    def _begin(self, session: str) -> _Walk:
        """A new session: at home in its namesake's scenario, when there is one."""
        named = session or self.default_session
        numbers = self._index.scenario_numbers
        names = scenario_names(named) if named else ()
        home = next((numbers[name] for name in names if name in numbers), NOWHERE)
        walk = self._walks[session] = _Walk(home=home)
        return walk

    def _count(self, hit: Hit, taken: Step) -> None:
        """Keep the tally."""
        tally = self.tally
        tally.hits += 1
        tally.counts[taken.place] += 1
        tally.ahead += taken.ahead > 0
        tally.away += taken.away
        if hit.relaxed:
            tally.relaxed += 1
            tally.relaxations.update(hit.relaxed)

    def _notes(self, hit: Hit, taken: Step) -> tuple[tuple[Note, str], ...]:
        """What a person should know about this answer."""
        if not (hit.relaxed or taken.ahead or taken.away or self.stale):
            return ()
        notes: list[tuple[Note, str]] = []
        if hit.relaxed:
            notes.append((Note.RELAXED, ", ".join(rule.part for rule in hit.relaxed)))
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
        """Let a session stand at the beginning, known before its first request."""
        with self._lock:
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
            self._has_writes = index.spans.writes_before[-1] > 0
            self._walks = {key: _moved(walk, old, index) for key, walk in self._walks.items()}
            self.tally.counts = _recounted(self.tally.counts, old, index)
            self.revision += 1

    def unused(self) -> list[int]:
        """Places that answered nobody."""
        return [place for place in range(len(self._index.exchanges)) if not self.tally.counts[place]]


def _moved(walk: _Walk, old: Index, new: Index) -> _Walk:
    """The same walk in another state of the mirror, where places have other numbers."""
    home = NOWHERE
    if walk.home != NOWHERE:
        home = new.scenario_numbers.get(old.mirror.scenarios[walk.home].name, NOWHERE)
    made = tuple(moved for place in walk.made if (moved := _moved_place(place, old, new)) != NOWHERE)
    if walk.place == NOWHERE:
        return _Walk(home=home, made=made)
    place = _moved_place(walk.place, old, new)
    return _Walk(made=made) if place == NOWHERE else _Walk(place, home, made)


def _moved_place(place: int, old: Index, new: Index) -> int:
    """The number that a place has now, or the last one of its scenario; NOWHERE without its scenario."""
    number = old.spans.scenario_of[place]
    moved = new.scenario_numbers.get(old.mirror.scenarios[number].name)
    if moved is None or not new.mirror.scenarios[moved].exchanges:
        return NOWHERE
    last = len(new.mirror.scenarios[moved].exchanges) - 1
    return new.spans.starts[moved] + min(place - old.spans.starts[number], last)


def _recounted(counts: "array[int]", old: Index, new: Index) -> "array[int]":
    """The counts of places under the numbers that they have now."""
    recounted = array("Q", bytes(8 * len(new.exchanges)))
    for place, count in enumerate(counts):
        if count and (moved := _moved_place(place, old, new)) != NOWHERE:
            recounted[moved] += count
    return recounted
