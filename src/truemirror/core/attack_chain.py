"""Conversations that an attack has to have again: what made the values of a failing request comes before it.

    POST /v1/tags  ──▶  {"id": "t7"}          the giver
    GET /v1/tags/t7  ──▶  500                  what failed; alone it would ask for a tag that is gone tomorrow

Rules: only a write that was accepted gives: a value that can tell one thing from others, or the id of what it made,
however short. A giver may itself need one. A step that gives what a later one carries is never left out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from truemirror.core.attack import smaller
from truemirror.core.mirror.links import answer_places, may_flow, request_places
from truemirror.core.mirror.model import Link
from truemirror.core.mirror.operation import operation_of
from truemirror.core.wire.exchange import Exchange, Response, is_safe

LONGEST: Final = 12
"""The most steps of a conversation."""
_MOST_VALUES = 20_000
_BIGGEST = 256 * 1024
_NAMES = ("header:location", "body:/id")
"""Parts that hold the id of what was made."""


@dataclass(slots=True)
class Givers:
    """Which exchange of an attack brought a value up first."""

    _first: dict[str, Exchange] = field(default_factory=dict)

    def hear(self, exchange: Exchange) -> None:
        """Take an exchange in, in the order in which they were had."""
        if len(self._first) < _MOST_VALUES:
            for value in _given(exchange):
                self._first.setdefault(value, exchange)

    def conversation(self, chain: Sequence[Exchange]) -> tuple[Exchange, ...]:
        """The steps with all that they need before them; the last step alone has its needs where it is too long."""
        whole = self._with_needs(chain)
        return whole if len(whole) <= LONGEST else self._with_needs(chain[-1:])[-LONGEST:]

    def _with_needs(self, chain: Sequence[Exchange]) -> tuple[Exchange, ...]:
        """The steps, each giver in front of the first one that needs it."""
        told: list[Exchange] = []
        left = list(reversed(chain))
        while left and len(told) + len(left) <= 2 * LONGEST:
            step = left[-1]
            given = {value for one in told for value in _given(one)}
            needed = (self._first.get(value) for value in _carried(step) if value not in given)
            giver = next((one for one in needed if one is not None and one not in told and one not in left), None)
            if giver is None:
                told.append(left.pop())
            else:
                left.append(giver)
        return (*told, *reversed(left))


def _carried(exchange: Exchange) -> Iterator[str]:
    """The values of a request that another exchange may have given."""
    for part, value in request_places(exchange.request):
        if may_flow(value) or part.startswith("path:"):
            yield value


def _given(exchange: Exchange) -> set[str]:
    """The values that an accepted write brought up."""
    outcome = exchange.outcome
    if not isinstance(outcome, Response) or outcome.status >= 300 or len(outcome.body) > _BIGGEST:
        return set()
    if is_safe(exchange.request.method):
        return set()
    own = {value for _, value in request_places(exchange.request)}
    places = list(answer_places(outcome))
    ids = {value for part, value in places if part.lower() in _NAMES}
    return (ids | {value for _, value in places if may_flow(value)}) - own


def links_of(chain: Sequence[Exchange]) -> tuple[Link, ...]:
    """How ids that are too short to flow by themselves go from step to step."""
    found: dict[Link, None] = {}
    for number, giver in enumerate(chain):
        values = _given(giver)
        outcome = giver.outcome
        if not values or not isinstance(outcome, Response):
            continue
        ids = {value: part for part, value in answer_places(outcome) if part.lower() in _NAMES and value in values}
        for later in chain[number + 1 :]:
            for used, value in request_places(later.request):
                if value in ids and used.startswith("path:"):
                    found[Link(_name(giver), given=ids[value], to=_name(later), used=used)] = None
    return tuple(found)


def _name(exchange: Exchange) -> str:
    """The operation of an exchange, as links name it."""
    return operation_of(exchange.request.does, exchange.request.path)


def shorter(chain: Sequence[Exchange]) -> Iterator[tuple[Exchange, ...]]:
    """The conversation with one thing less: a step that gives nothing to later ones, then a thing of one request."""
    for number in range(len(chain) - 1):
        later = {value for one in chain[number + 1 :] for value in _carried(one)}
        if not _given(chain[number]) & later:
            yield (*chain[:number], *chain[number + 1 :])
    for number in reversed(range(len(chain))):
        one = chain[number]
        for request in smaller(one.request):
            yield (*chain[:number], replace(one, request=request), *chain[number + 1 :])


def is_alike(chain: Iterable[Exchange], live: Iterable[Exchange]) -> bool:
    """Whether all steps but the last were answered with the statuses that they had."""
    pairs = list(zip(chain, live, strict=True))
    return all(then.status == now.status for then, now in pairs[:-1])
