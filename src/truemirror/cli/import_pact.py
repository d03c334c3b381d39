"""`truemirror import pact`: what a consumer needs of a service, as its pact says.

Rules: what was carried over and what was not goes to standard output; nothing is left out in silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from truemirror.cli.import_contract import many, short_path
from truemirror.cli.output import emit_json

if TYPE_CHECKING:
    from truemirror.config import Config

_SHOWN = 40


def import_pact(config: Config, file: str, service: str, *, as_json: bool) -> None:
    """Import one pact and tell what came of it."""
    from truemirror.bootstrap.usage import import_pact as wired

    imported = wired(config, file, service)
    if as_json:
        emit_json(imported)
        return
    place = short_path(config.contracts / service / "usage" / f"{imported.consumer}.json")
    counts = f"{many(imported.needs, 'need')} of {many(imported.interactions, 'interaction')}"
    ends = f"into {place}" if imported.changed else f"({place} said so before)"
    click.echo(f"imported what {imported.consumer} needs of {service}: {counts}  {ends}")
    if imported.left_out:
        click.echo("  not carried over:")
    for one in imported.left_out[:_SHOWN]:
        click.echo(f"    {one.entry}: {one.part}: {one.why}{' (the whole entry)' if one.whole else ''}")
    if len(imported.left_out) > _SHOWN:
        click.echo(f"    and {len(imported.left_out) - _SHOWN} more; --json lists all")
