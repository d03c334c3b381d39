"""Drift: what a fresh recording shows that the kept one does not, and the other way round.

Rules: neutral, exchange by exchange: within a scenario the k-th occurrence of a request is held against the k-th. What
varies by itself (noise, dates) is no drift. Judging it is somebody else's business.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from truemirror.core.mirror.difference import ABSENT, Difference, body_differences, short
from truemirror.core.mirror.exchange_id import VOLATILE, exchange_id, identity_under
from truemirror.core.mirror.model import Mirror, MirrorRules, Scenario
from truemirror.core.mirror.operation import operation_of
from truemirror.core.wire.exchange import Exchange, Fault, Outcome
from truemirror.core.wire.large import is_large, known_by_hash

_LISTED = 12


class DriftKind(StrEnum):
    """What became of an exchange."""

    CHANGED = "changed"
    """The same request has another outcome."""
    GONE = "gone"
    """The fresh recording lacks it."""
    NEW = "new"
    """The kept recording lacks it."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One exchange that differs between two recordings."""

    service: str
    scenario: str
    operation: str
    request: str
    """Method and target."""
    kind: DriftKind
    differences: tuple[Difference, ...] = ()


def drift(kept: Mirror, fresh: Mirror) -> Iterator[Drift]:
    """Every exchange that differs, scenario by scenario."""
    names = dict.fromkeys(scenario.name for scenario in (*kept.scenarios, *fresh.scenarios))
    for name in names:
        yield from _scenario(kept, kept.scenario(name) or Scenario(name), fresh.scenario(name) or Scenario(name))


def _scenario(mirror: Mirror, kept: Scenario, fresh: Scenario) -> Iterator[Drift]:
    """One conversation against its fresh self."""
    old, new = _by_identity(kept.exchanges, mirror.rules), _by_identity(fresh.exchanges, mirror.rules)
    for key, exchange in old.items():
        other = new.get(key)
        if other is None:
            yield _drift(mirror, kept.name, exchange, DriftKind.GONE)
        elif exchange_id(exchange, mirror.rules) != exchange_id(other, mirror.rules):
            differences = tuple(outcome_differences(exchange.outcome, other.outcome))[:_LISTED]
            yield _drift(mirror, kept.name, exchange, DriftKind.CHANGED, differences)
    for key, exchange in new.items():
        if key not in old:
            yield _drift(mirror, kept.name, exchange, DriftKind.NEW)


def _by_identity(exchanges: Sequence[Exchange], rules: MirrorRules) -> dict[tuple[bytes, int], Exchange]:
    """Exchanges by what was asked and for which time."""
    seen: dict[bytes, int] = {}
    found: dict[tuple[bytes, int], Exchange] = {}
    for exchange in exchanges:
        identity = identity_under(exchange, rules)
        number = seen[identity] = seen.get(identity, -1) + 1
        found[identity, number] = exchange
    return found


def _drift(
    mirror: Mirror, scenario: str, exchange: Exchange, kind: DriftKind, differences: tuple[Difference, ...] = ()
) -> Drift:
    """A difference, named."""
    request = exchange.request
    line = short(f"{request.method} {request.target}")
    return Drift(mirror.service, scenario, operation_of(request.does, request.path), line, kind, differences)


def outcome_differences(recorded: Outcome, got: Outcome) -> Iterator[Difference]:
    """How two outcomes of one request differ: status or fault, headers, body."""
    if isinstance(recorded, Fault) or isinstance(got, Fault):
        yield Difference("outcome", _outcome_name(recorded), _outcome_name(got))
        return
    if recorded.status != got.status:
        yield Difference("status", str(recorded.status), str(got.status))
    before, after = recorded.body, got.body
    if is_large(before) or is_large(after):
        before, after = known_by_hash(before), known_by_hash(after)
    untold = VOLATILE if before == after else VOLATILE | {"content-length"}  # it follows from the body
    names = dict.fromkeys(name.lower() for name, _ in (*recorded.headers, *got.headers))
    for name in names:
        old, new = recorded.headers.all(name), got.headers.all(name)
        if old != new and name not in untold:
            yield Difference(f"header:{name}", short(", ".join(old)) or ABSENT, short(", ".join(new)) or ABSENT)
    if before != after:
        yield from body_differences(before, after)


def _outcome_name(outcome: Outcome) -> str:
    """An outcome in a word."""
    return f"fault {outcome.kind.value}" if isinstance(outcome, Fault) else f"status {outcome.status}"
