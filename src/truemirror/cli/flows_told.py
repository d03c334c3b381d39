"""Flows on the terminal and as JSON: what there is, how each came out, and what happened in one.

Rules: a line per flow, its standing first; what broke is told in the words of the test, then where its page is. Text of
pages is never read as markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from truemirror.core.flow.holding import failed_loads, violations
from truemirror.core.flow.standing import Standing
from truemirror.core.flow.thin import kept_try

if TYPE_CHECKING:
    from truemirror.adapters.flow_files import Kept
    from truemirror.usecases.flows_run import Flow, FlowResult, FlowsRun

_COLOURS = {"passed": "green", "flaky": "yellow", "failed": "red", "unknown": "red", "quarantined": "yellow"}
_LINES = 12
_STEPS = 8


def flow_document(one: Flow) -> dict[str, Any]:
    """A flow for programs."""
    record = one.record
    return {
        "test": one.test,
        "title": one.title,
        "about": one.about,
        "harmless": one.harmless,
        "quarantine": one.quarantine,
        "last": record.last.document() if record else None,
        "runs": record.runs if record else 0,
        "flaky": record.flaky if record else 0,
    }


def tell_flows(flows: Sequence[Flow]) -> None:
    """Every flow, a line each, below its file."""
    file = ""
    for one in flows:
        here = one.test.partition("::")[0]
        if here != file:
            file = here
            click.secho(file, bold=True)
        click.echo(f"  {_last(one)}  {one.title}{_remarks(one)}")
    click.echo(
        f"{len(flows)} flow{'s' * (len(flows) != 1)}; run one by words of its title: truemirror flows run WORD..."
    )


def _last(one: Flow) -> str:
    """How it stood last."""
    word = one.record.last.standing.value if one.record else "new"
    return click.style(f"{word:<7}", fg=_COLOURS.get(word))


def _remarks(one: Flow) -> str:
    """What else to know."""
    remarks = ["harmless"] if one.harmless else []
    if one.record and one.record.flaky:
        remarks.append(f"flaky in {one.record.flaky} of {one.record.runs} runs")
    if one.quarantine:
        remarks.append(one.quarantine)
    return f"  ({'; '.join(remarks)})" if remarks else ""


def _word(one: FlowResult) -> str:
    """How a flow came out, in a word."""
    if one.past.quarantined:
        return "quarantined"
    return "failed" if one.beside and one.past.standing is Standing.PASSED else one.past.standing.value


def tell_result(one: FlowResult) -> None:
    """A flow that has ended, in a line."""
    word = _word(one)
    beside = f"  ({', '.join(one.beside)})" if one.beside else ""
    click.echo(f"{click.style(f'{word:<11}', fg=_COLOURS.get(word))}  {one.title}{beside}  {one.past.seconds:.1f} s")


def tell_run(ran: FlowsRun) -> None:
    """What broke, each with its page, and the sum."""
    for one in ran.results:
        bad = one.past.standing in (Standing.FAILED, Standing.UNKNOWN)
        if bad or one.beside or one.past.standing is Standing.FLAKY:
            _tell_trouble(one, ran.folder)
    counts: dict[str, int] = {}
    for one in ran.results:
        counts[_word(one)] = counts.get(_word(one), 0) + 1
    click.echo()
    click.echo(", ".join(f"{count} {word}" for word, count in counts.items()) or "no flow ran")
    if ran.folder:
        click.echo(f"all flows: {_near(Path(ran.folder) / 'index.html')}")


def _tell_trouble(one: FlowResult, folder: str) -> None:
    """One flow that did not simply pass."""
    click.echo()
    click.secho(one.title, bold=True)
    click.echo(f"  {one.past.test}")
    if one.past.message:
        click.echo(f"  {one.past.message}")
    for text in one.beside.values():
        for line in text.splitlines()[:_LINES]:
            click.echo(f"  {line}")
    if one.quarantine:
        click.echo(f"  {one.quarantine}")
    if one.past.page:
        click.echo(f"  page: {_near(Path(folder) / one.past.page)}")


def result_document(one: FlowResult, ran: FlowsRun) -> dict[str, Any]:
    """How a flow came out, for programs."""
    page = str(Path(ran.folder) / one.past.page) if one.past.page else ""
    return {"title": one.title, **one.past.document(), "page": page, "beside": one.beside, "quarantine": one.quarantine}


def trace_document(kept: Kept) -> dict[str, Any]:
    """What happened in a flow, for programs."""
    one = kept_try(kept.trace)
    return {
        "test": kept.trace.test,
        "target": kept.trace.target,
        "began": kept.trace.began,
        "browser": kept.trace.browser,
        "outcome": one.outcome if one else None,
        "message": one.message if one else "",
        "steps": one.steps if one else (),
        "misses": one.misses if one else (),
        "violations": [finding for _, finding in violations(one.calls)] if one else [],
        "failed_loads": [call.url for call in failed_loads(one.calls)] if one else [],
        "said": [said for said in one.said if said.level in ("error", "warn")] if one else [],
        "folder": str(kept.folder),
        "page": str(kept.page) if kept.page else "",
    }


def tell_trace(kept: Kept) -> None:
    """What happened in a flow: how it ended, its last steps, what broke, and where its page is."""
    one = kept_try(kept.trace)
    click.secho(kept.trace.test, bold=True)
    if one is None:
        click.echo("  it was never tried")
        return
    click.echo(f"  {one.outcome.value} on {kept.trace.target.value}, {kept.trace.began}, {kept.trace.browser}")
    for line in one.message.splitlines()[:_LINES]:
        click.echo(f"  {line}")
    for step in one.steps[-_STEPS:]:
        click.echo(f"    {step.at_ms / 1000:6.1f} s  {step.name}{f': {step.problem}' if step.problem else ''}")
    for call, finding in violations(one.calls)[:_STEPS]:
        click.echo(f"  contract: {call.service} {call.operation}: {finding.location}: {finding.message}")
    for said in one.said:
        if said.level == "error":
            click.echo(f"  console: {said.text.partition(chr(10))[0]}")
    if kept.page:
        click.echo(f"  page: {_near(kept.page)}")


def _near(path: Path) -> Path:
    """A path relative to the working directory where that is shorter."""
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path
