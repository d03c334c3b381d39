"""Requests that the recording proxy does not take."""

import socket

import pytest
from tests.adapters.http.proxying import proxied
from tests.adapters.http.raw_sockets import (
    answering,
    raw_client,
    read_all,
    read_until,
)

GET = b"GET /v1/tags HTTP/1.1\r\nHost: proxy\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def post(body: bytes, more: bytes = b"") -> bytes:
    """A request with a body of known length."""
    return b"POST /v1/tags HTTP/1.1\r\nHost: proxy\r\nContent-Length: %d\r\n%b\r\n%b" % (len(body), more, body)


# requests that are not taken

MALFORMED = {
    "both lengths": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "both, other order": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "a list of lengths": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc",
    "a signed length": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc",
    "chunked is not last": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "chunked twice": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
    "a blurred coding": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a folded line": b"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n",
    "a blank before the colon": b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
    "a bare line feed": b"GET / HTTP/1.1\nHost: a\n\n",
    "a bare line feed in a field": b"GET / HTTP/1.1\r\nHost: a\r\nX: a\nY: b\r\n\r\n",
    "NUL in a value": b"GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n",
    "NUL in the target": b"GET /a\x00b HTTP/1.1\r\nHost: a\r\n\r\n",
    "a blank in the target": b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "no method": b"/ HTTP/1.1\r\nHost: a\r\n\r\n",
    "an unknown method": b"FROB / HTTP/1.1\r\nHost: a\r\n\r\n",
    "no target": b"GET HTTP/1.1\r\nHost: a\r\n\r\n",
    "a star for GET": b"GET * HTTP/1.1\r\nHost: a\r\n\r\n",
    "noise": b"\x00\x01\x02\x03\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}  # fmt: skip


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_request_is_refused(name: str) -> None:
    """It is told why, reaches nobody and is not recorded."""
    seen: list[bytes] = []
    with proxied(answering(OK, seen=seen)) as proxy, raw_client(proxy.port) as client:
        client.sendall(MALFORMED[name])
        got = read_all(client)
        status = int(got.split(b" ")[1])
        assert status in (400, 501), got
        assert b'{"error":{"code":"' in got
        assert b"\r\nConnection: close\r\n" in got
    assert (seen, proxy.recorded) == ([], [])


def test_http2_is_begun_on_a_connection_of_its_own() -> None:
    """Behind a request in HTTP/1.1 its preface is no request."""
    with proxied(answering(OK)) as proxy, raw_client(proxy.port) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        got = read_all(client)
    assert got.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 400 " in got


@pytest.mark.parametrize(
    "chunk", [b"zz\r\n", b"-1\r\n", b"0x3\r\nabc", b"FFFFFFFFFFFFFFFFF\r\n", b"3\nabc", b"3\r\nabcX"]
)
def test_bad_chunks_end_the_request(chunk: bytes) -> None:
    """A body that cannot be read is refused, and its request is not recorded."""

    def script(connection: socket.socket, number: int) -> None:
        read_all(connection)

    with proxied(script) as proxy, raw_client(proxy.port) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk)
        assert read_all(client).startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert proxy.recorded == []


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        (b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 405, b"no_tunnel"),
        (b"GET http://elsewhere.example/ HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n", 421, b"not_ours"),
        (b"GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, b"malformed_request"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: other/1\r\nConnection: upgrade\r\n\r\n", 501, b"upgrade_"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n", 400, b"malformed_r"),
        (b"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505, b"http_version"),
        (b"GET /\r\n\r\n", 505, b"http_version"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 200_000, 431, b"head_too_large"),
        (b"GET /" + b"y" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 431, b"head_too_large"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501, b"transfer_coding"),
    ],
)  # fmt: skip
def test_what_is_not_supported_is_said(request_: bytes, status: int, code: bytes) -> None:
    """Each with its status and a stable code."""
    seen: list[bytes] = []
    with proxied(answering(OK, seen=seen)) as proxy, raw_client(proxy.port) as client:
        client.sendall(request_)
        got = read_all(client)
        assert got.startswith(b"HTTP/1.1 %d " % status)
        assert b'"code":"%b' % code in got
    assert (seen, proxy.recorded) == ([], [])


def test_requests_before_a_malformed_one_are_answered() -> None:
    """The refusal comes in its turn."""
    with proxied(answering(OK)) as proxy, raw_client(proxy.port) as client:
        client.sendall(GET + GET + b"NONSENSE\r\n\r\n" + GET)
        got = read_all(client)
        assert got.startswith(OK + OK + b"HTTP/1.1 400 ")
        assert len(proxy.recorded) == 2


def test_a_habitual_offer_of_http_2_is_ignored() -> None:
    """h2c is offered by clients that speak HTTP/1.1 as well; bodies are read all the same."""
    seen: list[bytes] = []
    offer = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
    with proxied(answering(OK, seen=seen)) as proxy, raw_client(proxy.port) as client:
        client.sendall(post(b"hello", offer) + GET)
        assert read_until(client, OK + OK) == OK + OK
        assert [exchange.request.body for exchange in proxy.wait_for(2)] == [b"hello", b""]
    assert b"h2c" not in b"".join(seen)
