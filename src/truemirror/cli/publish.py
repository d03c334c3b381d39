"""`truemirror publish`: a contract version is promised, under a number that its change deserves.

Rules: nothing is written that was refused; a refusal names the number that would do, and what the change breaks.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from truemirror.cli.output import console, contracts_option, emit_json, json_option, load_config
from truemirror.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from truemirror.usecases.publish import Published

_SHOWN = 10


@click.command(options_metavar="[OPTIONS]")
@click.argument("service")
@click.argument("version", default="")
@click.option("--check", "only_asked", is_flag=True, help="Say whether it could be published, and write nothing.")
@click.option("--deprecate", is_flag=True, help="Say until which day a published version is served.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="The last day, for --deprecate.")
@click.option("--reason", default="", metavar="TEXT", help="Why, and what to use instead, for --deprecate.")
@contracts_option
@json_option
def command(
    service: str,
    version: str,
    only_asked: bool,
    deprecate: bool,
    until: datetime | None,
    reason: str,
    contracts: Path | None,
    as_json: bool,
) -> int:
    """Publish a version of a service's contract, the newest when none is named: it never changes again.

    A change that may break somebody needs a major step, one that promises more a minor one. Ends with 0 when it is
    published, 1 when it was refused.

    \b
    Examples:
      truemirror publish tags
      truemirror publish tags 1.1.0 --check
      truemirror publish tags 1.0.0 --deprecate --until 2027-03-31 --reason "use 2.0.0"
    """
    from truemirror.bootstrap.publish import deprecate as deprecated
    from truemirror.bootstrap.publish import publish

    config = load_config(contracts=contracts)
    if deprecate:
        if until is None or not version:
            example = f"{service} 1.0.0 --deprecate --until 2027-03-31"
            raise UsageError("which version, and until when?", nearest=example)
        release = deprecated(config, service, version, until=until.date().isoformat(), reason=reason)
        if as_json:
            emit_json(release)
        else:
            from truemirror.adapters.clock import SystemClock

            verb = "was to be" if SystemClock().today() > release.until else "is"
            click.echo(f"{service} {release.version} {verb} served until {release.until}")
        return ExitCode.KEPT
    if until is not None or reason:
        raise UsageError("--until and --reason are for --deprecate", fix="add --deprecate")
    done = publish(config, service, version, only_asked=only_asked)
    if as_json:
        emit_json({**_document(done), "exit": int(done.exit_code)})
    else:
        _tell(done)
    return done.exit_code


def _document(done: Published) -> dict[str, object]:
    """The result for programs."""
    compared = done.compared
    return {
        "service": done.service,
        "version": done.version,
        "state": str(done.state),
        "before": done.before,
        "deserved": str(done.deserved) if done.deserved else "",
        "proposed": done.proposed,
        "backward": str(compared.backward) if compared else "",
        "forward": str(compared.forward) if compared else "",
        "findings": compared.findings if compared else (),
    }


def _tell(done: Published) -> None:
    """The result for people."""
    from rich.text import Text

    from truemirror.usecases.publish import State

    out = console()
    name = f"{done.service} {done.version}"
    since = _since(done)
    match done.state:
        case State.PUBLISHED:
            out.print(Text.assemble(("published", "bold green"), f": {name}{since}"))
        case State.READY:
            out.print(Text.assemble(("ready", "bold green"), f": {name}{since}; nothing was written"))
        case State.KNOWN:
            out.print(Text.assemble(("known", "bold green"), f": {name} is published, just so"))
        case State.CHANGED:
            out.print(Text.assemble(("refused", "bold red"), f": {name} is published, and promised something else"))
            out.print(f"fix: restore it from git, and publish the change as {done.proposed}", markup=False)
        case State.UNDESERVED:
            out.print(Text.assemble(("refused", "bold red"), f": {name} takes too small a step from {done.before}"))
            _tell_why(done)
            out.print(f"fix: name the folder {done.service}/{done.proposed}, and publish that", markup=False)
            _tell_approval(done)


def _tell_approval(done: Published) -> None:
    """How a team that looked at the breaks approves of them; nothing where none can be approved of."""
    breaks = [one for one in done.compared.findings if one.level == "break"] if done.compared else []
    if not breaks or done.compared is None or done.compared.backward == "unknown":
        return
    told = ", ".join(dict.fromkeys(one.fingerprint for one in breaks[:_SHOWN]))
    many = "each with the fingerprint of one" if len(breaks) > 1 else "with its fingerprint"
    console().print(f" or: approve of it by a waiver with a reason, {many}: {told}", markup=False)


def _since(done: Published) -> str:
    """What it was compared with, and what came of that."""
    if not done.deserved:
        return ", the first version"
    approved = ", which breaks only what waivers approve of," if done.compared and done.compared.approved else ""
    return f"; its change since {done.before}{approved} deserves a {done.deserved} step"


def _tell_why(done: Published) -> None:
    """What the change breaks."""
    out = console()
    compared = done.compared
    if compared is None:
        return
    shown = [one for one in compared.findings if one.level != "info"]
    for one in shown[:_SHOWN]:
        style = "red" if one.level == "break" else "yellow"
        out.print(f"  {one.rule}  {one.location or one.operation}", style=style, markup=False)
        out.print(f"      {one.message}", markup=False)
    if len(shown) > _SHOWN:
        out.print(f"  and {len(shown) - _SHOWN} more: truemirror diff shows all", markup=False)
    if compared.backward == "unknown":
        out.print("  nobody can say that it breaks nobody, so it counts as breaking", markup=False)
    if compared.backward == "compatible":
        out.print(f"  it promises more than {done.before}, so a patch is too little", markup=False)
