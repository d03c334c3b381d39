"""`truemirror noise`: ask a live service its recorded requests twice, and keep what varies by itself as typed rules.

Rules: only requests that change nothing are asked; what was left out is counted and told. Values that are shown are
redacted. The mirror is written once, at the end, and not at all when the service cannot be reached.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from truemirror.cli.output import console, emit_json, json_option, load_config, mirrors_option
from truemirror.cli.output import progress as shown_progress
from truemirror.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from truemirror.core.mirror.model import Noise
    from truemirror.core.mirror.noise import FoundNoise
    from truemirror.usecases.noise import LearnedNoise

_FIXES = {
    "it may change something": "declare what changes nothing as `reads`, or record twice: truemirror record --twice",
    "its secrets are stand-ins": "bring what they stand for: --header 'Authorization: Bearer ...'",
    "it is answered with another status than when it was recorded": "start the service in the state it was recorded in",
}


@click.command(options_metavar="[OPTIONS]")
@click.argument("service")
@click.option("--against", "url", required=True, metavar="URL", help="Where SERVICE runs; a base path may follow.")
@click.option("--version", "mirror_version", default="", metavar="V", help="The mirror's version; the newest else.")
@click.option(
    "--header",
    "headers",
    multiple=True,
    metavar="'NAME: VALUE'",
    help="What to send in place of a recorded header of that name, for one whose value is a stand-in; repeatable.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0.001),
    default=60.0,
    show_default=True,
    metavar="S",
    help="Seconds of silence after which a request is given up.",
)
@click.option(
    "--ca",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Certificates to trust besides the system's, for a service behind TLS.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@mirrors_option
@json_option
def command(
    service: str,
    url: str,
    mirror_version: str,
    headers: tuple[str, ...],
    timeout: float,
    ca: Path | None,
    dry_run: bool,
    mirrors: Path | None,
    as_json: bool,
) -> int:
    """Find what varies by itself in a service's answers, and keep it as rules of its mirror.

    The recorded requests that change nothing are asked twice, a second apart. What differs and keeps its kind (a time,
    a UUID, a number) becomes a rule in mirror.json; what differs otherwise is told and never silenced.

    Ends with 0, with 3 when there was nothing to compare, with 4 when the service cannot be reached.

    \b
    Examples:
      truemirror noise tags --against http://127.0.0.1:8001
      truemirror noise tags --against http://127.0.0.1:8001 --header "Authorization: Bearer $TOKEN" --dry-run
    """
    from truemirror.bootstrap.noise import learn_noise

    config = load_config(mirrors=mirrors)
    brought = [_header(one) for one in headers]
    with shown_progress() as progress:
        learned = learn_noise(
            config,
            service,
            url,
            version=mirror_version,
            headers=brought,
            timeout=timeout,
            ca=ca,
            dry_run=dry_run,
            progress=progress,
        )
    if as_json:
        counts = {"asked": learned.asked, "left_out": learned.left_out, "failed": learned.failed}
        emit_json({"service": service, "version": learned.version, **as_document(learned.found), **counts})
    else:
        tell_noise(learned.found)
        _sum_up(learned, config.mirrors / service / learned.version / "mirror.json", dry_run=dry_run)
    return ExitCode.KEPT if learned.found.pairs else ExitCode.UNKNOWN


def _header(given: str) -> tuple[str, str]:
    """A header field as people type it. Raises UsageError."""
    name, colon, value = given.partition(":")
    if not colon or not name.strip() or not name.strip().isascii() or any(sign in given for sign in "\r\n"):
        shown = name.strip()[:20] if colon else "(no colon)"
        raise UsageError("this is no header", where=f"--header {shown}", fix="--header 'Authorization: Bearer ...'")
    return name.strip(), value.strip()


def as_document(found: FoundNoise) -> dict[str, object]:
    """What was found, for programs."""
    return {
        "noise": [{**_rule(one.rule), "example": [one.one, one.other], "seen": one.request} for one in found.varied],
        "differences": [
            {
                "operation": one.operation,
                "part": one.part,
                "why": one.why,
                "values": [one.one, one.other],
                "seen": one.request,
                "count": one.count,
                "rule": _rule(one.rule) if one.rule else None,
            }
            for one in found.unlike
        ],
        "compared": found.pairs,
    }


def _rule(rule: Noise) -> dict[str, str]:
    """A rule as mirror.json holds it."""
    side = {} if rule.of == "answer" else {"of": rule.of}
    return {"kind": rule.kind, **side, "operation": rule.operation, "part": rule.part}


def tell_noise(found: FoundNoise) -> None:
    """What was found, for people; of a difference that keeps its kind also the rule that would call it noise."""
    import json

    out = console()
    if found.varied:
        out.print("varies by itself", style="bold")
    for one in found.varied:
        side = " of the request" if one.rule.of == "request" else ""
        out.print(f"  {one.rule.operation}  {one.rule.part}{side}: {one.rule.kind}", markup=False)
        out.print(f"      {one.one} and {one.other}", style="dim", markup=False)
    if found.unlike:
        out.print("differs, and is no noise", style="bold")
    for real in found.unlike:
        often = f", {real.count} times" if real.count > 1 else ""
        out.print(f"  {real.operation}  {real.part}: {real.why}{often}", markup=False)
        if real.one or real.other:
            out.print(f"      {real.one} and {real.other}", style="dim", markup=False)
        if real.rule:
            out.print(f"      as noise: {json.dumps(_rule(real.rule))}", style="dim", markup=False)


def place_of(file: Path) -> str:
    """A file, as short as it can be said."""
    return str(file.relative_to(Path.cwd())) if file.is_relative_to(Path.cwd()) else str(file)


def _sum_up(learned: LearnedNoise, file: Path, *, dry_run: bool) -> None:
    """What was asked, what was left out and why, and where the rules are."""
    out = console()
    silent = {f"no answer, but {kind}": count for kind, count in learned.failed.items()}
    for reason, count in (*learned.left_out.items(), *silent.items()):
        out.print(f"left out {count}: {reason}", markup=False)
        if reason in _FIXES:
            out.print(f"  fix: {_FIXES[reason]}", style="dim", markup=False)
    rules = written(learned.found.rules, place_of(file), dry_run=dry_run)
    out.print(f"noise {learned.service}: asked {_many(learned.asked, 'request')} twice, {rules}", markup=False)


def written(rules: Sequence[Noise], file: str, *, dry_run: bool = False) -> str:
    """How many rules went where."""
    if not rules:
        return "no new rule"
    return f"{_many(len(rules), 'new rule')} {'for' if dry_run else 'in'} {file}"


def _many(count: int, noun: str) -> str:
    """A number of things."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
