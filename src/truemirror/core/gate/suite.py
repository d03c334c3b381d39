"""What running a suite showed: every test's outcome and what it used of which mirror.

Rules: a suite that could not be run at all is not a suite whose tests are broken; a skipped test is shown with its
reason and is no evidence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from truemirror.core.gate.verdict import Check, Reason, State, Verdict

_SHOWN = 25
FLOWS = "flows"
"""The kind of a suite of flows in a browser."""


@dataclass(frozen=True, slots=True)
class Suite:
    """Something pytest can run."""

    service: str
    path: str
    kind: str = "isolation"
    """isolation, contracts, flows, events."""


@dataclass(frozen=True, slots=True)
class TestOutcome:
    """One test."""

    __test__ = False

    name: str
    state: State
    """KEPT, BROKEN, NOT_RUN (skipped), or UNKNOWN where what it runs in broke."""
    message: str = ""
    """The failure in its own words, or the reason of a skip."""
    seconds: float = 0.0
    page: str = ""
    """The page that tells what happened, of a flow; empty without one."""


@dataclass(frozen=True, slots=True)
class MirrorUse:
    """How one mirror was asked during a suite."""

    hits: int = 0
    misses: int = 0
    relaxed: int = 0
    unused: int = 0


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """One suite, run."""

    suite: Suite
    tests: tuple[TestOutcome, ...] = ()
    could_not_run: str = ""
    """Why there are no outcomes: the last lines of what pytest said."""
    uses: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    """Per test, the operations it used of each service."""
    mirrors: Mapping[str, MirrorUse] = field(default_factory=dict)
    seconds: float = 0.0

    def of(self, state: State) -> tuple[TestOutcome, ...]:
        """The tests in one state."""
        return tuple(test for test in self.tests if test.state is state)

    @property
    def state(self) -> State:
        """Broken with one broken test, unknown with one unknown, kept with at least one that is kept."""
        if self.of(State.BROKEN):
            return State.BROKEN
        if self.of(State.UNKNOWN):
            return State.UNKNOWN
        return State.KEPT if self.of(State.KEPT) and not self.could_not_run else State.UNKNOWN


def suite_check(result: SuiteResult) -> Check:
    """A suite's cell in the matrix."""
    if result.could_not_run:
        return Check(result.suite.service, State.UNKNOWN, "could not run")
    broken, kept, skipped = (len(result.of(state)) for state in (State.BROKEN, State.KEPT, State.NOT_RUN))
    unknown = len(result.of(State.UNKNOWN))
    words = f"{broken} of {broken + kept} tests broken" if broken else f"{kept} test{'s' * (kept != 1)}"
    words += f", {unknown} unknown" if unknown else ""
    return Check(result.suite.service, result.state, words + (f", {skipped} not run" if skipped else ""))


def suite_reasons(result: SuiteResult, owner: str = "") -> tuple[Reason, ...]:
    """Why a suite is not kept: nothing when it is."""
    suite = result.suite
    rerun = f"python -m pytest {suite.path}"
    if result.could_not_run:
        title = f"the {suite.kind} suite of {suite.service} could not run"
        evidence = result.could_not_run
        return (Reason("suite-could-not-run", Verdict.UNKNOWN, title, suite.service, (suite.path,), 1,
                       evidence=evidence, owner=owner, next_step=rerun),)  # fmt: skip
    broken = result.of(State.BROKEN)
    if broken:
        total = len(broken) + len(result.of(State.KEPT))
        return (
            Reason(
                rule="suite-broken",
                effect=Verdict.BLOCK,
                title=f"{_breaks(suite)}: {len(broken)} of {total} tests of its {suite.kind} suite",
                service=suite.service,
                places=tuple(test.name for test in broken[:_SHOWN]),
                seen=len(broken),
                evidence=broken[0].message,
                owner=owner,
                tests=tuple(test.name for test in broken[:_SHOWN]),
                next_step=f"{rerun} -k '{_last_name(broken[0].name)}'",
            ),
        )
    if unknown := result.of(State.UNKNOWN):
        title = f"{len(unknown)} tests of the {suite.kind} suite of {suite.service} say nothing: what they run in broke"
        names = tuple(test.name for test in unknown[:_SHOWN])
        return (Reason("suite-unknown", Verdict.UNKNOWN, title, suite.service, names, len(unknown),
                       evidence=unknown[0].message, owner=owner, tests=names, next_step=rerun),)  # fmt: skip
    if not result.of(State.KEPT):
        title = f"the {suite.kind} suite of {suite.service} ran no test"
        return (Reason("suite-empty", Verdict.UNKNOWN, title, suite.service, (suite.path,), next_step=rerun),)
    return ()


def _breaks(suite: Suite) -> str:
    """What breaks, in words."""
    return f"flows of {suite.service} break" if suite.kind == FLOWS else f"{suite.service} breaks in isolation"


def _last_name(test: str) -> str:
    """A test's own name, without file, class and parameters."""
    return test.rpartition("::")[2].partition("[")[0]
