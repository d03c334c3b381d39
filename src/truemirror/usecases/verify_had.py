"""A conversation of an attack, had again: what came, and whether it says anything.

Rules: an end that does not fail is no evidence of a mended service where the way there was another one: a step before
was answered otherwise, the request was not let in, or it was asked with a stand-in in place of what it held.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from truemirror.core.attack_chain import is_alike
from truemirror.core.mirror.live_secrets import stand_ins_in
from truemirror.core.wire.exchange import Exchange
from truemirror.core.wire.headers import Headers

_SHUT = frozenset({401, 403, 429})
"""Statuses of a request that was not let in."""


@dataclass(frozen=True, slots=True)
class Had:
    """What was asked, and what came."""

    recorded: Sequence[Exchange]
    live: Sequence[Exchange]
    """As many, or none where it cannot be sent."""

    @property
    def is_whole(self) -> bool:
        """Whether every step on the way was answered with the status that it had."""
        return len(self.live) == len(self.recorded) and is_alike(self.recorded, self.live)

    @property
    def why_nothing_is_known(self) -> str:
        """Why an end that does not fail says nothing; empty when it does."""
        if not self.live:
            return "it cannot be sent as it is written"
        if not self.is_whole:
            return "a request on the way to it was answered otherwise; ask a service that was started anew"
        if self.live[-1].status in _SHUT and self.recorded[-1].status not in _SHUT:
            return f"it was not let in ({self.live[-1].status}); give credentials: --header, --login or `secrets`"
        if any(stand_ins_in(replace(one.request, headers=Headers())) for one in self.live):
            return "it holds a stand-in of a secret; give the secret as one of `secrets`"
        return ""
