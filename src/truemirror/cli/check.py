"""`truemirror check`: mirrors and contracts held against each other.

Rules: what breaks is told first and in full, notes are counted unless they are asked for; the last line says how it
ended and what that rests on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from truemirror.cli.output import console, contracts_option, emit_json, json_option, load_config, mirrors_option
from truemirror.cli.output import progress as shown_progress
from truemirror.errors import ExitCode

if TYPE_CHECKING:
    from rich.console import Console

    from truemirror.core.contract.finding import Finding
    from truemirror.usecases.check import CheckResult

_MARKS = {"break": ("✗", "bold red"), "warn": ("!", "yellow"), "info": ("·", "dim")}
_WORDS = {ExitCode.KEPT: ("kept", "bold green"), ExitCode.BROKEN: ("broken", "bold red")}
_NOTHING = ("nothing to check", "bold yellow")


@click.command(options_metavar="[OPTIONS]")
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@click.option(
    "--only",
    type=click.Choice(["mirrors", "contracts"]),
    default=None,
    help="Judge recordings alone, or contracts by themselves alone.",
)
@click.option(
    "--fresh",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Mirrors recorded just now; what differs from the kept ones breaks.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show notes, too, not only what breaks or may break.")
@mirrors_option
@contracts_option
@json_option
def command(
    services: tuple[str, ...],
    only: str | None,
    fresh: Path | None,
    verbose: bool,
    mirrors: Path | None,
    contracts: Path | None,
    as_json: bool,
) -> int:
    """Hold mirrors and contracts against each other, of all services or those named.

    Ends with 0 when all is kept, 1 when something breaks or cannot be read, 3 when there is nothing to check.

    \b
    Examples:
      truemirror check
      truemirror check deals tags --verbose
      truemirror check --only contracts --json
      truemirror up --record --mirrors fresh -- python drive.py && truemirror check --fresh fresh
    """
    from truemirror.bootstrap import check

    config = load_config(mirrors=mirrors, contracts=contracts)
    with shown_progress() as progress:
        result = check(config, services, only=only or "", fresh=fresh, progress=progress)
    if as_json:
        emit_json(_as_document(result))
    else:
        _tell(result, verbose=verbose)
    return result.exit_code


def _as_document(result: CheckResult) -> dict[str, object]:
    """The result for programs."""
    return {
        "verdict": _WORDS.get(result.exit_code, ("unknown", ""))[0],
        "findings": [{**asdict(one), "fingerprint": one.fingerprint} for one in result.findings],
        "checked": result.checked,
        "contracts": {
            name: {"version": version, "operations": operations, "recorded": result.recorded.get(name, 0)}
            for name, (version, operations) in result.contracts.items()
        },
        "unreadable": [{"where": where, "why": why} for where, why in result.unreadable],
    }


def _tell(result: CheckResult, *, verbose: bool) -> None:
    """The result for people."""
    out = console()
    for where, why in result.unreadable:
        out.print(f"✗ {where}", style="bold red", markup=False)
        out.print(f"    cannot be read: {why}", markup=False)
    for service in sorted({one.service for one in result.findings}):
        shown = [one for one in result.findings if one.service == service and (verbose or one.level != "info")]
        if shown:
            _tell_service(out, service, shown, verbose=verbose)
    _tell_notes(out, result, verbose=verbose)
    _sum_up(out, result)


def _tell_service(out: Console, service: str, findings: Sequence[Finding], *, verbose: bool) -> None:
    """All findings of one service, the heaviest first."""
    owner = next((one.owner for one in findings if one.owner), "")
    out.print(f"{service}{f'  (owner: {owner})' if owner else ''}", style="bold", markup=False)
    order = list(_MARKS)
    causes: dict[tuple[str, str], list[Finding]] = {}
    for one in sorted(findings, key=lambda one: (order.index(one.level), one.operation, one.location)):
        causes.setdefault((one.rule, one.schema_location or one.fingerprint), []).append(one)
    for cause in causes.values():
        _tell_finding(out, cause[0], [_place(one) for one in cause[1:]], verbose=verbose)


def _place(one: Finding) -> str:
    """Operation and location."""
    return " ".join(part for part in (one.operation, one.location) if part)


def _tell_finding(out: Console, one: Finding, also: Sequence[str], *, verbose: bool) -> None:
    """One finding, and the other places where the same line of the contract is broken."""
    from rich.text import Text

    mark, style = _MARKS[one.level]
    place = _place(one)
    out.print(Text.assemble("  ", (f"{mark} {one.rule}", style), "  ", (place, "cyan")))
    out.print(f"      {one.message}", markup=False)
    if one.expected or one.actual:
        out.print(f"      expected {one.expected or 'nothing'}, actual {one.actual or 'nothing'}", markup=False)
    for word, text in (
        ("contract", one.schema_location),
        ("seen in", one.evidence),
        ("waived:", one.waived),
        ("fingerprint", one.fingerprint if verbose and one.level != "info" else ""),
        ("called by", ", ".join(one.consumers) if one.level != "info" else ""),
    ):
        if text:
            out.print(f"      {word} {text}", style="dim", markup=False)
    for other in also:
        out.print(f"      also at {other}", style="dim", markup=False)


def _tell_notes(out: Console, result: CheckResult, *, verbose: bool) -> None:
    """How many notes there are, by rule."""
    counts = Counter(one.rule for one in result.findings if one.level == "info")
    if counts and not verbose:
        listed = ", ".join(f"{count} {rule}" for rule, count in sorted(counts.items()))
        out.print(f"notes: {listed} (--verbose shows them)", style="dim", markup=False)


def _sum_up(out: Console, result: CheckResult) -> None:
    """How it ended, and what that rests on."""
    from rich.text import Text

    from truemirror.cli.infer import counted
    from truemirror.core.contract.finding import Level

    word, style = _WORDS.get(result.exit_code, _NOTHING)
    operations = sum(number for _, number in result.contracts.values())
    recorded = sum(result.recorded.values())
    rests = (
        f"{counted(len(result.contracts), 'contract')}, "
        f"{counted(sum(result.checked.values()), 'recorded exchange')}, "
        f"{recorded} of {operations} operations recorded"
    )
    weights = f"{result.count(Level.BREAK)} break, {result.count(Level.WARN)} warn, {result.count(Level.INFO)} info"
    out.print(Text.assemble((word, style), f": {rests}; {weights}"))
    if result.exit_code is ExitCode.UNKNOWN:
        out.print("fix: record a service and infer its contract: truemirror record, truemirror infer", markup=False)
