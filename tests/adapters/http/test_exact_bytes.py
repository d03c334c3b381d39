"""What is sent again to the byte: informational answers, and coded bodies that their answer vouches for."""

import gzip
import hashlib
from base64 import b64encode

import pytest
from tests.adapters.http.mirror_serving import answer, ask, call, fields, mirror, port_of, serving
from tests.adapters.http.proxying import proxied, talk
from tests.adapters.http.raw_sockets import answering, raw_client, read_all

from truemirror.core.wire.exchange import Interim, Response
from truemirror.usecases.redact import Redactor

TEXT = b'{"text": "' + b"to and fro, " * 40 + b'"}'
CODED = gzip.compress(TEXT, 9, mtime=12345)
DIGEST = f"sha-256=:{b64encode(hashlib.sha256(CODED).digest()).decode()}:"


def test_informational_answers_come_again_before_the_answer() -> None:
    """To clients of HTTP/1.1; HTTP/1.0 knows none."""
    hints = (Interim(102, "Processing"), Interim(103, "Early Hints", fields(("Link", "</a.css>; rel=preload"))))
    with serving(mirror(call("GET /a", answer(b"yes", interims=hints)))) as server:
        with raw_client(port_of(server)) as client:
            client.sendall(ask("GET /a", "Connection: close"))
            got = read_all(client)
        assert got.startswith(
            b"HTTP/1.1 102 Processing\r\n\r\n"
            b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 200 "
        )
        with raw_client(port_of(server)) as client:
            client.sendall(b"GET /a HTTP/1.0\r\nHost: tags.test\r\n\r\n")
            assert read_all(client).startswith(b"HTTP/1.1 200 ")


def recorded(*lines: str) -> Response:
    """A recorded gzip answer with further fields."""
    head = "\r\n".join(("HTTP/1.1 200 OK", "Content-Encoding: gzip", f"Content-Length: {len(CODED)}", *lines))
    with proxied(answering(head.encode() + b"\r\n\r\n" + CODED)) as proxy:
        talk(proxy.port, b"GET /a HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n")
        return proxy.response()


@pytest.mark.parametrize("line", [f"Content-Digest: {DIGEST}", 'ETag: "strong"', "Content-MD5: AAAA"])
def test_coded_bytes_that_an_answer_vouches_for_are_sent_again(line: str) -> None:
    """The body is readable all the same, and a client that takes no gzip gets it."""
    response = recorded(line)
    assert (response.body, response.coded) == (TEXT, CODED)
    with serving(mirror(call("GET /a", response, ("Accept-Encoding", "gzip")))) as server:
        for wanted, body in (("gzip", CODED), ("identity", TEXT)):
            with raw_client(port_of(server)) as client:
                client.sendall(ask("GET /a", f"Accept-Encoding: {wanted}", "Connection: close"))
                assert read_all(client).endswith(b"\r\n\r\n" + body)


@pytest.mark.parametrize("line", ["X-Nothing: at all", 'ETag: W/"weak"'])
def test_other_coded_bytes_are_made_anew(line: str) -> None:
    """Nobody can tell, so they are not kept."""
    assert recorded(line).coded == b""


def test_coded_bytes_go_with_what_they_said() -> None:
    """Where a secret is taken out of the content, the bytes that still hold it are not kept."""
    said = b'{"token": "sk_live_9aF3kLm2Qx7ZtR8vB1nC4dE6"}'
    response = answer(said, 200, ("Content-Type", "application/json"), coded=gzip.compress(said))
    clean = Redactor().redact(call("GET /a", response), "default").outcome
    assert isinstance(clean, Response)
    assert clean.coded == b""
    assert b"sk_live_9aF3" not in clean.body
