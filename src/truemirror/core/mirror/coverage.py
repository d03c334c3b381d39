"""How much of a contract is recorded, how much of the recording is used, and where the gaps are.

Rules: every recording belongs to one operation, one status and one scenario, so that each of these ways of counting
adds up to the same sums; what nobody measured is None, never zero; more use never lowers a count.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from truemirror.core.mirror.staleness import Age

Key = TypeVar("Key")

_UNSERVED = frozenset({"404", "405", "501"})
"""Statuses by which a service says that it has no such operation."""


class GapKind(StrEnum):
    """What is lacking."""

    OPERATION_UNRECORDED = "operation-unrecorded"
    STATUS_UNRECORDED = "status-unrecorded"
    OPERATION_UNDECLARED = "operation-undeclared"
    STATUS_UNDECLARED = "status-undeclared"
    OPERATION_UNUSED = "operation-unused"
    STATUS_UNUSED = "status-unused"
    SCENARIO_UNUSED = "scenario-unused"
    RECORDING_UNUSED = "recording-unused"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the recording at one place shows."""

    scenario: str
    number: int
    """Its number in the scenario, from 1."""
    request: str
    operation: str
    status: str
    """As the contract declares it (`404`, `4XX`, `default`), else as it was answered; a fault's kind for a fault."""


@dataclass(frozen=True, slots=True)
class Line:
    """How much there is of one thing: an operation, a status of one, a scenario."""

    name: str
    recordings: int
    used: int | None
    """How many of them answered somebody; None when nobody measured it."""
    declared: bool = True
    status: str = ""
    """For a status: which one; `name` is then its operation."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is lacking."""

    kind: GapKind
    what: str
    """The operation, with its status where that is lacking; the scenario; or the recording."""
    recordings: int = 0
    """How many recordings it is about."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """One mirror, counted."""

    service: str
    version: str
    """The mirror's contract version; empty when nothing is recorded."""
    contract: str
    """The contract version that it is held against; empty when there is none."""
    age: Age
    operations: tuple[Line, ...]
    statuses: tuple[Line, ...]
    scenarios: tuple[Line, ...]
    gaps: tuple[Gap, ...]
    recordings: int
    used: int | None
    changed: int = 0
    """Uses of recordings that are not there any more."""

    @property
    def declared(self) -> int:
        """How many operations the contract declares."""
        return sum(line.declared for line in self.operations)

    @property
    def recorded(self) -> int:
        """How many of them are recorded."""
        return sum(line.declared and line.recordings > 0 for line in self.operations)

    @property
    def exercised(self) -> int | None:
        """How many of them are used; None when nobody measured it."""
        if self.used is None:
            return None
        return sum(line.declared and bool(line.used) for line in self.operations)

    def errors(self) -> tuple[int, int, int | None]:
        """Error statuses: declared, of those recorded, of those used."""
        lines = [line for line in self.statuses if line.declared and is_error(line.status)]
        used = None if self.used is None else sum(bool(line.used) for line in lines)
        return len(lines), sum(line.recordings > 0 for line in lines), used


def is_error(status: str) -> bool:
    """Whether a declared status stands for errors; `default` does."""
    return status == "default" or status[:1] in ("4", "5")


def coverage_of(
    service: str,
    version: str,
    contract: str,
    age: Age,
    shown: Sequence[Shown],
    declared: Mapping[str, Sequence[str]] | None,
    used: frozenset[int] | None,
    changed: int = 0,
) -> Coverage:
    """Count. `declared` has the statuses of every operation of the contract, None without a contract; `used` are the
    places that answered somebody, None when nobody measured it.
    """
    promised = declared or {}
    operations = _lines(promised, [one.operation for one in shown], used)
    pairs = [(name, status) for name, statuses in promised.items() for status in statuses]
    statuses = _lines(pairs, [(one.operation, one.status) for one in shown], used)
    scenarios = _lines((), [one.scenario for one in shown], used)
    lines = tuple(Line(str(name), n, u, name in promised) for name, n, u in operations)
    known = frozenset(pairs)
    status_lines = tuple(Line(name, n, u, (name, status) in known, status) for (name, status), n, u in statuses)
    scenario_lines = tuple(Line(str(name), n, u) for name, n, u in scenarios)
    served = _served(status_lines)
    gaps = (*_contract_gaps(lines, status_lines, served, declared is not None), *_unused(lines, status_lines, served))
    return Coverage(
        service, version, contract, age, lines, status_lines, scenario_lines,
        (*gaps, *_unused_recordings(shown, scenario_lines, used)),
        len(shown), None if used is None else len(used), changed,
    )  # fmt: skip


def _lines(
    first: Sequence[Key] | Mapping[Key, object], keys: Sequence[Key], used: frozenset[int] | None
) -> list[tuple[Key, int, int | None]]:
    """Each key with its recordings and those of them that were used: those in `first`, then the others as they come."""
    recordings = Counter(keys)
    answered = Counter(key for place, key in enumerate(keys) if used is not None and place in used)
    ordered = dict.fromkeys((*first, *keys))
    return [(key, recordings[key], None if used is None else answered[key]) for key in ordered]


def _served(statuses: Sequence[Line]) -> frozenset[str]:
    """Operations that the contract declares or the service has: not those that it only ever refused as unknown."""
    return frozenset(line.name for line in statuses if line.declared or line.status not in _UNSERVED)


def _contract_gaps(
    operations: Sequence[Line], statuses: Sequence[Line], served: frozenset[str], has_contract: bool
) -> Iterator[Gap]:
    """Where contract and recording do not meet; an operation's statuses are not told beside the operation itself."""
    if not has_contract:
        return
    for line in operations:
        if line.declared and not line.recordings:
            yield Gap(GapKind.OPERATION_UNRECORDED, line.name)
        if not line.declared and line.name in served:
            yield Gap(GapKind.OPERATION_UNDECLARED, line.name, line.recordings)
    met = {line.name for line in operations if line.declared and line.recordings}
    for line in statuses:
        if line.name in met and line.declared and not line.recordings:
            yield Gap(GapKind.STATUS_UNRECORDED, f"{line.name} {line.status}")
        if line.name in met and not line.declared:
            yield Gap(GapKind.STATUS_UNDECLARED, f"{line.name} {line.status}", line.recordings)


def _unused(operations: Sequence[Line], statuses: Sequence[Line], served: frozenset[str]) -> Iterator[Gap]:
    """Operations, and statuses of operations that are used otherwise, of which no recording answered anybody."""
    lacking = {line.name for line in operations if line.recordings and line.used == 0 and line.name in served}
    for line in operations:
        if line.name in lacking:
            yield Gap(GapKind.OPERATION_UNUSED, line.name, line.recordings)
    for line in statuses:
        if line.recordings and line.used == 0 and line.name in served - lacking:
            yield Gap(GapKind.STATUS_UNUSED, f"{line.name} {line.status}", line.recordings)


def _unused_recordings(shown: Sequence[Shown], scenarios: Sequence[Line], used: frozenset[int] | None) -> Iterator[Gap]:
    """Whole scenarios that nobody used, then single recordings of the others."""
    if used is None:
        return
    whole = {line.name for line in scenarios if line.used == 0}
    for line in scenarios:
        if line.name in whole:
            yield Gap(GapKind.SCENARIO_UNUSED, line.name, line.recordings)
    for place, one in enumerate(shown):
        if place not in used and one.scenario not in whole:
            yield Gap(GapKind.RECORDING_UNUSED, f"{one.scenario} {one.number:04d}  {one.request}", 1)
