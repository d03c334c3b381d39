"""The mirror server against requests that are cut short, hide another one, or never end."""

import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.adapters.http.mirror_serving import answer, ask, call, mirror, port_of, serving, talking
from tests.adapters.http.raw_sockets import raw_client, read_all

from truemirror.adapters.http.server import Limits, MirrorServer

FINE = ask("GET /fine")
FINE_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: tags.test\r\n\r\n"
VALID = {
    "get": ask("GET /fine", "Accept: */*", "Cookie: a=b; c"),
    "length": ask("POST /post", "Content-Type: application/json", body=b'{"a": [1]}'),
    "chunked": ask("POST /post", "Transfer-Encoding: chunked") + b"5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n",
    "expecting": ask("POST /post", "Expect: 100-continue", body=b"hello"),
    "pipelined": ask("GET /fine") + ask("POST /post", body=b"hello") + ask("GET /fine", "Connection: close"),
    "old": b"GET /fine HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
}


@pytest.fixture(scope="module")
def server() -> Iterator[MirrorServer]:
    """One small server for all of them."""
    known = mirror(
        call("GET /fine", answer(b"fine")),
        call("GET /hidden", answer(b"smuggled")),
        call("POST /post", answer(b"posted"), body=b"hello"),
    )
    with serving(known, limits=Limits(head_bytes=4_096, body_bytes=65_536, arrival_seconds=5.0)) as served:
        yield served


def told(server: MirrorServer, sent: bytes) -> bytes:
    """Everything that comes before the server closes, after a client that sent this and no more."""
    got = b""
    with raw_client(port_of(server)) as client, suppress(ConnectionError):
        client.sendall(sent)
        with suppress(OSError):
            client.shutdown(socket.SHUT_WR)
        got = read_all(client)
    return got


@pytest.mark.parametrize("kind", VALID)
def test_a_request_may_be_cut_at_each_byte(server: MirrorServer, kind: str) -> None:
    """Nothing but whole answers or nothing comes, never an answer to half a request, and others are served."""
    whole = VALID[kind]
    complete = told(server, whole)
    assert complete
    with talking(server) as bystander:
        for length in range(len(whole)):
            got = told(server, whole[:length])
            assert got == b"" or got.startswith(b"HTTP/1.1 "), (length, got)
            assert b"Traceback" not in got
            if kind != "pipelined":
                assert b"200 OK" not in got, (length, got)
            bystander.send(FINE)
            assert bystander.read() == FINE_ANSWER


SMUGGLING = {
    "length, then chunked": b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked, then length": b"Transfer-Encoding: chunked\r\nContent-Length: %d\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n",
    "a list of lengths": b"Content-Length: 0, %d\r\n\r\n",
    "a signed length": b"Content-Length: +0\r\nX-N: %d\r\n\r\n",
    "a length in hexadecimal": b"Content-Length: 0x0\r\nX-N: %d\r\n\r\n",
    "a length with an underscore": b"Content-Length: 0_0\r\nX-N: %d\r\n\r\n",
    "a negative length": b"Content-Length: -1\r\nX-N: %d\r\n\r\n",
    "a length beyond all": b"Content-Length: 99999999999999999999999\r\nX-N: %d\r\n\r\n",
    "a blank before the colon": b"Content-Length : %d\r\n\r\n",
    "a coding that only looks like chunked": b"Transfer-Encoding: xchunked\r\nX-N: %d\r\n\r\n0\r\n\r\n",
    "a coding behind a tab": b"Transfer-Encoding: \x0bchunked\r\nX-N: %d\r\n\r\n0\r\n\r\n",
    "chunked twice": b"Transfer-Encoding: chunked, chunked\r\nX-N: %d\r\n\r\n0\r\n\r\n",
    "chunked is not last": b"Transfer-Encoding: chunked, identity\r\nX-N: %d\r\n\r\n0\r\n\r\n",
    "a folded coding": b"Transfer-Encoding:\r\n chunked\r\nX-N: %d\r\n\r\n0\r\n\r\n",
    "a bare line feed": b"X: a\nContent-Length: 0\r\nX-N: %d\r\n\r\n",
    "a bare carriage return": b"X: a\rContent-Length: 0\r\nX-N: %d\r\n\r\n",
    "a NUL": b"X: a\x00b\r\nContent-Length: 0\r\nX-N: %d\r\n\r\n",
    "a chunk of a signed size": b"Transfer-Encoding: chunked\r\nX-N: %d\r\n\r\n+0\r\n\r\n",
    "a chunk of a size beyond all": b"Transfer-Encoding: chunked\r\nX-N: %d\r\n\r\nfffffffffffffffff\r\n",
    "a chunk whose end is missing": b"Transfer-Encoding: chunked\r\nX-N: %d\r\n\r\n1\r\naXX0\r\n\r\n",
    "a chunk that ends in a bare line feed": b"Transfer-Encoding: chunked\r\nX-N: %d\r\n\r\n1\r\na\n0\n\n",
}


@pytest.mark.parametrize("kind", SMUGGLING)
def test_no_request_hides_another_one(server: MirrorServer, kind: str) -> None:
    """What two readers could cut in two ways is refused with a reason, and nothing behind it is read."""
    head = b"POST /post HTTP/1.1\r\nHost: tags.test\r\n" + SMUGGLING[kind] % len(HIDDEN)
    got = told(server, head + HIDDEN)
    assert b"smuggled" not in got
    assert got.startswith((b"HTTP/1.1 4", b"HTTP/1.1 501 ")), got
    assert got.count(b"HTTP/1.1 ") == 1
    assert b'"error"' in got
    assert told(server, ask("GET /fine", "Connection: close")).endswith(b"fine")


@pytest.mark.parametrize(
    "kind",
    ["an endless head", "an endless target", "endless fields", "an endless chunk", "endless chunks", "pipelined"],
)
def test_what_never_ends_is_ended_without_filling_the_memory(server: MirrorServer, kind: str) -> None:
    """Thirty megabytes are sent, or as many as the server takes before it closes."""
    first, piece = {
        "an endless head": (b"", b"A" * 65_536),
        "an endless target": (b"GET /", b"a" * 65_536),
        "endless fields": (b"GET / HTTP/1.1\r\nHost: a\r\n", b"X-A: b\r\n" * 8_192),
        "an endless chunk": (
            b"POST /post HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n",
            b"a" * 65_536,
        ),
        "endless chunks": (
            b"POST /post HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"1\r\na\r\n" * 10_000,
        ),
        "pipelined": (b"", b"\r\n" * 32_768),
    }[kind]
    before = memory_kib()
    with raw_client(port_of(server)) as client, suppress(ConnectionError):
        client.sendall(first)
        for _ in range(480):
            client.sendall(piece)
        client.shutdown(socket.SHUT_WR)
        read_all(client)
    assert memory_kib() - before < 20_000
    assert told(server, ask("GET /fine", "Connection: close")).endswith(b"fine")


def memory_kib() -> int:
    """What this process holds in memory."""
    status = Path("/proc/self/status")
    if not status.exists():
        pytest.skip("not run: this system does not tell how much memory a process holds")
    return int(next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmRSS")))


def test_a_refusal_is_json_with_its_reason(server: MirrorServer) -> None:
    """Whoever sent it can read what was wrong."""
    got = told(server, b"POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab")
    error = json.loads(got.partition(b"\r\n\r\n")[2])["error"]
    assert error["code"]
    assert error["message"]
