"""The index of a mirror: from a request's identity to the places where it was recorded, in O(1).

Rules: one dictionary per way of looking, each relaxation (`relax`) with its own; nothing here looks through the whole
mirror.
Built once from a mirror; a mirror that gained a recording is indexed again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.mirror.operation import operation_of
from truemirror.core.mirror.parts import Parts, parts_of, vary_names
from truemirror.core.mirror.relax import Relaxation, is_typed, levels_of, relax, rules_for
from truemirror.core.mirror.timeline import Spans
from truemirror.core.wire.canonical import canonical_path
from truemirror.core.wire.exchange import Exchange, Request, Response, is_safe

NO_NAMES: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hit:
    """The places that answer a request, and what had to be relaxed to find them."""

    places: Sequence[int]
    parts: Parts
    relaxed: tuple[Relaxation, ...] = ()
    asked: Request | None = None
    """The request, where something was relaxed or may vary."""
    varying: tuple[Relaxation, ...] = ()
    """The rules that let values of this operation's requests differ from the recorded ones."""


@dataclass(frozen=True, slots=True)
class NoHit:
    """No recording answers."""

    parts: Parts
    operation: str
    asked: Request | None = None
    refused: tuple[str, ...] = ()
    """Why the service's contract refuses the request, a sentence each; empty when it does not, or there is none."""


@dataclass(frozen=True, slots=True)
class Level:
    """One relaxation: under which rules, and where what was recorded under their view."""

    rules: tuple[Relaxation, ...]
    places: dict[bytes, list[int]]


@dataclass(frozen=True, slots=True)
class Index:
    """Every way to look into one mirror."""

    mirror: Mirror
    exchanges: tuple[Exchange, ...]
    spans: Spans
    strict: dict[bytes, list[int]]
    levels: tuple[Level, ...]
    """The relaxations in their order."""
    varying: tuple[Relaxation, ...]
    """All rules that let values differ."""
    by_operation: dict[str, list[int]]
    by_path: dict[str, list[int]]
    vary: dict[str, frozenset[str]]
    """Further selecting headers, by canonical path."""
    scenario_numbers: dict[str, int]

    def parts(self, request: Request) -> Parts:
        """A request's parts, with the headers that this mirror's answers depend on."""
        vary = self.vary.get(canonical_path(request.path), NO_NAMES) if self.vary else NO_NAMES
        return parts_of(request, vary)

    def find(self, request: Request) -> Hit | NoHit:
        """Look a request up: strictly first, then by one relaxation after the other."""
        parts = self.parts(request)
        places = self.strict.get(parts.digest())
        if places is not None and not self.varying:
            return Hit(places, parts)
        operation = operation_of(parts.method, parts.path)
        varying = rules_for(operation, self.varying)
        if places is not None:
            return Hit(places, parts, (), request if varying else None, varying)
        tried: tuple[Relaxation, ...] = ()
        for level in self.levels:
            rules = rules_for(operation, level.rules)
            if len(rules) > len(tried):
                places = level.places.get(relax(parts, rules).digest())
                if places is not None:
                    return Hit(places, parts, rules, request, varying)
                tried = rules
        return NoHit(parts, operation, request)

    def scenario_at(self, place: int) -> Scenario:
        """The scenario that a place belongs to."""
        return self.mirror.scenarios[self.spans.scenario_of[place]]


def build_index(mirror: Mirror) -> Index:
    """Index a mirror; linear in its size, done once."""
    levels = tuple(Level(rules, {}) for rules in levels_of(mirror.rules))
    exchanges = tuple(exchange for scenario in mirror.scenarios for exchange in scenario.exchanges)
    vary = _vary(exchanges)
    strict: dict[bytes, list[int]] = {}
    by_operation: dict[str, list[int]] = {}
    by_path: dict[str, list[int]] = {}
    for place, exchange in enumerate(exchanges):
        request = exchange.request
        path = canonical_path(request.path)
        parts = parts_of(request, vary.get(path, NO_NAMES))
        operation = operation_of(parts.method, path)
        strict.setdefault(parts.digest(), []).append(place)
        by_operation.setdefault(operation, []).append(place)
        by_path.setdefault(path, []).append(place)
        for level in levels:
            rules = rules_for(operation, level.rules)
            if rules:
                level.places.setdefault(relax(parts, rules).digest(), []).append(place)
    numbers = {scenario.name: number for number, scenario in enumerate(mirror.scenarios)}
    varying = tuple(rule for rule in levels[-1].rules if is_typed(rule)) if levels else ()
    spans = _spans(mirror)
    return Index(mirror, exchanges, spans, strict, levels, varying, by_operation, by_path, vary, numbers)


def _vary(exchanges: Sequence[Exchange]) -> dict[str, frozenset[str]]:
    """Per path, the headers that its recorded answers say they depend on."""
    found: dict[str, frozenset[str]] = {}
    for exchange in exchanges:
        if isinstance(exchange.outcome, Response):
            names = vary_names(exchange.outcome.headers.joined("vary"))
            if names:
                path = canonical_path(exchange.request.path)
                found[path] = found.get(path, NO_NAMES) | names
    return found


def _spans(mirror: Mirror) -> Spans:
    """Who owns each place, and the running count of writes."""
    reads = frozenset(mirror.rules.reads)
    scenario_of: list[int] = []
    starts: list[int] = []
    writes = [0]
    for number, scenario in enumerate(mirror.scenarios):
        starts.append(len(scenario_of))
        for exchange in scenario.exchanges:
            scenario_of.append(number)
            writes.append(writes[-1] + is_write(exchange.request, reads))
    return Spans(scenario_of, starts, writes)


def is_write(request: Request, reads: frozenset[str]) -> bool:
    """Whether a request may change something: an unsafe method that nobody declared to be a read."""
    return not is_safe(request.does) and operation_of(request.does, request.path) not in reads
