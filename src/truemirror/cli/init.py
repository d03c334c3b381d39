"""`truemirror init`: set a project up.

Rules: it never asks, never overwrites, and may be called again; what it did and what to type next goes to standard
output.
"""

from __future__ import annotations

import os

import click

from truemirror.cli.output import emit_json, json_option, load_config
from truemirror.errors import ExitCode


@click.command(options_metavar="[OPTIONS]")
@click.option("--service", default="", metavar="NAME", help="The service that will be mirrored; one that yours calls.")
@click.option("--host", default="", metavar="HOST", help="The host by which your code calls it; NAME.internal else.")
@click.option("--example", default="", metavar="URL", help="A request that it answers now; the first test makes it.")
@json_option
def command(service: str, host: str, example: str, as_json: bool) -> int:
    """Set this project up: its configuration and a first isolated test.

    Adds [tool.truemirror] to pyproject.toml, or makes truemirror.toml where there is none. What is there stays.

    \b
    Examples:
      truemirror init --service tags
      truemirror init --service tags --host tags.example.com --example http://127.0.0.1:8001/v1/tags
    """
    from truemirror.bootstrap import project_files
    from truemirror.usecases.init import set_up

    config = load_config()
    done = set_up(project_files(config), config, service=service, host=host, example=example)
    if as_json:
        emit_json({"written": done.written, "left_alone": done.left_alone, "next": done.next_commands})
        return ExitCode.KEPT
    for path in done.written:
        click.echo(f"wrote {os.path.relpath(done.config.root / path)}")
    for path in done.left_alone:
        why = f"it has {done.service.name}" if path.endswith(".toml") else "it is there"
        click.echo(f"left alone {os.path.relpath(done.config.root / path)}: {why}")
    click.echo("\nnext:")
    for line in done.next_commands:
        click.echo(f"  {line}")
    return ExitCode.KEPT
