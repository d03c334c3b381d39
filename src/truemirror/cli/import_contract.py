"""`truemirror import openapi`: another tool's description of a service, carried over into a contract version.

Rules: what was carried over and what was not goes to standard output; nothing is left out in silence.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from truemirror.cli.output import emit_json, progress
from truemirror.errors import ExitCode

if TYPE_CHECKING:
    from truemirror.config import Config

_SHOWN = 40


def import_openapi(
    config: Config, file: str, service: str, version: str, *, overwrite: bool, as_json: bool
) -> ExitCode:
    """Import one document and tell what came of it."""
    from truemirror.bootstrap.carry import import_openapi as wired

    with progress() as shown:
        shown.stage(f"reading {file}")
        imported = wired(config, file, service, version, overwrite=overwrite)
        shown.done()
    if as_json:
        emit_json(imported)
        return ExitCode.KEPT
    place = short_path(config.contracts / service / imported.version)
    schemas = f", {many(imported.schemas, 'document')} beside openapi.yaml" if imported.schemas else ""
    ends = f"  into {place}" if imported.written else f"  ({place} said so before)"
    click.echo(f"imported {service} {imported.version}: {many(imported.operations, 'operation')}{schemas}{ends}")
    if imported.left_out:
        click.echo("  not carried over as it was:")
    for one in imported.left_out[:_SHOWN]:
        click.echo(f"    {one.place}: {one.why}")
    if len(imported.left_out) > _SHOWN:
        click.echo(f"    and {len(imported.left_out) - _SHOWN} more; --json lists all")
    return ExitCode.KEPT


def short_path(path: Path) -> str:
    """A path as seen from here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def many(count: int, thing: str) -> str:
    """A count with its noun."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
