"""A load run, step by step, with a generator that only seems to make load."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest
from tests.adapters.reports.load_runs_made_up import PROFILE, tally

from truemirror.cli.output import Silence
from truemirror.core.load.calibration import Calibration
from truemirror.core.load.guard import Permission
from truemirror.core.load.profile import Judging, Profile, Stage
from truemirror.core.load.ran import Held, Ran
from truemirror.core.load.tally import Tally
from truemirror.core.load.verdict import TargetVerdict, Verdict
from truemirror.errors import CouldNotRun, UsageError
from truemirror.usecases.load import Heard, Order, Parts, Wish, run_load, wished


@dataclass(frozen=True)
class Made:
    """What the generator made."""

    tally: Tally
    ended: str = "whole"
    said: str = ""


@dataclass
class Generator:
    """Tells the seconds of a run one by one, until it is told that it is enough."""

    seconds: int = 400
    slow: float = 0.5
    ends: str = "whole"
    failing: int = 0
    proof: Calibration = field(default_factory=lambda: Calibration(9000.0, 0.3, 23.0, 23.3))
    steps: list[str] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    heard: int = 0

    def make(self, order: Order, heard: Heard) -> Made:
        """Make a run."""
        self.steps.append("make")
        self.orders.append(order)
        length = int(min(self.seconds, order.seconds))
        whole = tally(length, self.slow, failing=self.failing)
        for second in range(length):
            cells = {key: cell for key, cell in whole.cells.items() if key[0] == second}
            part = Tally(cells, {second: whole.instrument[second]}, {}, ("worker 1",))
            self.heard = second + 1
            if heard(part, 0):
                return Made(_first(whole, second + 1), "stopped")
        return Made(whole, self.ends)

    def calibration(self, profile: Profile, workers: int) -> Calibration:
        """What was proven."""
        self.steps.append("calibration")
        return self.proof

    def canary(self) -> float:
        """The same each time."""
        self.steps.append("canary")
        return 100.0

    def held(self) -> Held:
        """Nothing was kept."""
        self.steps.append("contracts")
        return Held()


def _first(whole: Tally, seconds: int) -> Tally:
    """The first seconds of a tally."""
    cells = {key: cell for key, cell in whole.cells.items() if key[0] < seconds}
    instrument = {second: one for second, one in whole.instrument.items() if second < seconds}
    return replace(whole, cells=cells, instrument=instrument)


class Watcher:
    """Sees nothing."""

    is_watched = False

    def planned(self, profile: Profile, seconds: float) -> None:
        """The run begins."""

    def looked(self, second: int, tally: Tally, verdicts: tuple[TargetVerdict, ...]) -> None:
        """How it stands."""


def run(
    generator: Generator, profile: Profile = PROFILE, wish: Wish | None = None, may: Permission | None = None
) -> Ran:
    """One run."""

    @contextmanager
    def place(_: Profile) -> Iterator[Mapping[str, str]]:
        """Something to load."""
        generator.steps.append("start")
        yield {"public-api": "http://127.0.0.1:1"}
        generator.steps.append("stop")

    def guard(_: Profile, seconds: float) -> Permission | None:
        """Whether it may be loaded."""
        generator.steps.append("guard")
        return may

    parts = Parts(generator, place, guard, lambda: "2026-01-12T02:00:00Z", lambda _: {})
    return run_load(profile, wish or Wish(), parts, Watcher(), Silence())


def test_the_steps_come_in_their_order() -> None:
    """Nothing is asked before the guard has spoken; contracts are read when all is over."""
    generator = Generator()
    ran = run(generator)
    assert generator.steps == ["guard", "start", "calibration", "canary", "make", "canary", "stop", "contracts"]
    assert ran.verdict is Verdict.PASS
    assert (ran.seconds, ran.ended) == (70.0, "whole")


def test_a_run_that_is_decided_at_its_first_look_ends_there() -> None:
    """A timeout after it, when all that was meant to begin before must have ended."""
    generator = Generator()
    profile = replace(PROFILE, judging=Judging(looks=(60.0, 180.0), warm_up=10.0))
    ran = run(generator, profile)
    assert ran.verdict is Verdict.PASS
    assert [one.look for one in ran.verdicts] == [1, 1]
    assert 80 <= generator.heard < 90
    assert ran.ended == "decided"


def test_what_is_slow_fails() -> None:
    """And the run says so at its first look."""
    ran = run(Generator(slow=3.0))
    assert ran.verdict is Verdict.FAIL


def test_a_run_that_ended_early_is_never_a_pass() -> None:
    """The target died midway: no look is over."""
    ran = run(Generator(seconds=40, ends="failing"))
    assert ran.verdict is Verdict.INCONCLUSIVE
    assert "most requests failed" in ran.notes[0]


def test_an_environment_stops_a_run_in_which_too_much_fails() -> None:
    """One of ten, where one of twenty may; the generator is told the same share, and the reason is noted."""
    generator = Generator(failing=10)
    ran = run(generator, may=Permission("sandbox", 0.05))
    assert generator.heard < 10
    assert generator.orders[0].failing_share == 0.05
    assert ran.ended == "stopped"
    assert ran.verdict is not Verdict.PASS
    assert "at 5.0% it stops: status 503" in ran.notes[-1]
    elsewhere = Generator(failing=10)
    run(elsewhere, may=Permission("", None))
    assert elsewhere.heard == 70
    assert elsewhere.orders[0].failing_share == 0.5


def test_a_lost_worker_makes_it_invalid() -> None:
    """Whatever the others counted."""
    generator = Generator()
    made = generator.make
    generator.make = lambda order, heard: Made(  # type: ignore[method-assign]
        replace(made(order, heard).tally, lost=("worker 2",)), "lost", "killed"
    )
    ran = run(generator)
    assert ran.verdict is Verdict.INVALID
    assert "a worker of the generator was lost: killed" in ran.notes[0]


def test_a_rate_that_the_generator_cannot_make_is_refused() -> None:
    """Before anything is loaded, with the rate that it can; forced, it is noted."""
    slow = Calibration(100.0, 0.3, 23.0, 23.3)
    with pytest.raises(CouldNotRun, match="60 flows/s are too many") as told:
        run(Generator(proof=slow))
    assert told.value.nearest == "--rate 50"
    ran = run(Generator(proof=slow), wish=Wish(force=True))
    assert "forced" in ran.notes[0]


def test_a_misread_delay_makes_it_invalid() -> None:
    """A generator that reads 23 ms as 29 ms measures nothing."""
    assert run(Generator(proof=Calibration(9000.0, 0.3, 23.0, 29.0))).verdict is Verdict.INVALID


def test_another_rate_keeps_the_stated_one() -> None:
    """Stages are scaled with it, and the verdict says at which share it was measured."""
    staged = replace(PROFILE, stages=(Stage(10.0, 60.0),))
    made = wished(staged, Wish(rate=6.0, seconds=45.0))
    assert (made.arrivals.rate, made.arrivals.stated_rate, made.stages[0].rate) == (6.0, 6000.0, 6.0)
    assert made.judging.looks == (45.0,)


@pytest.mark.parametrize("wish", [Wish(rate=-1.0), Wish(rate=float("nan")), Wish(rate=1e9), Wish(seconds=5.0)])
def test_impossible_wishes_are_refused(wish: Wish) -> None:
    """Before anything is started."""
    generator = Generator()
    with pytest.raises(UsageError):
        run(generator, wish=wish)
    assert generator.steps == []
