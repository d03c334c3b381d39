"""What is told of a flow when its tries are over: its reports, the results beside it, its trace and its history line.

Rules: everything that other processes need rides on the reports, as plain values, since workers of pytest-xdist send
nothing else. A failure in quarantine is told and breaks nothing; one whose quarantine ended breaks, and says so.
"""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from truemirror.core.contract.finding import Finding
from truemirror.core.flow.holding import page_findings, violations
from truemirror.core.flow.quarantine import Held, held
from truemirror.core.flow.quarantine import beside as beside_of
from truemirror.core.flow.standing import Past, Standing, standing_of
from truemirror.core.flow.trace import Call, Outcome, Trace, Try
from truemirror.errors import BrowserLost, CouldNotRun, TruemirrorError, UsageError
from truemirror.pytest_plugin.flows_attempt import Attempt
from truemirror.pytest_plugin.flows_settings import FlowSettings
from truemirror.pytest_plugin.holding import told as told_finding

_LISTED = 20
_SECTION = "flow"


@dataclass(slots=True)
class Told:
    """What is known of one test so far."""

    item: pytest.Item
    settings: FlowSettings
    began: str
    outcome: Outcome = Outcome.PASSED
    message: str = ""
    worth_again: bool = False
    """Another try may end otherwise."""
    files: dict[str, bytes] = field(default_factory=dict)
    """Pictures and snapshots of the telling try."""

    def heard(self, call: pytest.CallInfo[None], browser_is_lost: bool) -> None:
        """A phase has failed; the first one of a try tells."""
        if self.outcome is not Outcome.PASSED or call.excinfo is None:
            return
        errors = tuple(_chain(call.excinfo.value))
        lost = browser_is_lost or any(isinstance(one, BrowserLost) for one in errors)
        says_nothing = (CouldNotRun, UsageError) if call.when == "setup" else (CouldNotRun,)
        broke = lost or any(isinstance(one, says_nothing) for one in errors)
        self.outcome = Outcome.INFRASTRUCTURE if broke else Outcome.FAILED
        self.worth_again = lost
        self.message = call.excinfo.exconly(tryshort=True).removeprefix("Failed: ")

    def ended(self, attempt: Attempt | None, number: int) -> Try:
        """The try as a value; the files of the first one that failed are kept."""
        if attempt is None:
            return Try(number, self.outcome, self.message)
        if not self.files or self.outcome is not Outcome.PASSED:
            self.files = self.files or attempt.files
        return attempt.as_try(self.outcome, self.message)

    def again(self) -> None:
        """Another try begins."""
        self.outcome, self.message, self.worth_again = Outcome.PASSED, "", False


class Telling:
    """Tells of flows."""

    def __init__(self, settings: FlowSettings) -> None:
        """Nothing ran yet."""
        self._settings = settings
        self._now: Told | None = None
        self.trouble: list[str] = []
        """What could not be kept."""

    def begin(self, item: pytest.Item) -> Told:
        """A test begins."""
        self._now = Told(item, self._settings, datetime.now(UTC).isoformat(timespec="seconds"))
        return self._now

    def heard(self, report: pytest.TestReport, call: pytest.CallInfo[None], *, browser_is_lost: bool) -> None:
        """A phase of the running test came to this."""
        if self._now is not None and report.failed:
            self._now.heard(call, browser_is_lost)

    def finish(self, told: Told, tries: Sequence[Try], reports: Sequence[pytest.TestReport], browser: str) -> None:
        """Its tries are over: put everything that is known onto its reports."""
        self._now = None
        if not tries:
            return
        standing, last = standing_of(tries), tries[-1]
        beside = list(_beside(told.item, last))
        page = self._keep(told, tries, browser)
        past = Past(
            test=told.item.nodeid,
            target=_target(self._settings),
            standing=standing,
            at=told.began,
            tries=len(tries),
            seconds=round(sum(one.seconds for one in tries), 3),
            violations=len(violations(last.calls)),
            message=_first_line(tries),
            page=page,
        )
        self._decorate(told, past, beside, reports)

    def _keep(self, told: Told, tries: Sequence[Try], browser: str) -> str:
        """Keep the trace; gives back its page, relative to the folder of all, empty where there is none."""
        from truemirror.bootstrap.flow_pages import keep_trace
        from truemirror.usecases.redact import policy_of

        settings, nodeid = self._settings, told.item.nodeid
        trace = Trace(nodeid, settings.target, tuple(tries), told.began, browser)
        policy = policy_of(settings.config.redaction)
        try:
            kept = keep_trace(settings.traces, trace, told.files, policy=policy, again=run_again(settings, nodeid))
        except TruemirrorError as error:
            self.trouble.append(f"the trace of {nodeid} could not be kept: {error}")
            return ""
        return f"{kept.folder.name}/{kept.page.name}" if kept.page else ""

    def _decorate(
        self, told: Told, past: Past, beside: Sequence[tuple[str, str]], reports: Sequence[pytest.TestReport]
    ) -> None:
        """Put it onto the reports."""
        nodeid, entries, today = told.item.nodeid, self._settings.config.flows.quarantine, _today()
        failed = past.standing in (Standing.FAILED, Standing.UNKNOWN)
        state = held(nodeid, entries, today)
        for report in reports:
            if report.failed and state is not None:
                _hold(report, state)
            if report.when == "call" or report.failed:
                report.__dict__["truemirror_standing"] = _word(past.standing, state if failed else None)
            if report.failed and past.standing is Standing.UNKNOWN:
                tried = f"tried {past.tries} times; " if past.tries > 1 else ""
                report.sections.append((_SECTION, f"{tried}infrastructure broke: nothing is known of the system"))
            properties = {"flow-target": past.target, "flow-standing": past.standing.value, "flow-page": past.page}
            if past.page and report.when == "call":
                report.sections.append((_SECTION, f"page: {self._settings.traces / past.page}"))
            report.user_properties += [(name, value) for name, value in properties.items() if value]
        document = past.document()
        if failed and state is not None and not state.ended:
            document["quarantined"] = True
        results = [_result(nodeid, name, text, held(beside_of(nodeid, name), entries, today)) for name, text in beside]
        last = reports[-1].__dict__
        last["truemirror_flow"] = {
            "past": document,
            "title": title_of(told.item),
            "about": about(told.item),
            "beside": results,
            "held": str(state) if state is not None else "",
            "ended": state is not None and state.ended and failed,
            "folder": str(self._settings.traces),
        }


def _result(nodeid: str, name: str, text: str, state: Held | None) -> dict[str, Any]:
    """A result beside the test's own."""
    return {
        "nodeid": beside_of(nodeid, name),
        "name": name,
        "text": text if state is None or not state.ended else f"{text}\n\n{state}",
        "held": str(state) if state is not None and not state.ended else "",
    }


def _hold(report: pytest.TestReport, state: Held) -> None:
    """A failure in quarantine breaks nothing; one whose quarantine is over says so."""
    if state.ended:
        report.sections.append(("quarantine", str(state)))
        return
    report.outcome = "skipped"
    report.__dict__["wasxfail"] = str(state)


def _word(standing: Standing, state: Held | None) -> str:
    """The status that the terminal shows beside passed and failed; empty for those."""
    if state is not None and not state.ended:
        return "quarantined"
    return "flaky" if standing is Standing.FLAKY else ""


def _beside(item: pytest.Item, last: Try) -> Iterator[tuple[str, str]]:
    """The results beside the functional one, by name: contract violations; and, where it passed, errors of pages."""
    if broken := violations(last.calls):
        count = f"{len(broken)} contract violation{'s' * (len(broken) != 1)} in {len(last.calls)} calls"
        yield "contract", "\n".join((count, *(_violation(*one) for one in broken[:_LISTED]), *_more(len(broken))))
    found = page_findings(last.calls, last.said, allowed_errors(item)) if last.outcome is Outcome.PASSED else ()
    if found:
        said = "pages said errors or did not load something (where that is meant: @pytest.mark.allow_errors(PART))"
        yield "page", "\n".join((said, *(f"  {one}" for one in found[:_LISTED]), *_more(len(found))))


def _more(count: int) -> Iterator[str]:
    """How many are not shown."""
    if count > _LISTED:
        yield f"  and {count - _LISTED} more"


def _violation(call: Call, finding: Finding) -> str:
    """One violation, with the call that shows it."""
    status = call.exchange.status or "no answer"
    seen = f"  {call.service}: {call.exchange.request.method} {call.url} -> {status}"
    by = f", answered by the recording {call.recording}" if call.recording else ""
    return f"{seen}{by}\n  {told_finding(finding)}"


def allowed_errors(item: pytest.Item) -> tuple[str, ...] | None:
    """The parts of errors that a flow allows; None for any."""
    parts: tuple[str, ...] = ()
    for marker in item.iter_markers("allow_errors"):
        if not marker.args:
            return None
        parts += tuple(str(one) for one in marker.args)
    return parts


def title_of(item: pytest.Item) -> str:
    """What a flow shows: the name of its test, in words."""
    name, bracket, parameters = item.name.removeprefix("test_").partition("[")
    words = name.replace("_", " ")
    return f"{words[:1].upper()}{words[1:]}{f' ({parameters[:-1]})' if bracket else ''}"


def about(item: pytest.Item) -> str:
    """What its author says of it: the first line of its docstring."""
    return (getattr(getattr(item, "obj", None), "__doc__", None) or "").strip().partition("\n")[0].strip()


def _first_line(tries: Sequence[Try]) -> str:
    """The first line of the first failure, and of the first miss behind it, which is often its cause."""
    for one in tries:
        if one.message:
            first = one.message.strip().partition("\n")[0]
            miss = one.misses[0].partition("\n")[0] if one.misses else ""
            return first if not miss or miss in first else f"{first}; {miss}"
    return ""


def run_again(settings: FlowSettings, nodeid: str) -> str:
    """One line for a shell that runs a flow again as it ran."""
    words = ["pytest", nodeid]
    if settings.environment:
        words.append(f"--flows-environment={settings.environment}")
    else:
        words.append(f"--flows-target={settings.target}")
    if settings.live:
        words.append(f"--flows-live={','.join(settings.live)}")
    return shlex.join(words)


def _target(settings: FlowSettings) -> str:
    """The target, for people: an environment by its name."""
    return f"live ({settings.environment})" if settings.environment else settings.target.value


def _today() -> str:
    """The day, in UTC."""
    return datetime.now(UTC).date().isoformat()


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An exception and everything it came from."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
