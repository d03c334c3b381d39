"""The closed network catches whoever goes past all seams, and leaves this machine alone."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvloop

from truemirror.adapters.inprocess.board import Board
from truemirror.adapters.inprocess.seams import isolated
from truemirror.core.mirror.decision import Mode
from truemirror.errors import NetworkClosed

FAR = "192.0.2.1"
"""An address that documentation is made of; nothing is sent there."""


@pytest.fixture
def board() -> Iterator[Board]:
    """A closed network without neighbours."""
    with isolated(Board([])) as closed:
        yield closed


def _connect() -> None:
    with socket.socket() as sock:
        sock.connect((FAR, 80))


def _connect_ex() -> None:
    with socket.socket() as sock:
        sock.connect_ex((FAR, 80))


def _create_connection() -> None:
    socket.create_connection((FAR, 80), 1)


def _connect_six() -> None:
    with socket.socket(socket.AF_INET6) as sock:
        sock.connect(("2001:db8::1", 80, 0, 0))


def _send() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendto(b"x", (FAR, 53))


def _send_with_flags() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendto(b"x", 0, (FAR, 53))


def _look_up() -> None:
    socket.getaddrinfo("example.com", 443)


def _look_up_bytes() -> None:
    socket.gethostbyname(b"example.com")  # type: ignore[arg-type]


def _loop() -> None:
    asyncio.run(asyncio.open_connection(FAR, 80))  # type: ignore[arg-type]


def _loop_by_name() -> None:
    asyncio.run(asyncio.open_connection("example.com", 80))  # type: ignore[arg-type]


def _uvloop() -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(asyncio.open_connection("example.com", 80))  # type: ignore[arg-type]


def _send_message() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendmsg((b"x", b"y"), [], 0, (FAR, 53))


def _datagrams() -> None:
    async def open_endpoint() -> None:
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=(FAR, 53))

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(open_endpoint())


@pytest.mark.parametrize(
    "leave",
    [
        _send_message,
        _datagrams,
        _connect,
        _connect_ex,
        _create_connection,
        _connect_six,
        _send,
        _send_with_flags,
        _look_up,
        _look_up_bytes,
        _loop,
        _loop_by_name,
        _uvloop,
    ],
)
def test_every_way_out_is_closed(leave: Callable[[], None], board: Board) -> None:
    """Sockets, look-ups and event loops refuse by the name that was asked for."""
    with pytest.raises(NetworkClosed, match=r"example\.com|192\.0\.2\.1|2001:db8::1"):
        leave()
    assert board.problems


def test_this_machine_stays_open(board: Board, service: Any, tmp_path: Any) -> None:
    """Loopback by address and name, Unix sockets, socket pairs, an event loop's own, child processes."""
    for host in ("127.0.0.1", "localhost"):
        socket.create_connection((host, service.port), 2).close()

    async def loop() -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", service.port)
        writer.close()
        await writer.wait_closed()

    asyncio.run(loop())
    with socket.socket(socket.AF_UNIX) as listening, socket.socket(socket.AF_UNIX) as client:
        listening.bind(str(tmp_path / "s"))
        listening.listen()
        client.connect(str(tmp_path / "s"))
    one, other = socket.socketpair()
    with one, other:
        one.sendmsg((b"x", b"y"))
        assert other.recv(2) == b"xy"

    async def datagrams() -> None:
        loop = asyncio.get_running_loop()
        there, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0))
        address = there.get_extra_info("sockname")
        here, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=address)
        here.close()
        there.close()

    asyncio.run(datagrams())
    assert subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True, check=True).stdout == b"1\n"
    assert not board.problems


def test_a_name_that_is_allowed_opens_its_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an allowed name was looked up to may be connected to, and nothing else."""
    asked: list[Any] = []
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (FAR, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: asked.append(address))
    with isolated(Board([], allow_hosts=["*.partner.example"])), socket.socket() as sock:
        with pytest.raises(NetworkClosed):
            sock.connect((FAR, 443))
        assert socket.getaddrinfo("api.partner.example", 443) == found
        sock.connect((FAR, 443))
        with pytest.raises(NetworkClosed):
            sock.connect(("192.0.2.2", 443))
    assert asked == [(FAR, 443)]


def test_everything_is_put_back(service: Any) -> None:
    """Outside of the block, sockets and clients are their own selves again."""
    import http.client

    import httpx
    import requests.adapters

    def selves() -> list[Any]:
        return [
            socket.socket.connect,
            socket.getaddrinfo,
            asyncio.BaseEventLoop.create_connection,
            http.client.HTTPConnection.connect,
            httpx.HTTPTransport.handle_request,
            requests.adapters.HTTPAdapter.send,
        ]

    before = selves()
    with isolated(Board([])):
        assert all(one is not other for one, other in zip(selves(), before, strict=True))
    assert selves() == before


def test_a_live_neighbour_is_open(service: Any, board_of: Callable[..., Board]) -> None:
    """The host of a service that is asked itself may be reached by anybody."""
    assert board_of("http://tags.internal:8080", mode=Mode.RECORD).allows("tags.internal")
    assert not board_of("http://tags.internal:8080", mode=Mode.REPLAY).allows("tags.internal")


def test_what_is_open_is_left_alone(service: Any, client: Any) -> None:
    """A service on this machine that is nobody's mirror is asked as ever, by every client."""
    live = client("GET", service.url + "/json")
    with isolated(Board([])) as board:
        assert client("GET", service.url + "/json") == live
    assert not board.calls


def test_every_client_is_told_by_name(client: Any) -> None:
    """A closed door is raised through every client as itself, with host, method and path."""
    with isolated(Board([])) as board:
        seen = client("GET", "http://nowhere.internal/v1/x")
    assert seen.error[0] == "truemirror.errors.NetworkClosed"
    assert "nowhere.internal (GET /v1/x)" in str(board.problems[0])
