"""A load run on the terminal: how it stands while it runs, then each target in one glance.

Rules: a line that was printed stays true; what comes from profiles is never read as markup.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from truemirror.core.load.pictures import nice_ms
from truemirror.core.load.verdict import Gate, TargetVerdict, Verdict
from truemirror.core.load.verdict_document import document as verdict_document

if TYPE_CHECKING:
    from rich.console import Console

    from truemirror.core.load.budget import Spent
    from truemirror.core.load.profile import Profile
    from truemirror.core.load.ran import Ran
    from truemirror.core.load.tally import Tally
    from truemirror.ports import Progress

SIGNS = {
    Verdict.PASS: ("✓", "green"),
    Verdict.FAIL: ("✗", "red"),
    Verdict.INCONCLUSIVE: ("?", "yellow"),
    Verdict.INVALID: ("!", "magenta"),
}
_FINDINGS = 5
_TREES = 4


class TerminalWatcher:
    """Shows a run while it is made; meets `truemirror.usecases.load.Watcher`."""

    def __init__(self, progress: Progress, is_watched: bool) -> None:
        """`is_watched`: somebody sits before a terminal."""
        self._progress = progress
        self._at = 0
        self.is_watched = is_watched

    def planned(self, profile: Profile, seconds: float) -> None:
        """The run begins."""
        self._progress.stage(f"Load at {profile.arrivals.rate:g} flows/s", round(seconds))

    def looked(self, second: int, tally: Tally, verdicts: tuple[TargetVerdict, ...]) -> None:
        """How it stands."""
        if not self.is_watched:
            return
        errors = sum(count for cell in tally.cells.values() for count in cell.errors.values())
        parts = [f"{one.target} {_short(one.gates[0])}" for one in verdicts if one.gates]
        lag = verdicts[0].instrument.lag_p99_ms if verdicts else None
        self._progress.advance(second - self._at, ", ".join([*parts, f"lag {nice_ms(lag)}", f"{errors:,} errors"]))
        self._at = second


def _short(gate: Gate) -> str:
    """A number with its bounds, short."""
    if gate.estimate is None:
        return "–"
    if gate.metric != "mean_ms":
        return f"{gate.estimate:.2%}"
    if gate.lcl is None or gate.ucl is None:
        return nice_ms(gate.estimate)
    return f"{nice_ms(gate.estimate)} ({gate.lcl:.3g}–{gate.ucl:.3g})"


def tell(console: Console, ran: Ran, page: Path) -> None:
    """The verdict, each target, its reasons, and where the page is."""
    from rich.text import Text

    for one in ran.verdicts:
        for line in _lines(one):
            console.print(line)
    for note in ran.notes:
        console.print(Text.assemble(("  note ", "dim"), note))
    held = ran.held
    if held.answers:
        said = f"{len(held.findings)} findings" if held.findings else "all agree with their contracts"
        console.print(Text(f"  {held.answers:,} answers under load, {held.errors:,} of them errors: {said}"))
        for finding in held.findings[:_FINDINGS]:
            console.print(Text(f"    {finding.service} {finding.operation} {finding.location}: {finding.message}"))
    for tree in ran.budget[:_TREES]:
        for depth, spent in _walked(tree, 0):
            over = f" of {nice_ms(spent.budget_ms)}" if spent.budget_ms is not None else ""
            console.print(
                Text(f"    {'  ' * depth}{spent.name}  {nice_ms(spent.ms)}{over}", "red" if spent.is_over else "")
            )
    sign, colour = SIGNS[ran.verdict]
    says = ran.verdicts[0].rate.says if ran.verdicts else "nothing was measured"
    console.print(Text.assemble((f"{sign} {ran.verdict.value}", f"bold {colour}"), f"  {ran.profile.name}, {says}"))
    console.print(Text.assemble(("  report ", "dim"), str(_near(page))))


def _walked(tree: Spent, depth: int) -> Iterator[tuple[int, Spent]]:
    """A budget from its root inwards."""
    yield depth, tree
    for one in tree.inside:
        yield from _walked(one, depth + 1)


def _lines(one: TargetVerdict) -> Iterator[Any]:
    """A target, a line for each gate and reason."""
    from rich.text import Text

    sign, colour = SIGNS[one.verdict]
    yield Text.assemble((f"{sign} ", colour), (one.target, "bold"), f"  {one.verdict.value}")
    for gate in one.gates:
        sign, colour = SIGNS[gate.verdict]
        yield Text.assemble((f"    {sign} ", colour), _told(gate))
    for reason in one.reasons:
        yield Text(f"      {reason}", "dim")


def _told(gate: Gate) -> str:
    """A gate in words: what it allows, what was measured."""
    show: Callable[[float], str] = nice_ms if gate.metric == "mean_ms" else _share
    if gate.metric == "mean_ms":
        allowed = f"mean at most {gate.limit:g} ms"
    elif gate.over_ms is not None:
        allowed = f"at most {_share(gate.limit)} over {gate.over_ms:g} ms"
    else:
        allowed = f"at most {_share(gate.limit)} fail"
    if gate.estimate is None:
        return f"{allowed}: no data"
    bounds = f" ({show(gate.lcl)} to {show(gate.ucl)})" if gate.lcl is not None and gate.ucl is not None else ""
    return f"{allowed}: {show(gate.estimate)}{bounds} in {gate.n:,} requests"


def _share(value: float) -> str:
    """A share."""
    return f"{value * 100:.3g} %"


def document(ran: Ran, page: Path) -> dict[str, Any]:
    """A run for tools."""
    return {
        "verdict": ran.verdict.value,
        "profile": ran.profile.name,
        "where": ran.where,
        "began": ran.began,
        "ended": ran.ended,
        "seconds": ran.seconds,
        "targets": [verdict_document(one) for one in ran.verdicts],
        "calibration": ran.calibration,
        "canary": ran.canary,
        "contracts": ran.held,
        "budget": ran.budget,
        "notes": ran.notes,
        "report": str(page),
    }


def _near(path: Path) -> Path:
    """A path as seen from here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
