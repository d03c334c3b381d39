"""`truemirror infer`: a contract version from a mirror, or a schema from samples.

Rules: a version that exists is never changed silently: what differs is shown, and the command ends as broken.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from truemirror.cli.output import contracts_option, emit_json, json_option, load_config, mirrors_option, progress
from truemirror.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from truemirror.config import Config
    from truemirror.usecases.infer import Inferred

_SHOWN = 40


@click.command(options_metavar="[OPTIONS]")
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@click.option(
    "--samples", metavar="FILE", help="Print one schema for the JSON values of FILE, one a line; - for stdin."
)
@click.option("--map", "maps", multiple=True, metavar="PLACE", help="With --samples: objects in PLACE are a map.")
@click.option("--object", "objects", multiple=True, metavar="PLACE", help="With --samples: they are no map.")
@click.option("--as", "as_version", default="", metavar="VERSION", help="The contract version to write.")
@click.option("--from", "mirror_version", default="", metavar="VERSION", help="The mirror's version; the newest.")
@click.option("--overwrite", is_flag=True, help="Write even where an existing version would change.")
@click.option("--examples", is_flag=True, help="Write one recorded body, as redacted, into each place that has none.")
@click.option("--questions", is_flag=True, help="Tell what the recordings leave open.")
@mirrors_option
@contracts_option
@json_option
def command(
    services: tuple[str, ...],
    samples: str | None,
    maps: tuple[str, ...],
    objects: tuple[str, ...],
    as_version: str,
    mirror_version: str,
    overwrite: bool,
    examples: bool,
    questions: bool,
    mirrors: Path | None,
    contracts: Path | None,
    as_json: bool,
) -> int:
    """Write a contract version from what a service's mirror recorded.

    \b
    Examples:
      truemirror infer tags
      truemirror infer tags --as 1.1.0
      truemirror infer tags --questions
      truemirror infer --samples deals.jsonl > deal.schema.json
      truemirror infer --samples deals.jsonl --map /prices --object "/items/*/rates"
    """
    from truemirror.bootstrap import infer, schema_of_samples

    if samples is not None:
        if services:
            raise UsageError("name services or --samples, not both")
        decisions = dict.fromkeys(maps, "data") | dict.fromkeys(objects, "names")
        with progress() as shown:
            schema = schema_of_samples(samples, decisions, shown)
        emit_json(schema)
        return ExitCode.KEPT
    if maps or objects:
        raise UsageError("--map and --object are for --samples", fix="lock it in the contract: docs/contracts.md")
    config = load_config(mirrors=mirrors, contracts=contracts)
    if not services:
        raise UsageError("which service?", nearest=_known(config), fix="truemirror infer SERVICE")
    how: dict[str, Any] = {"as_version": as_version, "mirror_version": mirror_version}
    how |= {"overwrite": overwrite, "examples": examples}
    with progress() as shown:
        inferred = [infer(config, name, **how, progress=shown) for name in dict.fromkeys(services)]
    if as_json:
        emit_json(inferred if len(inferred) > 1 else inferred[0])
    else:
        for one in inferred:
            _tell(one, config.contracts)
            _tell_more(one, questions=questions)
    broken = any(one.state == "differs" or one.contradictions for one in inferred)
    return ExitCode.BROKEN if broken else ExitCode.KEPT


def _known(config: Config) -> str:
    """The services that have a mirror."""
    from truemirror.bootstrap import mirrored_services

    return ", ".join(mirrored_services(config)) or "none is recorded yet"


def _tell(one: Inferred, contracts: Path) -> None:
    """What became of one inferred version."""
    folder = contracts / one.service / one.version
    shown = _shortened(folder)
    counts = f"{counted(one.operations, 'operation')}, {counted(one.shapes, 'shape')}"
    click.echo(f"{one.service} {one.version} {one.state}: {counts}, from {counted(one.exchanges, 'exchange')}")
    for path in one.written:
        click.echo(f"  {shown}/{path}")
    if one.state == "unchanged":
        click.echo(f"  {shown} promises the same")
    if one.state != "differs":
        return
    click.echo(f"  {shown} exists and would change; nothing was written")
    for difference in one.differences[:_SHOWN]:
        click.echo(f"    {difference}")
    if len(one.differences) > _SHOWN:
        click.echo(f"    and {len(one.differences) - _SHOWN} more")
    if one.deserved:
        click.echo(f"  what it promises changes by a {one.deserved} step")
    click.echo(f"  fix: truemirror infer {one.service} --as {one.proposed}")
    click.echo(f"       or, when nobody relies on {one.version} yet: truemirror infer {one.service} --overwrite")


def _tell_more(one: Inferred, *, questions: bool) -> None:
    """What people should know: several shapes of errors, locks, and what is open."""
    if len(one.errors) > 1:
        click.echo(f"  {counted(one.failing, 'operation')} answer {len(one.errors)} shapes of errors:")
        for shape in one.errors:
            click.echo(f"    {shape}")
    if one.locks:
        click.echo(f"  {counted(len(one.locks), 'locked place')} kept as written")
    if one.contradictions:
        click.echo(f"  {counted(len(one.contradictions), 'lock')} that recordings do not keep:")
    for contradiction in one.contradictions:
        click.echo(f"    {contradiction}")
    if questions:
        click.echo(f"  {counted(len(one.questions), 'question')} left open; answer by locking, see docs/contracts.md:")
        for question in one.questions:
            click.echo(f"    {question}")


def counted(count: int, thing: str) -> str:
    """A count with its noun."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _shortened(path: Path) -> str:
    """A path as seen from here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
