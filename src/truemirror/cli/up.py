"""`truemirror up`: the services of the configuration, running, each live or mirrored.

Rules: addresses go to standard output, one line each, once all of them answer; everything else goes to standard error.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from truemirror.cli.after_dashes import WithCommand, command_of
from truemirror.cli.output import console, emit_json, json_option, load_config, mirrors_option, progress
from truemirror.errors import Broken, ExitCode, ServiceError

if TYPE_CHECKING:
    from truemirror.core.system import Answered, Ended
    from truemirror.usecases.up import System

_MISSES_SHOWN = 10


@click.command(cls=WithCommand, options_metavar="[OPTIONS]")
@click.argument("services", nargs=-1, metavar="[SERVICE]... [-- CMD...]")
@click.option(
    "--mirror",
    "mirrored",
    multiple=True,
    metavar="NAME",
    help="Answer for NAME from its mirror, of one version as NAME@VERSION; repeatable.",
)
@click.option("--record", is_flag=True, help="Record everything that is live into its mirror, from all its callers.")
@click.option(
    "--port-base",
    type=click.IntRange(1, 65_535),
    metavar="N",
    help="Count the ports from N, in the order of the configuration, instead of taking free ones.",
)
@click.option(
    "--logs",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Keep what each service prints in DIR/SERVICE.log.",
)
@mirrors_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    services: tuple[str, ...],
    mirrored: tuple[str, ...],
    record: bool,
    port_base: int | None,
    logs: Path | None,
    mirrors: Path | None,
    as_json: bool,
) -> int:
    """Start the services of the configuration and tell each where the others answer.

    Starts all that have a `start` line, or those that are named, and waits until all of them work. CMD is told every
    address by the environment variables of the configuration; when it ends, everything stops. Without CMD everything
    runs until Ctrl-C.

    \b
    Examples:
      truemirror up
      truemirror up deals --mirror tags --mirror core
      truemirror up --mirror tags -- pytest suites/flows
      truemirror up --record -- python drive.py
    """
    from truemirror.bootstrap import system
    from truemirror.cli.signals import on_ending_signals

    config = load_config(mirrors=mirrors)
    running = system(config, services=services, mirrors=mirrored, port_base=port_base or 0, logs=logs, record=record)
    with on_ending_signals(running.interrupt):
        try:
            _warn(running)
            with progress() as shown:
                running.start(shown)
            _tell(running, as_json=as_json)
            try:
                _follow(running, command_of(ctx))
            finally:
                _sum_up(running.answered())
        finally:
            running.stop()
            if running.recorded:
                from truemirror.cli.record import sum_up

                sum_up(running.recorded, config, as_json=as_json)
    return ExitCode.KEPT


def _warn(running: System) -> None:
    """Name the neighbours that somebody will miss."""
    for consumer, missing in running.missing.items():
        names = ", ".join(missing)
        hint = " ".join(f"--mirror {name}" for name in missing)
        click.echo(f"note: {consumer} calls {names}, not part of this system; add by name or with {hint}", err=True)


def _tell(running: System, *, as_json: bool) -> None:
    """Print where every service answers."""
    if as_json:
        emit_json({"services": {one.service: one for one in running.addresses}}, line=True)
        return
    from rich.text import Text

    out = console()
    width = max(len(one.service) for one in running.addresses)
    far = max(len(one.url) for one in running.addresses)
    for one in running.addresses:
        colour = "cyan" if one.state == "mirror" else "green"
        out.print(
            Text.assemble((f"{one.service:<{width}}", "bold"), f"  {one.url:<{far}}  ", (one.state.value, colour))
        )


def _follow(running: System, command: Sequence[str]) -> None:
    """Stay until the command or, without one, a service ends, or somebody interrupts. Raises what went wrong."""
    from truemirror.core.system import COMMAND, Ended, Interrupted, ending

    if not command:
        click.echo("all of them answer; Ctrl-C stops them", err=True)
    match running.follow(command, lambda lost: click.echo(f"warning: {_lost(running, lost)}", err=True)):
        case Ended(service) as event if service != COMMAND:
            raise _lost(running, event)
        case Ended(_, status) if status:
            raise Broken(f"the command {ending(status)}", where=shlex.join(command))
        case Interrupted() if command:
            raise KeyboardInterrupt
        case Interrupted():
            click.echo("stopping", err=True)


def _lost(running: System, event: Ended) -> ServiceError:
    """A service that ended while the system was running."""
    from truemirror.core.system import ending

    lines = "".join(f"\n    {line}" for line in running.last_lines(event.service))
    what = f"it {ending(event.status)} while the system was running" + (f"; its last lines:{lines}" if lines else "")
    return ServiceError(what, where=f"service {event.service}", fix="--logs DIR keeps all that it prints")


def _sum_up(answered: Sequence[Answered]) -> None:
    """Say how the mirrors answered, and show what they could not."""
    from truemirror.core.mirror.report import miss_lines

    for mirror in answered:
        misses = f"{mirror.misses:,} {'miss' if mirror.misses == 1 else 'misses'}"
        click.echo(f"mirror of {mirror.service}: {mirror.hits:,} hit{'s' * (mirror.hits != 1)}, {misses}", err=True)
        told = {"\n".join(f"  {line}" for line in miss_lines(miss)): None for miss in mirror.missed}
        for text in list(told)[:_MISSES_SHOWN]:
            click.echo(text, err=True)
        if len(told) > _MISSES_SHOWN:
            click.echo(f"  and {len(told) - _MISSES_SHOWN:,} other misses", err=True)
