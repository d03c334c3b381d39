"""A judgement on the terminal: stage by stage while the gate works, then the verdict in one glance.

Rules: a line that was printed stays true; text from recordings is never read as markup; without colours and on a pipe
the same lines appear, so that a CI log reads like the terminal.
"""

from collections.abc import Iterable
from pathlib import Path

from rich.console import Console, Group
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from truemirror.core.gate.verdict import Judgement, Reason, Stage, State, Verdict
from truemirror.ports import Progress

SIGNS = {
    State.KEPT: ("✓", "green"),
    State.BROKEN: ("✗", "red"),
    State.UNKNOWN: ("?", "yellow"),
    State.NOT_RUN: ("–", "dim"),
}
COLOURS = {Verdict.ALLOW: "green", Verdict.BLOCK: "red", Verdict.UNKNOWN: "yellow"}
HEADLINES = {
    Verdict.ALLOW: "everything that was promised holds",
    Verdict.BLOCK: "a promise is broken",
    Verdict.UNKNOWN: "there is not enough evidence to say",
}
_LISTED = 4
_EVIDENCE_LINES = 8


class TerminalWatcher:
    """Shows the gate at work."""

    def __init__(self, console: Console, progress: Progress) -> None:
        """Finished stages are printed on `console`, the running one on `progress`."""
        self._console = console
        self._progress = progress

    def begin(self, name: str, title: str, total: int | None = None) -> None:
        """A stage begins."""
        self._progress.stage(title, total)

    def step(self, note: str) -> None:
        """One step of it is done."""
        self._progress.advance(1, note)

    def end(self, stage: Stage) -> None:
        """The stage is over: a line that stays, and one per service that is not kept."""
        self._progress.done()
        sign, colour = SIGNS[stage.state]
        line = Text.assemble((f"  {sign} ", colour), (f"{stage.title:<21}", "bold"), _words(stage))
        line.append(f"  {stage.seconds:.1f} s", "dim")
        self._console.print(line)
        for check in stage.checks:
            if check.state is not State.KEPT or check.warns:
                sign, colour = ("!", "yellow") if check.warns else SIGNS[check.state]
                self._console.print(Text.assemble((f"      {sign} ", colour), f"{check.service}: {check.summary}"))


def _words(stage: Stage) -> str:
    """What a finished stage says of itself."""
    if stage.state is State.NOT_RUN:
        return f"not run: {stage.note}" if stage.note else "not run"
    kept = [check for check in stage.checks if check.state is State.KEPT]
    if len(kept) == len(stage.checks):
        return f"{len(kept)} service{'s' * (len(kept) != 1)}: " + ", ".join(check.service for check in kept)
    return f"{len(kept)} of {len(stage.checks)} kept"


def show_verdict(console: Console, judgement: Judgement, reports: Iterable[Path], shown: Path | None = None) -> None:
    """The verdict, its reasons, and where the reports are."""
    colour = COLOURS[judgement.verdict]
    for number, reason in enumerate(judgement.reasons, 1):
        console.print()
        console.print(_reason(number, reason))
    console.print()
    number = len(judgement.reasons)
    told = f" · {number} reason{'s' * (number != 1)}" if number else ""
    verdict = Text.assemble(
        (judgement.verdict.value.upper(), f"bold {colour}"), f"  {HEADLINES[judgement.verdict]}{told}"
    )
    page = next((path for path in reports if path.suffix == ".html"), None)
    body = Group(verdict, Text.assemble(("report ", "dim"), str(_near(page)))) if page else Group(verdict)
    console.print(Panel(body, border_style=colour, expand=False, padding=(0, 2)))


def _near(path: Path) -> Path:
    """A path relative to the working directory where that is shorter."""
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path


def _reason(number: int, reason: Reason) -> Group:
    """One reason: title, who, and a table of what is known."""
    colour = COLOURS[reason.effect]
    title = Text.assemble((f"{number}. ", f"bold {colour}"), (reason.title, "bold"))
    who = " · ".join(part for part in (reason.service, reason.owner, reason.rule) if part)
    if reason.seen > 1:
        who += f" · seen {reason.seen} times"
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    if reason.expected or reason.actual:
        table.add_row("expected", Text(reason.expected or "nothing", "green"))
        table.add_row("actual", Text(reason.actual or "nothing", "red"))
    if reason.consumers:
        table.add_row("hits", Text(", ".join(reason.consumers), "bold"))
    for name, values in (("seen at", reason.places), ("tests", () if reason.tests == reason.places else reason.tests)):
        if values:
            table.add_row(name, _list(values))
    if reason.evidence:
        table.add_row("evidence", Text(_tail(reason.evidence)))
    if reason.next_step:
        table.add_row("next", Text(reason.next_step))
    return Group(title, Text(f"   {who}", "dim"), Padding(table, (0, 0, 0, 3)))


def _list(values: tuple[str, ...]) -> Text:
    """A few values, a line each, and how many more there are."""
    lines = list(values[:_LISTED])
    if len(values) > _LISTED:
        lines.append(f"and {len(values) - _LISTED} more")
    return Text("\n".join(lines))


def _tail(evidence: str) -> str:
    """The last lines of long evidence, where a failure says what it is."""
    lines = evidence.strip().splitlines()
    return "\n".join(lines if len(lines) <= _EVIDENCE_LINES else ["…", *lines[-_EVIDENCE_LINES:]])
