"""Flows in one pytest process: what stands behind the pages, the browser, and each test with its tries.

Rules: nothing is started before a flow asks for a visitor; one system and one browser serve all flows of a process, and
end with it. A test is tried again only after infrastructure broke; the first try that tells something counts.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.runner import runtestprotocol

from truemirror.core.flow.holding import Owners
from truemirror.core.flow.safety import refusal
from truemirror.core.flow.standing import may_try_again
from truemirror.core.flow.trace import Outcome, Try
from truemirror.errors import CouldNotRun, TruemirrorError
from truemirror.pytest_plugin.flows_attempt import Attempt
from truemirror.pytest_plugin.flows_handle import FlowHandle
from truemirror.pytest_plugin.flows_settings import FlowSettings, flow_settings_of
from truemirror.pytest_plugin.flows_telling import Telling
from truemirror.pytest_plugin.run import Run, run_of

if TYPE_CHECKING:
    from truemirror.bootstrap.flows import Behind

_OURS = "_flows"
"""The fixture that all of ours use, so that a project's own fixtures of the same names are left alone."""
_FLOWS = pytest.StashKey["Flows"]()
_ATTEMPT = pytest.StashKey["Attempt | None"]()


def flows_of(config: pytest.Config) -> "Flows":
    """This process's flows; put to work the first time. Raises pytest.UsageError."""
    if _FLOWS not in config.stash:
        run = run_of(config)
        flows = config.stash[_FLOWS] = Flows(run, flow_settings_of(config, run.settings))
        config.pluginmanager.register(flows, "truemirror-flows")
    return config.stash[_FLOWS]


def is_flow(item: pytest.Item) -> bool:
    """Whether a test asks for a visitor."""
    return _OURS in getattr(item, "fixturenames", ())


class Flows:
    """What pytest calls while flows run."""

    def __init__(self, run: Run, settings: FlowSettings) -> None:
        """Nothing is started yet."""
        from truemirror.bootstrap.flows import judges

        self.settings = settings
        self.counts = run.counts
        self._behind: Behind | None = None
        self._broken = ""
        """Why nothing can stand behind the pages; told again to every further test."""
        self._browser: Any = None
        self._number = 1
        self._version = ""
        """Name and version of the browser that ran last."""
        config = settings.config
        self._owners = Owners({name: one.hosts for name, one in config.services.items()}, config.flows.scheme)
        self._judge = judges(config)
        self._telling = Telling(settings)

    # -- a test and its tries ----------------------------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Run a flow, again where only infrastructure broke."""
        if not is_flow(item):
            return None
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        tries: list[Try] = []
        told = self._telling.begin(item)
        while True:
            self._number = len(tries) + 1
            item.stash[_ATTEMPT] = None
            reports = runtestprotocol(item, log=False, nextitem=nextitem)
            attempt = item.stash[_ATTEMPT]
            if attempt is None and told.outcome is Outcome.PASSED:
                break  # skipped
            tries.append(told.ended(attempt, self._number))
            if not (told.worth_again and may_try_again(tries, self.settings.retries)):
                break
            told.again()
        self._telling.finish(told, tries, reports, self._version)
        for report in reports:
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """What may change something does not run where that is not wanted."""
        if not is_flow(item) or not self.settings.environment:
            return
        known = self.settings.config.environments
        harmless = item.get_closest_marker("harmless") is not None
        if why := refusal(known[self.settings.environment], known.values(), harmless=harmless):
            pytest.skip(why)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Take along what happened while the pages are there; what went wrong behind them fails the test."""
        failed = True
        try:
            result = yield
            failed = False
        finally:
            attempt = item.stash.get(_ATTEMPT, None)
            seen = attempt.gather(self._owners, self._judge, failed=failed) if attempt else None
            if failed and seen and seen.problems:
                item.add_report_section("call", "behind the pages", "\n\n".join(seen.problems))
        if seen and seen.problems:
            raise pytest.fail.Exception("\n\n".join(seen.problems), pytrace=False)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
        """Keep what each phase came to."""
        report: Any = yield
        if is_flow(item):
            self._telling.heard(report, call, browser_is_lost=self._browser is not None and not self._browser.is_alive)
        return report

    # -- fixtures ----------------------------------------------------------------------------------------------------

    def visitors_for(self, item: pytest.Item) -> Callable[..., Any]:
        """A maker of visitors for a test."""
        attempt = self._attempt(item)

        def visitor(name: str = "visitor") -> Any:
            """A person at the browser; the same name is the same person."""
            with _told():
                return attempt.visitor(name)

        return visitor

    def handle_for(self, item: pytest.Item) -> FlowHandle:
        """What stands behind the pages, in a test's hands."""
        return FlowHandle(self._attempt(item).behind, item.nodeid)

    def _attempt(self, item: pytest.Item) -> Attempt:
        """This try of a test; begun the first time it is asked for."""
        found = item.stash.get(_ATTEMPT, None)
        if found is None:
            with _told():
                own = item.get_closest_marker("own_browser") is not None
                behind = self._standing()
                browser = self._start_browser(behind) if own else self._running_browser(behind)
                found = item.stash[_ATTEMPT] = Attempt(self._number, item.nodeid, behind, browser, own)
            item.addfinalizer(partial(self._leave, item, found))
        return found

    def _leave(self, item: pytest.Item, attempt: Attempt) -> None:
        """A test is over: its visitors go, and what it asked of mirrors is counted."""
        seen = attempt.gather(self._owners, self._judge, failed=True)
        attempt.leave()
        asked = seen.asked
        live = [one for one in seen.calls if one.operation and attempt.behind.replayer(one.service) is None]
        self.counts.add_uses(item.nodeid, [*asked.uses, *((one.service, one.operation) for one in live)])
        self.counts.add_answers(item.nodeid, asked.answers)
        self.counts.add_served([one for one in asked.hits if one[1]], asked.missed, item.nodeid)
        self.counts.add_planned([one for one in asked.planned if one[1]])

    # -- what is running ---------------------------------------------------------------------------------------------

    def _standing(self) -> "Behind":
        """What stands behind the pages, started where it does not run. Raises TruemirrorError."""
        from truemirror.bootstrap import flows as wiring

        if self._behind is not None and self._behind.lost():
            self._stop_behind()
            self._stop_browser()
        if self._broken:
            raise CouldNotRun(f"what stands behind the pages could not be started: {self._broken}")
        if self._behind is None:
            asked = self.settings
            try:
                self._behind = (
                    wiring.environment_behind(asked.config, asked.environment)
                    if asked.environment
                    else wiring.system_behind(asked.config, asked.target, asked.live, record=asked.record)
                )
            except TruemirrorError as error:
                self._broken = error.what.partition("\n")[0]
                raise
        return self._behind

    def _running_browser(self, behind: "Behind") -> Any:
        """The browser of this process, started where it does not run. Raises BrowserError."""
        if self._browser is not None and not self._browser.is_alive:
            self._stop_browser()
        if self._browser is None:
            self._browser = self._start_browser(behind)
        return self._browser

    def _start_browser(self, behind: "Behind") -> Any:
        """A browser of its own. Raises BrowserError."""
        from truemirror.bootstrap.flows import browser

        asked = self.settings
        made = browser(
            rules=behind.rules,
            ca=behind.ca,
            headless=asked.headless,
            viewport=asked.viewport,
            locale=asked.locale,
            remote=asked.remote,
        )
        self._version = made.version
        return made

    def _stop_browser(self) -> None:
        """End the browser."""
        browser, self._browser = self._browser, None
        if browser is not None:
            with suppress(TruemirrorError):
                browser.stop()

    def _stop_behind(self) -> None:
        """End what stands behind the pages; what could not be put away breaks the run."""
        behind, self._behind = self._behind, None
        if behind is None:
            return
        for name in [*self.settings.config.services]:
            if replayer := behind.replayer(name):
                self.counts.add_mirror(name, replayer)
        try:
            behind.stop()
        except TruemirrorError as error:
            self.counts.trouble.append(str(error))
        for one in behind.recorded:
            self.counts.of(one.service).stored += one.exchanges

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """End everything, before counts are put away."""
        self._stop_browser()
        self._stop_behind()
        self.counts.trouble += self._telling.trouble


@contextmanager
def _told() -> Iterator[None]:
    """An error of ours fails the test with its own words, without a traceback."""
    __tracebackhide__ = True
    try:
        yield
    except TruemirrorError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from error
