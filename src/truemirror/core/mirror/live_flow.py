"""A recorded conversation, had again with a live service: what its values are today.

    answer   recorded {"id": "t41"}      live {"id": "t7"}        t41 is t7 from now on
    request  recorded GET /v1/tags/t41   asked GET /v1/tags/t7

Rules: a value becomes another one only when an answer brought it up first and another one stands at its very place
today, or where a link of the mirror says so; whole values only. What the client brought itself stays. A value that no
answer of today gave is missing, and a request that needs it cannot be asked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from truemirror.core.mirror.flow import given_pairs
from truemirror.core.mirror.flow_rename import Renaming, renamed_request, renamed_response
from truemirror.core.mirror.links import answer_places, may_flow, request_places
from truemirror.core.mirror.live_secrets import with_secrets
from truemirror.core.mirror.model import Link
from truemirror.core.mirror.operation import operation_of
from truemirror.core.mirror.part_values import body_values, cookies, header_value, same_case, set_cookies
from truemirror.core.mirror.standin import is_stand_in
from truemirror.core.wire.exchange import Exchange, Request, Response

Exact = Iterator[tuple[str, str]]
"""A place, to the very index, and the value at it."""


@dataclass(slots=True)
class Today:
    """What the values of one scenario are today."""

    links: tuple[Link, ...] = ()
    """Those of mirror.json."""
    secrets: dict[str, str] = field(default_factory=dict)
    """Live secrets by their stand-ins."""
    names: dict[str, str] = field(default_factory=dict)
    """Today's values by the recorded ones."""
    linked: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    """The same where a link leads: by operation and part."""
    cookies: dict[tuple[str, str], str] = field(default_factory=dict)
    """Today's cookies by name and recorded value."""
    seen: set[str] = field(default_factory=set)
    """Recorded values that came up already."""
    missing: set[str] = field(default_factory=set)
    """Recorded values that an answer brought up and none of today gave."""

    def lacks(self, recorded: Request) -> str:
        """The first value that a request needs and that is not there today; empty when it has all."""
        return next((value for _, value in request_places(recorded) if value in self.missing), "")

    def request(self, recorded: Request) -> Request:
        """The request as it is asked today."""
        operation = operation_of(recorded.does, recorded.path)
        at: dict[str, dict[str, str]] = {}
        for part, value in request_places(recorded):
            if value in self.names:
                at.setdefault(same_case(part), {})[value] = self.names[value]
        for (to, part), values in self.linked.items():
            if to in ("*", operation):
                at.setdefault(same_case(part), {}).update(values)
        request, _ = renamed_request(recorded, Renaming(self.names, at))
        return with_secrets(self._with_cookies(request), self.secrets)

    def _with_cookies(self, request: Request) -> Request:
        """The request with today's cookies."""
        if not self.cookies or "cookie" not in request.headers:
            return request
        pairs = [(name, self.cookies.get((name, value), value)) for name, value in cookies(request.headers)]
        text = "; ".join(f"{name}={value}" for name, value in pairs)
        return replace(request, headers=request.headers.replacing("Cookie", text))

    def learn(self, recorded: Exchange, live: Response | None) -> None:
        """Take in what an answer gives today; None where the request was not asked or not answered as recorded."""
        self.seen.update(value for _, value in request_places(recorded.request))
        outcome = recorded.outcome
        if not isinstance(outcome, Response):
            return
        fresh = {value for _, value in answer_places(outcome) if may_flow(value)} - self.seen
        if live is None:
            self.missing |= fresh
        else:
            self._pair(outcome, live, fresh)
            self._follow(recorded, outcome, live)
        self.seen |= fresh

    def _pair(self, outcome: Response, live: Response, fresh: set[str]) -> None:
        """Match what came up first in this answer with what stands at the same place today."""
        today = dict(_exact(live))
        still = set(today.values())
        for place, value in _exact(outcome):
            now = today.get(place)
            if is_stand_in(value):
                if now and now != value:
                    self.secrets[value] = now
            elif value in fresh and value not in self.names and value not in still:
                if now is None:
                    self.missing.add(value)
                else:
                    self.names[value] = now
                    self.missing.discard(value)
        for place, value in _exact_cookies(outcome):
            if place in (mine := dict(_exact_cookies(live))):
                self.cookies[place, value] = mine[place]

    def _follow(self, recorded: Exchange, outcome: Response, live: Response) -> None:
        """The pairs that links of the mirror name."""
        operation = operation_of(recorded.request.does, recorded.request.path)
        links = [one for one in self.links if one.operation in ("*", operation)]
        for pair in given_pairs(outcome, live, links):
            if isinstance(pair.rule, Link) and pair.recorded != pair.today:
                self.linked.setdefault((pair.rule.to, pair.rule.used), {})[pair.recorded] = pair.today
                self.missing.discard(pair.recorded)

    def as_recorded(self, live: Response) -> Response:
        """The live answer with the recorded values in place of today's, to be held against the recording."""
        return renamed_response(live, Renaming(_reversed(self.names)))


def _reversed(names: Mapping[str, str]) -> dict[str, str]:
    """Recorded values by today's."""
    return {now: then for then, now in names.items()}


def _exact(response: Response) -> Exact:
    """Every value of an answer, at its very place."""
    for steps, value in body_values(response):
        yield "body:" + "/".join(steps), value
    counts: dict[str, int] = {}
    for name, value in response.headers.pairs:
        lower = name.lower()
        counts[lower] = counts.get(lower, 0) + 1
        yield f"header:{lower}:{counts[lower]}", header_value(name, value)
    yield from ((f"cookie:{name}", value) for name, value in set_cookies(response.headers))


def _exact_cookies(response: Response) -> Exact:
    """The cookies that an answer sets."""
    return iter(set_cookies(response.headers))
