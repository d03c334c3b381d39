"""What a pytest session asked of its mirrors, as values that workers can send.

Rules: everything is counted by test first, so that the sums of all workers are the sums of one process.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from truemirror.adapters.inprocess.neighbour import Call
from truemirror.core.mirror.decision import Note
from truemirror.core.mirror.used import FORMAT, names_of
from truemirror.usecases.replay import Replayer
from truemirror.usecases.serve import Forwarding


@dataclass(slots=True)
class ServiceCounts:
    """How one mirror was asked."""

    hits: int = 0
    misses: int = 0
    relaxed: int = 0
    ahead: int = 0
    away: int = 0
    planned: int = 0
    """Calls that a plan changed; one that it answered is no hit."""
    forwarded: int = 0
    stored: int = 0
    recordings: int = 0
    used: set[int] = field(default_factory=set)
    """Places that answered somebody."""
    names: dict[str, dict[str, str]] = field(default_factory=dict)
    """Ids of the recordings that answered somebody, by scenario and number."""
    stale: str = ""
    version: str = ""
    relaxations: set[str] = field(default_factory=set)
    """Parts that were ignored."""
    drifted: list[str] = field(default_factory=list)
    """Requests whose live answer differs from the recording."""

    @property
    def unused(self) -> int:
        """Recordings that answered nobody."""
        return max(0, self.recordings - len(self.used))


@dataclass(slots=True)
class Counts:
    """What all tests asked."""

    services: dict[str, ServiceCounts] = field(default_factory=dict)
    tests: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """Per test, the operations it used of each service."""
    answers: dict[str, dict[str, dict[str, list[int]]]] = field(default_factory=dict)
    """Per test and service, the recordings that answered it: their numbers, by scenario."""
    misses: list[dict[str, str]] = field(default_factory=list)
    """What was not there: the test, and the report."""
    is_partial: bool = False
    """Not every test was run."""
    trouble: list[str] = field(default_factory=list)
    """What could not be put away."""

    def of(self, service: str) -> ServiceCounts:
        """The counts of one service."""
        return self.services.setdefault(service, ServiceCounts())

    def add_test(self, nodeid: str, calls: Sequence[Call], problems: Iterable[str]) -> None:
        """What one test asked in process."""
        for call in calls:
            counts = self.of(call.service)
            counts.hits += call.answered == "recorded"
            counts.misses += call.answered == "missed"
            counts.forwarded += call.answered == "forwarded"
            for note, said in call.notes:
                counts.relaxed += note is Note.RELAXED
                counts.ahead += note is Note.AHEAD
                counts.away += note is Note.AWAY
                counts.planned += note is Note.PLANNED
                if note is Note.RELAXED:
                    counts.relaxations.add(f"{call.operation} {said}")
        self.add_uses(nodeid, ((call.service, call.operation) for call in calls))
        self.add_answers(nodeid, ((call.service, call.scenario, call.number) for call in calls))
        self.misses += [{"test": nodeid, "report": text} for text in problems]

    def add_served(self, hits: Iterable[tuple[str, int]], missed: Iterable[tuple[str, str]], nodeid: str) -> None:
        """What one test asked of servers."""
        for service, number in hits:
            self.of(service).hits += number
        for service, text in missed:
            self.of(service).misses += 1
            self.misses.append({"test": nodeid, "report": text})

    def add_planned(self, planned: Iterable[tuple[str, int]]) -> None:
        """Services, and how many calls to their servers a plan changed."""
        for service, number in planned:
            self.of(service).planned += number

    def add_uses(self, nodeid: str, uses: Iterable[tuple[str, str]]) -> None:
        """Services and operations that a test used."""
        found = self.tests.setdefault(nodeid, {})
        for service, operation in uses:
            operations = found.setdefault(service, [])
            if operation not in operations:
                operations.append(operation)
                operations.sort()

    def add_answers(self, nodeid: str, answers: Iterable[tuple[str, str, int]]) -> None:
        """Services, scenarios and numbers of the recordings that answered a test; number 0 is none."""
        for service, scenario, number in answers:
            if not number:
                continue
            numbers = self.answers.setdefault(nodeid, {}).setdefault(service, {}).setdefault(scenario, [])
            if number not in numbers:
                numbers.append(number)
                numbers.sort()

    def add_mirror(self, name: str, replayer: Replayer, forwarding: Forwarding | None = None) -> None:
        """What a mirror knows itself, by the name it was asked by; called once for each process that asked it."""
        tally = replayer.tally
        if not (tally.hits or tally.misses or tally.forwarded or tally.planned):
            return
        counts = self.of(name)
        counts.recordings = len(replayer.index.exchanges)
        counts.used |= set(replayer.tally.used)
        _add_names(counts.names, names_of(replayer.index, replayer.tally.used))
        counts.stale = replayer.stale
        counts.version = replayer.mirror.version
        if forwarding is not None:
            counts.stored += forwarding.stored
            counts.drifted += [_line(one) for one in forwarding.drifted]

    def merge(self, other: "Counts") -> None:
        """Add what another process counted."""
        for name, theirs in other.services.items():
            ours = self.of(name)
            for number in ("hits", "misses", "relaxed", "ahead", "away", "planned", "forwarded", "stored"):
                setattr(ours, number, getattr(ours, number) + getattr(theirs, number))
            ours.recordings = max(ours.recordings, theirs.recordings)
            ours.used |= theirs.used
            _add_names(ours.names, theirs.names)
            ours.relaxations |= theirs.relaxations
            ours.stale = ours.stale or theirs.stale
            ours.version = ours.version or theirs.version
            ours.drifted += theirs.drifted
        for nodeid, uses in other.tests.items():
            self.add_uses(nodeid, ((name, one) for name, operations in uses.items() for one in operations))
        for nodeid, found in other.answers.items():
            for name, scenarios in found.items():
                self.add_answers(nodeid, ((name, one, number) for one, all_ in scenarios.items() for number in all_))
        self.misses += other.misses
        self.is_partial |= other.is_partial
        self.trouble += other.trouble

    def packed(self) -> dict[str, Any]:
        """As plain values, for another process."""
        packed = asdict(self)
        for counts in packed["services"].values():
            counts["used"], counts["relaxations"] = sorted(counts["used"]), sorted(counts["relaxations"])
        return packed

    @classmethod
    def unpacked(cls, packed: Mapping[str, Any]) -> "Counts":
        """From plain values."""
        services = {
            name: ServiceCounts(**{**one, "used": set(one["used"]), "relaxations": set(one["relaxations"])})
            for name, one in packed["services"].items()
        }
        return cls(**{**packed, "services": services})

    def document(self) -> dict[str, Any]:
        """The report as it is written to a file."""
        return {
            "format": FORMAT,
            "partial": self.is_partial,
            "tests": {nodeid: self.tests[nodeid] for nodeid in sorted(self.tests)},
            "answers": {nodeid: self.answers[nodeid] for nodeid in sorted(self.answers)},
            "services": {name: _service_document(self.services[name]) for name in sorted(self.services)},
            "misses": sorted(self.misses, key=lambda miss: (miss["test"], miss["report"])),
        }


def _service_document(counts: ServiceCounts) -> dict[str, Any]:
    """One service's part of the report."""
    numbers = ("hits", "misses", "relaxed", "ahead", "away", "planned", "forwarded", "stored", "recordings", "unused")
    return {
        **{name: getattr(counts, name) for name in numbers},
        "version": counts.version,
        "used": {name: counts.names[name] for name in sorted(counts.names)},
        "stale": counts.stale,
        "relaxations": sorted(counts.relaxations),
        "drifted": sorted(counts.drifted),
    }


def _add_names(ours: dict[str, dict[str, str]], theirs: Mapping[str, Mapping[str, str]]) -> None:
    """Take in further recordings that answered."""
    for scenario, numbers in theirs.items():
        ours.setdefault(scenario, {}).update(numbers)


def _line(drifted: Any) -> str:
    """A live answer that differs, in a line."""
    parts = Counter(difference.part for difference in drifted.differences)
    return f"{drifted.request}: {', '.join(parts)}" if parts else str(drifted.request)
