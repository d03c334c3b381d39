"""Where what was recorded contradicts what a person locked.

Rules: a contract as it would be inferred holds for what it was inferred from, so whatever breaks beyond that breaks by
a lock; it is told with its place and how often it was seen, and the lock stays.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from truemirror.core.contract.conformance import Conformance
from truemirror.core.contract.finding import Finding, Level
from truemirror.core.contract.reading import parse_contract
from truemirror.core.wire.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A locked fact that recordings do not keep, or whose place is gone."""

    place: str
    """Where it is locked: `schemas/deal.schema.json#/properties/stage`."""
    text: str
    """What was seen instead."""
    operation: str = ""
    seen: int = 0
    """Exchanges that say so."""

    def __str__(self) -> str:
        """One line for people."""
        times = f" ({self.operation}, n={self.seen})" if self.seen else ""
        return f"{self.place}: {self.text}{times}"


def contradictions(
    service: str, version: str, inferred: Mapping[str, Any], kept: Mapping[str, Any], exchanges: Iterable[Exchange]
) -> tuple[Contradiction, ...]:
    """What exchanges break of the kept documents and do not of the inferred ones, in the order of the places."""
    judges = [Conformance(parse_contract(service, version, documents)) for documents in (inferred, kept)]
    for judge in judges:
        judge.compile()
    plain, locked = judges
    counts: dict[tuple[str, str, str], int] = {}
    for exchange in exchanges:
        broken = _broken(locked, exchange)
        if not broken:
            continue
        anyway = {one.fingerprint for one in _broken(plain, exchange)}
        found = {(_place(one), _said(one), one.operation) for one in broken if one.fingerprint not in anyway}
        for key in found:
            counts[key] = counts.get(key, 0) + 1
    return tuple(Contradiction(place, said, where, counts[place, said, where]) for place, said, where in sorted(counts))


def _broken(judge: Conformance, exchange: Exchange) -> list[Finding]:
    """What an exchange breaks."""
    return [one for one in judge.check(exchange) if one.level is Level.BREAK]


def _place(finding: Finding) -> str:
    """Where a finding is promised otherwise."""
    return finding.schema_location or finding.location


def _said(finding: Finding) -> str:
    """What was seen, without the very data."""
    return f"{finding.rule}, expected {finding.expected}" if finding.expected else finding.rule
