"""Bodies that arrive over time, are sent in pieces, or are read in odd ways."""

import asyncio
import http.client
from collections.abc import Callable, Iterator
from typing import Any

import aiohttp
import httpx
import pytest
import requests
import urllib3

from truemirror.adapters.inprocess.seams import isolated
from truemirror.core.mirror.decision import Mode
from truemirror.core.wire.exchange import Response


def _httpx(url: str) -> list[bytes]:
    with httpx.stream("GET", url) as answer:
        return list(answer.iter_raw())


def _aiohttp(url: str) -> list[bytes]:
    async def read() -> list[bytes]:
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return [piece async for piece, _ in answer.content.iter_chunks() if piece]

    return asyncio.run(read())


def _requests(url: str) -> list[bytes]:
    with requests.Session() as session:
        session.trust_env = False
        with session.get(url, stream=True) as answer:
            return list(answer.iter_content(None))


def _urllib3(url: str) -> list[bytes]:
    with urllib3.PoolManager() as pool:
        answer = pool.request("GET", url, preload_content=False)
        pieces = list(answer.read_chunked())
        answer.release_conn()
        return pieces


@pytest.mark.parametrize("read", [_httpx, _aiohttp, _requests, _urllib3])
def test_pieces_arrive_as_they_did(
    read: Callable[[str], list[bytes]], service: Any, shelf: Any, board_of: Callable[..., Any]
) -> None:
    """A stream that took its time is recorded with its pieces, and replayed in the same ones, at once."""
    live = read(service.url + "/drops")
    assert live == [b"one,", b"two,", b"three"]
    with isolated(board_of(service.url, mode=Mode.RECORD, shelf=shelf)):
        assert read(service.url + "/drops") == live
    outcome = shelf.exchanges[0].outcome
    assert isinstance(outcome, Response)
    assert [chunk.size for chunk in outcome.chunks] == [4, 4, 5]
    assert outcome.chunks[-1].at_ms >= 20
    with isolated(board_of(service.url, shelf.mirror())):
        assert read(service.url + "/drops") == live


def _pieces() -> Iterator[bytes]:
    yield b'{"name":'
    yield b' "x"}'


def _send_requests(url: str) -> bytes:
    with requests.Session() as session:
        session.trust_env = False
        return session.post(url, data=_pieces()).content


def _send_httpx(url: str) -> bytes:
    return httpx.post(url, content=_pieces()).content


def _send_aiohttp(url: str) -> bytes:
    async def send() -> bytes:
        async def pieces() -> Any:
            for piece in _pieces():
                yield piece

        async with aiohttp.ClientSession() as session, session.post(url, data=pieces()) as answer:
            return await answer.read()

    return asyncio.run(send())


def _send_http_client(url: str) -> bytes:
    parts = urllib3.util.parse_url(url)
    connection = http.client.HTTPConnection(parts.host or "", parts.port)
    connection.request(
        "POST", parts.request_uri, _pieces(), encode_chunked=True, headers={"Transfer-Encoding": "chunked"}
    )
    content = connection.getresponse().read()
    connection.close()
    return content


def _send_file(url: str) -> bytes:
    with requests.Session() as session:
        session.trust_env = False
        return session.post(url, files={"file": ("a.txt", b"content", "text/plain")}).content


@pytest.mark.parametrize("send", [_send_requests, _send_httpx, _send_aiohttp, _send_http_client])
def test_a_body_sent_in_pieces_is_one_body(
    send: Callable[[str], bytes], service: Any, shelf: Any, board_of: Callable[..., Any]
) -> None:
    """What a client sends in chunks is recorded whole and found again."""
    with isolated(board_of(service.url, mode=Mode.RECORD, shelf=shelf)):
        live = send(service.url + "/echo")
    assert live.endswith(b'{"name": "x"}')
    assert shelf.exchanges[0].request.body == b'{"name": "x"}'
    with isolated(board_of(service.url, shelf.mirror())):
        assert send(service.url + "/echo") == live


def test_a_form_with_a_file_is_found_again(service: Any, shelf: Any, board_of: Callable[..., Any]) -> None:
    """Although its boundary is another one each time."""
    with isolated(board_of(service.url, mode=Mode.RECORD, shelf=shelf)):
        live = _send_file(service.url + "/echo")
    with isolated(board_of(service.url, shelf.mirror())):
        assert _send_file(service.url + "/echo") == live


def test_a_packed_request_is_kept_readable(service: Any, shelf: Any, board_of: Callable[..., Any]) -> None:
    """Its codings come off, and it is found again however it was packed."""
    import gzip

    def send(level: int) -> bytes:
        packed = gzip.compress(b'{"name": "x"}', level)
        return httpx.post(service.url + "/echo", content=packed, headers={"Content-Encoding": "gzip"}).content

    with isolated(board_of(service.url, mode=Mode.RECORD, shelf=shelf)):
        live = send(1)
    assert shelf.exchanges[0].request.body == b'{"name": "x"}'
    with isolated(board_of(service.url, shelf.mirror())):
        assert send(9) == live


def test_a_client_that_gives_up_leaves_a_timeout(service: Any, shelf: Any, board_of: Callable[..., Any]) -> None:
    """A task of aiohttp that is cancelled while it waits is recorded as one that waited in vain."""

    async def ask() -> None:
        async with aiohttp.ClientSession() as session, asyncio.timeout(0.2):
            await session.get(service.url + "/never")

    with isolated(board_of(service.url, mode=Mode.RECORD, shelf=shelf)), pytest.raises(TimeoutError):
        asyncio.run(ask())
    assert [exchange.outcome.kind for exchange in shelf.exchanges] == ["timeout"]
    with isolated(board_of(service.url, shelf.mirror())), pytest.raises(TimeoutError):
        asyncio.run(ask())
