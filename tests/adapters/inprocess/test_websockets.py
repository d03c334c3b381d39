"""WebSockets are for the mirror server: within the test process they are refused, and the client is told so."""

import asyncio

import aiohttp
import pytest
from tests.adapters.inprocess.test_board import neighbour
from websockets.sync.client import connect

from truemirror.adapters.inprocess.board import Board
from truemirror.adapters.inprocess.seams import isolated
from truemirror.errors import NetworkClosed


async def _aiohttp() -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect("http://feed.internal/ws"):
        pass


def _websockets() -> None:
    with connect("ws://feed.internal/ws"):
        pass


@pytest.mark.parametrize("ask", [lambda: asyncio.run(_aiohttp()), _websockets], ids=["aiohttp", "websockets"])
def test_a_websocket_to_a_neighbour_is_refused_with_what_to_do(ask: object) -> None:
    """Whether its client is met in process or speaks for itself."""
    assert callable(ask)
    with isolated(Board([neighbour("feed", env="FEED_URL")])), pytest.raises(NetworkClosed) as refused:
        ask()
    assert "truemirror serve" in refused.value.fix
