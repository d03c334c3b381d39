"""Values that one answer of a conversation gave and a later request carries: what a pact's state has to bring up.

Rules: a value counts that may flow at all, was no request's first, and is no secret's stand-in; each is told once, at
the first request that carries it.
"""

from dataclasses import dataclass, field

from truemirror.core.mirror.links import answer_places, may_flow, request_places
from truemirror.core.mirror.standin import is_stand_in
from truemirror.core.wire.exchange import Exchange, Request, Response


@dataclass(slots=True)
class Given:
    """What the answers of one scenario gave so far."""

    _by: dict[str, int] = field(default_factory=dict)
    """The exchange that gave a value; 0 for what need not be told, or was."""

    def carried(self, request: Request) -> tuple[tuple[str, int], ...]:
        """The parts of a request whose values an answer gave, with the exchange that gave them."""
        found = []
        for part, value in request_places(request):
            if giver := self._by.get(value, 0):
                self._by[value] = 0
                found.append((part, giver))
        return tuple(found)

    def take(self, number: int, exchange: Exchange) -> None:
        """Remember what an exchange brought up, as the number-th of its scenario."""
        for _, value in request_places(exchange.request):
            self._by.setdefault(value, 0)
        if isinstance(exchange.outcome, Response):
            for _, value in answer_places(exchange.outcome):
                if may_flow(value) and not is_stand_in(value):
                    self._by.setdefault(value, number)
