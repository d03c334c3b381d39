"""Switching the mode of a mirror that is served: nothing is forwarded that should have been stored."""

import pytest

from truemirror.core.mirror.decision import Mode, Refuse
from truemirror.core.mirror.model import Mirror
from truemirror.core.wire.exchange import Exchange, Request
from truemirror.errors import StoreError
from truemirror.usecases.replay import Replayer
from truemirror.usecases.serve import Forwarding
from truemirror.usecases.serve_mode import switch


class Live:
    """A live service that nobody should ask here."""

    async def send(self, request: Request) -> Exchange:
        """Never asked."""
        raise AssertionError(request.target)

    async def close(self) -> None:
        """Nothing is open."""


class Full:
    """A journal on a disk that is full when it is folded."""

    is_closed = False

    def append(self, scenario: str, exchange: Exchange, began_ms: float = 0.0) -> None:
        """Nothing comes here."""

    def fold(self) -> Mirror:
        """There is no room."""
        raise StoreError("no space left on device")

    def close(self) -> None:
        """Remember that."""
        self.is_closed = True


@pytest.mark.parametrize("mode", [Mode.REPLAY, Mode.SPY, Mode.RECORD_MISSING])
def test_a_mirror_whose_recording_cannot_be_folded_only_replays(mode: Mode) -> None:
    """Its journal is let go of, so what it went on to forward would be lost."""
    journal = Full()
    replayer = Replayer(Mirror("tags"), mode=Mode.RECORD)
    forwarding = Forwarding(replayer, Live(), journal, lambda replaces: Full())
    with pytest.raises(StoreError):
        switch(replayer, forwarding, mode)
    assert journal.is_closed
    assert forwarding.journal is None
    assert replayer.mode is Mode.REPLAY
    assert isinstance(replayer.answer(Request("GET", "/v1/tags")), Refuse)
