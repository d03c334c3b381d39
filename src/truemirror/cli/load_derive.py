"""`truemirror load derive`: a profile, and a plain Locust file, from what mirrors recorded.

Rules: without a file to write, the profile is printed; a file that exists and would change is written only when asked.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from truemirror.cli.infer import counted
from truemirror.cli.output import emit_json, json_option, load_config, mirrors_option
from truemirror.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from truemirror.usecases.load_derive import DerivedLoad

_SHOWN = 12
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(options_metavar="[OPTIONS]")
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@click.option("-o", "--output", metavar="FILE", type=_FILE, help="Write the profile there, as load/public-flow.toml.")
@click.option("--locustfile", metavar="FILE", type=_FILE, help="Write the flows as a plain Locust file, too.")
@click.option("--name", default="", metavar="NAME", help="The profile's name; that of its file, or of the service.")
@click.option("--rate", default=10.0, show_default=True, metavar="R", help="Flows a second.")
@click.option("--think", default=0.0, show_default=True, metavar="S", help="Seconds before each request but the first.")
@click.option("--errors", is_flag=True, help="Keep conversations that were refused more often than not.")
@click.option("--overwrite", is_flag=True, help="Write even where a file exists and says something else.")
@mirrors_option
@json_option
def command(
    services: tuple[str, ...],
    output: Path | None,
    locustfile: Path | None,
    name: str,
    rate: float,
    think: float,
    errors: bool,
    overwrite: bool,
    mirrors: Path | None,
    as_json: bool,
) -> int:
    """Make a load profile from recordings: the mix, the order, and the values that flow from answers to requests.

    \b
    Examples:
      truemirror load derive public-api
      truemirror load derive public-api -o load/public-flow.toml --locustfile load/public_flow.py
    """
    from truemirror.bootstrap.load import derive_load, keep_load

    if rate <= 0 or think < 0:
        raise UsageError("a rate is greater than zero, and a time to think is not less", fix="--rate 10 --think 0.5")
    config = load_config(mirrors=mirrors)
    called = name or (output.stem if output else "-".join(dict.fromkeys(services)))
    derived = derive_load(config, services, called, rate=rate, think=think, errors=errors)
    _check_free(derived, output, locustfile, overwrite)
    written = keep_load(derived, output, locustfile)
    if as_json:
        emit_json({"name": called, "sources": derived.sources, "flows": _flows(derived), "notes": derived.notes})
    elif written:
        _tell(derived)
        for path, changed in written:
            click.echo(f"  {path}{'' if changed else ' says so already'}")
    else:
        click.echo(derived.text, nl=False)
    return ExitCode.KEPT


def _check_free(derived: DerivedLoad, profile: Path | None, locust: Path | None, overwrite: bool) -> None:
    """Whether what is there may be written over. Raises UsageError."""
    for path, text in ((profile, derived.text), (locust, derived.locust)):
        if path is not None and not overwrite and path.exists() and path.read_bytes() != text.encode():
            raise UsageError("it exists and says something else", where=str(path), fix="name another, or --overwrite")


def _flows(derived: DerivedLoad) -> list[dict[str, object]]:
    """The flows for tools."""
    return [
        {"name": flow.name, "weight": flow.weight, "requests": len(flow.calls), "data": flow.data}
        for flow in derived.profile.flows
    ]


def _tell(derived: DerivedLoad) -> None:
    """What was made, for people."""
    flows = derived.profile.flows
    calls = sum(len(flow.calls) for flow in flows)
    counts = f"{counted(len(flows), 'flow')}, {counted(calls, 'request')}"
    click.echo(f"{derived.profile.name}: {counts}, from {', '.join(derived.sources)}")
    for flow in flows:
        takes = sorted({name for call in flow.calls for name in call.takes})
        carried = f"; carries {', '.join(takes)}" if takes else ""
        click.echo(f"  {flow.weight:g} × {flow.name}: {counted(len(flow.calls), 'request')}{carried}")
    for note in derived.notes[:_SHOWN]:
        click.echo(f"  note: {note}")
    if len(derived.notes) > _SHOWN:
        click.echo(f"  and {len(derived.notes) - _SHOWN} more notes (--json shows them)")
    if derived.stand_ins:
        click.echo(f"  secrets of {', '.join(derived.stand_ins)} are stand-ins: write env:NAME for a live target")
