"""After the replay the attack: kept failures first, then new ones; each judged again before it is told and kept.

    kept ──▶ asked again ──▶ still fails: break     no longer: told as fixed
    attack ──▶ suspects ──▶ asked again ──▶ judged ──▶ made smaller ──▶ asked and judged again ──▶ redacted ──▶ kept

Rules: what the attacker says is a suspicion; only what comes back when it is asked again is a failure, all else is
flaky. A smaller request counts only when it fails by the same rule at the same place. What is kept was redacted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from truemirror.core.attack import Attacked, AttackPlan, Found, Suspect, curl_of, found_name, smaller
from truemirror.core.contract.finding import Finding, Level
from truemirror.core.mirror.live_flow import Today
from truemirror.core.mirror.noise_asking import is_sendable
from truemirror.core.wire.exchange import Exchange, Outcome, Request, Response
from truemirror.errors import StoreError
from truemirror.ports import Attacker, FoundStore, Progress, Upstream
from truemirror.usecases.redact import Redactor
from truemirror.usecases.verify_caller import Caller
from truemirror.usecases.verify_judge import LiveJudge
from truemirror.usecases.verify_result import AttackVerified, FoundVerified

MOST_SUSPECTS = 60
"""How many suspicions are looked into."""
MOST_TRIES = 40
"""How often one failing request is made smaller."""


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
            asked = await self._ask(one.exchanges, credentials)
            evidence = f"kept as {one.name}"
            if asked is None:
                self.progress.advance(1, one.name)
                continue
            findings = self.judge.attacked(asked.request, asked.outcome, evidence)
            heavy = [found for found in findings if found.level is Level.BREAK]
            self._tell(heavy)
            is_fixed = not heavy
            if is_fixed:
                said = "it made the service fail and no longer does"
                self.judge.tell(
                    self.judge.finding("attack-fixed", one.operation, f"found {one.name}", said, evidence=evidence)
                )
            rule = heavy[0].rule if heavy else one.rule
            curl = curl_of(one.exchanges[-1].request, self.url)
            said = heavy[0].message if heavy else one.message
            self.found.append(FoundVerified(one.name, one.operation, rule, said, curl, is_fixed=is_fixed))
            self.progress.advance(1, one.name)
        self.progress.done()

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
        before = self.judge.attacked(last.request, last.outcome, evidence)
        keys = {(found.rule, found.operation, found.location) for found in before}
        if before and keys <= self._told:
            return
        asked = await self._ask(one.exchanges, plan.headers)
        if asked is None:
            return
        after = self.judge.attacked(asked.request, asked.outcome, evidence)
        if not after:
            self._told |= keys
            self._suspicious(one, before, evidence)
            return
        chain = one.exchanges
        if after[0].level is Level.BREAK and len(chain) == 1:
            asked = await self._smallest(asked, after[0], evidence)
        fresh = self._tell(after)
        if fresh and fresh[0].level is Level.BREAK:
            self._keep((*chain[:-1], asked), fresh[0], plan.seed)

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
            said = f"{one.check}: {one.message}"
            found = self.judge.finding("attack-rejected", one.operation, f"check {one.check}", said, evidence=evidence)
        self._tell([found])

    async def _ask(self, exchanges: Sequence[Exchange], credentials: Sequence[tuple[str, str]]) -> Exchange | None:
        """Have a conversation again; gives back how it ended, None when it cannot be asked."""
        today = Today(secrets=dict(self.caller.secrets))
        live: Exchange | None = None
        for one in exchanges:
            request = today.request(one.request)
            for name, value in credentials:
                if name in request.headers:
                    request = replace(request, headers=request.headers.replacing(name, value))
            if not is_sendable(request):
                return None
            live = await self.upstream.send(request)
            is_alike = isinstance(live.outcome, Response) and live.outcome.status == one.status
            today.learn(one, live.outcome if is_alike and isinstance(live.outcome, Response) else None)
        return live

    async def _smallest(self, failing: Exchange, first: Finding, evidence: str) -> Exchange:
        """The failing request with as little as it needs to fail by the same rule at the same place."""
        tries = 0
        is_smaller = True
        while is_smaller and tries < MOST_TRIES:
            is_smaller = False
            for request in smaller(failing.request):
                tries += 1
                live = await self.upstream.send(request)
                if self._is_same(request, live.outcome, first, evidence):
                    failing, is_smaller = Exchange(request, live.outcome, live.elapsed_ms), True
                    break
                if tries >= MOST_TRIES:
                    break
        return failing

    def _is_same(self, request: Request, outcome: Outcome, first: Finding, evidence: str) -> bool:
        """Whether an answer shows the same failure."""
        found = self.judge.attacked(request, outcome, evidence)
        return any(
            (one.rule, one.operation, one.location) == (first.rule, first.operation, first.location) for one in found
        )

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
        curl = curl_of(clean[-1].request, self.url) if clean else ""
        is_new = name not in self._kept
        self._kept.add(name)
        self.found.append(FoundVerified(name, first.operation, first.rule, first.message, curl, file, is_new=is_new))


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
