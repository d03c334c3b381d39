"""Whatever a client sends over a WebSocket, the server lives on and the connection ends or waits, nothing else."""

import socket
import struct
from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.adapters.http.mirror_serving import mirror, port_of, serving
from tests.adapters.http.raw_sockets import raw_client, read_all
from tests.adapters.http.socket_talking import dialled
from tests.adapters.http.test_proxy_websocket import OPENING
from tests.adapters.http.test_server_websocket import asked, opened, word

from truemirror.adapters.http.frames import BadFrames, FrameReader
from truemirror.adapters.http.server import Limits
from truemirror.core.wire.frame import Frame, Side

_headed = st.builds(
    lambda first, length, rest: bytes([first]) + length + rest,
    st.integers(0, 255),
    st.integers(0, 125).map(lambda n: bytes([0x80 | n]))
    | st.integers(0, 2**16 - 1).map(lambda n: b"\xfe" + struct.pack(">H", n))
    | st.integers(0, 2**63).map(lambda n: b"\xff" + struct.pack(">Q", n)),
    st.binary(max_size=200),
)
noise = st.lists(_headed | st.binary(max_size=60), max_size=4).map(b"".join)


@given(noise, st.integers(1, 40), st.sampled_from(Side))
def test_a_reader_reads_or_refuses(data: bytes, size: int, side: Side) -> None:
    """The same however the bytes are cut; nothing else is ever raised."""

    def read(step: int) -> list[Frame]:
        reader = FrameReader(side, 1000)
        frames: list[Frame] = []
        with suppress(BadFrames):
            for start in range(0, len(data), step):
                for frame in reader.read(data[start : start + step]):
                    frames.append(frame)  # noqa: PERF402 (what came before the refusal counts)
        return frames

    assert read(size) == read(max(1, len(data)))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(noise, min_size=1, max_size=3))
def test_the_server_outlives_its_clients(clients: list[bytes]) -> None:
    """Each says something odd and stops; then a decent one is served."""
    with serving(mirror(opened(asked("a"), word("b"))), limits=Limits(body_bytes=100_000)) as server:
        for data in clients:
            with raw_client(port_of(server)) as client:
                client.sendall(OPENING)
                assert client.recv(65536).startswith(b"HTTP/1.1 101 ")
                with suppress(ConnectionError):  # who is refused while it still speaks may be reset
                    client.sendall(data)
                    client.shutdown(socket.SHUT_WR)
                    read_all(client)
        with dialled(port_of(server)) as decent:
            decent.send("a")
            assert decent.recv(timeout=30) == "b"


def test_a_message_beyond_the_limit_closes_the_connection() -> None:
    """With 1009, before it is whole."""
    small = Limits(body_bytes=1000)
    with serving(mirror(opened(asked("a"))), limits=small) as server, raw_client(port_of(server)) as client:
        client.sendall(OPENING)
        assert client.recv(65536).startswith(b"HTTP/1.1 101 ")
        client.sendall(b"\x81\xfe" + struct.pack(">H", 5000) + b"\0\0\0\0" + b"x" * 2000)
        assert client.recv(65536)[2:4] == struct.pack(">H", 1009)
