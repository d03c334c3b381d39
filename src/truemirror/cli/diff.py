"""`truemirror diff`: what changed between two versions, whom that breaks, and a value that shows it.

Rules: the verdict comes first, then what breaks, then the rest; what cannot be decided says why and what to do next.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from truemirror.cli.output import contracts_option, emit_json, json_option, load_config
from truemirror.cli.output import progress as shown_progress
from truemirror.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from truemirror.config import Config
    from truemirror.core.contract.compat.policy import Mode, Policy


@click.command(options_metavar="[OPTIONS]")
@click.argument("old", required=False)
@click.argument("new", required=False)
@click.option(
    "--mode",
    type=click.Choice(["backward", "forward", "full"]),
    default="backward",
    show_default=True,
    help="Whether the new takes what the old took, the old what the new takes, or both.",
)
@click.option(
    "--batch", metavar="PAIRS.jsonl", help="Answer many pairs of schemas, one a line; - reads them from a pipe."
)
@click.option(
    "--formats/--no-formats",
    default=None,
    help="Hold values to `format`, or do not; contracts are held to it, bare schemas not, where nobody says so.",
)
@click.option(
    "--steps",
    type=click.IntRange(1_000, 100_000_000),
    metavar="N",
    help="What one question may cost before the answer is unknown; 400,000 is around a second.",
)
@click.option(
    "--service",
    default="",
    metavar="NAME",
    help="The service whose versions these are, where their folder does not tell; its callers are named.",
)
@contracts_option
@json_option
def command(
    old: str | None,
    new: str | None,
    mode: str,
    batch: str | None,
    formats: bool | None,
    steps: int | None,
    service: str,
    contracts: Path | None,
    as_json: bool,
) -> int:
    """Compare two versions of a schema, an OpenAPI document or a contract folder, and prove what breaks.

    OLD and NEW are files or folders; SERVICE@VERSION, which is that version's folder among the contracts; or
    REVISION:PATH, which is what git remembers.

    Ends with 0 when they are compatible or what breaks is waived, 1 when something breaks, 3 when that cannot be
    decided, 4 when a file cannot be read; with --batch with 0 when every line was answered.

    \b
    Examples:
      truemirror diff old.json new.json
      truemirror diff tags@1.0.0 tags@1.1.0
      truemirror diff main:contracts/tags/1.0.0 contracts/tags/1.0.0
      truemirror diff old.json new.json --mode full --json
      truemirror diff --batch pairs.jsonl > answers.jsonl
    """
    from truemirror.core.contract.compat.policy import Mode, Policy
    from truemirror.core.schema.budget import STEPS

    policy = Policy(formats=formats, steps=steps or STEPS)
    if batch is not None:
        if old is not None:
            raise UsageError("--batch takes its pairs from a file", fix="leave OLD and NEW out, or --batch")
        return _batch(batch, Mode(mode), policy)
    if old is None or new is None:
        raise UsageError(
            "two versions are needed", fix="truemirror diff OLD NEW, or truemirror diff --batch PAIRS.jsonl"
        )
    config = load_config(contracts=contracts)
    return _pair(old, new, Mode(mode), policy, config, service, as_json=as_json)


def _pair(old: str, new: str, mode: Mode, policy: Policy, config: Config, service: str, *, as_json: bool) -> int:
    """Compare two files or folders."""
    from truemirror.bootstrap.diff import diff, see_known
    from truemirror.cli.diff_told import tell
    from truemirror.usecases.diff import document
    from truemirror.usecases.diff_whom import exit_code

    if service:
        see_known(config, service)
    with shown_progress() as progress:
        progress.stage(f"Comparing {old} and {new}")
        judgement = diff(old, new, mode, policy, config, service)
        progress.done()
    if as_json:
        emit_json(document(judgement))
    else:
        tell(judgement, old, new)
    return int(exit_code(judgement))


def _batch(path: str, mode: Mode, policy: Policy) -> int:
    """Answer many pairs, each as soon as it is judged."""
    from truemirror.bootstrap.diff import batch

    with shown_progress() as progress:
        progress.stage("Comparing pairs")
        for answer in batch(path, mode, policy):
            emit_json(answer, line=True)
            progress.advance()
        progress.done()
    return int(ExitCode.KEPT)
