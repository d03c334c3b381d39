"""Load in the gate: a short run at a scaled rate for each configured profile, as one stage.

Rules: a FAIL blocks. A run that shows nothing (INCONCLUSIVE, INVALID, or none at all) is never kept: it is shown as not
run, or makes the verdict unknown where the configuration asks for that. Every cell says at which share of the stated
rate it was measured.
"""

from collections.abc import Iterable, Iterator, Mapping

from truemirror.config import Config
from truemirror.core.gate.verdict import Check, Reason, Stage, State
from truemirror.core.gate.verdict import Verdict as Effect
from truemirror.core.load.profile import Target
from truemirror.core.load.ran import Ran
from truemirror.core.load.verdict import TargetVerdict, Verdict
from truemirror.errors import TruemirrorError

NAME, TITLE = "load", "Load, scaled"


def load_stage(config: Config, outcomes: Iterable[tuple[str, Ran | TruemirrorError]]) -> Stage:
    """The stage of all runs, by profile; an error is why one could not be made."""
    checks: list[Check] = []
    reasons: list[Reason] = []
    for profile, outcome in outcomes:
        cells = _unmade(profile, outcome) if isinstance(outcome, TruemirrorError) else _cells(profile, outcome, config)
        for check, reason in cells:
            shown = check.state
            if shown is State.UNKNOWN and config.load.undecided == "warn":
                check, reason = Check(check.service, State.NOT_RUN, check.summary), None
            checks.append(check)
            reasons += [reason] if reason else []
    undecided = [check.summary for check in checks if check.state is State.NOT_RUN]
    return Stage(NAME, TITLE, tuple(checks), tuple(reasons), required=False, note="; ".join(undecided))


def _unmade(profile: str, error: TruemirrorError) -> Iterator[tuple[Check, Reason | None]]:
    """A run that could not be made."""
    yield (
        Check(profile, State.UNKNOWN, f"could not run: {error.what}"),
        Reason("load-not-run", Effect.UNKNOWN, f"{profile}: {error.what}", next_step=error.fix),
    )


def _cells(profile: str, ran: Ran, config: Config) -> Iterator[tuple[Check, Reason | None]]:
    """Each target of a run."""
    targets = {target.name: target for target in ran.profile.targets}
    for one in ran.verdicts:
        yield _cell(profile, one, targets[one.target], config)


_STATES: Mapping[Verdict, State] = {
    Verdict.PASS: State.KEPT,
    Verdict.FAIL: State.BROKEN,
    Verdict.INCONCLUSIVE: State.UNKNOWN,
    Verdict.INVALID: State.UNKNOWN,
}


def _cell(profile: str, one: TargetVerdict, target: Target, config: Config) -> tuple[Check, Reason | None]:
    """One target."""
    services = target.select.services
    service = services[0] if len(services) == 1 else profile
    said = f"{one.target} {one.verdict}, {one.rate.says}"
    if one.verdict is Verdict.PASS:
        return Check(service, State.KEPT, said), None
    gate = one.headline
    known = config.services.get(service)
    reason = Reason(
        f"load-{one.verdict.lower()}",
        Effect.BLOCK if one.verdict is Verdict.FAIL else Effect.UNKNOWN,
        f"{profile}: the target {one.target} is not held" if one.verdict is Verdict.FAIL else f"{profile}: {said}",
        service,
        expected=f"{gate.metric} at most {gate.limit:g}" if gate else "",
        actual=f"{gate.estimate:.4g}" if gate and gate.estimate is not None else "no data",
        owner=known.owner if known else "",
        evidence="\n".join((one.rate.says, *one.reasons)),
        next_step=f"truemirror load {profile}",
    )
    return Check(service, _STATES[one.verdict], said), reason
