"""Wires the commands about flows: pytest in a process of its own, the history, and the traces.

Rules: a missing browser is told before anything is started.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from truemirror.adapters.flow_files import Kept
    from truemirror.config import Config
    from truemirror.core.flow.compare import Comparison
    from truemirror.core.flow.standing import Past
    from truemirror.usecases.flows_run import Flow, FlowResult, FlowsRun


def folder_of(config: Config, traces: Path | None = None) -> Path:
    """Where traces, pages and the history are."""
    return traces.absolute() if traces else config.report / "flows"


def history(folder: Path) -> tuple[Past, ...]:
    """What is known of earlier runs. Raises StoreError."""
    from truemirror.adapters.flow_history import read_history

    return read_history(folder)


def flows(config: Config, traces: Path | None = None) -> tuple[Flow, ...]:
    """Every flow of the suite, with its history. Raises UsageError, CouldNotRun."""
    from truemirror.adapters.clock import SystemClock
    from truemirror.usecases.flows_run import list_flows

    folder = folder_of(config, traces)
    return list_flows(config, _runner(config, folder / "list.log"), history(folder), SystemClock().today())


def run(
    config: Config,
    tests: Sequence[str],
    options: Sequence[str],
    ended: Callable[[FlowResult], None],
    *,
    traces: Path | None = None,
    remote: str = "",
    flaky_breaks: bool = False,
) -> FlowsRun:
    """Run flows. Raises BrowserError where no browser is, UsageError, CouldNotRun."""
    from truemirror.usecases.flows_run import run_flows

    if not remote:
        check_browser()
    folder = folder_of(config, traces)
    told = [f"--mirrors={config.mirrors}", f"--contracts={config.contracts}", f"--flows-traces={folder}"]
    runner = _runner(config, folder / "run.log")
    return run_flows(tests, [*told, *options], runner, ended, flaky_breaks=flaky_breaks)


def check_browser() -> None:
    """Browser, driver and package are there. Raises BrowserError with the line that installs them."""
    from importlib.util import find_spec

    from truemirror.errors import BrowserError

    if find_spec("selenium") is None:
        raise BrowserError("flows need the package selenium", fix="pip install 'truemirror[flows]'")
    from truemirror.adapters.browser.programs import find_browser, find_driver

    find_browser()
    find_driver()


def why_not() -> tuple[str, str]:
    """Why flows cannot be run here, and what to do; both empty where they can."""
    from truemirror.errors import BrowserError

    try:
        check_browser()
    except BrowserError as error:
        return error.what, error.fix.removeprefix("install it: ")
    return "", ""


def traces_of(config: Config, traces: Path | None = None) -> tuple[Kept, ...]:
    """What the last run of each flow left. Raises FormatError, StoreError."""
    from truemirror.bootstrap.flow_pages import read_traces

    return read_traces(folder_of(config, traces))


def comparison(left: Path, right: Path) -> Comparison:
    """Two folders of traces, compared test by test. Raises FormatError, StoreError."""
    from truemirror.bootstrap.flow_pages import read_traces
    from truemirror.core.flow.compare import compare_runs

    return compare_runs(*([one.trace for one in read_traces(folder)] for folder in (left, right)))


def _runner(config: Config, log: Path) -> Callable[..., tuple[int, Sequence[str]]]:
    """What runs pytest in the folder of the configuration."""
    from truemirror.adapters.flow_runs import run_pytest

    def runner(arguments: Sequence[str], heard: Callable[[Mapping[str, Any]], None]) -> tuple[int, Sequence[str]]:
        """Run it."""
        ran = run_pytest(config.root, ["--color=no", *arguments], log, heard)
        return ran.status, ran.last_lines

    return runner
