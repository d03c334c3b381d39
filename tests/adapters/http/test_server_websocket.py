"""What the mirror server makes of recorded WebSockets, with a real client."""

import json
import socket
import time
import urllib.request
from dataclasses import replace
from typing import Any

import pytest
from tests.adapters.http.mirror_serving import mirror, port_of, replayer, serving
from tests.adapters.http.raw_sockets import raw_client, read_all
from tests.adapters.http.socket_talking import dialled, echo, recorded
from tests.adapters.http.test_proxy_websocket import KEY, OPENING
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection
from websockets.sync.server import ServerConnection

from truemirror.adapters.http.frames import accept_for
from truemirror.adapters.http.server import MirrorServer
from truemirror.core.mirror.decision import Mode
from truemirror.core.mirror.model import Ignore, MirrorRules, Noise, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.frame import Frame, FrameKind, Side
from truemirror.core.wire.headers import Headers
from truemirror.usecases.redact import Redactor


def opened(*frames: Frame, path: str = "/ws", **parts: Any) -> Exchange:
    """A recorded conversation."""
    asked = Headers((("Host", "tags.test"), ("Upgrade", "websocket"), ("Connection", "Upgrade")))
    switched = Headers(
        (("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", "of that day"))
    )  # fmt: skip
    answer = Response(101, "Switching Protocols", switched, frames=frames, **parts)
    return Exchange(Request("GET", path, asked), answer)


def word(text: str | bytes, side: Side = Side.SERVER, **parts: Any) -> Frame:
    """A message."""
    kind = FrameKind.TEXT if isinstance(text, str) else FrameKind.BINARY
    return Frame(side, kind, text.encode() if isinstance(text, str) else text, **parts)


def asked(text: str | bytes, **parts: Any) -> Frame:
    """A message of the client's."""
    return word(text, Side.CLIENT, **parts)


def closed(code: int | None, reason: str = "", side: Side = Side.SERVER) -> Frame:
    """A close."""
    return Frame(side, FrameKind.CLOSE, reason.encode(), code=code)


def control(server: MirrorServer, path: str) -> Any:
    """What a control path says."""
    with urllib.request.urlopen(f"{server.url()}/__truemirror__/{path}") as answer:
        return json.load(answer)


def ending(client: ClientConnection) -> tuple[int, str]:
    """With which code and reason the server closes."""
    with pytest.raises(ConnectionClosed) as ended:
        client.recv(timeout=30)
    assert ended.value.rcvd is not None
    return ended.value.rcvd.code, ended.value.rcvd.reason


def test_a_recorded_conversation_is_had_again() -> None:
    """With its greeting, its texts, its bytes, its fragments and its close, as often as a client likes."""

    def talk(connection: ServerConnection) -> None:
        connection.send("welcome")
        connection.send(iter(["one ", "mör", "e"]))
        assert connection.recv() == "ask"
        connection.send(b"\x00\x01")
        connection.close(4002, "done")

    heard: list[list[Any]] = []

    def drive(client: ClientConnection) -> None:
        words: list[Any] = [client.recv(timeout=30), list(client.recv_streaming())]
        client.send("ask")
        words += [client.recv(timeout=30), ending(client)]
        heard.append(words)

    exchange = recorded(talk, drive, last=6)
    with serving(mirror(exchange)) as server:
        for _ in range(2):
            with dialled(port_of(server)) as client:
                drive(client)
    assert heard[0] == heard[1] == heard[2]


def test_the_accept_is_that_of_todays_key() -> None:
    """As RFC 6455 §1.3 computes it."""
    assert accept_for(KEY) == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    with serving(mirror(opened(closed(1000)))) as server, raw_client(port_of(server)) as client:
        client.sendall(OPENING)
        head = client.recv(65536)
    assert f"Sec-WebSocket-Accept: {accept_for(KEY)}\r\n".encode() in head
    assert head.count(b"Sec-WebSocket-Accept") == 1


def test_json_is_compared_by_what_it_says() -> None:
    """White space and the order of keys do not count."""
    exchange = opened(asked('{"a": 1, "b": [2]}'), word("yes"))
    with serving(mirror(exchange)) as server, dialled(port_of(server)) as client:
        client.send('{"b":[2],"a":1}')
        assert client.recv(timeout=30) == "yes"


def test_a_word_that_was_not_recorded_ends_in_1008_and_a_miss() -> None:
    """The close names the first difference, the journal and the misses the word."""
    exchange = opened(asked('{"a": 1}'), word("yes"), asked('{"a": 2}'), word("two"))
    with serving(mirror(exchange)) as server:
        with dialled(port_of(server)) as client:
            client.send('{"a": 1}')
            assert client.recv(timeout=30) == "yes"
            client.send('{"a": 3}')
            assert ending(client) == (1008, "not recorded: body:/a: 2, got 3")
        (miss,) = control(server, "misses")["misses"]
        last = control(server, "journal")["journal"][-1]
        assert server.mounts["tags"].replayer.tally.misses == 1
    assert (miss["request"], miss["nearest"][0]["differences"][0]["part"]) == ("GET /ws, message 2", "body:/a")
    assert miss["record"] == "truemirror record tags --upstream URL"
    assert (last["answer"], last["target"]) == ("miss", "/ws, message 2")


def test_a_word_after_the_last_recorded_one_is_a_miss() -> None:
    """It has no answer."""
    with serving(mirror(opened(asked("a"), word("b")))) as server, dialled(port_of(server)) as client:
        client.send("a")
        assert client.recv(timeout=30) == "b"
        client.send("a")
        assert ending(client)[0] == 1008


def test_bytes_are_no_text() -> None:
    """The same bytes in another kind of message differ."""
    with serving(mirror(opened(asked("a"), word("b")))) as server, dialled(port_of(server)) as client:
        client.send(b"a")
        assert ending(client)[0] == 1008


@pytest.mark.parametrize(
    "rules",
    [
        MirrorRules(ignores=(Ignore("GET /ws", "body:/at", "the time"),)),
        MirrorRules(noise=(Noise("GET /ws", "body:/at", "integer", of="request"),)),
    ],
)
def test_rules_for_bodies_hold_for_words(rules: MirrorRules) -> None:
    """What a person ignores, and what varies by itself; the rest still counts."""
    known = replace(mirror(opened(asked('{"at": 1, "n": 1}'), word("yes"), asked('{"n": 2}'))), rules=rules)
    asking = replayer(known)
    with serving(asking) as server, dialled(port_of(server)) as client:
        client.send('{"at": 99, "n": 1}')
        assert client.recv(timeout=30) == "yes"
        client.send('{"at": 99, "n": 3}')
        assert ending(client)[0] == 1008
    assert asking.tally.relaxations == {"GET /ws body:/at": 1}


def test_a_ping_is_answered() -> None:
    """Whatever was recorded of pings."""
    with serving(mirror(opened(asked("a"), word("b")))) as server, dialled(port_of(server)) as client:
        assert client.ping().wait(30)
        client.send("a")
        assert client.recv(timeout=30) == "b"


def test_a_client_may_close_before_the_recording_does() -> None:
    """Its own code comes back, and nothing is missed."""
    with serving(mirror(opened(asked("a"), word("b")))) as server:
        with dialled(port_of(server)) as client:
            client.close(4242, "bored")
        assert client.close_code == 4242
        assert server.mounts["tags"].replayer.tally.misses == 0


def test_a_recorded_answer_to_a_close_is_given() -> None:
    """Where the client closes at the recorded place."""
    exchange = opened(asked("a"), closed(1000, "", Side.CLIENT), closed(4003, "so be it"))
    with serving(mirror(exchange)) as server, dialled(port_of(server)) as client:
        client.send("a")
        client.close()
        assert client.protocol.close_rcvd is not None
        assert client.protocol.close_rcvd.code == 4003


def test_what_was_said_behind_a_close_is_said_again() -> None:
    """A service that was still speaking when its client closed."""
    exchange = opened(asked("a"), closed(1000, "", Side.CLIENT), word("still"), closed(1000))
    with serving(mirror(exchange)) as server, raw_client(port_of(server)) as client:
        client.sendall(OPENING)
        assert client.recv(65536).startswith(b"HTTP/1.1 101 ")
        client.sendall(b"\x81\x81\0\0\0\0a" + b"\x88\x82\0\0\0\0\x03\xe8")
        assert read_all(client) == b"\x81\x05still\x88\x02\x03\xe8"


@pytest.mark.parametrize("kind", [FrameKind.DROP, FrameKind.RESET])
def test_a_lost_connection_is_lost_again(kind: FrameKind) -> None:
    """As it was: an end without a word, or a reset."""
    lost = mirror(opened(word("hi"), Frame(Side.SERVER, kind)))
    with serving(lost) as server, raw_client(port_of(server)) as client:
        client.sendall(OPENING)
        if kind is FrameKind.DROP:
            assert read_all(client).endswith(b"\x81\x02hi")
        else:
            with pytest.raises(ConnectionResetError):
                read_all(client)


def test_two_conversations_at_once_do_not_meet() -> None:
    """Each client stands at its own place."""
    exchange = opened(*(frame for n in range(5) for frame in (asked(f"{n}"), word(f"answer {n}"))))
    with serving(mirror(exchange)) as server, dialled(port_of(server)) as one, dialled(port_of(server)) as other:
        for number in range(5):
            one.send(f"{number}")
            assert one.recv(timeout=30) == f"answer {number}"
        for number in range(5):
            other.send(f"{number}")
            assert other.recv(timeout=30) == f"answer {number}"


def test_a_session_walks_its_own_conversations() -> None:
    """The opening is an exchange like any other: polling gives each recorded one in turn, a label its own."""
    scenarios = (
        Scenario("ada", (opened(word("ada")),)),
        Scenario("ben", (opened(word("ben 1")), opened(word("ben 2")))),
    )
    with serving(mirror(scenarios=scenarios)) as server:
        for session, expected in (("ben", "ben 1"), ("ada", "ada"), ("ben", "ben 2")):
            with dialled(port_of(server), additional_headers={"X-Truemirror-Session": session}) as client:
                assert client.recv(timeout=30) == expected


def test_recorded_latency_is_kept_between_words() -> None:
    """Only where it is asked for."""
    exchange = opened(word("one", at_ms=0.0), word("two", at_ms=300.0))
    with serving(mirror(exchange), latency="recorded") as server, dialled(port_of(server)) as client:
        assert client.recv(timeout=30) == "one"
        began = time.monotonic()
        assert client.recv(timeout=30) == "two"
        assert time.monotonic() - began > 0.2


def test_frames_that_are_none_are_refused() -> None:
    """A client has to mask (RFC 6455 §5.1); the server lives on."""
    with serving(mirror(opened(asked("a"), word("b")))) as server:
        with raw_client(port_of(server)) as client:
            client.sendall(OPENING)
            assert client.recv(65536).startswith(b"HTTP/1.1 101 ")
            client.sendall(b"\x81\x01a")
            assert client.recv(65536)[:1] == b"\x88"
        with dialled(port_of(server)) as client_:
            client_.send("a")
            assert client_.recv(timeout=30) == "b"


def test_an_opening_that_was_not_recorded_is_a_miss() -> None:
    """With the usual answer; a plain request to the same path is another one."""
    with serving(mirror(opened(word("hi")))) as server:
        with pytest.raises(InvalidStatus) as refused, dialled(port_of(server), "/other"):
            pass
        assert refused.value.response.status_code == 501
        with raw_client(port_of(server)) as client:
            client.sendall(b"GET /ws HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            assert read_all(client).startswith(b"HTTP/1.1 501 ")


def test_the_live_service_is_not_asked() -> None:
    """A mode that forwards says what to do."""
    with serving(mirror(opened(word("hi"))), mode=Mode.RECORD) as server:
        with pytest.raises(InvalidStatus) as refused, dialled(port_of(server)):
            pass
        assert b"truemirror record tags" in refused.value.response.body


def test_a_secret_in_a_frame_is_recognised_and_given_back() -> None:
    """The mirror holds stand-ins, the client its own secret."""
    token = "sk_live_9aF3kLm2Qx7ZtR8vB1nC4dE6"
    frames = (asked(json.dumps({"token": token})), word(json.dumps({"hello": token})))
    kept = Redactor().redact(opened(*frames), "default")
    assert token not in repr(kept)
    with serving(mirror(kept)) as server, dialled(port_of(server)) as client:
        client.send(json.dumps({"token": token}))
        assert json.loads(client.recv(timeout=30)) == {"hello": token}


def test_a_silent_client_is_let_be(request: pytest.FixtureRequest) -> None:
    """When the server stops it is told so."""
    with serving(mirror(opened(word("hi")))) as server:
        stack = dialled(port_of(server))
        client = stack.__enter__()
        request.addfinalizer(lambda: stack.__exit__(None, None, None))
        assert client.recv(timeout=30) == "hi"
    assert ending(client)[0] == 1001


def test_an_opening_in_pieces_is_one() -> None:
    """Byte by byte, over a real socket."""
    with serving(mirror(opened(word("hi")))) as server, raw_client(port_of(server)) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start in range(0, len(OPENING), 7):
            client.sendall(OPENING[start : start + 7])
        got = b""
        while not got.endswith(b"\x81\x02hi"):
            got += client.recv(65536)
        assert got.startswith(b"HTTP/1.1 101 ")


def test_echo_works_live_as_well() -> None:
    """The harness's own service says everything again."""
    exchange = recorded(echo, lambda client: client.send("x"), last=2)
    assert exchange.status == 101
