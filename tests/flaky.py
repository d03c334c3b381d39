"""What becomes of a test that fails and then passes: it is named, and few are let through.

Rules: where `--reruns` is given, as CI does, a failure is tried once more. One that passes then is flaky: it is shown
at the end, with how it failed, and has to be mended. More than `FLAKY_AT_MOST` of them fail the run, for that is no
longer chance.
"""

import pytest
from _pytest.terminal import TerminalReporter

FLAKY_AT_MOST = 3


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in which too many tests passed only when they were tried again."""
    if len(_flaky(session.config)) > FLAKY_AT_MOST and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Name what is flaky, with how it failed."""
    flaky = _flaky(terminalreporter.config)
    if not flaky:
        return
    terminalreporter.section(f"{len(flaky)} flaky, at most {FLAKY_AT_MOST} are let through: mend them", yellow=True)
    for name, report in flaky.items():
        terminalreporter.write_line(f"FLAKY {name}", bold=True)
        terminalreporter.write_line(report.longreprtext)


def _flaky(config: pytest.Config) -> dict[str, pytest.TestReport]:
    """The tests that failed and were tried again, with their first failure, where this process tells of them."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    tried = reporter.stats.get("rerun", []) if isinstance(reporter, TerminalReporter) else []
    return {report.nodeid: report for report in reversed(tried)}
