"""Who spends the time of a public call: some traced flows through all services, each behind a proxy that looks at them.

Rules: apart from the run that is judged, since looking costs time; nothing of what passes is stored but who was asked
what, when, and for how long.
"""

from types import TracebackType
from typing import Self

from truemirror.config import Config
from truemirror.core.load.budget import Hop, Spent, budget
from truemirror.core.load.profile import Profile
from truemirror.core.load.traced import hop_of
from truemirror.core.mirror.model import Mirror
from truemirror.core.wire.exchange import Exchange

FLOWS, RATE = 30, 2.0
"""How many flows are traced, and how many of them begin in a second."""


class HopJournal:
    """Takes what a recording would write; meets `truemirror.ports.Journal`."""

    def __init__(self, service: str, hops: list[Hop]) -> None:
        """Calls of this service are added to `hops`."""
        self._service = service
        self._hops = hops

    def append(self, scenario: str, exchange: Exchange, began_ms: float = 0.0) -> None:
        """Keep when it began and how long it took."""
        hop = hop_of(self._service, exchange, began_ms)
        if hop is not None:
            self._hops.append(hop)  # one step of the interpreter, whichever thread it is

    def fold(self) -> Mirror:
        """There is no mirror."""
        return Mirror(self._service)

    def close(self, clean: object = None) -> None:
        """There is nothing to be let go of."""

    def __enter__(self) -> Self:
        """The journal itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Nothing is left behind."""


class HopStore:
    """Where a recording finds its journals; of `truemirror.ports.MirrorStore` it needs no more."""

    def __init__(self) -> None:
        """Nothing has passed."""
        self.hops: list[Hop] = []

    def journal(self, service: str, version: str | None = None, *, replace: bool = True) -> HopJournal:
        """The journal of one service."""
        return HopJournal(service, self.hops)


def spent(config: Config, profile: Profile, hops: list[Hop]) -> tuple[Spent, ...]:
    """The trees of the operations that the profile asks, the costliest first."""
    limits = {name: one.mean_ms for name, one in config.services.items() if one.mean_ms is not None}
    consumes = {name: one.consumes for name, one in config.services.items()}
    asked = {call.service for flow in profile.flows for call in flow.calls}
    return tuple(one for one in budget(hops, limits, consumes) if one.service in asked)
