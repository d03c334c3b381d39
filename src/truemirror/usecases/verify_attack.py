"""After the replay the attack: kept failures first, then new ones; each judged again before it is told and kept.

    kept ──▶ asked again ──▶ still fails: break     no longer: told as fixed
    attack ──▶ suspects ──▶ asked again ──▶ judged ──▶ made smaller ──▶ asked and judged again ──▶ redacted ──▶ kept

Rules: what the attacker says is a suspicion; only what comes back when it is asked again is a failure, all else is
flaky. A smaller conversation counts only when it fails by the same rule at the same place. What is kept, and what is
quoted, was redacted. A kept failure is fixed only when all of it was asked and let in.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from truemirror.core.attack import DEFAULT_CHECKS, Attacked, AttackPlan, Found, Suspect, curl_of, found_name
from truemirror.core.attack_chain import links_of, shorter
from truemirror.core.contract.finding import Finding, Level
from truemirror.core.mirror.live_flow import Today
from truemirror.core.mirror.noise_asking import is_sendable
from truemirror.core.wire.exchange import Exchange, Response
from truemirror.errors import StoreError
from truemirror.ports import Attacker, FoundStore, Progress, Upstream
from truemirror.usecases.redact import Redactor
from truemirror.usecases.verify_caller import Caller
from truemirror.usecases.verify_had import Had
from truemirror.usecases.verify_judge import LiveJudge
from truemirror.usecases.verify_result import AttackVerified, FoundVerified

MOST_SUSPECTS = 60
"""How many suspicions are looked into."""
MOST_TRIES = 60
"""How often one failing conversation is made smaller."""
FOUND = "found"
"""What stands for a scenario's name where an answer is only looked at."""


@dataclass(slots=True)
class Hunt:
    """Failures of one running service."""

    upstream: Upstream
    caller: Caller
    judge: LiveJudge
    redactor: Callable[[], Redactor]
    store: FoundStore
    progress: Progress
    url: str
    found: list[FoundVerified] = field(default_factory=list)
    _told: set[tuple[str, str, str]] = field(default_factory=set)
    _kept: set[str] = field(default_factory=set)

    async def again(self, credentials: Sequence[tuple[str, str]]) -> None:
        """Ask what earlier attacks found. Raises FormatError, StoreError."""
        kept = self.store.load()
        self.progress.stage("asking what failed before", len(kept))
        for one in kept:
            self._kept.add(one.name)
            self.found.append(await self._kept_again(one, credentials))
            self.progress.advance(1, one.name)
        self.progress.done()

    async def _kept_again(self, one: Found, credentials: Sequence[tuple[str, str]]) -> FoundVerified:
        """One kept failure: it fails again, it no longer does, or nobody can say."""
        had = await self._ask(one.exchanges, credentials)
        evidence = f"kept as {one.name}"
        heavy = (
            [found for found in self._judged(had.live[-1], evidence) if found.level is Level.BREAK] if had.live else []
        )
        *before, curl = (curl_of(step.request, self.url) for step in one.exchanges)
        lines = curl, tuple(before)
        if heavy:
            self._tell(heavy)
            return FoundVerified(one.name, one.operation, heavy[0].rule, heavy[0].message, *lines)
        why = had.why_nothing_is_known
        told = FoundVerified(one.name, one.operation, one.rule, one.message, *lines, why=why, is_fixed=not why)
        if not why:
            said = "it made the service fail and no longer does"
            self.judge.tell(
                self.judge.finding("attack-fixed", one.operation, f"found {one.name}", said, evidence=evidence)
            )
        return told

    async def attack(self, attacker: Attacker, plan: AttackPlan) -> AttackVerified:
        """Attack, and look into each suspicion. Raises UsageError, StoreError."""
        self.progress.stage(f"attacking {self.judge.mirror.service} (seed {plan.seed})")
        attacked = await attacker.attack(plan)
        suspects = _chosen(attacked)
        self.progress.stage("asking again what looked wrong", len(suspects))
        for one in suspects:
            await self._suspect(one, plan)
            self.progress.advance(1, one.operation)
        self.progress.done()
        return AttackVerified(attacked.seed, attacked.calls, attacked.phases, attacked.errors)

    async def _suspect(self, one: Suspect, plan: AttackPlan) -> None:
        """Look into one suspicion."""
        last = one.exchanges[-1]
        evidence = f"attack, seed {plan.seed}"
        before = self._judged(last, evidence)
        keys = {(found.rule, found.operation, found.location) for found in before}
        if before and keys <= self._told:
            return
        had = await self._ask(one.exchanges, plan.headers)
        if not had.live:
            return
        after = self._judged(had.live[-1], evidence)
        if not after:
            self._told |= keys
            self._suspicious(one, before, evidence)
            return
        fresh = self._tell(after)
        if fresh and fresh[0].level is Level.BREAK:
            self._keep(await self._smallest(had, fresh[0], plan), fresh[0], plan.seed)

    def _tell(self, findings: Sequence[Finding]) -> Sequence[Finding]:
        """Remember findings; gives back those that were not told before."""
        fresh = [one for one in findings if (one.rule, one.operation, one.location) not in self._told]
        self._told |= {(one.rule, one.operation, one.location) for one in fresh}
        for one in fresh:
            self.judge.tell(one)
        return fresh

    def _suspicious(self, one: Suspect, before: Sequence[Finding], evidence: str) -> None:
        """Something that did not come back, or that only the attacker minds."""
        if before and before[0].level is not Level.BREAK:
            self._tell(before)
            return
        if before:
            said = f"{before[0].rule} did not come back when it was asked again: {before[0].message}"
            found = self.judge.finding("attack-flaky", one.operation, before[0].location, said, evidence=evidence)
        else:
            said = one.check if one.check in DEFAULT_CHECKS else f"{one.check}: {one.message}"
            found = self.judge.finding("attack-rejected", one.operation, f"check {one.check}", said, evidence=evidence)
        self._tell([found])

    async def _ask(self, exchanges: Sequence[Exchange], credentials: Sequence[tuple[str, str]]) -> Had:
        """Have a conversation again, each request with the values that the answers before it gave today."""
        today = Today(links_of(exchanges), secrets=dict(self.caller.secrets))
        live: list[Exchange] = []
        for one in exchanges:
            request = today.request(one.request)
            for name, value in credentials:
                if name in request.headers:
                    request = replace(request, headers=request.headers.replacing(name, value))
            if not is_sendable(request):
                return Had(exchanges, ())
            live.append(await self.upstream.send(request))
            outcome = live[-1].outcome
            is_same = isinstance(outcome, Response) and outcome.status == one.status
            today.learn(one, outcome if is_same and isinstance(outcome, Response) else None)
        return Had(exchanges, tuple(live))

    async def _smallest(self, had: Had, first: Finding, plan: AttackPlan) -> Sequence[Exchange]:
        """The failing conversation with as little as it needs to fail by the same rule at the same place.

        One that could not be had again as it was stays whole: what its last request names is there already.
        """
        if not had.is_whole:
            return had.recorded
        tries = 0
        failing: Sequence[Exchange] = had.live
        is_smaller = True
        while is_smaller and tries < MOST_TRIES:
            is_smaller = False
            for conversation in shorter(failing):
                tries += 1
                again = await self._ask(conversation, plan.headers)
                if again.is_whole and again.live and self._is_same(again.live[-1], first):
                    failing, is_smaller = again.live, True
                    break
                if tries >= MOST_TRIES:
                    break
        return failing

    def _is_same(self, live: Exchange, first: Finding) -> bool:
        """Whether an answer shows the same failure."""
        found = self._judged(live, first.evidence)
        return any(
            (one.rule, one.operation, one.location) == (first.rule, first.operation, first.location) for one in found
        )

    def _judged(self, live: Exchange, evidence: str) -> Sequence[Finding]:
        """What is to be said of an answer to a generated request; findings quote it, so it is redacted before."""
        try:
            clean = self.redactor().redact(live, FOUND)
        except StoreError:
            outcome = live.outcome
            clean = replace(live, outcome=replace(outcome, body=b"")) if isinstance(outcome, Response) else live
            found = self.judge.attacked(clean.request, clean.outcome, evidence)
            return [one for one in found if one.rule.startswith("attack-")]
        return self.judge.attacked(clean.request, clean.outcome, evidence)

    def _keep(self, exchanges: Sequence[Exchange], first: Finding, seed: int) -> None:
        """Keep a failure, redacted. A failure that cannot be redacted or written is told and not kept."""
        name = found_name(first.rule, first.operation, first.location)
        file = ""
        clean: Sequence[Exchange] = ()
        try:
            redactor = self.redactor()
            clean = [redactor.redact(one, name) for one in exchanges]
            kept = Found(name, first.rule, first.operation, first.message, tuple(clean), seed)
            file = self.store.save(kept)
        except StoreError as error:
            file = f"not kept: {error.what}"
        *before, curl = [curl_of(one.request, self.url) for one in clean] or [""]
        is_new = name not in self._kept
        self._kept.add(name)
        lines = curl, tuple(before), file
        self.found.append(FoundVerified(name, first.operation, first.rule, first.message, *lines, is_new=is_new))


def _chosen(attacked: Attacked) -> list[Suspect]:
    """Suspicions to look into: server errors first, the shortest conversations first."""
    ordered = sorted(attacked.suspects, key=_order)
    seen: set[tuple[str, str, int | None, str]] = set()
    chosen: list[Suspect] = []
    for one in ordered:
        key = one.check, one.operation, one.exchanges[-1].status, one.message[:80]
        if key not in seen:
            seen.add(key)
            chosen.append(one)
    return chosen[:MOST_SUSPECTS]


def _order(one: Suspect) -> tuple[bool, int, int]:
    """What is looked into first."""
    last = one.exchanges[-1]
    return (last.status or 599) < 500, len(one.exchanges), len(last.request.body)
