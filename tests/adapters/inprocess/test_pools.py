"""Connections that outlive a test: pools of clients that were made before it, and that are used after it."""

import http.client
from collections.abc import Callable
from typing import Any

import aiohttp
import httpx
import pytest
import requests
import urllib3

from truemirror.adapters.inprocess.seams import isolated
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers


@pytest.fixture
def mirror() -> Mirror:
    """One recorded answer that differs from the live one."""
    headers = Headers((("Content-Length", "8"),))
    return Mirror(
        "live",
        "1",
        (Scenario("default", (Exchange(Request("GET", "/json"), Response(200, "", headers, b"recorded")),)),),
    )


def _http_client(connection: http.client.HTTPConnection) -> bytes:
    connection.request("GET", "/json")
    return connection.getresponse().read()


def test_a_pooled_connection_is_answered_by_the_mirror(
    service: Any, mirror: Mirror, board_of: Callable[..., Any]
) -> None:
    """Live before, mirrored while the test is isolated, live again after it: with the same clients."""
    url = service.url + "/json"
    plain = http.client.HTTPConnection("127.0.0.1", service.port)
    with requests.Session() as session, httpx.Client() as client, urllib3.PoolManager() as pool:
        session.trust_env = False
        ways: list[Callable[[], bytes]] = [
            lambda: session.get(url).content,
            lambda: client.get(url).content,
            lambda: pool.request("GET", url).data,
        ]
        live = [way() for way in ways]
        assert _http_client(plain) == live[0] != b"recorded"
        asked = len(service.asked)
        for _ in range(2):
            with isolated(board_of(service.url, mirror)):
                assert [way() for way in ways] == [b"recorded"] * 3
                assert _http_client(plain) == b"recorded"
        assert len(service.asked) == asked
        assert [way() for way in ways] == live
        plain.close()
        assert _http_client(plain) == live[0]
        plain.close()


async def _aiohttp(session: aiohttp.ClientSession, url: str) -> bytes:
    async with session.get(url) as answer:
        return await answer.read()


def test_a_session_of_tasks_is_answered_by_the_mirror(
    service: Any, mirror: Mirror, board_of: Callable[..., Any]
) -> None:
    """aiohttp's pool is passed by while isolated, and used again afterwards."""
    import asyncio

    async def ask() -> None:
        async with aiohttp.ClientSession() as session:
            live = await _aiohttp(session, service.url + "/json")
            with isolated(board_of(service.url, mirror)):
                assert await _aiohttp(session, service.url + "/json") == b"recorded"
            assert await _aiohttp(session, service.url + "/json") == live

    asyncio.run(ask())


def test_a_connection_of_a_test_that_is_over_says_so(
    service: Any, mirror: Mirror, board_of: Callable[..., Any]
) -> None:
    """A plain connection kept beyond its test breaks like one that the other side closed."""
    kept = http.client.HTTPConnection("127.0.0.1", service.port)
    with isolated(board_of(service.url, mirror)):
        assert _http_client(kept) == b"recorded"
    with pytest.raises(BrokenPipeError, match="are gone"):
        kept.request("GET", "/json")
    kept.close()
