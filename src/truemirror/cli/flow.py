"""`truemirror flow`: where values flow through a service's recorded conversations.

Rules: a link is one line, as the sentence that it is; nothing is written unless that is asked for.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from truemirror.cli.output import emit_json, json_option, load_config, mirrors_option
from truemirror.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from truemirror.core.mirror.model import Link
    from truemirror.usecases.flow import Flowing, FoundLink


@click.command(options_metavar="[OPTIONS]")
@click.argument("services", nargs=-1, metavar="SERVICE...")
@click.option("--write", is_flag=True, help="Keep the links that are new in mirror.json, for you to review.")
@click.option("--from", "version", default="", metavar="VERSION", help="The mirror's version; the newest.")
@mirrors_option
@json_option
def command(services: tuple[str, ...], write: bool, version: str, mirrors: Path | None, as_json: bool) -> int:
    """Show which values of a service's answers later requests carry, and which values clients make.

    \b
    Examples:
      truemirror flow deals
      truemirror flow deals --write
    """
    from truemirror.bootstrap.flow import flow

    if not services:
        raise UsageError("which service?", fix="truemirror flow SERVICE")
    config = load_config(mirrors=mirrors)
    found = [flow(config, name, version=version, write=write) for name in dict.fromkeys(services)]
    if as_json:
        emit_json([_document(one) for one in found] if len(found) > 1 else _document(found[0]))
    else:
        for one in found:
            _tell(one)
    return ExitCode.KEPT


def _document(one: Flowing) -> dict[str, Any]:
    """One mirror's links, each as mirror.json holds it."""
    from truemirror.core.mirror.folder import link_document

    links = [{"link": link_document(each.link), "times": each.times, "kept": each.kept} for each in one.links]
    return {
        "service": one.service,
        "version": one.version,
        "exchanges": one.exchanges,
        "links": links,
        "written": one.written,
    }


def _tell(one: Flowing) -> None:
    """One mirror's links for people."""
    count = "1 link" if len(one.links) == 1 else f"{len(one.links):,} links"
    click.echo(f"{one.service} {one.version}: {count} in {one.exchanges:,} exchanges")
    for each in one.links:
        click.echo(f"  {_sentence(each.link)}  ({_seen(each)})")
    fresh = sum(not each.kept for each in one.links)
    if one.written:
        click.echo(f"wrote {one.written:,} of them into mirror.json")
    elif fresh:
        click.echo(f"keep {'it' if fresh == 1 else 'them'}: truemirror flow {one.service} --write")


def _sentence(link: Link) -> str:
    """From where to where."""
    made = f" (client-made {link.kind or 'text'})" if link.made else ""
    end = f"{link.to} {link.used}" if link.to else f"its answer's {link.given}"
    return f"{link.operation} {link.part}{made} -> {end}"


def _seen(each: FoundLink) -> str:
    """How often, and whether it is kept."""
    times = {0: "not recorded", 1: "once"}.get(each.times, f"{each.times:,} times")
    return f"{times}, kept" if each.kept else times
