"""No planted secret is in any byte that is stored or printed, and replay works with all of them."""

import gzip
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import brotli
import pytest
from tests.redaction.planted import BROUGHT, HANDED_OUT, PLANTS, Plant, found_in, secret_of

from truemirror.core.mirror.decision import Refuse, Replay
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Coding, Exchange, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.usecases.redact import Redactor
from truemirror.usecases.replay import Replayer

PATIENCE = 60.0


class Service(BaseHTTPRequestHandler):
    """Answers as the plants say."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Whatever is planted at this number."""
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        number = int(self.path.split("/")[1])
        plant = next(one for one in PLANTS if one.target.startswith(f"/{number}/"))
        self.send_response(plant.status, plant.reason)
        for name, value in plant.answer_fields:
            self.send_header(name, value)
        if len(plant.answer) == 1:
            self.send_header("Content-Length", str(len(plant.content)))
            self.end_headers()
            self.wfile.write(plant.content)
            return
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in (*plant.answer, b""):
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))

    def do_POST(self) -> None:
        """The same."""
        self.do_GET()

    def log_message(self, *parts: object) -> None:
        """Say nothing."""


@contextmanager
def service() -> Iterator[str]:
    """The base URL of the service."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.daemon_threads = True
    running = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    running.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        running.join()
        server.server_close()


class Command:
    """A truemirror that runs, and all that it prints."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        """Start it; its second word of an address is where it listens."""
        self.said = folder / f"{arguments[0]}.out"
        with self.said.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "truemirror", *arguments],
                cwd=folder,
                env={name: value for name, value in os.environ.items() if name != "TRUEMIRROR_CONFIG"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=out,
            )
        assert self.process.stdout is not None
        self.line = self.process.stdout.readline()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.line.split(b"http://127.0.0.1:")[1].split()[0])

    def end(self) -> bytes:
        """Ask it to end; everything that it printed."""
        self.process.send_signal(signal.SIGTERM)
        out, _ = self.process.communicate(timeout=PATIENCE)
        return self.line + out + self.said.read_bytes()


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator[Command]:
    """A command, which is gone in the end."""
    command = Command(folder, *arguments)
    try:
        yield command
    finally:
        if command.process.poll() is None:
            command.process.kill()
        command.process.communicate()


def asked(port: int, plant: Plant, target: str = "") -> tuple[int, list[tuple[str, str]], bytes]:
    """What a client gets that brings a plant's secret."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        fields = {"Accept-Encoding": "gzip, br", **dict(plant.fields)}
        connection.request(plant.method, target or plant.target, plant.body or None, fields)
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read()
    finally:
        connection.close()


def stored(folder: Path) -> bytes:
    """All bytes of all files below a folder, with their names."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return b"\n".join(str(path).encode() + b"\n" + path.read_bytes() for path in files)


def test_no_planted_secret_is_stored_or_printed_and_all_are_replayed(tmp_path: Path) -> None:
    """Through the real recorder and the real server: journal, mirror, misses and what both print."""
    with service() as url, running(tmp_path, "record", "shop", "--upstream", url) as recorder:
        for plant in PLANTS:
            assert asked(recorder.port, plant)[::2] == (plant.status, plant.content), plant.name
        journal = stored(tmp_path / "mirrors")
        assert b".jsonl" in journal
        assert found_in(journal) == []
        assert found_in(recorder.end()) == []
        assert recorder.process.returncode == 0
    assert found_in(stored(tmp_path / "mirrors")) == []
    with running(tmp_path, "serve", "shop") as server:
        for plant in PLANTS:
            status, _, body = asked(server.port, plant)
            assert status == plant.status, (plant.name, body)
        for plant in BROUGHT:
            status, fields, body = asked(server.port, plant, f"{plant.target.partition('?')[0]}/unknown")
            assert status == 501, plant.name
            assert found_in(body + repr(fields).encode()) == [], plant.name
        assert found_in(server.end()) == []


def recorded(plant: Plant, redactor: Redactor) -> Exchange:
    """A plant's exchange as it is stored."""
    return redactor.redact(exchange_of(plant), "default")


def all_of(exchange: Exchange) -> bytes:
    """Every byte that an exchange says."""
    request, answer = exchange.request, exchange.outcome
    assert isinstance(answer, Response)
    fields = repr((request.target, request.headers, answer.reason, answer.headers)).encode()
    return b"\n".join((fields, request.body, answer.body))


def exchange_of(plant: Plant) -> Exchange:
    """A plant's exchange as clients in process see it: contents without their codings."""
    undo = {"gzip": gzip.decompress, "br": brotli.decompress}
    body, content = plant.body, plant.content
    codings: tuple[Coding, ...] = ()
    answer_codings: tuple[Coding, ...] = ()
    for name, value in plant.fields:
        if name == "Content-Encoding":
            body, codings = undo[value](body), (Coding(value),)
    for name, value in plant.answer_fields:
        if name == "Content-Encoding":
            content, answer_codings = undo[value](content), (Coding(value),)
    request = Request(plant.method, plant.target, Headers(plant.fields), body, codings)
    answer = Response(plant.status, plant.reason, Headers(plant.answer_fields), content, answer_codings)
    return Exchange(request, answer)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_each_plant_is_hidden_and_found_again(plant: Plant) -> None:
    """Alone, so that nothing told the redactor before; the client that brings the secret gets its answer."""
    exchange = recorded(plant, Redactor())
    assert found_in(all_of(exchange)) == []
    mirror = Mirror("shop", scenarios=(Scenario("default", (exchange,)),))
    assert isinstance(Replayer(mirror).answer(exchange_of(plant).request), Replay)
    assert isinstance(Replayer(mirror).answer(exchange.request), Replay)


@pytest.mark.parametrize("plant", HANDED_OUT, ids=lambda plant: plant.name)
@pytest.mark.parametrize("how", ["Bearer {}", "Basic {}", "{}"])
def test_a_token_that_the_mirror_hands_out_is_taken_back(plant: Plant, how: str) -> None:
    """What a client reads in the recorded answer it may bring, and is answered; the live one is known as well."""
    redactor = Redactor()
    handed = recorded(plant, redactor)
    secret = how.format(plant.secret)
    used = redactor.redact(
        Exchange(Request("GET", "/me", Headers.of([("Authorization", secret)])), Response(200, body=b"you")), "default"
    )
    stand = used.request.headers.get("authorization")
    assert stand is not None
    replayer = Replayer(Mirror("shop", scenarios=(Scenario("default", (handed, used)),)))
    for value in (stand, how.format(stand.rpartition(" ")[2])):
        assert isinstance(replayer.answer(Request("GET", "/me", Headers.of([("Authorization", value)]))), Replay)
    other = Request("GET", "/me", Headers.of([("Authorization", how.format(secret_of("never planted")))]))
    assert isinstance(replayer.answer(other), Refuse)


def test_the_search_would_find_them() -> None:
    """What is looked for is found in what was not redacted, in each form: the corpus can fail."""
    for plant in PLANTS:
        exchange = exchange_of(plant)
        assert any(one.startswith(f"{plant.name}:") for one in found_in(all_of(exchange))), plant.name
    assert found_in(json.dumps({"a": "innocent"}).encode()) == []
