"""Whom the difference of two versions concerns: the service's owner, those who call it, and what its team lives with.

Rules: the verdict says what the documents say, whatever was waived; only the exit code counts what nobody has waived.
Where a waived break may hide another one, that is told and nothing is called harmless.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from truemirror.core.contract.compat.judge import Judgement, Verdict
from truemirror.core.contract.compat.policy import Direction
from truemirror.core.contract.compat.rules import ROWS
from truemirror.core.contract.finding import Finding, Level
from truemirror.core.contract.waivers import Waiver, waived
from truemirror.errors import ExitCode

_EXITS = {
    Verdict.COMPATIBLE: ExitCode.KEPT,
    Verdict.BREAKING: ExitCode.BROKEN,
    Verdict.UNKNOWN: ExitCode.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Whom:
    """The service whose versions are compared, and who has to do with it."""

    service: str = ""
    """Empty where nobody knows."""
    owner: str = ""
    """The team to ask."""
    consumers: tuple[str, ...] = ()
    """The services that call it, as far as they say so."""
    waivers: Sequence[Waiver] = ()
    today: str = ""
    """As YYYY-MM-DD in UTC, for waivers that end."""

    def told(self, judgement: Judgement) -> Judgement:
        """The judgement with everybody named, and waived findings as notes; its verdict stays."""
        named = (
            replace(one, service=self.service, owner=self.owner, consumers=self.consumers) for one in judgement.findings
        )
        findings = waived(named, self.waivers, self.today)
        told = replace(judgement, findings=findings)
        hidden = tuple(f"{one.location}: whether it breaks somebody was not decided" for one in _hidden(told))
        return replace(told, reasons=(*told.reasons, *hidden))


def exit_code(judgement: Judgement) -> ExitCode:
    """How a judgement ends: a break that was waived is none; one that nobody could rule out beside it is unknown."""
    if not is_waived(judgement):
        return _EXITS[judgement.verdict]
    return ExitCode.UNKNOWN if judgement.reasons else ExitCode.KEPT


def is_waived(judgement: Judgement) -> bool:
    """Whether every break that was found is one that the team lives with."""
    return judgement.verdict is Verdict.BREAKING and not any(one.level is Level.BREAK for one in judgement.findings)


def _hidden(judgement: Judgement) -> tuple[Finding, ...]:
    """Changes of which no value shows that they break, though their rule says they do, beside breaks all waived."""
    if not is_waived(judgement):
        return ()
    return tuple(
        one
        for one in judgement.findings
        if not one.waived and one.rule in ROWS and ROWS[one.rule].levels[Direction(one.direction)] is Level.BREAK
    )
