"""Live credentials for recorded requests: what the configuration gives, and what log-ins of today hand out.

Rules: a stand-in becomes a live secret when that is known by its hash, or when a recorded log-in that handed it out can
be had again, at the service itself or at the one that does log-ins; else a configured header takes the field's place. A
request that was refused for its credentials keeps what it had, which is as good as no secret. No secret is kept.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from truemirror.core.mirror.live_flow import Today
from truemirror.core.mirror.live_secrets import stand_ins_in, with_secrets
from truemirror.core.mirror.model import Mirror
from truemirror.core.mirror.part_values import body_values, set_cookies
from truemirror.core.mirror.standin import MARK, is_stand_in
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.ports import Upstream

_REFUSED = frozenset({401, 429})
"""Statuses that a request with a worthless credential gets again."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, ready to be asked, or why it cannot be."""

    request: Request | None
    why: str = ""


@dataclass(slots=True)
class Caller:
    """Who asks."""

    headers: Headers = field(default_factory=Headers)
    """Configured fields, which take the place of recorded ones whose secrets nobody knows."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Live secrets by their stand-ins."""
    _doors: list[tuple[Exchange, Upstream]] = field(default_factory=list)
    _handed: dict[str, int] = field(default_factory=dict)
    """Which door hands a stand-in out."""
    _tokens: dict[str, str] = field(default_factory=dict)

    def may_log_in(self, mirror: Mirror, upstream: Upstream) -> None:
        """Use this mirror's log-ins at that live service."""
        for _, _, exchange in mirror.places():
            if not isinstance(exchange.outcome, Response) or exchange.outcome.status >= 300:
                continue
            stands = [value for value in _values(exchange.outcome).values() if is_stand_in(value)]
            for stand in stands:
                if stand not in self._handed and stand not in stand_ins_in(exchange.request):
                    self._handed[stand] = len(self._doors)
            if stands:
                self._doors.append((exchange, upstream))

    async def ready(self, recorded: Exchange, today: Today) -> Asked:
        """The request of a recording as it can be asked today."""
        lacking = today.lacks(recorded.request)
        if lacking:
            return Asked(None, "an answer before did not give what it needs")
        today.secrets = {**self.secrets, **today.secrets}
        request = today.request(recorded.request)
        unknown = stand_ins_in(request)
        if not unknown or recorded.status in _REFUSED:
            return Asked(request)
        tokens = {stand: token for stand in unknown if (token := await self._token(stand))}
        request = with_secrets(request, tokens)
        replaced = self._with_headers(request)
        if stand_ins_in(replaced):
            return Asked(None, "its secrets are stand-ins")
        if replaced is not request and recorded.status == 403:
            return Asked(None, "it was refused to a caller whose credentials are not given")
        return Asked(replaced)

    def _with_headers(self, request: Request) -> Request:
        """The request with configured fields where it has stand-ins in them."""
        headers = request.headers
        for name, value in self.headers:
            recorded = headers.get(name)
            if recorded is not None and stand_ins_in(Request("GET", "/", Headers(((name, recorded),)))):
                scheme, blank, _ = recorded.partition(" ")
                headers = headers.replacing(name, f"{scheme} {value}" if blank and " " not in value else value)
        return request if headers is request.headers else replace(request, headers=headers)

    async def _token(self, stand: str) -> str:
        """What a log-in of today hands out for a stand-in; empty when there is none."""
        if stand in self._tokens or stand not in self._handed:
            return self._tokens.get(stand, "")
        recorded, upstream = self._doors[self._handed[stand]]
        request = with_secrets(recorded.request, self.secrets)
        if stand_ins_in(request):
            return ""
        outcome = (await upstream.send(request)).outcome
        if isinstance(outcome, Response) and isinstance(recorded.outcome, Response):
            today = _values(outcome)
            for place, value in _values(recorded.outcome).items():
                if is_stand_in(value) and outcome.status == recorded.status:
                    self._tokens[value] = today.get(place, "")
        return self._tokens.setdefault(stand, "")

    async def credentials(self, mirror: Mirror) -> tuple[tuple[str, str], ...]:
        """Header fields by which generated requests are let in: the configured ones, or those of a recorded write."""
        if len(self.headers):
            return tuple(_with_scheme(name, value, mirror) for name, value in self.headers)
        for exchange in sorted(_accepted(mirror), key=lambda one: one.status != 201):
            value = exchange.request.headers.get("authorization") or ""
            if MARK not in value:
                continue
            asked = Request("GET", "/", Headers((("Authorization", value),)))
            asked = with_secrets(asked, self.secrets)
            tokens = {stand: token for stand in stand_ins_in(asked) if (token := await self._token(stand))}
            asked = with_secrets(asked, tokens)
            if not stand_ins_in(asked):
                return asked.headers.pairs
        return ()


def _accepted(mirror: Mirror) -> Iterable[Exchange]:
    """Requests that were accepted."""
    return (one for _, _, one in mirror.places() if one.status is not None and one.status < 300)


def _with_scheme(name: str, value: str, mirror: Mirror) -> tuple[str, str]:
    """A configured credential with the scheme that recordings use, where it has none."""
    if name.lower() != "authorization" or " " in value:
        return name, value
    recorded = next(
        (one.request.headers.get(name) or "" for one in _accepted(mirror) if name in one.request.headers), ""
    )
    scheme, blank, _ = recorded.partition(" ")
    return name, f"{scheme} {value}" if blank else value


def _values(response: Response) -> dict[str, str]:
    """What an answer gives, by place."""
    found = {"/".join(steps): value for steps, value in body_values(response)}
    return found | {f"cookie {name}": value for name, value in set_cookies(response.headers)}
