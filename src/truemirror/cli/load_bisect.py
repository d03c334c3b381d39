"""`truemirror load bisect`: who spends the time of a flow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from truemirror.cli.output import console, emit_json, json_option, load_config, mirrors_option, progress
from truemirror.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from truemirror.usecases.load_bisect import BisectedLoad


@click.command(options_metavar="[OPTIONS]")
@click.argument("profile", metavar="PROFILE")
@click.option("--rate", default=0.0, metavar="R", help="Flows a second; the profile's when left out.")
@click.option("--seconds", default=60.0, show_default=True, metavar="S", help="How long each run is judged.")
@click.option("--force", is_flag=True, help="Load faster than half of what the generator was proven to make.")
@mirrors_option
@json_option
def command(profile: str, rate: float, seconds: float, force: bool, mirrors: Path | None, as_json: bool) -> int:
    """Run a profile live, and again with each service behind it swapped for its mirror; say who spends the time.

    Ends with 0 when a service is named, 3 when none can be, 4 when an instrument failed.

    \b
    Example:
      truemirror load bisect public-flow --rate 5 --seconds 60
    """
    from truemirror.bootstrap.load import load_profile
    from truemirror.bootstrap.load_bisect import bisect_profile
    from truemirror.cli.load_told import TerminalWatcher
    from truemirror.usecases.load import Wish

    config = load_config(mirrors=mirrors)
    read = load_profile(config, profile)
    wish = Wish("live", rate, seconds, force=force, sampled_share=0.0)
    with progress() as moving:
        shown = console(stderr=True)
        found = bisect_profile(config, read, wish, TerminalWatcher(moving, shown.is_terminal), moving)
    if as_json:
        told = {"target": found.target, "named": found.found.named, "says": found.found.says}
        emit_json({**told, "savings": found.found.savings, "notes": found.notes})
    else:
        _tell(found)
    if found.found.named:
        return ExitCode.COULD_NOT_RUN if found.notes else ExitCode.KEPT
    return ExitCode.UNKNOWN


def _tell(found: BisectedLoad) -> None:
    """What each swap saves, and who is named."""
    click.echo(f"{found.target}: {found.found.says}")
    for one in found.found.savings:
        kept = "" if one.holds else ", and the limit is not kept"
        click.echo(f"  without {one.service}: {one.ms:+.1f} ms saved ({one.low:+.1f} to {one.high:+.1f}){kept}")
    for note in found.notes:
        click.echo(f"  note: {note}")
