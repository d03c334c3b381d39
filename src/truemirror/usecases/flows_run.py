"""Flows for people who write no Python: listed, chosen by words, run, and how the run came out.

Rules: pure, over whatever runs pytest. Words choose flows whose title or name holds all of them; words that fit none
are told with the nearest titles. What nobody knows (infrastructure broke, nothing ran) is never success.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Protocol

from truemirror.config import Config
from truemirror.core.flow.quarantine import Quarantined
from truemirror.core.flow.standing import Past, Record, Standing, past_of, records
from truemirror.errors import CouldNotRun, ExitCode, UsageError

_NO_TESTS = 5
_USAGE, _INTERRUPTED = 4, 2


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow, as a person chooses it."""

    test: str
    """Its node id."""
    title: str
    about: str = ""
    """What its author says of it."""
    harmless: bool = False
    record: Record | None = None
    """What the history says of it."""
    quarantine: str = ""
    """Why it is in quarantine, and until when; empty when it is not."""


@dataclass(frozen=True, slots=True)
class FlowResult:
    """How one flow came out."""

    title: str
    past: Past
    beside: Mapping[str, str] = field(default_factory=dict)
    """Further results that break, by name (contract, page): what they say."""
    quarantine: str = ""

    @property
    def is_broken(self) -> bool:
        """Whether it breaks the run."""
        failed = self.past.standing is Standing.FAILED and not self.past.quarantined
        return failed or bool(self.beside)


@dataclass(frozen=True, slots=True)
class FlowsRun:
    """How a run came out."""

    results: tuple[FlowResult, ...]
    status: int
    """pytest's exit status."""
    folder: str = ""
    """Where traces and pages are."""
    flaky_breaks: bool = False

    @property
    def exit_code(self) -> ExitCode:
        """0 when all hold; 1 when one is broken; 3 when nothing ran or infrastructure broke."""
        unknown = [one for one in self.results if one.past.standing is Standing.UNKNOWN and not one.past.quarantined]
        flaky = self.flaky_breaks and any(one.past.standing is Standing.FLAKY for one in self.results)
        if any(one.is_broken for one in self.results) or flaky:
            return ExitCode.BROKEN
        if unknown or not self.results:
            return ExitCode.UNKNOWN
        return ExitCode.KEPT if self.status == 0 else ExitCode.BROKEN


class Runner(Protocol):
    """Whatever runs pytest on flows."""

    def __call__(
        self, arguments: Sequence[str], heard: Callable[[Mapping[str, Any]], None]
    ) -> tuple[int, Sequence[str]]:
        """Run it; gives back its exit status and its last lines."""


def suite_of(config: Config) -> str:
    """Where the flows are. Raises UsageError."""
    if not config.flows.suite:
        fix = 'say where they are: [tool.truemirror.flows] suite = "suites/flows"'
        raise UsageError("no flows are configured", where=str(config.source or ""), fix=fix)
    return config.flows.suite


def list_flows(config: Config, runner: Runner, history: Sequence[Past], today: str) -> tuple[Flow, ...]:
    """Every flow of the suite. Raises UsageError, CouldNotRun."""
    from truemirror.core.flow.quarantine import held

    collected: list[Mapping[str, Any]] = []

    def heard(line: Mapping[str, Any]) -> None:
        """A line of the report."""
        collected.extend(line.get("collected", ()))

    status, last = runner([suite_of(config), "--collect-only", "-q", "-p", "no:randomly"], heard)
    if status not in (0, _NO_TESTS):
        raise _could_not("the flows cannot be read", status, last)
    known = records(history)
    flows = []
    for one in collected:
        state = held(one["test"], config.flows.quarantine, today)
        flows.append(
            Flow(one["test"], one["title"], one["about"], one["harmless"], known.get(one["test"]), str(state or ""))
        )
    return tuple(flows)


def idle_quarantine(config: Config, flows: Sequence[Flow]) -> tuple[Quarantined, ...]:
    """The entries of quarantine that name no flow and no result beside one: it was renamed, or is gone."""
    from truemirror.core.flow.quarantine import BESIDE, beside, idle

    names = [one.test for one in flows]
    names += [beside(one.test, ending.removeprefix("::")) for one in flows for ending in BESIDE]
    return idle(config.flows.quarantine, names)


def chosen(flows: Sequence[Flow], words: Sequence[str]) -> tuple[Flow, ...]:
    """The flows that hold all words in title or name; all, when there is no word. Raises UsageError."""
    asked = [word.casefold() for word in words]
    found = tuple(
        one for one in flows if all(word in f"{one.title} {one.about} {one.test}".casefold() for word in asked)
    )
    if found or not flows:
        return found
    near = get_close_matches(" ".join(words), [one.title for one in flows], n=3, cutoff=0.3)
    raise UsageError(f"no flow is about {' '.join(words)!r}", nearest="; ".join(near), fix="truemirror flows list")


def run_flows(
    tests: Sequence[str],
    options: Sequence[str],
    runner: Runner,
    ended: Callable[[FlowResult], None],
    *,
    flaky_breaks: bool = False,
) -> FlowsRun:
    """Run these tests; `ended` hears of each flow as it ends. Raises UsageError, CouldNotRun."""
    results: list[FlowResult] = []
    folders: list[str] = []

    def heard(line: Mapping[str, Any]) -> None:
        """A line of the report."""
        flow = line.get("flow")
        past = past_of(flow) if isinstance(flow, dict) else None
        if past is None or not isinstance(flow, dict):
            return
        beside = {name: one["text"] for name, one in flow["beside"].items() if not one["quarantined"]}
        results.append(FlowResult(flow["title"], past, beside, flow["quarantine"]))
        folders.append(flow["folder"])
        ended(results[-1])

    status, last = runner([*tests, "-q", *options], heard)
    if status == _INTERRUPTED:
        raise KeyboardInterrupt
    if status not in (0, 1, _NO_TESTS) or (status == 1 and not results):
        raise _could_not("the flows could not be run", status, last)
    return FlowsRun(tuple(results), status, folders[0] if folders else "", flaky_breaks)


def _could_not(what: str, status: int, last: Sequence[str]) -> UsageError | CouldNotRun:
    """pytest could not do its work; its own words say why."""
    said = "\n".join(f"    {line}" for line in last)
    kind = UsageError if status == _USAGE else CouldNotRun
    return kind(f"{what}; pytest said:\n{said}" if said else what)
