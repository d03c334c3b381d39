"""Large recorded bodies on replay: memory does not grow with the clients that take one, whatever their pace."""

import socket
import threading
import tracemalloc
from collections.abc import Callable

import pytest
from tests.adapters.http.http2_talking import talking2
from tests.adapters.http.mirror_serving import answer, ask, call, fields, mirror, port_of, serving
from tests.adapters.http.raw_sockets import raw_client

from truemirror.core.wire.exchange import Chunk, Coding, Framing, Response

BODY = bytes(range(256)) * (16 * 1024 * 4)
"""16 MiB, no two places of which are confused easily."""
CHUNKED = Response(
    200, "OK", fields(("Transfer-Encoding", "chunked")), BODY, framing=Framing.CHUNKED,
    chunks=(Chunk(len(BODY) - 5_000_000, 0.0), Chunk(5_000_000, 2.0)),
)  # fmt: skip
PART = answer(BODY[1_000_000:9_000_000], 206, ("Content-Range", f"bytes 1000000-8999999/{len(BODY)}"))
EXCHANGES = (
    call("GET /big", answer(BODY)),
    call("GET /chunked", CHUNKED),
    call("GET /part", PART, ("Range", "bytes=1000000-8999999")),
    call("GET /coded", answer(BODY, 200, ("Content-Encoding", "gzip"), codings=(Coding("gzip", 1),))),
    call("GET /small", answer(b"small")),
)
CLIENTS = 4


def taken(port: int, request: bytes, expected: bytes, came: list[int]) -> None:
    """Take one answer without keeping it; `came` gets its bytes after the head, or -1 where any is wrong."""
    with raw_client(port) as client:
        client.sendall(request)
        seen = client.recv(64 * 1024)
        while b"\r\n\r\n" not in seen:
            seen += client.recv(64 * 1024)
        piece = seen.partition(b"\r\n\r\n")[2]
        count, right = 0, True
        while True:
            right = right and (not expected or expected[count : count + len(piece)] == piece)
            count += len(piece)
            piece = client.recv(256 * 1024)
            if not piece:
                came.append(count if right else -1)
                return


def all_at_once(takes: Callable[[list[int]], None]) -> tuple[list[int], int]:
    """Let several clients take the same answer; what came to each, and the most memory that took, in bytes."""
    came: list[int] = []
    threads = [threading.Thread(target=takes, args=(came,)) for _ in range(CLIENTS)]
    tracemalloc.start()
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return came, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("request_", "expected", "size"),
    [
        (ask("GET /big", "Connection: close"), BODY, len(BODY)),
        (ask("GET /part", "Range: bytes=1000000-8999999", "Connection: close"), PART.body, 8_000_000),
        (b"GET /chunked HTTP/1.0\r\n\r\n", BODY, len(BODY)),
    ],
    ids=["length", "range", "until-close"],
)
def test_clients_share_one_body(request_: bytes, expected: bytes, size: int) -> None:
    """All get every byte, and all together need less than one copy."""
    with serving(mirror(*EXCHANGES)) as server:
        port = port_of(server)
        came, peak = all_at_once(lambda into: taken(port, request_, expected, into))
    assert came == [size] * CLIENTS
    assert peak < size


def test_chunks_stay_the_recorded_ones() -> None:
    """In the chunked coding too nothing is put together, and no chunk is cut."""
    lines = [b"%x\r\n" % chunk.size for chunk in CHUNKED.chunks]
    first = CHUNKED.chunks[0].size
    expected = lines[0] + BODY[:first] + b"\r\n" + lines[1] + BODY[first:] + b"\r\n0\r\n\r\n"
    with serving(mirror(*EXCHANGES)) as server:
        port = port_of(server)
        request = ask("GET /chunked", "Connection: close")
        came, peak = all_at_once(lambda into: taken(port, request, expected, into))
    assert came == [len(expected)] * CLIENTS
    assert peak < len(BODY)


def test_http2_clients_share_one_body() -> None:
    """The windows decide how much waits, not the body."""

    def takes(came: list[int]) -> None:
        """Take it over HTTP/2, keeping only how much came."""
        with talking2(port) as talk:
            count, got = 0, talk.streams[talk.begin("GET /big")]
            while not got.over and not talk.closed:
                talk.read()
                count += sum(map(len, got.pieces))
                got.pieces.clear()
            came.append(count if got.ended else -1)

    with serving(mirror(*EXCHANGES)) as server:
        port = port_of(server)
        came, peak = all_at_once(takes)
    assert came == [len(BODY)] * CLIENTS
    assert peak < len(BODY)


def test_a_client_that_takes_nothing_holds_nobody_up_and_little_memory() -> None:
    """Ten of them wait; another gets its answers, the next request on a connection its own in turn."""
    with serving(mirror(*EXCHANGES)) as server:
        idle = []
        tracemalloc.start()
        try:
            for _ in range(10):
                client = socket.create_connection(("127.0.0.1", port_of(server)), timeout=30)
                idle.append(client)
                client.sendall(ask("GET /big") + ask("GET /small"))
            came: list[int] = []
            taken(port_of(server), ask("GET /small", "Connection: close"), b"small", came)
            peak = tracemalloc.get_traced_memory()[1]
            left = len(BODY) + 2_000
            tail = b""
            while not tail.endswith(b"small"):
                tail = tail[-5:] + idle[0].recv(min(left, 256 * 1024))
        finally:
            tracemalloc.stop()
            for client in idle:
                client.close()
    assert came == [5]
    assert peak < len(BODY)


def test_a_large_coded_body_comes_as_the_client_accepts_it() -> None:
    """Plain, or coded again."""
    with serving(mirror(*EXCHANGES)) as server:
        port = port_of(server)
        came: list[int] = []
        taken(port, ask("GET /coded", "Accept-Encoding: identity", "Connection: close"), BODY, came)
        taken(port, ask("GET /coded", "Accept-Encoding: gzip", "Connection: close"), b"", came)
    assert came[0] == len(BODY)
    assert 0 < came[1] < len(BODY) // 10
