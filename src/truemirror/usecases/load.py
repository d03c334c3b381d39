"""A load run from beginning to end: prove the generator, load the target, judge, hold its answers against contracts.

    guard -> start the target -> calibrate -> canary -> warm-up and looks -> canary -> judge -> contracts -> a Ran

Rules: nothing is asked of a target before the guard allowed it. The run ends at the first look at which every target is
decided. A second is only judged when all that was meant to begin in it must have ended: a timeout later. However the
run ends, what was counted is judged, and what was started is stopped.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Protocol

from truemirror.core.load.adding import add_tallies
from truemirror.core.load.calibration import Calibration, Canary, rate_allowed
from truemirror.core.load.guard import Permission
from truemirror.core.load.judge import judge, tightest_ms
from truemirror.core.load.profile import Profile
from truemirror.core.load.ran import Held, Past, Ran
from truemirror.core.load.stop import why_stop
from truemirror.core.load.tally import Tally
from truemirror.core.load.verdict import TargetVerdict
from truemirror.core.load.window import look_ends, seconds_needed
from truemirror.errors import CouldNotRun, UsageError
from truemirror.ports import Progress

_SHOWN_EVERY = 3
"""Seconds between two words to whoever watches."""

Heard = Callable[[Tally, int], bool | None]
"""Hears a part of the tally and how many flows are under way in that worker; true ends the run."""


class Made(Protocol):
    """What a generator made."""

    @property
    def tally(self) -> Tally:
        """All that was counted."""

    @property
    def ended(self) -> str:
        """whole, failing, stopped or lost."""

    @property
    def said(self) -> str:
        """What the generator printed last."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a generator is asked for."""

    profile: Profile
    addresses: Mapping[str, str]
    seconds: float
    workers: int = 1
    failing_share: float = 0.5
    sampled_share: float = 0.0


class Generator(Protocol):
    """Whoever makes load."""

    def make(self, order: Order, heard: Heard) -> Made:
        """Make a run. Raises CouldNotRun, UsageError."""

    def calibration(self, profile: Profile, workers: int) -> Calibration:
        """What it can do on this machine, proven now or not long ago. Raises CouldNotRun."""

    def canary(self) -> float:
        """Milliseconds of a fixed piece of work."""

    def held(self) -> Held:
        """What the answers that were kept of the last run say of their contracts."""


class Watcher(Protocol):
    """Whoever watches a run."""

    @property
    def is_watched(self) -> bool:
        """Whether somebody looks: to say how it stands takes time on the machine that makes the load."""

    def planned(self, profile: Profile, seconds: float) -> None:
        """The run begins, and takes so long at most."""

    def looked(self, second: int, tally: Tally, verdicts: tuple[TargetVerdict, ...]) -> None:
        """How it stands, now and then; no verdict before a look is over."""


class NobodyWatches:
    """A watcher, and progress, that tell nobody."""

    is_watched = False

    def planned(self, profile: Profile, seconds: float) -> None:
        """Say nothing."""

    def looked(self, second: int, tally: Tally, verdicts: tuple[TargetVerdict, ...]) -> None:
        """Say nothing."""

    def stage(self, name: str, total: int | None = None) -> None:
        """Say nothing."""

    def advance(self, steps: int = 1, note: str = "") -> None:
        """Say nothing."""

    def done(self, outcome: str = "") -> None:
        """Say nothing."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked for."""

    where: str = "mirror"
    rate: float = 0.0
    """Flows a second; 0 for the profile's."""
    seconds: float = 0.0
    """One look after so many seconds in place of the profile's looks; 0 for those."""
    processes: int = 1
    force: bool = False
    """Load faster than half of what the generator can do."""
    sampled_share: float = 0.01
    failing_share: float = 0.5
    latency: str = "none"
    """How long mirrors take."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a run needs from the world."""

    generator: Generator
    place: Callable[[Profile], AbstractContextManager[Mapping[str, str]]]
    """Starts the target, where it has to be started, and gives the addresses of its services."""
    guard: Callable[[Profile, float], Permission | None]
    """What a run at the profile's rate for so many seconds may do to this target; None: anything. Raises UsageError."""
    now: Callable[[], str]
    """RFC 3339, in UTC."""
    past: Callable[[Profile], Mapping[str, tuple[Past, ...]]]
    """Earlier runs."""


def run_load(profile: Profile, wish: Wish, parts: Parts, watcher: Watcher, progress: Progress) -> Ran:
    """Make a run and judge it. Raises UsageError, CouldNotRun."""
    profile = wished(profile, wish)
    permission = parts.guard(profile, seconds_needed(profile))
    stop_errors = permission.stop_errors if permission else None
    began = parts.now()
    progress.stage("Start the target")
    with parts.place(profile) as addresses:
        progress.stage("Prove the generator")
        calibration = parts.generator.calibration(profile, wish.processes)
        check_rate(profile, calibration, force=wish.force)
        before = parts.generator.canary()
        progress.done()
        listening = _Listening(profile, wish.processes, calibration, watcher, stop_errors)
        watcher.planned(profile, seconds_needed(profile))
        failing = wish.failing_share if stop_errors is None else min(wish.failing_share, stop_errors)
        order = Order(profile, addresses, seconds_needed(profile), wish.processes, failing, wish.sampled_share)
        made = parts.generator.make(order, listening.heard)
        canary = Canary(before, parts.generator.canary())
    seconds = listening.complete(made.tally, made.ended)
    verdicts = judge(profile, made.tally, seconds, calibration, canary)
    progress.stage("Hold the answers against their contracts")
    held = parts.generator.held()
    progress.done()
    ended = "decided" if made.ended == "stopped" and listening.is_decided else made.ended
    notes = tuple(_notes(ended, made.said, calibration, profile))
    notes = (*notes, listening.why) if listening.why else notes
    return Ran(
        profile, made.tally, seconds, verdicts, wish.where, began, calibration, canary, ended, held,
        past=parts.past(profile), notes=notes,
    )  # fmt: skip


def wished(profile: Profile, wish: Wish) -> Profile:
    """The profile at the wished rate and length; the rate that is stated stays what it was. Raises UsageError."""
    if wish.rate:
        if not 0 < wish.rate < 1_000_000:
            raise UsageError(f"a rate of {wish.rate:g} flows a second is none", fix="say a number above 0")
        arrivals = profile.arrivals
        stated = arrivals.stated_rate or arrivals.rate
        stages = tuple(replace(one, rate=one.rate * wish.rate / arrivals.rate) for one in profile.stages)
        profile = replace(profile, arrivals=replace(arrivals, rate=wish.rate, stated_rate=stated), stages=stages)
    if wish.seconds:
        if not 30 <= wish.seconds <= 86_400:
            fix = "say at least 30: bounds take 10 parts of 3 s"
            raise UsageError(f"{wish.seconds:g} seconds are too few or too many to judge by", fix=fix)
        profile = replace(profile, judging=replace(profile.judging, looks=(wish.seconds,)))
    return profile


def check_rate(profile: Profile, calibration: Calibration, *, force: bool) -> None:
    """Whether the generator can make the rate at all, and well enough. Raises CouldNotRun."""
    rate = max([profile.arrivals.rate, *(stage.rate for stage in profile.stages)])
    allowed = rate_allowed(calibration)
    if not calibration.r_max and not force:
        raise CouldNotRun(
            f"the generator cannot keep time here, not even at {2 * rate:g} flows/s against a server that does nothing",
            fix="end what else uses this machine, load slower, or --force it (the verdict may be INVALID then)",
        )
    if rate > allowed and not force:
        raise CouldNotRun(
            f"{rate:g} flows/s are too many for this generator: it was proven up to {calibration.r_max:g}/s,"
            f" and goes no faster than half of it",
            nearest=f"--rate {allowed:g}",
            fix="load slower, give it more --processes, or --force it (the verdict may be INVALID then)",
        )


class _Listening:
    """What is heard of a run while it is made."""

    def __init__(
        self,
        profile: Profile,
        workers: int,
        calibration: Calibration,
        watcher: Watcher,
        stop_errors: float | None,
    ) -> None:
        """Nothing was heard yet."""
        self._profile = profile
        self._workers = workers
        self._calibration = calibration
        self._watcher = watcher
        self._stop_errors = stop_errors
        self._tally = Tally()
        self._newest: dict[str, int] = {}
        self._shown = self._looks = 0
        self.is_decided = False
        self.why = ""

    def heard(self, part: Tally, under_way: int) -> bool:
        """Add a part; true when every target is decided at a look that is over, or too much fails to go on."""
        self._tally = add_tallies(self._tally, part)
        for name in part.workers or ("",):
            self._newest[name] = max([self._newest.get(name, 0), *part.instrument])
        if len(self._newest) < self._workers:
            return False
        newest = min(self._newest.values())
        if newest <= self._shown:
            return False
        self._shown = newest
        if self._stopped_because(newest):
            return True
        over = newest - self._profile.timeout
        looks = sum(end <= over for end in look_ends(self._profile)[:-1])
        if looks > self._looks or (self._watcher.is_watched and newest % _SHOWN_EVERY == 0):
            self._looks = looks
            verdicts = judge(self._profile, self._tally, max(0.0, over), self._calibration)
            self._watcher.looked(newest, self._tally, verdicts)
            self.is_decided = all(one.look and one.verdict.is_conclusive for one in verdicts)
        return self.is_decided

    def _stopped_because(self, newest: int) -> str:
        """Why the environment lets the run go no further; empty while it may."""
        self.why = why_stop(self._tally, newest + 1, self._stop_errors)
        return self.why

    def complete(self, tally: Tally, ended: str) -> float:
        """How many seconds of the run are complete, now that it is over."""
        whole = float(seconds_needed(self._profile))
        if ended == "whole":
            return whole
        newest = max(tally.instrument, default=-1) + 1
        return max(0.0, min(whole, newest - self._profile.timeout))


def _notes(ended: str, said: str, calibration: Calibration, profile: Profile) -> list[str]:
    """What a person has to know besides the verdict."""
    notes = []
    if ended == "failing":
        notes.append("the run was ended early, because most requests failed: was the target still there?")
    elif ended == "stopped":
        notes.append("the run was stopped before it was over")
    elif ended == "lost":
        notes.append(f"a worker of the generator was lost: {said.strip()[-200:] or 'it said nothing'}")
    if profile.arrivals.rate > rate_allowed(calibration):
        notes.append("forced: the rate is more than half of what this generator was proven to make")
    return notes


def tightest_of(profile: Profile) -> float:
    """The smallest time that any target names, in ms."""
    return min((tightest_ms(target) for target in profile.targets), default=1000.0)
