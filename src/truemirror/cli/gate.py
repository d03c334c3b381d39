"""`truemirror gate`: everything this repository has, in one verdict."""

from dataclasses import replace
from pathlib import Path

import click

from truemirror.cli.output import (
    console,
    contracts_option,
    emit_json,
    json_option,
    load_config,
    mirrors_option,
    progress,
)


@click.command(short_help="Everything this repository has, in one verdict.")
@mirrors_option
@contracts_option
@click.option(
    "--report", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help="Folder of the reports."
)
@click.option("--no-suites", is_flag=True, help="Judge contracts and mirrors only; suites are shown as not run.")
@click.option("--no-flows", is_flag=True, help="Leave flows in a browser out; they are shown as not run.")
@click.option(
    "--all", "everything", is_flag=True, help="Run every suite, whatever changed; so far the gate always does."
)
@json_option
def command(
    mirrors: Path | None,
    contracts: Path | None,
    report: Path | None,
    no_suites: bool,
    no_flows: bool,
    everything: bool,
    as_json: bool,
) -> int:
    """Hold contracts, mirrors, suites and flows against each other and say allow, block or unknown, with reasons.

    Writes index.html, junit.xml, summary.md and verdict.json into the report's folder. Ends with 0 for allow, 1 for
    block, 3 for unknown.

    \b
    Example:
      truemirror gate
      truemirror gate --mirrors fresh/mirrors --json
    """
    from truemirror import bootstrap
    from truemirror.adapters.reports.documents import verdict_document
    from truemirror.cli.verdict import TerminalWatcher, show_verdict

    config = load_config(mirrors=mirrors, contracts=contracts)
    folder = report.absolute() if report else config.report
    config = replace(config, report=folder)
    shown = console(stderr=as_json)
    with progress() as moving:
        shown = console(stderr=as_json)
        evidence = bootstrap.gate(config, TerminalWatcher(shown, moving), suites=not no_suites, flows=not no_flows)
    paths = bootstrap.reports(evidence, folder)
    if as_json:
        emit_json(verdict_document(evidence))
    else:
        show_verdict(shown, evidence.judgement, paths)
    return int(evidence.judgement.exit_code)
