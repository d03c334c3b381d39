"""Verify a provider: its recorded conversations had again, each live answer judged by the contract and for drift.

    state hook ──▶ request with today's values and secrets ──▶ ask ──▶ redact ──▶ contract ──▶ drift ──▶ next

Rules: scenario by scenario in the order in which they were recorded, each request in its order. What cannot be asked is
counted by its reason, never left out in silence; a request that hangs on an answer which was another one is not asked,
so that one break is not told ten times. Live answers are redacted before anybody looks at them.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

from truemirror.core.contract.finding import Level
from truemirror.core.mirror.live_flow import Today
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.mirror.noise_asking import is_sendable
from truemirror.core.mirror.operation import operation_of
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Response, is_safe
from truemirror.errors import CouldNotRun, StoreError, UpstreamError
from truemirror.ports import Clock, Progress, StateHook, Upstream
from truemirror.usecases.redact import Redactor
from truemirror.usecases.verify_caller import Caller
from truemirror.usecases.verify_judge import LiveJudge, heaviest
from truemirror.usecases.verify_result import ScenarioVerified, State, Verified

BROKEN = "its connection broke when it was recorded"
UNSENDABLE = "it cannot be sent as it is written"
UNSAFE = "it may change something, and only reads were asked for"
LATE = "the deadline came first"
ENOUGH = "the limit came first"
UNCLEAN = "its answer could not be redacted"
GONE = "the service was gone"
_NOT_THERE = frozenset({FaultKind.REFUSED, FaultKind.UNRESOLVED, FaultKind.TLS})
_CHOSEN = frozenset({UNSAFE, ENOUGH, BROKEN})
"""Reasons that somebody chose, or that no service can help."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What of a mirror is asked."""

    scenarios: tuple[str, ...] = ()
    """Names; all when empty."""
    only_reads: bool = False
    reads: tuple[str, ...] = ()
    """Operations with unsafe methods that change nothing."""
    limit: int = 0
    """At most so many requests; 0 for no limit."""
    deadline: float = 0.0
    """Seconds for all of it; 0 for no limit."""


@dataclass(slots=True)
class Verifier:
    """Verifies one provider."""

    upstream: Upstream
    caller: Caller
    judge: LiveJudge
    redactor: Callable[[], Redactor]
    clock: Clock
    progress: Progress
    hook: StateHook | None = None
    scope: Scope = field(default_factory=Scope)
    asked: int = 0
    left: Counter[str] = field(default_factory=Counter)
    wanted: set[str] = field(default_factory=set)
    """Operations that were to be asked."""
    judged: set[str] = field(default_factory=set)
    _began: float = -1.0
    _is_gone: bool = False

    def begin(self) -> None:
        """Start the deadline's clock, unless it runs."""
        if self._began < 0:
            self._began = self.clock.monotonic_ms()

    @property
    def seconds_left(self) -> float:
        """Seconds until the deadline, below zero after it; without one, very many."""
        if not self.scope.deadline:
            return 1e9
        return self.scope.deadline - (self.clock.monotonic_ms() - self._began) / 1000

    async def verify(self) -> Verified:
        """Have the mirror's conversations again. Raises UpstreamError when the service cannot be reached."""
        self.begin()
        mirror = self.judge.mirror
        chosen = [one for one in told_order(mirror) if not self.scope.scenarios or one.name in self.scope.scenarios]
        self.progress.stage(f"asking {mirror.service}", sum(len(one.exchanges) for one in chosen))
        scenarios = [await self._scenario(one) for one in chosen]
        self.progress.done()
        contract = self.judge.conformance.contract.version if self.judge.conformance else ""
        return Verified(
            mirror.service,
            mirror.version,
            contract,
            tuple(scenarios),
            self.judge.findings,
            self.asked,
            self.judge.values,
            self.judge.orders,
            dict(sorted(self.left.items())),
            tuple(sorted(self.wanted - self.judged)),
            is_cut=self.left[LATE] > 0,
        )

    async def _scenario(self, scenario: Scenario) -> ScenarioVerified:
        """One conversation."""
        whole = len(scenario.exchanges)
        if self._stopped():
            self._leave(self._stopped(), whole)
            return ScenarioVerified(scenario.name, State.NOT_RUN, 0, whole, self._stopped())
        if self.hook is not None:
            try:
                await self.hook.prepare(scenario.name, self.seconds_left)
            except TimeoutError:
                self._leave(LATE, whole)
                return ScenarioVerified(scenario.name, State.NOT_RUN, 0, whole, LATE)
            except CouldNotRun as error:
                why = f"its state could not be set up: {error.what}"
                self._leave("its scenario's state could not be set up", whole)
                return ScenarioVerified(scenario.name, State.NOT_RUN, 0, whole, why)
        today = Today(self.judge.mirror.rules.links)
        redactor = self.redactor()
        level: Level | None = None
        asked, why = self.asked, ""
        for number, exchange in enumerate(scenario.exchanges, 1):
            place = scenario.name, number
            found, why_not = await self._exchange(exchange, today, redactor, place)
            why = why or why_not
            level = min((one for one in (level, found) if one is not None), key=list(Level).index, default=None)
            self.progress.advance(1, scenario.name)
        number_asked = self.asked - asked
        if not number_asked and why not in _CHOSEN:
            return ScenarioVerified(scenario.name, State.NOT_RUN, 0, whole, why)
        state = State.BROKEN if level is Level.BREAK else State.DRIFTED if level else State.KEPT
        return ScenarioVerified(scenario.name, state, number_asked, whole)

    def _stopped(self) -> str:
        """Why nothing more is asked; empty while there is no reason."""
        if self._is_gone:
            return GONE
        if self.scope.limit and self.asked >= self.scope.limit:
            return ENOUGH
        return LATE if self.seconds_left <= 0 else ""

    def _leave(self, why: str, times: int = 1) -> None:
        """Some requests are not asked."""
        self.left[why] += times
        if times > 1:
            self.progress.advance(times)

    async def _exchange(
        self, recorded: Exchange, today: Today, redactor: Redactor, place: tuple[str, int]
    ) -> tuple[Level | None, str]:
        """One request: how heavy what was found is, and why it was not asked."""
        why, request = self._stopped() or self._why_not(recorded), None
        operation = self.judge.operation(recorded.request)
        if why not in _CHOSEN:
            self.wanted.add(operation)
        if not why:
            ready = await self.caller.ready(recorded, today)
            why, request = ready.why, ready.request
        if request is not None and not is_sendable(request):
            why, request = UNSENDABLE, None
        if request is None:
            self._leave(why)
            today.learn(recorded, None)
            return None, why
        live = await self.upstream.send(request)
        self._see_there(live)
        self.asked += 1
        return self._judge(recorded, live, today, redactor, place, operation)

    def _judge(
        self,
        recorded: Exchange,
        live: Exchange,
        today: Today,
        redactor: Redactor,
        place: tuple[str, int],
        operation: str,
    ) -> tuple[Level | None, str]:
        """Learn today's values from a live answer, and judge it."""
        outcome = live.outcome
        is_alike = isinstance(outcome, Response) and outcome.status == recorded.status
        today.learn(recorded, outcome if is_alike and isinstance(outcome, Response) else None)
        scenario, number = place
        try:
            clean = redactor.redact(live, scenario)
        except StoreError:
            self.left[UNCLEAN] += 1
            return None, UNCLEAN
        if isinstance(clean.outcome, Response):
            clean = Exchange(clean.request, today.as_recorded(clean.outcome), clean.elapsed_ms)
        self.judged.add(operation)
        found = self.judge.judge(recorded, clean, f"scenario {scenario}, exchange {number}")
        return heaviest(found), ""

    def _why_not(self, recorded: Exchange) -> str:
        """Why a request is not even tried; empty when it is."""
        request = recorded.request
        if not isinstance(recorded.outcome, Response):
            return BROKEN
        if self.scope.only_reads and not is_safe(request.method):
            known = {operation_of(request.does, request.path), self.judge.operation(request)}
            if known.isdisjoint(self.scope.reads):
                return UNSAFE
        return "" if is_sendable(request) else UNSENDABLE

    def _see_there(self, live: Exchange) -> None:
        """Whether the service is there. Raises UpstreamError when it never was."""
        outcome = live.outcome
        if not isinstance(outcome, Fault) or outcome.kind not in _NOT_THERE:
            return
        if not self.asked:
            raise UpstreamError(
                f"the service cannot be reached: {outcome.kind.value}, {outcome.detail}",
                fix="start it, and give its address with --against URL",
            )
        self._is_gone = True


def told_order(mirror: Mirror) -> Sequence[Scenario]:
    """The scenarios in the order in which they were recorded, as far as their answers' dates tell; else by name."""
    scenarios = [one for one in mirror.scenarios if one.exchanges]
    dates = [next(_dates(one), None) for one in scenarios]
    if any(one is None for one in dates):
        return scenarios
    pairs = sorted(zip(dates, scenarios, strict=True), key=lambda pair: (pair[0] or 0.0, pair[1].name))
    return [scenario for _, scenario in pairs]


def _dates(scenario: Scenario) -> Iterator[float]:
    """When answers of a scenario were given, in seconds."""
    for exchange in scenario.exchanges:
        text = exchange.outcome.headers.get("date") if isinstance(exchange.outcome, Response) else None
        if text:
            try:
                yield parsedate_to_datetime(text).timestamp()
            except (ValueError, OverflowError):
                continue
