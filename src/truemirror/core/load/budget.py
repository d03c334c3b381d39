"""Who spends the time of a public call: the services behind it, as a tree whose parts add up to the whole.

    GET /api/v1/deals  46.0 ms
        own            11.2 ms
        deals          24.1 ms   of it tags 6.0 ms
        auth           10.7 ms

Rules: hops of one trace belong together; a hop is inside the tightest one that surrounds it in time and may call its
service. Each instant belongs to the innermost hops that are open then, in equal parts; so parallel calls are not
counted twice and the parts always add up to the time of the whole.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

JITTER_MS = 1.0
"""Clocks of one machine and two processes agree to this."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One call, as it was recorded where it arrived."""

    trace: str
    """What its request carried to name its flow; hops without one tell nothing."""
    service: str
    operation: str
    began_ms: float
    took_ms: float

    @property
    def ended_ms(self) -> float:
        """When it was answered."""
        return self.began_ms + self.took_ms


@dataclass(frozen=True, slots=True)
class Spent:
    """A part of the budget: who, with what it may spend and what it spent, in ms of one call of the root."""

    name: str
    """Service and operation."""
    ms: float
    """With all that is inside it."""
    calls: float = 1.0
    """How often it is called for one call of the root."""
    budget_ms: float | None = None
    """What its calls may take together, where its service has a limit."""
    inside: tuple["Spent", ...] = ()
    """The greatest first."""
    own_ms: float = 0.0
    """Without what is inside."""
    service: str = ""

    @property
    def is_over(self) -> bool:
        """Whether it spends more than it may."""
        return self.budget_ms is not None and self.ms > self.budget_ms


@dataclass(slots=True)
class _Node:
    """All hops with one path from the root."""

    hop: Hop
    own_ms: float = 0.0
    calls: int = 0
    inside: dict[tuple[str, str], "_Node"] = field(default_factory=dict)


def budget(
    hops: Iterable[Hop],
    limits: Mapping[str, float],
    consumes: Mapping[str, Collection[str]] | None = None,
) -> tuple[Spent, ...]:
    """A tree for each operation at which traces begin, the costliest first.

    `limits` are the means in ms that services may take for a call; `consumes` says who may call whom, None: anybody.
    """
    roots: dict[tuple[str, str], _Node] = {}
    for trace in _traces(hops):
        parents = _parents(trace, consumes)
        nodes: list[_Node] = []
        for at, hop in enumerate(trace):
            parent = parents[at]
            siblings = roots if parent is None else nodes[parent].inside
            node = siblings.setdefault((hop.service, hop.operation), _Node(hop))
            node.calls += 1
            nodes.append(node)
        for at, ms in _owned(trace, parents).items():
            nodes[at].own_ms += ms
    found = [_spent(node, node.calls, limits) for node in roots.values()]
    return tuple(sorted(found, key=lambda one: (-one.ms, one.name)))


def costliest(whole: Spent) -> Spent:
    """The part that spends most by itself, inside a whole."""
    return max([whole, *(costliest(one) for one in whole.inside)], key=lambda one: one.own_ms)


def _traces(hops: Iterable[Hop]) -> list[list[Hop]]:
    """Hops of one trace together, outer ones first."""
    found: dict[str, list[Hop]] = defaultdict(list)
    for hop in hops:
        if hop.trace:
            found[hop.trace].append(hop)
    return [sorted(one, key=lambda hop: (hop.began_ms, -hop.took_ms)) for one in found.values()]


def _parents(trace: Sequence[Hop], consumes: Mapping[str, Collection[str]] | None) -> list[int | None]:
    """For each hop the one that it is inside of; None for a root."""

    def may_call(outer: Hop, inner: Hop) -> bool:
        """Whether one is inside the other, and its service may be asked from there."""
        inside = outer.began_ms - JITTER_MS <= inner.began_ms and inner.ended_ms <= outer.ended_ms + JITTER_MS
        known = consumes is None or inner.service in consumes.get(outer.service, ())
        return inside and known and outer.service != inner.service

    parents: list[int | None] = []
    for at, hop in enumerate(trace):
        around = [other for other in range(at) if may_call(trace[other], hop)]
        parents.append(min(around, key=lambda other: trace[other].took_ms, default=None))
    return parents


def _owned(trace: Sequence[Hop], parents: Sequence[int | None]) -> dict[int, float]:
    """The milliseconds of each hop that are its own; instants outside of a root belong to nobody."""
    spans = [(hop.began_ms, hop.ended_ms) for hop in trace]
    for at, parent in enumerate(parents):  # outer ones first, so a parent's span is cut already
        if parent is not None:
            low, high = spans[parent]
            spans[at] = (min(max(spans[at][0], low), high), max(min(spans[at][1], high), low))
    edges = sorted({edge for span in spans for edge in span})
    owned: dict[int, float] = dict.fromkeys(range(len(trace)), 0.0)
    for begin, end in pairwise(edges):
        open_now = [at for at, (low, high) in enumerate(spans) if low <= begin and high >= end]
        outer = {parents[at] for at in open_now}
        innermost = [at for at in open_now if at not in outer]
        for at in innermost:
            owned[at] += (end - begin) / len(innermost)
    return owned


def _spent(node: _Node, roots: int, limits: Mapping[str, float]) -> Spent:
    """A node and what is inside it, for one call of the root."""
    inside = sorted((_spent(one, roots, limits) for one in node.inside.values()), key=lambda one: (-one.ms, one.name))
    own, calls = node.own_ms / roots, node.calls / roots
    limit = limits.get(node.hop.service)
    return Spent(
        name=f"{node.hop.service} {node.hop.operation}",
        ms=own + math.fsum(one.ms for one in inside),
        calls=calls,
        budget_ms=None if limit is None else limit * calls,
        inside=tuple(inside),
        own_ms=own,
        service=node.hop.service,
    )
