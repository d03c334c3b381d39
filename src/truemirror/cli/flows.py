"""`truemirror flows`: whole flows in a browser, for people who write no Python: list them, run them, see what happened.

Rules: a flow goes by its title; words choose the flows that hold all of them. Every flow has a line as soon as it has
ended; what broke is told below, with its page. Exit codes: 0 all hold, 1 one is broken, 3 nobody knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from truemirror.cli.output import contracts_option, emit_json, json_option, load_config, mirrors_option, progress
from truemirror.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from truemirror.core.flow.compare import Comparison

_TARGETS = ("mirror", "live", "mix")
_traces = click.option(
    "--traces",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where traces, pages and the history are: report/flows, if nothing else is configured.",
)


@click.group(options_metavar="", subcommand_metavar="COMMAND ...")
def command() -> None:
    """Run whole flows in a browser, on mirrors or on the live system, and see what happened.

    \b
    Examples:
      truemirror flows list
      truemirror flows run
      truemirror flows run log in --target live --headed
      truemirror flows show
    """


@command.command("list")
@click.argument("words", nargs=-1, metavar="[WORD]...")
@_traces
@json_option
def list_(words: tuple[str, ...], traces: Path | None, as_json: bool) -> int:
    """List the flows, or those that hold all words, and how each stood last.

    \b
    Examples:
      truemirror flows list
      truemirror flows list deal --json
    """
    from truemirror.bootstrap.flows_command import flows
    from truemirror.cli.flows_told import flow_document, tell_flows
    from truemirror.usecases.flows_run import chosen, idle_quarantine

    config = load_config()
    with progress() as shown:
        shown.stage("reading the flows")
        known = flows(config, traces)
        found = chosen(known, words)
        shown.done()
    for entry in idle_quarantine(config, known):
        click.echo(f"note: the quarantine of {entry.test} names no flow; its owner is {entry.owner}", err=True)
    if as_json:
        emit_json([flow_document(one) for one in found])
    else:
        tell_flows(found)
    return ExitCode.KEPT if found else ExitCode.UNKNOWN


@command.command()
@click.argument("words", nargs=-1, metavar="[WORD]...")
@click.option(
    "--target",
    type=click.Choice(_TARGETS),
    help="What stands behind the pages: mirrors, the live system, or a mix of both. Mirrors, when it is left out.",
)
@click.option("--live", "live", multiple=True, metavar="SERVICE", help="For a mix: run SERVICE itself; repeatable.")
@click.option("--environment", metavar="NAME", default="", help="Run against this environment of the configuration.")
@click.option("--record", is_flag=True, help="With --target live: record mirrors of all services that are touched.")
@click.option("--headed", is_flag=True, help="Show the browser's window.")
@click.option("--viewport", metavar="WxH", default="1280x900", show_default=True, help="The size of pages.")
@click.option("--locale", metavar="LOCALE", default="en-US", show_default=True, help="The language to ask for.")
@click.option("--remote", metavar="URL", default="", help="Use a browser of this Selenium Grid.")
@click.option("--workers", type=click.IntRange(1, 64), metavar="N", help="Run N flows at a time (needs pytest-xdist).")
@click.option("--retries", type=click.IntRange(0, 10), default=2, show_default=True, metavar="N",
              help="Try a flow again so often after the browser broke.")  # fmt: skip
@click.option("--fail-on-flaky", is_flag=True, help="End with 1 when a flow passed only on another try.")
@_traces
@mirrors_option
@contracts_option
@json_option
def run(
    words: tuple[str, ...],
    remote: str,
    fail_on_flaky: bool,
    traces: Path | None,
    mirrors: Path | None,
    contracts: Path | None,
    as_json: bool,
    **asked: Any,
) -> int:
    """Run the flows, or those that hold all words, and say how each came out.

    Ends with 0 when all hold, 1 when one is broken, 3 when nothing ran or the browser broke again and again.

    \b
    Examples:
      truemirror flows run
      truemirror flows run log in --target live --headed
      truemirror flows run --live deals --viewport 390x844
      truemirror flows run --target live --record
    """
    from truemirror.bootstrap.flows_command import flows
    from truemirror.bootstrap.flows_command import run as run_them
    from truemirror.cli.flows_told import result_document, tell_result, tell_run
    from truemirror.usecases.flows_run import chosen, suite_of

    config = load_config(mirrors=mirrors, contracts=contracts)
    tests = [suite_of(config)] if not words else [one.test for one in chosen(flows(config, traces), words)]
    with progress() as shown:
        shown.stage("running flows")

        def ended(result: object) -> None:
            """One more has ended."""
            shown.advance(1)
            if not as_json:
                tell_result(result)  # type: ignore[arg-type]

        ran = run_them(
            config, tests, _options(remote, asked), ended, traces=traces, remote=remote, flaky_breaks=fail_on_flaky
        )
        shown.done()
    if as_json:
        emit_json({"exit_code": int(ran.exit_code), "flows": [result_document(one, ran) for one in ran.results]})
    else:
        tell_run(ran)
    return ran.exit_code


def _options(remote: str, asked: Mapping[str, Any]) -> list[str]:
    """What pytest is asked for."""
    workers = asked["workers"] or 1
    given = {
        "--flows-target": asked["target"],
        "--flows-live": ",".join(asked["live"]),
        "--flows-environment": asked["environment"],
        "--mirror-mode": "record" if asked["record"] else "",
        "--numprocesses": workers if workers > 1 else "",
        "--flows-remote": remote,
        "--flows-viewport": asked["viewport"],
        "--flows-locale": asked["locale"],
        "--flows-retries": asked["retries"],
    }
    options = [f"{name}={value}" for name, value in given.items() if value not in ("", None)]
    return [*options, "--flows-headed"] if asked["headed"] else options


@command.command()
@click.argument("words", nargs=-1, metavar="[WORD]...")
@_traces
@json_option
def show(words: tuple[str, ...], traces: Path | None, as_json: bool) -> int:
    """Show what happened in the last run of each flow that failed, or of those whose name holds all words.

    \b
    Examples:
      truemirror flows show
      truemirror flows show test_a_deal_moves_on --json
    """
    from truemirror.bootstrap.flows_command import folder_of, traces_of
    from truemirror.cli.flows_told import tell_trace, trace_document
    from truemirror.core.flow.thin import is_failure

    config = load_config()
    kept = traces_of(config, traces)
    folder = folder_of(config, traces)
    if not kept:
        raise UsageError("no flow has run yet", where=str(folder), fix="truemirror flows run")
    asked = [word.casefold() for word in words]
    found = [one for one in kept if all(word in one.trace.test.casefold() for word in asked)]
    found = [one for one in found if words or is_failure(one.trace)]
    if words and not found:
        known = "; ".join(one.trace.test for one in kept[:5])
        raise UsageError(f"no flow that ran is called {' '.join(words)!r}", nearest=known)
    if as_json:
        emit_json([trace_document(one) for one in found])
    elif not found:
        click.echo(f"{len(kept)} flows ran last, and none failed; all of them: {folder / 'index.html'}")
    for one in found if not as_json else ():
        tell_trace(one)
    return ExitCode.KEPT


@command.command()
@click.argument("left", metavar="MIRROR_TRACES", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("right", metavar="LIVE_TRACES", type=click.Path(exists=True, file_okay=False, path_type=Path))
@json_option
def compare(left: Path, right: Path, as_json: bool) -> int:
    """Compare a run on mirrors with a live one: operations, statuses, shapes and order, by service.

    A difference is drift of a mirror. Ends with 0 without one, with 1 when there is one, with 3 when no flow passed on
    both sides.

    \b
    Example:
      truemirror flows run --traces report/mirror
      truemirror flows run --traces report/live --target live
      truemirror flows compare report/mirror report/live
    """
    from truemirror.bootstrap.flows_command import comparison

    found = comparison(left, right)
    if as_json:
        emit_json(found)
    else:
        _tell_comparison(found)
    if not found.compared:
        return ExitCode.UNKNOWN
    return ExitCode.BROKEN if found.differences else ExitCode.KEPT


def _tell_comparison(found: Comparison) -> None:
    """What differs, by service, and what was not compared."""
    from truemirror.core.flow.compare import drift_report

    for line in drift_report(found.by_service()):
        click.echo(line)
    click.echo(f"{found.compared} flows compared, {len(found.differences)} differ")
    for what, names in (
        ("only on mirrors", found.only_left),
        ("only live", found.only_right),
        ("did not pass on both", found.not_compared),
    ):
        for name in names:
            click.echo(f"  {what}: {name}")
