"""One pytest session in one process: the neighbours, the test that is running, and what was counted.

Rules: a test is isolated from before its fixtures are set up until after they are torn down. Whatever its code
swallowed, a miss or a closed door is told and breaks the test. Nothing is read before the first test needs it.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from truemirror.core.mirror.decision import Mode
from truemirror.core.mirror.naming import service_of
from truemirror.errors import TruemirrorError, UsageError
from truemirror.pytest_plugin import PARTIAL
from truemirror.pytest_plugin.active import Active, address_variables
from truemirror.pytest_plugin.counts import Counts
from truemirror.pytest_plugin.handles import Mirrors, Served
from truemirror.pytest_plugin.neighbours import chosen, open_neighbours
from truemirror.pytest_plugin.plan import Plan, plan_of
from truemirror.pytest_plugin.report import is_whole, unused_of
from truemirror.pytest_plugin.servers import Servers
from truemirror.pytest_plugin.settings import Settings, settings_of
from truemirror.pytest_plugin.summary import Unused, summary_lines
from truemirror.pytest_plugin.verdicts import judge

if TYPE_CHECKING:
    from truemirror.adapters.inprocess.neighbour import Neighbour
    from truemirror.pytest_plugin.holding import ContractOf

_RUN = pytest.StashKey["Run"]()


def run_of(config: pytest.Config) -> "Run":
    """This session's run; made and put to work the first time."""
    if _RUN not in config.stash:
        run = config.stash[_RUN] = Run(config, settings_of(config))
        config.pluginmanager.register(run, "truemirror-run")
    return config.stash[_RUN]


@contextmanager
def _told() -> Iterator[None]:
    """An error of ours fails the test with its own words, without a traceback."""
    __tracebackhide__ = True
    try:
        yield
    except TruemirrorError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None


class Run:
    """What pytest calls while tests run."""

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        """Nothing is read yet."""
        self.settings = settings
        self.counts = Counts()
        self._pytest = config
        self._neighbours: dict[str, Neighbour] | None = None
        self._active: Active | None = None
        self._recorded: dict[str, str] = {}
        self._servers = Servers(settings)
        self._contracts: dict[tuple[str, str | None], ContractOf] = {}

    # -- one test ----------------------------------------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Isolate a test before its fixtures are set up."""
        with _told():
            plan = plan_of(item, self.settings.isolated_paths)
            if plan is not None:
                self._begin(plan, item.nodeid)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Iterator[None]:
        """Let the network in again after the last fixture."""
        try:
            return (yield)
        finally:
            if self._active is not None:
                self._active.end()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
        """A test that swallowed a miss is broken all the same."""
        report: Any = yield
        active = self._active
        if active is not None:
            active.seen += judge(report, call, active.board.problems)
            if call.when == "teardown":
                self.counts.add_test(item.nodeid, active.board.calls, active.seen)
                self._active = None
        return report

    def _begin(self, plan: Plan, nodeid: str) -> None:
        """Isolate a test. Raises TruemirrorError."""
        from truemirror.pytest_plugin import _RECORDING, _is_distributed

        if plan.mode is not None and plan.mode in _RECORDING and _is_distributed(self._pytest):
            raise UsageError(f"the marker mirror(mode={plan.mode.value!r}) writes mirrors", fix="run it without -n")
        active = Active(self._known(plan), self.settings, plan, nodeid)
        if (plan.mode or self.settings.mode).value in _RECORDING:
            self._see_apart(active.scenario, plan, nodeid)
        self._active = active
        active.begin()

    def _see_apart(self, scenario: str, plan: Plan, nodeid: str) -> None:
        """Two tests must not be recorded as one, unless they say so. Raises UsageError."""
        other = self._recorded.setdefault(scenario, nodeid)
        if other != nodeid and not plan.scenario:
            raise UsageError(
                f"{nodeid} would be recorded as the scenario {scenario!r}, and so would {other}",
                fix="give one of them another name or id, or both the marker mirror(scenario=NAME)",
            )

    def _known(self, plan: Plan) -> "dict[str, Neighbour]":
        """The neighbours that a test may call. Raises TruemirrorError."""
        if self._neighbours is None:
            self._neighbours = dict(open_neighbours(self.settings))
        return chosen(self._neighbours, plan.services)

    # -- fixtures ----------------------------------------------------------------------------------------------------

    @contextmanager
    def mirrors_for(self, item: pytest.Item) -> Iterator[Mirrors]:
        """The handle for a test, which is isolated now if it was not before."""
        if self._active is None:
            with _told():
                self._begin(plan_of(item, self.settings.isolated_paths) or Plan(), item.nodeid)
        assert self._active is not None
        yield Mirrors(self._active.board)

    @contextmanager
    def servers_for(self, item: pytest.Item) -> Iterator[Callable[..., Served]]:
        """A maker of servers for a test; each begins anew, in this test's name. A miss breaks the test."""
        with ExitStack() as variables, self._servers.watched(item.nodeid) as watch:

            def serve(service: str, plan: object = ()) -> Served:
                with _told():
                    served = watch.serve(service, plan)
                variables.enter_context(
                    address_variables(self.settings.config, {service_of(service): served.url}, always=True)
                )
                return served

            yield serve
        self.counts.add_uses(item.nodeid, watch.uses)
        self.counts.add_answers(item.nodeid, watch.answers)
        self.counts.add_served(watch.hits, watch.missed, item.nodeid)
        self.counts.add_planned(watch.planned)
        if watch.missed:
            pytest.fail("\n\n".join(text for _, text in watch.missed), pytrace=False)

    def contract_of(self, service: str, version: str | None = None) -> "ContractOf":
        """A service's contract in force, or that version; while recording, one yet to be made lets everything pass."""
        from truemirror.pytest_plugin.holding import ContractOf

        __tracebackhide__ = True
        key = (service, version)
        if key not in self._contracts:
            with _told():
                self._contracts[key] = ContractOf.load(self.settings.config, service, self.settings.mode, version)
        return self._contracts[key]

    # -- the session -------------------------------------------------------------------------------------------------

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Put away what was recorded and counted; what could not be put away breaks the run."""
        self.counts.is_partial |= PARTIAL in self._pytest.stash
        self.counts.is_partial |= not is_whole(self._pytest, self.settings.isolated_paths)
        self._servers.stop()
        for name, replayer in self._servers.replayers().items():
            self.counts.add_mirror(name, replayer)
        for name, neighbour in (self._neighbours or {}).items():
            self.counts.add_mirror(name, neighbour.replayer, neighbour.forwarding)
            self._try(neighbour.close)
        if hasattr(self._pytest, "workeroutput"):
            self._pytest.workeroutput["truemirror"] = self.counts.packed()
        elif self.settings.report is not None:
            from truemirror.adapters.used_files import write_report

            self._try(partial(write_report, self.settings.report, self.counts.document()))
        if self.counts.trouble and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _try(self, action: Callable[[], None]) -> None:
        """Do something that the disk may refuse."""
        try:
            action()
        except TruemirrorError as error:
            self.counts.trouble.append(str(error))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what the mirrors were asked."""
        recording = self.settings.mode is not Mode.REPLAY
        lines = list(summary_lines(self.counts, self._unused, recording))
        if lines:
            terminalreporter.section("mirrors", sep="-")
        for line in lines:
            terminalreporter.write_line(line.text, **line.markup)

    def _unused(self, service: str, used: set[int]) -> Unused:
        """What is recorded at the places that answered nobody."""
        known = self._neighbours if self._neighbours is not None else open_neighbours(self.settings)
        neighbour = known.get(service)
        return unused_of(neighbour.replayer.index, used) if neighbour else Unused()

    def take_over(self, told: dict[str, Any]) -> None:
        """Add what a worker counted."""
        self.counts.merge(Counts.unpacked(told))
