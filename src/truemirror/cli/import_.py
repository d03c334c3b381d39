"""`truemirror import`: another tool's recordings, carried over into a mirror.

Rules: what was carried over and what was not goes to standard output; nothing is left out in silence.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from truemirror.cli.output import contracts_option, emit_json, json_option, load_config, mirrors_option, progress
from truemirror.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from truemirror.config import Config
    from truemirror.usecases.import_ import Imported, LeftOutOf

OPENAPI, PACT = "openapi", "pact"
FORMATS = ("har", "hoverfly", "mountebank", "pact", "postman", "vcr", "wiremock")
_SHOWN = 40


@click.command(options_metavar="[OPTIONS]")
@click.argument("format_name", metavar="FORMAT", type=click.Choice((*FORMATS, OPENAPI)))
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--service", required=True, metavar="NAME", help="The service that the recordings are of.")
@click.option("--scenario", default="", metavar="NAME", help="One scenario for everything; the files' names else.")
@click.option(
    "--host", "hosts", multiple=True, metavar="HOST", help="Take only what was asked of HOST; may be repeated."
)
@click.option("--mirror-version", default="", metavar="V", help="The contract version of the mirror; the newest else.")
@click.option("--ignores", is_flag=True, help="Add the ignore rules that say what the files leave open to mirror.json.")
@click.option("--dry-run", "dry", is_flag=True, help="Only tell what would come of it.")
@click.option("--as", "version", default="", metavar="V", help="Of openapi: the contract's version; its own else.")
@click.option("--overwrite", is_flag=True, help="Of openapi: write over a version that says something else.")
@click.option("--mirror", "as_mirror", is_flag=True, help="Of pact: carry the interactions over into a mirror, too.")
@mirrors_option
@contracts_option
@json_option
def command(
    format_name: str,
    files: tuple[str, ...],
    service: str,
    scenario: str,
    hosts: tuple[str, ...],
    mirror_version: str,
    ignores: bool,
    dry: bool,
    version: str,
    overwrite: bool,
    as_mirror: bool,
    mirrors: Path | None,
    contracts: Path | None,
    as_json: bool,
) -> int:
    """Carry another tool's recordings over into a mirror, or its description of a service into a contract.

    FORMAT is har, vcr, wiremock, hoverfly, mountebank or postman; FILE a file or a folder of them. Secrets are
    replaced as in a recording. With openapi, FILE is an OpenAPI document of 3.0 or 3.1, which becomes a version of the
    contract. With pact, FILE says what a consumer needs of the service, which `truemirror check` holds the contract
    against. What cannot be carried over is listed, with why and what to do.

    \b
    Examples:
      truemirror import har tags.har --service tags
      truemirror import openapi api.yaml --service tags --as 1.0.0
      truemirror import pact pacts/web-tags.json --service tags
      truemirror import vcr tests/cassettes --service tags
      truemirror import wiremock stubs/ --service tags --ignores
    """
    from truemirror.bootstrap.foreign import import_files
    from truemirror.usecases.import_ import Wanted

    config = load_config(mirrors=mirrors, contracts=contracts)
    if format_name == OPENAPI:
        from truemirror.cli.import_contract import import_openapi

        _see_options(format_name, files, {"--scenario": scenario, "--host": hosts, "--mirror-version": mirror_version})
        return import_openapi(config, files[0], service, version, overwrite=overwrite, as_json=as_json)
    if format_name == PACT:
        from truemirror.cli.import_pact import import_pact

        _see_options(format_name, files, {} if as_mirror else {"--scenario": scenario, "--host": hosts})
        import_pact(config, files[0], service, as_json=as_json and not as_mirror)
        if not as_mirror:
            return ExitCode.KEPT
    wanted = Wanted(format_name, service, mirror_version, scenario, hosts, dry=dry, ignores=ignores)
    with progress() as shown:
        imported = import_files(config, files, wanted, shown)
    if as_json:
        emit_json(imported)
    else:
        _tell(imported, config, added=ignores)
    return ExitCode.KEPT


def _see_options(format_name: str, files: tuple[str, ...], others: dict[str, object]) -> None:
    """See that one file is given, and no option of another format. Raises UsageError."""
    if len(files) > 1:
        raise UsageError(f"{format_name} takes one file", where=files[1], fix="import them one after another")
    given = next((name for name, value in others.items() if value), "")
    if given:
        raise UsageError(f"{given} is an option of recordings", where=format_name, fix=f"leave {given} out")


def _tell(imported: Imported, config: Config, *, added: bool) -> None:
    """What came of it."""
    place = _place(config, imported.service, imported.version)
    counts = [_many(imported.exchanges, "exchange"), _many(len(imported.scenarios), "scenario")]
    counts += [_many(imported.faults, "fault")] if imported.faults else []
    counts += [f"{imported.redacted} with secrets replaced"] if imported.redacted else []
    verb, into = ("imported", f"  into {place}") if imported.written else ("would import", "  (nothing was written)")
    click.echo(f"{verb} {imported.service}: {', '.join(counts)}{into}")
    for host, count in imported.elsewhere.items():
        click.echo(f"  not of this service: {_many(count, 'exchange')} with {host}")
    _tell_left(imported.left_out, several=len({one.file for one in imported.left_out}) > 1)
    if not imported.ignores:
        return
    if added and imported.written:
        click.echo(f"  these parts of requests do not count now, by the ignore rules in {place}/mirror.json:")
    else:
        click.echo("  the files leave these parts of requests open. To let them not count, import with --ignores,")
        click.echo(f'  or paste lines into "ignore" of {place}/mirror.json:')
    for rule in imported.ignores:
        told = {"operation": rule.operation, "part": rule.part, "why": rule.why}
        click.echo(f"    {json.dumps(told, ensure_ascii=False)}")


def _tell_left(left_out: tuple[LeftOutOf, ...], *, several: bool) -> None:
    """What was not carried over."""
    if not left_out:
        return
    click.echo("  not carried over:")
    shown = left_out[:_SHOWN]
    for number, one in enumerate(shown, start=1):
        file = f"{one.file}, " if several else ""
        whole = " (the whole entry)" if one.whole else ""
        click.echo(f"    {file}{one.entry}: {one.part}: {one.why}{whole}")
        following = shown[number].fix if number < len(shown) else ""
        if one.fix and one.fix != following:  # one remedy for several in a row is told once
            click.echo(f"      fix: {one.fix}")
    if len(left_out) > _SHOWN:
        click.echo(f"    and {len(left_out) - _SHOWN} more; --json lists all")


def _place(config: Config, service: str, version: str) -> str:
    """A mirror's folder, as seen from here."""
    folder = config.mirrors / service / (version or "0")
    return str(folder.relative_to(Path.cwd())) if folder.is_relative_to(Path.cwd()) else str(folder)


def _many(count: int, thing: str) -> str:
    """A count with its noun."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
