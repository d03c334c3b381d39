"""Bodies that are too large to be held: recorded into files while they pass, and replayed from them, byte for byte."""

import gzip
import hashlib
import os
import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from benchmarks.large_bodies import binary, rows
from tests.adapters.http.mirror_serving import ask, port_of, serving
from tests.adapters.http.raw_sockets import Script, raw_client, raw_server, read_all, read_until

from truemirror.adapters.http.proxy_host import ProxyThread
from truemirror.adapters.mirror_files.store import MirrorFiles
from truemirror.core.route import Route
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Response
from truemirror.core.wire.large import HELD, Large
from truemirror.usecases.cleaning import CleaningStore
from truemirror.usecases.record import Recording
from truemirror.usecases.redact import Redactor

BODY = random.Random(3).randbytes(HELD + 4_000_000)
TEXT = "".join(f"{number},customer {number},paid\n" for number in range(700_000)).encode()
assert len(TEXT) > HELD
PACKED = gzip.compress(random.Random(4).randbytes(HELD + 1_000_000), 1)
LONG = 120.0
"""Seconds to wait for a recorder that looks through 16 MiB on a busy machine."""
TOKEN = b"ghp_9fK2mQ7xR4tZ8vB1nC6yD3wE5sA0jH"
POSTED = ask("POST /files", "Connection: close", body=BODY)


def of_length(body: bytes, *lines: str) -> bytes:
    """An answer with its length."""
    head = "\r\n".join(("HTTP/1.1 200 OK", *lines, f"Content-Length: {len(body)}"))
    return head.encode() + b"\r\n\r\n" + body


ANSWERS = {
    "/length": of_length(BODY, "Content-Type: application/octet-stream"),
    "/text": of_length(TEXT, "Content-Type: text/csv"),
    "/packed": of_length(PACKED, "Content-Encoding: gzip"),
    "/part": of_length(BODY, f"Content-Range: bytes 5-{len(BODY) + 4}/99999999").replace(b"200 OK", b"206 Partial"),
    "/chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    + b"%x\r\n%b\r\n0\r\nX-Sum: 1\r\n\r\n" % (len(BODY), BODY),
    "/close": b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + BODY,
    "/cut": b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (2 * len(BODY)) + BODY,
    "/secret": of_length(TEXT + b"token: " + TOKEN, "Content-Type: text/csv"),
    "/echo": of_length(TEXT + b"tQ7!xK2mR4zB", "Content-Type: text/csv"),
    "/small": of_length(b"small"),
}


def service(connection: socket.socket, number: int) -> None:
    """Answers by path and closes; takes what is posted."""
    connection.settimeout(LONG)
    head = read_until(connection, b"\r\n\r\n")
    head, _, rest = head.partition(b"\r\n\r\n")
    if head.startswith(b"POST"):
        left = int(head.lower().partition(b"content-length: ")[2].split()[0]) - len(rest)
        while left:
            left -= len(connection.recv(min(left, 1 << 20)))
        connection.sendall(of_length(b"taken", "Connection: close"))
    else:
        connection.sendall(ANSWERS[head.split()[1].decode()])


@contextmanager
def recording(folder: Path, script: Script = service, *, cleaning: bool = False) -> Iterator[tuple[int, Recording]]:
    """The port of a recorder, as the command line puts it together."""
    with raw_server(script) as server:
        files, redactor = MirrorFiles(folder), Redactor()
        store = CleaningStore(files, redactor, os.getpid) if cleaning else files
        with Recording([Route("tags", server.url)], store, ProxyThread(), redactor) as under_way:
            yield int(under_way.standing[0].url.rpartition(":")[2]), under_way


def said(port: int, request: bytes) -> bytes:
    """Everything that comes of a request, until the connection ends."""
    with raw_client(port) as client:
        client.settimeout(LONG)
        client.sendall(request)
        return read_all(client)


def content(answer: bytes) -> bytes:
    """What comes after the head, less the chunks that it comes in; trailers stay."""
    head, _, left = answer.partition(b"\r\n\r\n")
    if b"chunked" not in head:
        return left
    pieces: list[bytes] = []
    place = 0
    while size := int(left[place : left.index(b"\r\n", place)], 16):
        start = left.index(b"\r\n", place) + 2
        pieces.append(left[start : start + size])
        place = start + size + 2
    return b"".join((*pieces, left[place:]))


def exchanges(folder: Path) -> tuple[Exchange, ...]:
    """What was recorded."""
    return tuple(exchange for _, _, exchange in MirrorFiles(folder).load("tags").places())


def bodies(folder: Path) -> set[str]:
    """The files of bodies."""
    return {path.name for path in (folder / "tags/0/bodies").glob("[0-9a-f]*")}


@pytest.mark.parametrize("path", ["/length", "/text", "/packed", "/part", "/chunked", "/close"])
def test_an_answer_passes_is_kept_and_comes_again(path: str, tmp_path: Path) -> None:
    """Length, text, coding, range, chunks and end are what they were, while recording and on replay."""
    request = ask(f"GET {path}", "Connection: close")
    with recording(tmp_path) as (port, _):
        assert content(said(port, request)) == content(ANSWERS[path])
    (exchange,) = exchanges(tmp_path)
    assert isinstance(exchange.outcome, Response)
    kept = exchange.outcome.body
    assert isinstance(kept, Large)
    assert bodies(tmp_path) == {kept.sha256}
    assert hashlib.sha256((tmp_path / "tags/0/bodies" / kept.sha256).read_bytes()).hexdigest() == kept.sha256
    with serving(MirrorFiles(tmp_path).load("tags")) as server:
        assert content(said(port_of(server), request)) == content(ANSWERS[path])


def test_an_upload_is_recognised_by_its_bytes(tmp_path: Path) -> None:
    """The same bytes are answered, others are a miss."""
    with recording(tmp_path) as (port, _):
        assert said(port, POSTED).endswith(b"taken")
    assert bodies(tmp_path) == {hashlib.sha256(BODY).hexdigest()}
    with serving(MirrorFiles(tmp_path).load("tags")) as server:
        assert said(port_of(server), POSTED).endswith(b"taken")
        other = said(port_of(server), ask("POST /files", "Connection: close", body=BODY[:-1] + b"!"))
        assert other.startswith(b"HTTP/1.1 501 ")


def test_an_answer_that_was_cut_is_cut_again(tmp_path: Path) -> None:
    """At the same byte."""
    request = ask("GET /cut", "Connection: close")
    with recording(tmp_path) as (port, _):
        assert content(said(port, request)) == BODY
    (exchange,) = exchanges(tmp_path)
    assert isinstance(exchange.outcome, Fault)
    assert exchange.outcome.kind is FaultKind.TRUNCATED
    with serving(MirrorFiles(tmp_path).load("tags")) as server:
        assert content(said(port_of(server), request)) == BODY


def test_a_secret_is_never_stored(tmp_path: Path) -> None:
    """The answer passes; the exchange is not recorded, and that is counted and told with a reason."""
    token = ask("GET /secret", "Connection: close")
    echo = ask("GET /echo", "Connection: close", "Authorization: Bearer tQ7!xK2mR4zB")
    with recording(tmp_path) as (port, under_way):
        assert content(said(port, token)) == content(ANSWERS["/secret"])
        assert content(said(port, echo)) == content(ANSWERS["/echo"])
        assert said(port, ask("GET /small", "Connection: close")).endswith(b"small")
        (done,) = under_way.finish()
    assert done.lost == {"a large body holds a token": 1, "a large body holds a known secret": 1}
    assert [one.request.target for one in exchanges(tmp_path)] == ["/small"]
    assert all("too large to be changed" in error.what for error in under_way.trouble)
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert TOKEN not in stored
    assert b"tQ7!xK2mR4zB" not in stored


def test_a_secret_that_is_known_later_takes_the_body_out(tmp_path: Path) -> None:
    """With its exchange, when the recording ends, and that is counted."""
    late = ask("GET /small", "Connection: close", "Authorization: Bearer tQ7!xK2mR4zB")
    with recording(tmp_path, cleaning=True) as (port, under_way):
        said(port, ask("GET /echo", "Connection: close"))
        said(port, ask("GET /length", "Connection: close"))
        said(port, late)
        (done,) = under_way.finish()
    assert sorted(one.request.target for one in exchanges(tmp_path)) == ["/length", "/small"]
    assert bodies(tmp_path) == {hashlib.sha256(BODY).hexdigest()}
    assert done.lost == {"a large body held a secret that was known later": 1}


def test_what_is_recorded_again_changes_no_file(tmp_path: Path) -> None:
    """Neither the body nor the line that names it."""
    request = ask("GET /length", "Connection: close")
    seen = []
    for _ in range(2):
        with recording(tmp_path) as (port, _):
            said(port, request)
        seen.append({path: path.read_bytes() for path in tmp_path.rglob("0*.json")})
    (first, second) = seen
    assert len(first) == 1
    assert {path: b"elapsed" in text for path, text in first.items()} == dict.fromkeys(second, True)
    assert len(bodies(tmp_path)) == 1


def test_a_body_that_nobody_names_any_more_is_removed(tmp_path: Path) -> None:
    """With the exchange that had it."""
    with recording(tmp_path) as (port, _):
        said(port, ask("GET /length", "Connection: close", "X-Truemirror-Session: one"))
    assert bodies(tmp_path)
    with recording(tmp_path) as (port, _):
        said(port, ask("GET /small", "Connection: close", "X-Truemirror-Session: one"))
    assert not bodies(tmp_path)


def test_a_file_that_vanishes_while_it_is_sent_breaks_the_connection(tmp_path: Path) -> None:
    """Half an answer never looks like a whole one."""
    with recording(tmp_path) as (port, _):
        said(port, ask("GET /chunked", "Connection: close"))
    with serving(MirrorFiles(tmp_path).load("tags")) as server, raw_client(port_of(server)) as client:
        client.settimeout(LONG)
        client.sendall(ask("GET /chunked", "Connection: close"))
        got = client.recv(1_000)
        for name in bodies(tmp_path):
            (tmp_path / "tags/0/bodies" / name).unlink()
        with suppress(ConnectionError):
            got += read_all(client)
    assert got.startswith(b"HTTP/1.1 200 OK")
    assert not got.endswith(b"0\r\nX-Sum: 1\r\n\r\n")


def test_memory_stays_flat() -> None:
    """Recorder and server grow by less than a third of what passes, whichever way it goes."""
    for one in rows(64, (2,), binary()):
        assert one.grown < 64 * 2 / 3, one
    assert HELD < 64 * 1024 * 1024


@pytest.mark.nightly
@pytest.mark.parametrize("clients", [1, 4])
def test_memory_stays_flat_with_a_gibibyte(clients: int) -> None:
    """The same with more than sixteen times as much."""
    for one in rows(1024, (clients,), binary()):
        assert one.grown < 128, one
