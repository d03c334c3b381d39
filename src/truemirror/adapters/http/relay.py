"""What all conversations of one proxy share: the upstream, the recorder, the patience, and who is there."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from truemirror.adapters.http.keeper import Keeper
from truemirror.adapters.http.pool import LinkPool
from truemirror.adapters.http.sifting import Look
from truemirror.core.wire.http2 import ONLY_HTTP2
from truemirror.errors import StoreError, TruemirrorError

LARGEST = 2 * 1024 * 1024 * 1024
"""Bytes of the largest body that is recorded unless said otherwise."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for others, in seconds."""

    leaving: float = 30.0
    """For the rest of an answer whose client has left."""
    sending: float = 1.0
    """For the rest of a request that was answered already."""
    holding: float = 60.0
    """How long a timeout that was met is passed on."""


class Finishing(Protocol):
    """Whoever can be asked to come to an end."""

    def finish(self) -> None:
        """End now, or with what is under way."""

    def close(self) -> None:
        """End now."""


class Underway(Protocol):
    """A request that passes through."""

    def hurry(self) -> None:
        """Do not wait for what has no end."""

    def give_up(self) -> None:
        """Wait no longer for anything."""


@dataclass(slots=True)
class Relay:
    """One proxy's shared state."""

    pool: LinkPool
    keeper: Keeper
    trouble: Callable[[TruemirrorError], None]
    """Hears when an exchange could not be recorded."""
    patience: Patience = Patience()
    largest: int = LARGEST
    """Bytes of a body beyond which an exchange passes unrecorded."""
    look: Look | None = None
    """Looks through bodies that are too large to be held; without one, every body is held."""
    port: int = 0
    """Where it listens."""
    stopping: bool = False
    conversations: set[Finishing] = field(default_factory=set)
    turns: set[Underway] = field(default_factory=set)
    lost: Counter[str] = field(default_factory=Counter)
    """Requests that were passed on but not recorded, by reason."""
    _still: asyncio.Event = field(default_factory=asyncio.Event)

    def began(self, turn: Underway) -> None:
        """A request passes through."""
        self.turns.add(turn)

    def ended(self, turn: Underway) -> None:
        """It is through."""
        self.turns.discard(turn)
        if not self.turns:
            self._still.set()

    async def quiet(self) -> None:
        """Wait until nothing passes through."""
        while self.turns:
            self._still.clear()
            await self._still.wait()

    def only_http2(self) -> StoreError:
        """Why a service that speaks nothing but HTTP/2 is not recorded."""
        fix = "let it speak HTTP/1.1 too, or record it through a proxy that does"
        return StoreError(ONLY_HTTP2, where=self.pool.address.origin, fix=fix)

    def owns(self, authority: str) -> bool:
        """Whether an absolute target is meant for this proxy: by the port it listens on, or by the upstream's name."""
        lower = authority.lower()
        return lower == self.pool.address.authority.lower() or lower.endswith(f":{self.port}")
