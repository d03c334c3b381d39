"""`truemirror export pact`: what a consumer says to a provider, for Pact and its brokers.

Rules: the pact goes to the file, or to standard output where none is named; what it cannot say goes to standard error.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from truemirror.cli.left_out import tell_left_out
from truemirror.cli.output import emit_json
from truemirror.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from truemirror.config import Config
    from truemirror.usecases.export_pact import WrittenPact


def export_pact(
    config: Config,
    service: str,
    consumer: str,
    specification: int,
    output: Path | None,
    *,
    version: str,
    scenario: str,
    as_json: bool,
) -> ExitCode:
    """Write one pact and tell what it rests on. Raises UsageError, FormatError, StoreError, CouldNotRun."""
    from truemirror.adapters.foreign_files import rendered
    from truemirror.bootstrap.foreign import write_file
    from truemirror.bootstrap.usage import export_pact as wired

    consumer = consumer or config.service
    if not consumer:
        fix = f"truemirror export pact {service} --consumer NAME"
        raise UsageError("whose pact is it?", where="--consumer", nearest=", ".join(_callers(config, service)), fix=fix)
    made = wired(config, service, consumer, specification, version=version, scenario=scenario)
    content = rendered(made.document, as_yaml=False)
    if output is None:
        click.echo(content, nl=False)
    else:
        write_file(output, content)
    if as_json:
        emit_json(_document(made, str(output)))
        return ExitCode.KEPT
    tell_left_out(made.left_out, "not in the pact")
    if output is not None:
        click.echo(_said(made, output))
    return ExitCode.KEPT


def _callers(config: Config, service: str) -> tuple[str, ...]:
    """The services that say they call a service."""
    return tuple(sorted(one.name for one in config.services.values() if service in one.consumes))


def _document(made: WrittenPact, file: str) -> dict[str, object]:
    """What came of it, for programs."""
    return {
        "consumer": made.consumer,
        "provider": made.provider,
        "specification": made.specification,
        "interactions": made.interactions,
        "mirror": made.version,
        "needs_known": made.needs_known,
        "file": file,
        "left_out": made.left_out,
    }


def _said(made: WrittenPact, output: Path) -> str:
    """What came of it, for people."""
    count = "1 interaction" if made.interactions == 1 else f"{made.interactions} interactions"
    rests = f"as recorded in {made.version}" if made.version else "with answers made up from what it needs"
    needs = "" if made.needs_known else f"; what {made.consumer} needs is not known, so everything is told"
    return f"exported {made.consumer} and {made.provider}: {count} {rests}  into {output}{needs}"
