"""A mirror that answers many users at once: each request of a conversation in one way.

Rules: of requests that a conversation repeats, those that were answered with another status than at first are taken
out, since of many users who repeat that conversation at once nobody stands at one place. Nothing else changes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from truemirror.core.mirror.model import Ignore, Mirror
from truemirror.core.wire.exchange import Exchange, Request, Response

_WHO = frozenset({"authorization", "cookie", "accept", "if-match", "if-none-match", "idempotency-key", "x-api-key"})


def asked(request: Request) -> object:
    """A request as it is told from others of its conversation."""
    headers = sorted((name.lower(), value) for name, value in request.headers.pairs if name.lower() in _WHO)
    return (request.method, request.target, request.body, tuple(headers))


def steady(mirror: Mirror) -> Mirror:
    """The mirror, without what would make its answers depend on who asked before."""
    scenarios = tuple(replace(one, exchanges=tuple(_first_answers(one.exchanges))) for one in mirror.scenarios)
    return replace(mirror, scenarios=tuple(one for one in scenarios if one.exchanges))


def for_anybody(mirror: Mirror) -> Mirror:
    """The mirror, whoever asks: tokens of a live service are others than those that were recorded."""
    ignore = Ignore("*", "credentials", "it stands among live services")
    return replace(mirror, rules=replace(mirror.rules, ignores=(*mirror.rules.ignores, ignore)))


def _first_answers(exchanges: Iterable[Exchange]) -> Iterator[Exchange]:
    """The exchanges whose request was not answered with another status before."""
    answered: dict[object, int] = {}
    for one in exchanges:
        status = one.outcome.status if isinstance(one.outcome, Response) else 0
        if answered.setdefault(asked(one.request), status) == status:
            yield one
