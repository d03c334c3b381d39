"""`truemirror verify`: a live provider is asked its recorded conversations again, and attacked from its contract.

Rules: what breaks is told first and in full, with a line to ask it by hand where an attack found it; values that differ
are counted. The last lines say how it ended, what that rests on, and what to do next.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from truemirror.cli.output import console, contracts_option, emit_json, json_option, load_config, mirrors_option
from truemirror.cli.output import progress as shown_progress
from truemirror.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from truemirror.bootstrap.verify import Wanted
    from truemirror.core.contract.finding import Finding
    from truemirror.usecases.verify_result import Verified

_MARKS = {"break": ("✗", "bold red"), "warn": ("!", "yellow"), "info": ("·", "dim")}
_WORDS = {ExitCode.KEPT: ("kept", "bold green"), ExitCode.BROKEN: ("broken", "bold red")}
_UNKNOWN = ("unknown", "bold yellow")
_FIXES = {
    "its secrets are stand-ins": "bring them: --header 'Authorization: Bearer ...', --login auth=URL, or `secrets` in "
    "[tool.truemirror.services.NAME.verify]",
    "it was refused to a caller whose credentials are not given": "give that caller's secret as one of `secrets`",
    "the deadline came first": "give it more time: --deadline SECONDS",
}


@click.command(options_metavar="[OPTIONS]")
@click.argument("service")
@click.option("--against", "url", required=True, metavar="URL", help="Where SERVICE runs; a base path may follow.")
@click.option("--scenario", "scenarios", multiple=True, metavar="NAME", help="Ask this scenario only; repeatable.")
@click.option("--only-reads", is_flag=True, help="Ask only what changes nothing, and attack nothing.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Ask at most so many recorded requests.")
@click.option(
    "--timeout",
    type=click.FloatRange(0.001),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="Time for each call.",
)
@click.option(
    "--deadline",
    type=click.FloatRange(0.001),
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    help="Time for all of it; what was not asked by then is told as not run.",
)
@click.option("--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="As the key `headers`; repeatable.")
@click.option("--login", "logins", multiple=True, metavar="SERVICE=URL", help="As the key `logins`; repeatable.")
@click.option("--version", "mirror_version", default="", metavar="V", help="The mirror's version; the newest else.")
@click.option("--contract", default="", metavar="V", help="The contract's version; the configured one else.")
@click.option("--attack/--no-attack", default=True, help="Attack from the contract after the replay, or do not.")
@click.option(
    "--attack-seconds",
    type=click.IntRange(1),
    default=30,
    show_default=True,
    metavar="N",
    help="Time for the attack.",
)
@click.option("--seed", type=click.IntRange(0), metavar="N", help="Make the attack of that seed again.")
@click.option("--checks", "checks", default="", metavar="NAME,...", help="Further checks of schemathesis.")
@click.option("--allow-remote", is_flag=True, help="Attack a service on another machine, too.")
@click.option(
    "--ca",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Certificates to trust besides the system's, for a service behind TLS.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show notes, too, and every scenario.")
@mirrors_option
@contracts_option
@json_option
def command(
    service: str,
    url: str,
    verbose: bool,
    mirrors: Path | None,
    contracts: Path | None,
    as_json: bool,
    **how: Any,
) -> int:
    """Ask a live service its recorded conversations again, judge the answers, then attack it from its contract.

    Each answer is held against the contract, then against the recordings: what is gone, of another type or refused
    otherwise breaks; what is new is a note. Failures that the attack finds are kept beside the mirror and asked first
    the next time.

    Ends with 0 when all is kept, 1 when something breaks, 3 when a part could not be judged, 4 when the service cannot
    be reached.

    \b
    Examples:
      truemirror verify tags --against http://127.0.0.1:8003
      truemirror verify tags --against http://127.0.0.1:8003 --login auth=http://127.0.0.1:8001 --no-attack
      truemirror verify tags --against http://127.0.0.1:8003 --only-reads --json
    """
    from truemirror.bootstrap.verify import verify_provider

    config = load_config(mirrors=mirrors, contracts=contracts)
    wanted = _wanted(**how)
    with shown_progress() as progress:
        verified = verify_provider(config, service, url, wanted, progress)
    if as_json:
        emit_json(as_document(verified))
    else:
        _tell(verified, url, verbose=verbose)
    return verified.exit_code


def _wanted(
    scenarios: tuple[str, ...],
    only_reads: bool,
    limit: int | None,
    deadline: float,
    headers: tuple[str, ...],
    logins: tuple[str, ...],
    attack: bool,
    checks: str,
    **more: Any,
) -> Wanted:
    """What was asked for; a part of the mirror is never followed by an attack. Raises UsageError."""
    from truemirror.bootstrap.verify import Wanted
    from truemirror.usecases.verify import Scope

    is_part = only_reads or bool(scenarios) or limit is not None
    return Wanted(
        Scope(scenarios, only_reads, (), limit or 0, deadline),
        headers=[_header(one) for one in headers],
        logins=[_login(one) for one in logins],
        attack=attack and not is_part,
        checks=[one.strip() for one in checks.split(",") if one.strip()],
        **more,
    )


def _header(given: str) -> tuple[str, str]:
    """A header field as people type it. Raises UsageError."""
    name, colon, value = given.partition(":")
    if not colon or not name.strip() or not given.isprintable() or not name.strip().isascii():
        shown = name.strip()[:20] if colon else "(no colon)"
        raise UsageError("this is no header", where=f"--header {shown}", fix="--header 'Authorization: Bearer ...'")
    return name.strip(), value.strip()


def _login(given: str) -> tuple[str, str]:
    """A service and its address. Raises UsageError."""
    name, equals, where = given.partition("=")
    if not equals or not name or not where:
        raise UsageError(f"{given!r} is no service and address", where="--login", fix="--login auth=http://HOST:PORT")
    return name, where


def as_document(verified: Verified) -> dict[str, object]:
    """What was found, for programs."""
    return {
        "verdict": _WORDS.get(verified.exit_code, _UNKNOWN)[0],
        "service": verified.service,
        "version": verified.version,
        "contract": verified.contract,
        "asked": verified.asked,
        "scenarios": [asdict(one) for one in verified.scenarios],
        "findings": [{**asdict(one), "fingerprint": one.fingerprint} for one in verified.findings],
        "values": verified.values,
        "orders": verified.orders,
        "not_run": verified.not_run,
        "unjudged": verified.unjudged,
        "found": [asdict(one) for one in verified.found],
        "attack": asdict(verified.attack) if verified.attack else None,
    }


def _tell(verified: Verified, url: str, *, verbose: bool) -> None:
    """What was found, for people."""
    out = console()
    for one in verified.findings:
        if verbose or one.level != "info" or one.rule == "attack-fixed":
            _tell_finding(out, one)
    _tell_found(out, verified)
    for scenario in verified.scenarios:
        if verbose or (scenario.state == "not run" and scenario.why not in verified.not_run):
            why = f": {scenario.why}" if scenario.why else ""
            out.print(f"  {scenario.state}  {scenario.name}{why}", style="dim", markup=False)
    for why, times in verified.not_run.items():
        out.print(f"not asked {times}: {why}", markup=False)
        if why in _FIXES:
            out.print(f"  fix: {_FIXES[why]}", style="dim", markup=False)
    if verified.unjudged:
        out.print(f"nothing is known of {', '.join(verified.unjudged)}", markup=False)
    _sum_up(out, verified, url, verbose=verbose)


def _tell_finding(out: Console, one: Finding) -> None:
    """One finding."""
    from rich.text import Text

    mark, style = _MARKS[one.level]
    place = " ".join(part for part in (one.operation, one.location) if part)
    out.print(Text.assemble(f"{mark} ", (one.rule, style), "  ", (place, "cyan")))
    out.print(f"      {one.message}", markup=False)
    if one.expected or one.actual:
        out.print(f"      expected {one.expected or 'nothing'}, actual {one.actual or 'nothing'}", markup=False)
    for word, text in (
        ("contract", one.schema_location),
        ("seen in", one.evidence),
        ("called by", ", ".join(one.consumers) if one.level != "info" else ""),
    ):
        if text:
            out.print(f"      {word} {text}", style="dim", markup=False)


def _tell_found(out: Console, verified: Verified) -> None:
    """Failures of attacks, each with a line that asks it by hand."""
    for one in verified.found:
        if one.is_fixed:
            out.print(f"  no longer fails: {one.name}", style="green", markup=False)
            continue
        if one.why:
            out.print(f"  not known: {one.name}: {one.why}", style="yellow", markup=False)
            continue
        out.print(f"  {'found' if one.is_new else 'fails again'}: {one.name}: {one.message}", markup=False)
        for line in (*one.before, one.curl):
            if line:
                out.print(f"      {line}", style="dim", markup=False)
        if one.file:
            out.print(f"      kept in {_near(one.file)}", style="dim", markup=False)


def _near(path: str) -> str:
    """A file, as short as it can be said."""
    file = Path(path)
    return str(file.relative_to(Path.cwd())) if file.is_absolute() and file.is_relative_to(Path.cwd()) else path


def _sum_up(out: Console, verified: Verified, url: str, *, verbose: bool) -> None:
    """How it ended, what that rests on, and what to do next."""
    from rich.text import Text

    from truemirror.cli.infer import counted
    from truemirror.core.contract.finding import Level
    from truemirror.usecases.verify_result import State

    if verified.attack is not None:
        attack = verified.attack
        phases = f" ({', '.join(attack.phases)})" if attack.phases else ""
        out.print(f"attack: {counted(attack.calls, 'call')}{phases}, seed {attack.seed}", markup=False)
        if not attack.calls and not attack.errors:
            out.print("  its time was over before the first call; give it more: --attack-seconds N", markup=False)
        for error in attack.errors[:5]:
            out.print(f"  not attacked: {error}", style="dim", markup=False)
    notes = sum(one.level == "info" and one.rule != "attack-fixed" for one in verified.findings)
    if verified.values or verified.orders:
        values = counted(verified.values, "value") if verified.values else ""
        orders = f"the order of {counted(verified.orders, 'list')}" if verified.orders else ""
        said = " and ".join(one for one in (values, orders) if one)
        out.print(f"differ, and are no break: {said}", style="dim", markup=False)
    if notes and not verbose:
        out.print(f"{counted(notes, 'note')} more: --verbose", style="dim", markup=False)
    word, style = _WORDS.get(verified.exit_code, _UNKNOWN)
    states = ", ".join(f"{number} {state}" for state in State if (number := verified.scenarios_in(state)))
    weights = f"{verified.count(Level.BREAK)} break, {verified.count(Level.WARN)} warn"
    rests = f"{counted(len(verified.scenarios), 'scenario')} ({states}), {counted(verified.asked, 'call')}; {weights}"
    judged = f", contract {verified.contract}" if verified.contract else ", no contract"
    out.print(Text.assemble((word, style), f": {verified.service} {verified.version}{judged}: {rests}"))
    if any(one.rule.startswith("drift-") and one.level != "info" for one in verified.findings):
        out.print(
            f"next: mend it, or record it again: truemirror record {verified.service} --upstream {url}", markup=False
        )
