"""How a difference is told to people: the verdict, what breaks, the rest, and what to do next.

Rules: nothing is said twice in one finding, and nothing without end; `--json` holds what is left out here. A value that
shows a break is part of its sentence, and stands alone only where the sentence had to be cut or has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from truemirror.cli.output import console

if TYPE_CHECKING:
    from truemirror.core.contract.compat.judge import Judgement
    from truemirror.core.contract.finding import Finding

_MARKS: Final = {"break": ("✗", "bold red"), "warn": ("!", "yellow"), "info": ("·", "dim")}
_STYLES: Final = {"compatible": "bold green", "breaking": "bold red", "unknown": "bold yellow"}
_MOST_NAMES: Final = 5
"""Operations that one finding names."""
_MOST_REASONS: Final = 10
_MOST_NOTES: Final = 50
"""Findings that break nobody; those that do are all told."""


def tell(judgement: Judgement, old: str, new: str) -> None:
    """Print a judgement of two versions, which are called so."""
    from rich.text import Text

    from truemirror.usecases.diff_whom import is_waived

    out = console()
    counts = ", ".join(
        f"{number} {word}" for word in _MARKS if (number := sum(one.level == word for one in judgement.findings))
    )
    word, living = judgement.verdict.value, is_waived(judgement)
    said = f"{word}, waived" if living else word
    style = _STYLES["unknown" if living else word]
    out.print(Text.assemble((said, style), f": {old} -> {new}" + (f"; {counts}" if counts else "")))
    for one in _told(judgement.findings):
        _tell_finding(one)
    _tell_left_out(judgement.findings)
    for reason in _first(judgement.reasons, _MOST_REASONS):
        out.print(f"? {reason}", style="yellow", markup=False)
    if living:
        return
    if word == "breaking":
        out.print("next: keep the old promise beside the new one, or release a new major version", markup=False)
    elif word == "unknown":
        out.print("next: say it in plainer keywords, or allow more work with --steps", markup=False)


def _told(findings: Sequence[Finding]) -> Iterator[Finding]:
    """What breaks, and as much of the rest as somebody reads, the heaviest first."""
    order = list(_MARKS)
    ranked = sorted(findings, key=lambda one: order.index(one.level))
    breaks = sum(one.level == "break" for one in ranked)
    yield from ranked[: breaks + _MOST_NOTES]


def _tell_left_out(findings: Sequence[Finding]) -> None:
    """How much was not told."""
    left = sum(one.level != "break" for one in findings) - _MOST_NOTES
    if left > 0:
        console().print(f"  … and {left} more that break nobody; --json has them", style="dim", markup=False)


def _tell_finding(one: Finding) -> None:
    """One finding with its place, its value and whom it concerns."""
    from rich.text import Text

    out = console()
    mark, style = _MARKS[one.level]
    out.print(Text.assemble("  ", (f"{mark} {one.rule}", style), "  ", (_place(one), "cyan")))
    out.print(f"      {one.message}", markup=False)
    for word, text in _details(one):
        out.print(f"      {word} {text}", style="dim", markup=False)


def _place(one: Finding) -> str:
    """Where it is: the operation says which way the data goes; between bare schemas the mode does."""
    return one.location if one.operation else f"{one.direction} {one.location}".strip()


def _details(one: Finding) -> Iterator[tuple[str, str]]:
    """What there is to say below the sentence."""
    if one.witness and one.witness not in one.message:
        yield "witness", one.witness
    if len(one.operations) > 1:
        yield "also in", ", ".join(_first(one.operations[1:], _MOST_NAMES))
    if one.waived:
        yield "waived:", one.waived
    if one.consumers and one.level != "info":
        yield "called by", ", ".join(one.consumers)


def _first(texts: Sequence[str], most: int) -> Iterator[str]:
    """The first of many, and how many are left."""
    yield from texts[:most]
    if len(texts) > most:
        yield f"and {len(texts) - most} more (--json has them)"
