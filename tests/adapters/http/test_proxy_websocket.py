"""What the recording proxy makes of WebSockets, with a real client and a real service."""

import socket
import struct

import pytest
from tests.adapters.http.proxying import proxied, proxied_url, talk
from tests.adapters.http.raw_sockets import raw_client, read_all
from tests.adapters.http.socket_talking import (
    conversations,
    dialled,
    echo,
    frames_of,
    recorded,
    said,
    service,
    wait_for_frames,
)
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection
from websockets.sync.server import ServerConnection

from truemirror.adapters.http.frames import accept_for
from truemirror.core.wire.exchange import Response
from truemirror.core.wire.frame import FrameKind, Side
from truemirror.errors import StoreError

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
OPENING = (
    "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n\r\n"
).encode()
SWITCHED = (
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    f"Sec-WebSocket-Accept: {accept_for(KEY)}\r\n\r\n"
).encode()


def test_what_both_sides_say_passes_and_is_recorded() -> None:
    """Texts as texts, bytes as bytes, in the order in which they passed, with the time since the switch."""

    def drive(client: ClientConnection) -> None:
        client.send("grüß dich")
        assert client.recv() == "grüß dich"
        client.send(b"\x00\xff")
        assert client.recv() == b"\x00\xff"

    exchange = recorded(echo, drive, last=6)
    words = [(one.side, one.kind, one.payload) for one in frames_of(exchange)]
    assert words[:4] == [
        (Side.CLIENT, FrameKind.TEXT, "grüß dich".encode()),
        (Side.SERVER, FrameKind.TEXT, "grüß dich".encode()),
        (Side.CLIENT, FrameKind.BINARY, b"\x00\xff"),
        (Side.SERVER, FrameKind.BINARY, b"\x00\xff"),
    ]
    times = [one.at_ms for one in frames_of(exchange)]
    assert times == sorted(times)
    assert times[0] >= 0
    assert exchange.status == 101
    assert exchange.request.headers.get("upgrade") == "websocket"


def test_what_the_service_says_first_is_recorded_first() -> None:
    """Even where it comes in one write with the answer that switches."""
    exchange = recorded(lambda service: service.send("welcome"), lambda client: client.recv(), last=1)
    assert said(exchange, Side.SERVER)[0] == ("text", b"welcome")


def test_the_close_handshake_is_recorded_with_code_and_reason() -> None:
    """Both halves."""

    def drive(client: ClientConnection) -> None:
        with pytest.raises(ConnectionClosed) as closed:
            client.recv()
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4001, "enough")

    exchange = recorded(lambda service: service.close(4001, "enough"), drive, last=2)
    assert [(one.side, one.code, one.payload) for one in frames_of(exchange)] == [
        (Side.SERVER, 4001, b"enough"),
        (Side.CLIENT, 4001, b"enough"),
    ]


def test_pings_and_pongs_pass_and_are_recorded() -> None:
    """They are the client's and the service's own."""

    def drive(client: ClientConnection) -> None:
        assert client.ping("are you there").wait(30)

    exchange = recorded(echo, drive, last=2)
    assert said(exchange, Side.CLIENT)[0] == ("ping", b"are you there")
    assert said(exchange, Side.SERVER)[0] == ("pong", b"are you there")


def test_a_message_in_fragments_is_one_frame_that_knows_its_pieces() -> None:
    """From both sides."""

    def drive(client: ClientConnection) -> None:
        client.send(iter(["a", "bc"]))
        assert client.recv() == "defg"

    def answer(connection: ServerConnection) -> None:
        assert connection.recv() == "abc"
        connection.send(iter(["de", "fg"]))

    exchange = recorded(answer, drive, last=2)
    first, second = frames_of(exchange)[:2]
    assert (first.payload, first.pieces[:2]) == (b"abc", (1, 2))
    assert (second.payload, second.pieces[:2]) == (b"defg", (2, 2))


def test_no_extension_is_offered_to_the_service() -> None:
    """So nothing is compressed, and frames can be read; what the client offered is recorded as it was."""
    offers: list[str | None] = []

    def look(connection: ServerConnection) -> None:
        assert connection.request is not None
        offers.append(connection.request.headers.get("Sec-WebSocket-Extensions"))

    exchange = recorded(look, lambda client: None)
    assert offers == [None]
    assert "permessage-deflate" in (exchange.request.headers.get("sec-websocket-extensions") or "")


def test_a_refused_handshake_is_an_answer_like_any_other() -> None:
    """The service says no, and the client hears it."""
    no = service(echo, process_request=lambda link, asked: link.respond(403, "not you\n"))
    with no as url, proxied_url(url) as proxy:
        with pytest.raises(InvalidStatus) as refused, dialled(proxy.port):
            pass
        assert refused.value.response.status_code == 403
        assert proxy.response().body == b"not you\n"


def test_after_a_refused_handshake_the_connection_goes_on() -> None:
    """The next request on it is read as HTTP."""

    def script(connection: socket.socket, number: int) -> None:
        ok = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        no = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        for answer in (no, ok):
            got = b""
            while not got.endswith(b"\r\n\r\n"):
                got += connection.recv(4096)
            connection.sendall(answer)

    with proxied(script) as proxy:
        got = talk(proxy.port, OPENING, b"GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
        assert got.startswith(b"HTTP/1.1 404")
        assert got.endswith(b"ok")


def test_two_at_once_are_two_conversations() -> None:
    """Each with its own words."""
    with service(echo) as url, proxied_url(url) as proxy:
        with dialled(proxy.port) as one, dialled(proxy.port) as other:
            for number in range(5):
                one.send(f"one {number}")
                other.send(f"other {number}")
            assert [one.recv() for _ in range(5)] == [f"one {number}" for number in range(5)]
            assert [other.recv() for _ in range(5)] == [f"other {number}" for number in range(5)]
        first, second = conversations(proxy)
        assert {word for _, word in said(first, Side.CLIENT)[:5]} == {b"one %d" % number for number in range(5)}
        assert {word for _, word in said(second, Side.CLIENT)[:5]} == {b"other %d" % number for number in range(5)}


def test_a_frame_is_stored_before_the_client_gets_it() -> None:
    """So a recorder that is killed has lost nothing that was seen."""
    with service(echo) as url, proxied_url(url) as proxy, dialled(proxy.port) as client:
        for number in range(20):
            client.send(f"{number}")
            client.recv()
            assert len(frames_of(conversations(proxy)[0])) >= 2 * (number + 1)


def test_what_cannot_be_stored_does_not_pass() -> None:
    """The connection breaks instead."""
    with service(echo) as url, proxied_url(url) as proxy, dialled(proxy.port) as client:
        proxy.refuse = StoreError("no room", fix="make room")
        client.send("lost")
        with pytest.raises(ConnectionClosed):
            client.recv()
        assert [error.what for error in proxy.trouble] == ["no room"]


@pytest.mark.parametrize("rude", ["drop", "reset"])
def test_the_loss_of_a_connection_is_part_of_the_recording(rude: str) -> None:
    """The client sees the same."""

    def script(connection: socket.socket, number: int) -> None:
        connection.recv(4096)
        connection.sendall(SWITCHED + b"\x81\x02hi")
        if rude == "reset":
            connection.recv(1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    with proxied(script) as proxy:
        with raw_client(proxy.port) as client:
            client.sendall(OPENING)
            got = b""
            while not got.endswith(b"hi"):
                got += client.recv(4096)
            if rude == "drop":  # a frame sent to a peer that is gone would come back as a reset
                assert read_all(client) == b""
            else:
                client.sendall(b"\x8a\x80\0\0\0\0")
                with pytest.raises(ConnectionResetError):
                    read_all(client)
        kinds = [one.kind.value for one in wait_for_frames(proxy, 2)]
    assert kinds[0] == "text"
    assert rude in kinds


def test_a_client_that_leaves_ends_the_conversation() -> None:
    """Without a close handshake, which is recorded too."""
    gone: list[bool] = []

    def wait(connection: ServerConnection) -> None:
        try:
            connection.recv()
        finally:
            gone.append(True)

    with service(wait) as url, proxied_url(url) as proxy:
        with raw_client(proxy.port) as client:
            client.sendall(OPENING)
            assert client.recv(4096).startswith(b"HTTP/1.1 101")
        assert wait_for_frames(proxy, 1)[0].kind is FrameKind.DROP
    assert gone == [True]


def test_frames_that_cannot_be_read_pass_and_are_counted_as_lost() -> None:
    """A recorder changes nothing, and hides nothing."""

    def script(connection: socket.socket, number: int) -> None:
        connection.recv(4096)
        connection.sendall(SWITCHED + b"\xf1\x02hi")

    with proxied(script) as proxy:
        with raw_client(proxy.port) as client:
            client.sendall(OPENING)
            assert read_all(client).endswith(b"\xf1\x02hi")
        proxy.wait_for(1)
    assert any("could not be read" in why for why in proxy.lost)


def test_a_large_message_passes_whole() -> None:
    """Larger than what is stored at once, with words behind it in their order."""

    def drive(client: ClientConnection) -> None:
        client.send("x" * 700_000)
        client.send("after")
        assert len(client.recv()) == 700_000
        assert client.recv() == "after"

    exchange = recorded(echo, drive, last=4)
    assert [len(payload) for _, payload in said(exchange, Side.SERVER)[:2]] == [700_000, 5]


def test_a_handshake_that_is_none_is_refused() -> None:
    """Without a key nothing is asked."""
    with proxied(lambda connection, number: None) as proxy:
        got = talk(proxy.port, OPENING.replace(KEY.encode(), b"short"))
        assert got.startswith(b"HTTP/1.1 400 ")
        assert proxy.recorded == []


def test_informational_answers_are_recorded() -> None:
    """103 with its fields; 100 belongs to the connection."""

    def script(connection: socket.socket, number: int) -> None:
        connection.recv(4096)
        hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
        connection.sendall(hints + b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    with proxied(script) as proxy:
        assert b"103 Early Hints" in talk(proxy.port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        (interim,) = proxy.response().interims
    assert (interim.status, interim.headers.get("link")) == (103, "</a.css>; rel=preload")
    assert isinstance(proxy.response(), Response)
