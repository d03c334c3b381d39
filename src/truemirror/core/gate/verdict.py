"""The verdict: allow, block or unknown, from what the stages saw.

Rules: a broken stage blocks; without a broken one, a stage that could not say makes it unknown; no evidence is never
allow; what was not run is shown as not run and, where the repository asks for it, counts as unknown. More evidence of
success never turns allow into block. Every verdict but allow carries at least one reason.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from truemirror.errors import ExitCode


class Verdict(StrEnum):
    """What the gate says."""

    ALLOW = "allow"
    BLOCK = "block"
    UNKNOWN = "unknown"


class State(StrEnum):
    """How one thing that was looked at stands."""

    KEPT = "kept"
    BROKEN = "broken"
    UNKNOWN = "unknown"
    NOT_RUN = "not run"


EXIT_CODES: Mapping[Verdict, ExitCode] = {
    Verdict.ALLOW: ExitCode.KEPT,
    Verdict.BLOCK: ExitCode.BROKEN,
    Verdict.UNKNOWN: ExitCode.UNKNOWN,
}
"""The exit status of each verdict."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the verdict is not allow: one cause, however often it was seen."""

    rule: str
    """Stable id: a contract rule's, or `suite-broken`, `mirror-stale`, `evidence-missing` and their like."""
    effect: Verdict
    """BLOCK or UNKNOWN."""
    title: str
    """What is wrong, in one sentence."""
    service: str = ""
    places: tuple[str, ...] = ()
    """Operations, locations or tests where it was seen, most telling first."""
    seen: int = 1
    """How often."""
    expected: str = ""
    actual: str = ""
    evidence: str = ""
    """A file and a place in it, or the last lines of a failure."""
    owner: str = ""
    consumers: tuple[str, ...] = ()
    """Services that this hits."""
    tests: tuple[str, ...] = ()
    """Tests of consumers that use what is broken, or that fail."""
    next_step: str = ""
    """The command or the act that comes next."""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One cell of the matrix: a service under a stage."""

    service: str
    state: State
    summary: str
    """A few words: `12 tests`, `34 exchanges`, `no contract`."""
    warns: bool = False
    """It is kept, and somebody should look at it all the same."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One kind of evidence, and what it showed."""

    name: str
    """Stable id: contracts, mirrors, freshness, suites."""
    title: str
    checks: tuple[Check, ...] = ()
    reasons: tuple[Reason, ...] = ()
    seconds: float = 0.0
    required: bool = True
    """Whether the repository asks for this evidence, so that missing it makes the verdict unknown."""
    note: str = ""
    """Why it was not run, or what else to know."""
    next_step: str = ""
    """What to do where it was not run; empty for the usual advice."""

    @property
    def state(self) -> State:
        """The worst of what it showed; not run when there was nothing to look at."""
        states = {check.state for check in self.checks}
        effects = {reason.effect for reason in self.reasons}
        if State.BROKEN in states or Verdict.BLOCK in effects:
            return State.BROKEN
        if State.UNKNOWN in states or Verdict.UNKNOWN in effects:
            return State.UNKNOWN
        return State.KEPT if State.KEPT in states else State.NOT_RUN


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict and everything it rests on."""

    verdict: Verdict
    stages: tuple[Stage, ...]
    reasons: tuple[Reason, ...]
    """Blocking ones first."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What the report shows beside the verdict: revision, when, versions."""

    @property
    def exit_code(self) -> ExitCode:
        """The exit status of this verdict."""
        return EXIT_CODES[self.verdict]

    @property
    def services(self) -> tuple[str, ...]:
        """Every service that a stage looked at, sorted."""
        return tuple(sorted({check.service for stage in self.stages for check in stage.checks if check.service}))


def judge(stages: Iterable[Stage], facts: Mapping[str, str] | None = None) -> Judgement:
    """Weigh all stages."""
    seen = tuple(stages)
    reasons = [reason for stage in seen for reason in stage.reasons]
    for stage in seen:
        explained = bool(stage.reasons)
        if stage.state is State.NOT_RUN and stage.required:
            reasons.append(_missing(stage))
        elif stage.state in (State.BROKEN, State.UNKNOWN) and not explained:
            reasons.extend(_unexplained(stage))
    if not any(stage.state is State.KEPT for stage in seen) and not reasons:
        reasons.append(_nothing())
    reasons.sort(key=lambda reason: reason.effect is not Verdict.BLOCK)
    return Judgement(_verdict(reasons), seen, tuple(reasons), facts or {})


def _verdict(reasons: list[Reason]) -> Verdict:
    """Block over unknown over allow."""
    effects = {reason.effect for reason in reasons}
    if Verdict.BLOCK in effects:
        return Verdict.BLOCK
    return Verdict.UNKNOWN if effects else Verdict.ALLOW


def _missing(stage: Stage) -> Reason:
    """A stage that should have run and had nothing to look at."""
    return Reason(
        rule="evidence-missing",
        effect=Verdict.UNKNOWN,
        title=f"{stage.title}: not run{f', {stage.note}' if stage.note else ', there is nothing to look at'}",
        next_step=stage.next_step
        or "record a service and infer its contract, or take the stage out of the configuration",
    )


def _unexplained(stage: Stage) -> list[Reason]:
    """Reasons for cells that are not kept in a stage that brought none of its own."""
    effects = {State.BROKEN: Verdict.BLOCK, State.UNKNOWN: Verdict.UNKNOWN}
    return [
        Reason(
            rule=f"{stage.name}-{check.state.value}",
            effect=effects[check.state],
            title=f"{stage.title}: {check.summary}",
            service=check.service,
        )
        for check in stage.checks
        if check.state in effects
    ]


def _nothing() -> Reason:
    """There was no evidence of any kind."""
    return Reason(
        rule="evidence-missing",
        effect=Verdict.UNKNOWN,
        title="there is no evidence: no contract, no mirror, no suite",
        next_step="truemirror record SERVICE --upstream URL",
    )
