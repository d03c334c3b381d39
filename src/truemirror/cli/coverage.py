"""`truemirror coverage`: what is recorded of each contract, how old it is, and how much of it is used.

Rules: a table first, then the gaps of each mirror by kind with the command that closes them; what nobody measured is
shown as not run; a long list is cut and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from truemirror.cli.output import console, contracts_option, emit_json, json_option, load_config, mirrors_option
from truemirror.cli.output import progress as shown_progress
from truemirror.errors import ExitCode

if TYPE_CHECKING:
    from rich.console import Console

    from truemirror.config import Config
    from truemirror.core.mirror.coverage import Coverage, Gap, GapKind, Line
    from truemirror.core.mirror.staleness import Age
    from truemirror.usecases.coverage import CoverageResult

_LISTED = 5
_NOT_RUN = "not run"
_RECORD = "truemirror serve {service} --mode record-missing --upstream {service}=URL"
_TOLD = {
    "operation-unrecorded": ("declared and never recorded", _RECORD),
    "status-unrecorded": ("statuses declared and never recorded", _RECORD),
    "operation-undeclared": ("recorded and not declared", "truemirror check {service}"),
    "status-undeclared": ("statuses recorded and not declared", "truemirror check {service}"),
    "operation-unused": ("operations recorded that nobody used", "write a test that asks for them"),
    "status-unused": ("statuses recorded that nobody used", "write a test that asks for them"),
    "scenario-unused": ("whole scenarios that nobody used", "when nobody needs them, delete their folders in {folder}"),
    "recording-unused": ("recordings that nobody used", "record the scenario again; it then holds what is asked today"),
}
_PERCENT = click.FloatRange(0, 100)


@click.command(options_metavar="[OPTIONS]")
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@click.option(
    "--used",
    multiple=True,
    metavar="REPORT",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What a run asked: written by pytest --mirror-report or serve --report; repeatable.",
)
@click.option(
    "--min-operations", type=_PERCENT, metavar="PERCENT", help="Fail below this share of declared operations recorded."
)
@click.option("--min-used", type=_PERCENT, metavar="PERCENT", help="Fail below this share of recordings used.")
@click.option("-v", "--verbose", is_flag=True, help="List every gap, not only the first of each kind.")
@mirrors_option
@contracts_option
@json_option
def command(
    services: tuple[str, ...],
    used: tuple[Path, ...],
    min_operations: float | None,
    min_used: float | None,
    verbose: bool,
    mirrors: Path | None,
    contracts: Path | None,
    as_json: bool,
) -> int:
    """Say what is recorded of each contract, how old it is, and which recordings nobody used.

    Ends with 0, with 1 below a limit or when something cannot be read, with 3 when there is nothing to say.

    \b
    Examples:
      truemirror coverage
      pytest --mirror-report used.json && truemirror coverage --used used.json
      truemirror coverage tags --used used.json --min-operations 90 --json
    """
    from truemirror.bootstrap.coverage import coverage
    from truemirror.usecases.coverage import Limits

    config = load_config(mirrors=mirrors, contracts=contracts)
    limits = Limits(min_operations, min_used)
    with shown_progress() as progress:
        result = coverage(config, services, used=used, limits=limits, progress=progress)
    if as_json:
        emit_json(_as_document(result, config))
    else:
        _tell(console(), result, config, verbose=verbose)
    return result.exit_code


# -- for programs ------------------------------------------------------------------------------------------------------


def _as_document(result: CoverageResult, config: Config) -> dict[str, Any]:
    """The result for programs; null where nobody measured."""
    report = result.report
    return {
        "report": None if report is None else {"partial": report.is_partial, "tests": report.tests},
        "mirrors": [_mirror_document(one, config) for one in result.mirrors],
        "below": result.below,
        "unmeasured": result.unmeasured,
        "unreadable": [{"where": one.where, "why": one.what} for one in result.unreadable],
    }


def _mirror_document(one: Coverage, config: Config) -> dict[str, Any]:
    """One mirror for programs."""
    declared, recorded, used = one.errors()
    return {
        "service": one.service,
        "version": one.version,
        "contract": one.contract,
        "age": one.age,
        "max_age_days": config.max_age_of(one.service),
        "recordings": one.recordings,
        "used": one.used,
        "changed": one.changed,
        "operations": {"declared": one.declared, "recorded": one.recorded, "used": one.exercised},
        "error_statuses": {"declared": declared, "recorded": recorded, "used": used},
        "by_operation": [_line_document(line) for line in one.operations],
        "by_status": [{**_line_document(line), "status": line.status} for line in one.statuses],
        "by_scenario": [
            {"name": line.name, "recordings": line.recordings, "used": line.used} for line in one.scenarios
        ],
        "gaps": [{"kind": gap.kind, "what": gap.what, "recordings": gap.recordings} for gap in one.gaps],
    }


def _line_document(line: Line) -> dict[str, Any]:
    """A count for programs."""
    return {"name": line.name, "declared": line.declared, "recordings": line.recordings, "used": line.used}


# -- for people --------------------------------------------------------------------------------------------------------


def _tell(out: Console, result: CoverageResult, config: Config, *, verbose: bool) -> None:
    """The result for people."""
    for error in result.unreadable:
        out.print(f"✗ {error.where}: {error.what}", style="bold red", markup=False)
    if not result.mirrors:
        out.print("nothing is recorded and nothing is declared yet", style="bold yellow")
        out.print("fix: truemirror record SERVICE --upstream URL", markup=False)
        return
    _table(out, result.mirrors, config)
    for one in result.mirrors:
        _tell_gaps(out, one, config, verbose=verbose)
    _remarks(out, result)


def _table(out: Console, mirrors: Sequence[Coverage], config: Config) -> None:
    """All mirrors, a row each."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name in ("mirror", "contract", "age", "recordings", "used", "operations", "used", "errors", "used"):
        table.add_column(name, justify="left" if name in ("mirror", "contract", "age") else "right", no_wrap=True)
    for one in mirrors:
        declared, recorded, used = one.errors()
        table.add_row(
            *(Text(text) for text in (f"{one.service} {one.version}".strip(), one.contract or "none")),
            _age(one.age, config.max_age_of(one.service)),
            str(one.recordings),
            _part(one.used, one.recordings),
            _part(one.recorded, one.declared) if one.contract else Text("–"),
            _part(one.exercised, one.declared) if one.contract else Text("–"),
            _part(recorded, declared) if one.contract else Text("–"),
            _part(used, declared) if one.contract else Text("–"),
        )
    out.print(table)


def _part(number: int | None, of: int) -> Any:
    """So many of so many, dim where nobody measured."""
    from rich.text import Text

    if number is None:
        return Text(_NOT_RUN, "dim")
    return Text(f"{number} of {of}", "green" if number == of else "yellow")


def _age(age: Age, limit: int | None) -> Any:
    """How old, as days; the oldest and the newest where they differ, and what nobody knows."""
    from rich.text import Text

    if age.days is None:
        return Text("unknown" if age.undated else "–", "yellow" if age.undated else "")
    words = f"{age.days} day{'s' * (age.days != 1)}"
    words += f" ({age.oldest}" + (f" to {age.newest})" if age.newest != age.oldest else ")")
    words += f", {age.undated} undated" if age.undated else ""
    too_old = limit is not None and age.days > limit
    return Text(f"{words}, allowed are {limit}" if too_old else words, "red" if too_old else "")


def _tell_gaps(out: Console, one: Coverage, config: Config, *, verbose: bool) -> None:
    """The gaps of one mirror, by kind."""
    from truemirror.core.mirror.coverage import GapKind

    title = f"{one.service} {one.version}".strip()
    for kind in GapKind:
        gaps = [gap for gap in one.gaps if gap.kind is kind]
        if not gaps:
            continue
        if title:
            out.print(f"\n{title}", style="bold", markup=False)
            title = ""
        for text, style in _kind_lines(one, kind, gaps, config, verbose=verbose):
            out.print(_printable(text), style=style, markup=False)


def _kind_lines(
    one: Coverage, kind: GapKind, gaps: Sequence[Gap], config: Config, *, verbose: bool
) -> Iterator[tuple[str, str]]:
    """All gaps of one kind, as lines with their styles."""
    words, step = _TOLD[kind.value]
    yield f"  {words}: {len(gaps)}", "yellow"
    shown = gaps if verbose else gaps[:_LISTED]
    for gap in shown:
        number = f"  ({gap.recordings} recording{'s' * (gap.recordings != 1)})"
        yield f"    {gap.what}{number if gap.recordings and kind.value != 'recording-unused' else ''}", ""
    if len(gaps) > len(shown):
        yield f"    and {len(gaps) - len(shown)} more (--verbose lists them)", "dim"
    folder = _near(config.mirrors / one.service / one.version)
    yield f"    next  {step.format(service=one.service, folder=folder)}", "dim"


def _printable(text: str) -> str:
    """A line in which recorded text cannot steer the terminal."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def _near(path: Path) -> Path:
    """A path relative to the working directory where that is shorter."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _remarks(out: Console, result: CoverageResult) -> None:
    """What to know of these figures, and the limits that are not reached."""
    out.print()
    if result.report is None:
        out.print("used: not run; pytest --mirror-report used.json, then truemirror coverage --used used.json")
    else:
        partial = "; not every test was run, so what is unused here may be used elsewhere"
        tests = f"{result.report.tests} test{'s' * (result.report.tests != 1)} asked"
        out.print(f"used: {tests}{partial if result.report.is_partial else ''}")
    for one in result.mirrors:
        if one.changed:
            said = f"{one.changed} used recordings are not there any more; run the tests again"
            out.print(f"{one.service} {one.version}: {said}", style="yellow", markup=False)
    for text in result.below:
        out.print(f"✗ {text}", style="bold red", markup=False)
    for text in result.unmeasured:
        out.print(f"? {text}", style="bold yellow", markup=False)
    if result.exit_code is ExitCode.KEPT and not any(one.gaps for one in result.mirrors):
        out.print("no gaps", style="bold green")
