"""Whether several processes may answer from one mirror, each knowing its own requests only.

Rules: they may where no answer depends on what was asked before: each request, however it is found, has one recorded
outcome (less what varies by itself), and no value of an answer follows from an earlier request.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from truemirror.core.mirror.difference import short
from truemirror.core.mirror.exchange_id import outcome_id
from truemirror.core.mirror.index import Index


@dataclass(frozen=True, slots=True)
class Several:
    """Requests that were answered in several ways."""

    requests: int
    """How many there are."""
    example: str
    """The first one: method and target."""
    answers: int
    """How many different outcomes the example has."""


def several_answers(index: Index) -> Several | None:
    """The requests whose answer depends on the place where a session stands; None where there are none."""
    requests, example, answers = 0, "", 0
    for places in _ambiguous(index):
        found = {outcome_id(index.exchanges[place], index.mirror.rules) for place in places}
        if len(found) == 1:
            continue
        requests += 1
        if not example:
            request = index.exchanges[places[0]].request
            example, answers = short(f"{request.method} {request.target}"), len(found)
    return Several(requests, example, answers) if requests else None


def has_flow(index: Index) -> bool:
    """Whether values of one request or answer may turn up in a later answer."""
    return bool(index.varying or index.mirror.rules.links)


def _ambiguous(index: Index) -> Iterator[Sequence[int]]:
    """The places of each request that was recorded more than once, under each way of looking."""
    seen: set[tuple[int, ...]] = set()
    for way in (index.strict, *(level.places for level in index.levels)):
        for places in way.values():
            if len(places) > 1 and (key := tuple(places)) not in seen:
                seen.add(key)
                yield places
