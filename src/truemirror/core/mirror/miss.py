"""A miss, explained: the nearest recordings of the same operation, and what differs.

Rules: the cost does not grow with the mirror: at most a fixed number of recordings is compared, those of the same path
first, then those whose paths sort nearest. Everything shown was redacted before it came here. Ranking is a total
order: fewer and smaller differences first, then the earlier place.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from truemirror.core.mirror.difference import Difference, differences_of, short
from truemirror.core.mirror.index import Index, NoHit
from truemirror.core.mirror.parts import WEBSOCKET, Parts

NEAREST = 3
_COMPARED = 64
_DIFFERENCES = 12


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A recording that would almost have answered."""

    place: int
    scenario: str
    number: int
    """Which exchange of its scenario it is, from 1."""
    request: str
    """Method and target of the recording."""
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Miss:
    """Why no recording answers a request."""

    service: str
    operation: str
    request: str
    """Method and target as asked."""
    nearest: tuple[NearMiss, ...]
    known_operations: tuple[str, ...] = ()
    """Operations with a similar name, when this one was never recorded."""
    recordings: int = 0
    """How many recordings of this operation there are."""
    reason: str = ""
    """Why a recording that exists may not answer; empty when there is none."""
    websocket: bool = False
    """Whether it is a WebSocket, or a message on one."""
    refused: tuple[str, ...] = ()
    """Why the service's contract refuses the request, a sentence each."""


def explain(index: Index, nohit: NoHit, reason: str = "") -> Miss:
    """Find the nearest recordings and say how they differ; `reason` is why one that does not may not answer."""
    parts = nohit.parts
    recorded = index.by_operation.get(nohit.operation, [])
    near = [_compare(index, place, parts) for place in _candidates(index, parts, recorded)]
    near.sort(key=lambda one: (sum(difference.weight for difference in one.differences), one.place))
    similar: list[str] = []
    if not recorded:
        similar = get_close_matches(nohit.operation, list(index.by_operation)[:2_000], n=NEAREST, cutoff=0.5)
    return Miss(
        service=index.mirror.service,
        operation=nohit.operation,
        request=request_line(parts),
        nearest=tuple(near[:NEAREST]),
        known_operations=tuple(similar),
        recordings=len(recorded),
        reason=reason,
        websocket=("upgrade", WEBSOCKET) in parts.selectors,
        refused=nohit.refused,
    )


def _candidates(index: Index, parts: Parts, recorded: Sequence[int]) -> Iterator[int]:
    """At most a fixed number of places of the operation: the same path first, then a spread over all others."""
    seen: set[bytes] = set()
    same = [place for place in index.by_path.get(parts.path, [])[: _COMPARED * 4] if _same_method(index, place, parts)]
    middle = bisect_left(recorded, same[0]) if same else 0
    around = recorded[max(0, middle - _COMPARED) : middle + _COMPARED]
    stride = max(1, len(recorded) // _COMPARED)
    for place in (*same, *around, *recorded[::stride]):
        digest = index.parts(index.exchanges[place].request).digest()
        if digest not in seen:
            seen.add(digest)
            yield place
        if len(seen) >= _COMPARED:
            return


def _same_method(index: Index, place: int, parts: Parts) -> bool:
    """Whether the recording at a place has the method that was asked."""
    return index.exchanges[place].request.method.upper() == parts.method


def _compare(index: Index, place: int, parts: Parts) -> NearMiss:
    """One recording against the request."""
    recorded = index.parts(index.exchanges[place].request)
    differences = tuple(differences_of(recorded, parts))[:_DIFFERENCES]
    number = place - index.spans.starts[index.spans.scenario_of[place]] + 1
    return NearMiss(place, index.scenario_at(place).name, number, request_line(recorded), differences)


def request_line(parts: Parts) -> str:
    """Method and target, for people."""
    query = "&".join(key if value is None else f"{key}={value}" for key, value in parts.query)
    return short(f"{parts.method} {parts.path}{'?' + query if query else ''}")
