"""`truemirror load PROFILE`: run a profile and say whether its targets are held.

Rules: progress goes to a terminal only; `--json` is one document; the page is always written, whatever the verdict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from truemirror.cli.output import console, emit_json, json_option, load_config, mirrors_option, progress
from truemirror.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from truemirror.core.load.ran import Ran


@click.command(options_metavar="[OPTIONS]")
@click.argument("profile", metavar="PROFILE")
@click.option("--target", default="mirror", show_default=True, metavar="mirror|live|URL", help="What is loaded.")
@click.option("--rate", default=0.0, metavar="R", help="Flows a second; the profile's when left out.")
@click.option("--seconds", default=0.0, metavar="S", help="Decide once, after so many seconds.")
@click.option("--processes", default=1, metavar="N", type=click.IntRange(1, 64), help="Processes that make the load.")
@click.option("--latency", default="none", metavar="SPEC", help="How long mirrors take: none, recorded, fixed:25ms.")
@click.option("--budget", is_flag=True, help="With --target live: trace some flows, and show who spends their time.")
@click.option("--force", is_flag=True, help="Load faster than half of what the generator was proven to make.")
@mirrors_option
@json_option
def command(
    profile: str,
    target: str,
    rate: float,
    seconds: float,
    processes: int,
    latency: str,
    budget: bool,
    force: bool,
    mirrors: Path | None,
    as_json: bool,
) -> int:
    """Run a load profile and say whether its targets are held: PASS, FAIL, INCONCLUSIVE or INVALID.

    Ends with 0 when all targets pass, 1 for a FAIL, 3 when too little is known, 4 when the instrument failed.

    \b
    Examples:
      truemirror load public-flow
      truemirror load public-flow --target live --rate 40 --seconds 60
    """
    from dataclasses import replace

    from truemirror.bootstrap.load import keep_run, load_profile, run_profile
    from truemirror.bootstrap.load_bisect import trace_budget
    from truemirror.cli.load_told import TerminalWatcher, document, tell
    from truemirror.core.mirror.latency import parse_latency
    from truemirror.usecases.load import Wish
    from truemirror.usecases.load_target import check_where

    parse_latency(latency)
    if budget and target != "live":
        raise UsageError("only services that are started here can be traced", nearest="--target live --budget")
    wish = Wish(check_where(target), rate, seconds, processes, force, latency=latency)
    config = load_config(mirrors=mirrors)
    read = load_profile(config, profile)
    with progress() as moving:
        shown = console(stderr=True)
        ran = run_profile(config, read, wish, TerminalWatcher(moving, shown.is_terminal), moving)
        if budget:
            moving.stage("Trace some flows through all services")
            ran = replace(ran, budget=trace_budget(config, read))
    page = keep_run(config, ran)
    if as_json:
        emit_json(document(ran, page))
    else:
        tell(console(), ran, page)
    return int(_exit_code(ran))


def _exit_code(ran: Ran) -> ExitCode:
    """What the command ends with; a contract that is broken under load is a promise that is broken."""
    from truemirror.core.contract.finding import Level

    broken = any(one.level is Level.BREAK and not one.waived for one in ran.held.findings)
    code = ran.verdict.exit_code
    return ExitCode.BROKEN if broken and code is ExitCode.KEPT else code
