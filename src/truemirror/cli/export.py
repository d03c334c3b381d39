"""`truemirror export`: a mirror or a contract in another tool's format.

Rules: the document goes to the file, or to standard output where none is named; what it cannot say goes to standard
error, so that a pipe gets the document alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from truemirror.cli.left_out import tell_left_out
from truemirror.cli.output import contracts_option, emit_json, json_option, load_config, mirrors_option
from truemirror.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from truemirror.config import Config

CONTRACTS = ("openapi", "schemas")
PACT = "pact"


@click.command(options_metavar="[OPTIONS]")
@click.argument("format_name", metavar="FORMAT", type=click.Choice(("har", "vcr", PACT, *CONTRACTS)))
@click.argument("service", metavar="SERVICE")
@click.option("-o", "--output", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Where to write.")
@click.option("--scenario", default="", metavar="NAME", help="Only this scenario.")
@click.option("--url", "base", default="", metavar="URL", help="Where the service lives, instead of each Host.")
@click.option("--mirror-version", default="", metavar="V", help="The mirror's version; the newest else.")
@click.option("--as", "contract_version", default="", metavar="V", help="The contract's version; the newest else.")
@click.option("--consumer", default="", metavar="NAME", help="Of pact: who asks; the configured `service` else.")
@click.option("--spec", type=click.Choice(["3", "4"]), default="4", show_default=True, help="Of pact: its version.")
@mirrors_option
@contracts_option
@json_option
def command(
    format_name: str,
    service: str,
    output: Path | None,
    scenario: str,
    base: str,
    mirror_version: str,
    contract_version: str,
    consumer: str,
    spec: str,
    mirrors: Path | None,
    contracts: Path | None,
    as_json: bool,
) -> int:
    """Write a mirror as an HTTP Archive (har), a cassette of VCR.py (vcr) or a pact, or a contract as one document.

    pact is what a consumer asks, and what it needs of the answers where contracts/SERVICE/usage knows that. openapi is
    the contract with its schemas among its components, schemas a bundle of its schemas alone; both are JSON, or YAML
    where FILE ends in .yaml. A cassette is YAML, or JSON where FILE ends in .json. Secrets stay replaced. What the
    format has no place for is listed.

    \b
    Examples:
      truemirror export har tags -o tags.har
      truemirror export vcr tags --scenario default --url https://tags.example -o tags.yaml
      truemirror export pact tags --consumer deals -o deals-tags.json
      truemirror export openapi tags -o tags.json
    """
    from truemirror.bootstrap.foreign import export_of, exported_text, write_file

    if as_json and output is None:
        raise UsageError("--json tells about the file, so there has to be one", fix="add -o FILE")
    if base and not base.startswith(("http://", "https://")):
        raise UsageError(f"{base!r} is no URL", where="--url", nearest=f"https://{base}")
    config = load_config(mirrors=mirrors, contracts=contracts)
    if format_name == PACT:
        from truemirror.cli.export_pact import export_pact

        wanted = {"version": mirror_version, "scenario": scenario}
        return export_pact(config, service, consumer, int(spec), output, **wanted, as_json=as_json)
    if format_name in CONTRACTS:
        return _contract(config, format_name, service, contract_version, output, as_json=as_json)
    made = export_of(config, format_name, service, version=mirror_version, scenario=scenario, base=base)
    content = exported_text(made, format_name, output)
    if output is None:
        click.echo(content, nl=False)
    else:
        write_file(output, content)
    if as_json:
        told = {"exchanges": made.exchanges, "file": str(output), "left_out": made.left_out}
        emit_json({"service": service, "version": made.version, "scenarios": made.scenarios, **told})
        return ExitCode.KEPT
    tell_left_out(made.left_out, "not in the file as such")
    if output is not None:
        count = "1 exchange" if made.exchanges == 1 else f"{made.exchanges} exchanges"
        click.echo(f"exported {service} {made.version}: {count}  into {output}")
    return ExitCode.KEPT


def _contract(config: Config, kind: str, service: str, version: str, output: Path | None, *, as_json: bool) -> ExitCode:
    """Write a contract as one document."""
    from truemirror.bootstrap.carry import document_text, exported_contract
    from truemirror.bootstrap.foreign import write_file

    document, found = exported_contract(config, kind, service, version)
    content = document_text(document, output)
    if output is None:
        click.echo(content, nl=False)
        return ExitCode.KEPT
    write_file(output, content)
    count = len(document["$defs"]) if kind == "schemas" else len(document.get("paths", {}))
    if as_json:
        emit_json({"service": service, "version": found, "file": str(output), "count": count})
    else:
        thing = "schema" if kind == "schemas" else "path"
        click.echo(f"exported {service} {found}: {count} {thing}{'' if count == 1 else 's'}  into {output}")
    return ExitCode.KEPT
