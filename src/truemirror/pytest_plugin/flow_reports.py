"""Flows as the terminal, JUnit and the exit status show them, in the process that reports.

Rules: imported whenever pytest starts, so it imports nothing but pytest; what it tells came on reports, from this
process or from workers. The results beside a test (`NODEID::contract`, `NODEID::page`) become reports of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_MARKUP = {"flaky": {"yellow": True}, "quarantined": {"yellow": True}}
_SIGNS = {"flaky": "K", "quarantined": "Q"}


class FlowReports:
    """What pytest calls where results are shown."""

    def __init__(self, config: pytest.Config) -> None:
        """Nothing ran yet."""
        self._config = config
        self._told: list[dict[str, Any]] = []
        self._trouble = ""
        self._lines_to = _begin(config)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Tell which flows there are."""
        if not self._lines_to:
            return
        from truemirror.pytest_plugin.flows_listing import listed

        self._write({"collected": listed(session.items)})

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.CollectReport | pytest.TestReport) -> Any:
        """A flaky flow, and one in quarantine, are neither passed nor failed."""
        word = getattr(report, "truemirror_standing", "")
        if not word:
            return None
        return word, _SIGNS[word], (word.upper(), _MARKUP[word])

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take what is told of a flow, and report what stands beside it."""
        told = getattr(report, "truemirror_flow", None)
        if told is None:
            return
        self._told.append(told)
        if self._lines_to:
            beside = {one["name"]: {"text": one["text"], "quarantined": one["held"]} for one in told["beside"]}
            flow = {
                "title": told["title"],
                "about": told["about"],
                **told["past"],
                "beside": beside,
                "quarantine": told["held"],
            }
            self._write({"flow": {**flow, "folder": told["folder"]}})
        for one in told["beside"]:
            self._config.hook.pytest_runtest_logreport(report=_beside(report, one))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the history; a flaky flow fails the run where that is wanted."""
        if not self._told:
            return
        from truemirror.bootstrap.flows import write_down

        self._trouble = self._trouble or write_down(self._told)
        wanted = self._config.getoption("--flows-fail-on-flaky") or self._config.getoption("--fail-on-flaky", False)
        bad = self._trouble or (wanted and any(_standing(one) == "flaky" for one in self._told))
        if bad and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name the flaky and the quarantined, and where pages are."""
        lines = list(self._lines())
        if lines:
            terminalreporter.section("flows", sep="-")
        for text, bad in lines:
            terminalreporter.write_line(text, red=bad, yellow=not bad)

    def _write(self, line: dict[str, Any]) -> None:
        """Add a line to the report that was asked for."""
        import json

        try:
            with Path(self._lines_to).open("ab") as file:
                file.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
        except OSError as error:
            self._trouble = f"{self._lines_to}: the report cannot be written: {error.strerror}"

    def _lines(self) -> Iterator[tuple[str, bool]]:
        """What a person should know, and whether it is bad."""
        for told in self._told:
            past, test = told["past"], told["past"]["test"]
            if _standing(told) == "flaky":
                yield f"flaky: {test} passed at try {past['tries']}: {past.get('message', '')}", False
            if _standing(told) == "unknown":
                yield f"unknown: {test}: infrastructure broke at every try: {past.get('message', '')}", True
            if past.get("quarantined"):
                yield f"quarantined: {test} failed, {told['held']}", False
            elif told["ended"]:
                yield f"quarantine ended: {test}: {told['held']}", True
            elif told["held"] and _standing(told) == "passed":
                yield f"quarantined: {test} passed, {told['held']}", False
            if page := past.get("page"):
                yield f"page: {told['folder']}/{page}", _standing(told) in ("failed", "unknown")
        if self._trouble:
            yield self._trouble, True


def _begin(config: pytest.Config) -> str:
    """The file of the report that was asked for, empty at first. Raises pytest.UsageError."""
    asked = config.getoption("--flows-report")
    if not asked:
        return ""
    path = config.invocation_params.dir / asked
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    except OSError as error:
        raise pytest.UsageError(f"--flows-report={asked}: it cannot be written: {error.strerror}") from None
    return str(path)


def _standing(told: dict[str, Any]) -> str:
    """How a flow stands."""
    return str(told["past"]["standing"])


def _beside(report: pytest.TestReport, one: dict[str, Any]) -> pytest.TestReport:
    """A result beside a test's own, as a report."""
    file, line, domain = report.location
    own, bracket, parameters = domain.partition("[")
    made = pytest.TestReport(
        nodeid=one["nodeid"],
        location=(file, line, f"{own}::{one['name']}{bracket}{parameters}"),
        keywords={},
        outcome="skipped" if one["held"] else "failed",
        longrepr=one["text"],
        when="call",
    )
    if one["held"]:
        made.__dict__["wasxfail"] = one["held"]
        made.__dict__["truemirror_standing"] = "quarantined"
    if hasattr(report, "node"):
        made.__dict__["node"] = report.node  # the worker, which JUnit tells tests apart by
    return made
