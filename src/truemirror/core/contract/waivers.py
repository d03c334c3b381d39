"""Waivers: findings that a team has looked at and lives with, each with a reason and perhaps a last day.

    [[tool.truemirror.waivers]]
    fingerprint = "1f0c9a7be2d4"          or any of rule, service, operation, location; all that are given must fit
    reason = "the old export needs numbers until it is gone"
    until = "2027-03-31"

Rules: a waived finding is still told, as info with its reason; it breaks nothing. After its last day a waiver waives
nothing and is a finding itself. Whoever waives says why: a waiver without a reason is none. A fingerprint holds rule,
service, operation and place, never the data, so an approval survives the next commit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from truemirror.core.contract.finding import Finding, Level
from truemirror.core.contract.rules import finding


@dataclass(frozen=True, slots=True)
class Waiver:
    """What is waived, why, and until when."""

    reason: str
    """Why it may stay, for people."""
    until: str = ""
    """The last day, as YYYY-MM-DD in UTC; for good when empty."""
    fingerprint: str = ""
    """Of one finding, as reports tell it."""
    rule: str = ""
    """Id of a rule; `convention-*` stands for all that begin so."""
    service: str = ""
    """By its name."""
    operation: str = ""
    """As `GET /v1/deals/{id}`; `*` stands for any signs."""
    location: str = ""
    """As findings tell it; `*` stands for any signs."""

    def covers(self, one: Finding) -> bool:
        """Whether all that it names is so in a finding."""
        if self.fingerprint and self.fingerprint != one.fingerprint:
            return False
        named = (
            (self.rule, one.rule),
            (self.service, one.service),
            (self.operation, one.operation),
            (self.location, one.location),
        )
        return all(not wanted or _fits(wanted, there) for wanted, there in named)

    def has_ended(self, today: str) -> bool:
        """Whether its last day is over."""
        return bool(self.until) and today > self.until

    def __str__(self) -> str:
        """What it names, for people."""
        parts = (self.fingerprint, self.rule, self.service, self.operation, self.location)
        return " ".join(part for part in parts if part)


def _fits(wanted: str, there: str) -> bool:
    """Whether a text is the wanted one; only `*` means anything else than itself."""
    return fnmatchcase(there, wanted.replace("[", "[[]").replace("?", "[?]"))


def waived(findings: Iterable[Finding], waivers: Sequence[Waiver], today: str) -> tuple[Finding, ...]:
    """The findings, those waived as info, and one more for each waiver that ended while something still needs it."""
    kept: list[Finding] = []
    ended: dict[Waiver, Finding] = {}
    for one in findings:
        fitting = [waiver for waiver in waivers if waiver.covers(one)]
        holding = next((waiver for waiver in fitting if not waiver.has_ended(today)), None)
        if holding is None:
            kept.append(one)
            if fitting and one.level is not Level.INFO:
                ended.setdefault(fitting[0], one)
        else:
            said = f"{holding.reason} (until {holding.until})" if holding.until else holding.reason
            kept.append(replace(one, level=Level.INFO, waived=said))
    return (*kept, *(_has_ended(waiver, one) for waiver, one in ended.items()))


def _has_ended(waiver: Waiver, one: Finding) -> Finding:
    """A waiver that ended while a finding still needs it."""
    return finding(
        "waiver-ended",
        one.service,
        f"the waiver of {waiver} ended on {waiver.until}; it was: {waiver.reason}",
        operation=one.operation,
        location=one.location,
        owner=one.owner,
    )
