"""Find who spends the time: a live run, then one for each service behind it that is swapped for its mirror.

Rules: every run is the same profile; a mirror answers as fast as was recorded. A swap whose mirror could not answer all
that it was asked, or whose instrument failed, tells nothing and is said. A service is named only where the bounds do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from truemirror.config import Config
from truemirror.core.load.bisect import Bisected, bisected
from truemirror.core.load.profile import Profile
from truemirror.core.load.ran import Ran
from truemirror.core.load.verdict import Gate, Verdict
from truemirror.errors import UsageError
from truemirror.ports import Progress

Swapped = tuple[Ran, int]
"""A run, and how many requests the mirror in it could not answer."""


@dataclass(frozen=True, slots=True)
class BisectedLoad:
    """What the runs told."""

    target: str
    baseline: Ran
    found: Bisected
    notes: tuple[str, ...] = ()


def candidates(config: Config, profile: Profile) -> tuple[str, ...]:
    """The services behind those that a profile asks, near ones first. Raises UsageError where there is none."""
    asked = {call.service for flow in profile.flows for call in flow.calls}
    found: list[str] = []
    waiting = sorted(asked)
    while waiting:
        service = config.services.get(waiting.pop(0))
        for name in service.consumes if service else ():
            if name not in asked and name not in found:
                found.append(name)
                waiting.append(name)
    if not found:
        raise UsageError(
            f"nobody is known behind {', '.join(sorted(asked))}", fix="say in `consumes` of a service whom it calls"
        )
    return tuple(found)


def target_of(profile: Profile) -> str:
    """The target that is looked into: the first with a mean. Raises UsageError."""
    found = next((one.name for one in profile.targets if one.mean_ms is not None), "")
    if not found:
        raise UsageError("no target of the profile has a mean to be spent", fix="write mean_ms into a target")
    return found


def bisect(
    profile: Profile, services: Sequence[str], run: Callable[[str], Swapped], progress: Progress
) -> BisectedLoad:
    """Run, and run again without each service; `run` is given the service to swap, or nothing.

    Raises what a run raises.
    """
    target = target_of(profile)
    progress.stage("With all services live")
    baseline, _ = run("")
    gates: dict[str, Gate] = {}
    notes = list(_doubts("with all services live", baseline, target))
    for service in services:
        progress.stage(f"With {service} mirrored")
        ran, misses = run(service)
        gate = _mean(ran, target)
        if misses:
            notes.append(f"{service}: its mirror had no answer to {misses:,} requests, so its swap tells nothing")
        elif gate.estimate is None:
            notes.append(f"{service}: nothing was measured with its mirror")
        else:
            notes += _doubts(f"with {service} mirrored", ran, target)
            gates[service] = gate
    progress.done()
    return BisectedLoad(target, baseline, bisected(_mean(baseline, target), gates, profile.judging.alpha), tuple(notes))


def _mean(ran: Ran, target: str) -> Gate:
    """The mean of a target in a run."""
    gates = next((one.gates for one in ran.verdicts if one.target == target), ())
    return next((gate for gate in gates if gate.metric == "mean_ms"), Gate("mean_ms", Verdict.INVALID, 0.0))


def _doubts(name: str, ran: Ran, target: str) -> list[str]:
    """Why a run is in doubt."""
    one = next((one for one in ran.verdicts if one.target == target), None)
    if one is None or one.verdict is not Verdict.INVALID:
        return []
    return [f"{name}: the instrument is in doubt: {one.reasons[0] if one.reasons else 'it says not why'}"]
