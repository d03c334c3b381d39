"""Real VCR.py on both sides: what it records is replayed by us, what we export is replayed by it."""

import gzip
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
import requests
import vcr

from truemirror.adapters.inprocess.board import Board
from truemirror.adapters.inprocess.seams import isolated
from truemirror.bootstrap import neighbours, recording
from truemirror.cli.main import run
from truemirror.config import load
from truemirror.core.route import Route
from truemirror.errors import ExitCode

Seen = tuple[int, list[tuple[str, str]], bytes]
Ask = Callable[[str, str, bytes | None], Seen]

WALK = [
    ("GET", "/v1/cities?of=Norway", None),
    ("GET", "/v1/packed", None),
    ("GET", "/v1/picture", None),
    ("GET", "/v1/latin", None),
    ("GET", "/v1/missing", None),
    ("HEAD", "/v1/cities", None),
    ("DELETE", "/v1/cities", None),
    ("POST", "/v1/count", b'{"by": 1}'),
    ("POST", "/v1/count", b'{"by": 1}'),
    ("GET", "/v1/cookies", None),
]


class _Live(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    count = 0

    def _answer(self) -> None:
        """As the path says."""
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        path = self.path.partition("?")[0]
        if path == "/v1/count":
            type(self).count += 1
        status, headers, body = {
            "/v1/cities": (200, [("Content-Type", "application/json")], '{"name": "Tromsø"}'.encode()),
            "/v1/packed": (200, [("Content-Encoding", "gzip")], gzip.compress(b'{"packed": true}' * 40, mtime=0)),
            "/v1/picture": (200, [("Content-Type", "image/png")], bytes(range(256))),
            "/v1/latin": (200, [("Content-Type", "text/plain; charset=ISO-8859-1")], b"Troms\xf8"),
            "/v1/count": (201, [("Content-Type", "application/json")], b'{"count": %d}' % self.count),
            "/v1/cookies": (200, [("Set-Cookie", "a=1"), ("X-Between", "x"), ("Set-Cookie", "b=2")], b"ok"),
        }.get(path, (404, [("Content-Type", "text/plain")], b"no such thing"))
        if self.command == "DELETE":
            status, headers, body = 204, [], b""
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_HEAD = do_DELETE = _answer  # noqa: N815

    def log_message(self, *parts: object) -> None:
        """Say nothing."""


@pytest.fixture
def live() -> Iterator[str]:
    """A service that runs; gives its address."""
    _Live.count = 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Live)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def _requests(method: str, url: str, body: bytes | None) -> Seen:
    with requests.Session() as session:
        session.trust_env = False
        answer = session.request(method, url, data=body, headers={"Content-Type": "application/json"}, timeout=30)
        return answer.status_code, _told(answer.headers.items()), answer.content


def _httpx(method: str, url: str, body: bytes | None) -> Seen:
    with httpx.Client(trust_env=False, timeout=30) as client:
        answer = client.request(method, url, content=body, headers={"Content-Type": "application/json"})
        return answer.status_code, _told(answer.headers.items()), answer.content


def _told(headers: object) -> list[tuple[str, str]]:
    """Header fields less those of the connection and the clock, names in one case."""
    pairs = [(name.lower(), value) for name, value in headers]  # type: ignore[attr-defined]
    return sorted(pair for pair in pairs if pair[0] not in ("connection", "date", "content-length"))


def _decoded(seen: list[Seen]) -> list[Seen]:
    """The same, less what says that a body was coded."""
    return [(status, [pair for pair in told if pair[0] != "content-encoding"], body) for status, told, body in seen]


@pytest.fixture
def project(tmp_path: Path, live: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that is told where the service is."""
    (tmp_path / "truemirror.toml").write_text('[services.cities]\nenv = "CITIES_URL"\n')
    monkeypatch.setenv("CITIES_URL", live)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("ask", [_requests, _httpx])
@pytest.mark.parametrize("decoded", [False, True])
@pytest.mark.parametrize("suffix", ["yaml", "json"])
def test_a_cassette_of_real_vcrpy_is_replayed_in_process(
    project: Path, live: str, ask: Ask, decoded: bool, suffix: str
) -> None:
    """The client sees from the mirror what it saw of the service."""
    walk = [one for one in WALK if suffix == "yaml" or one[1] not in ("/v1/packed", "/v1/picture", "/v1/latin")]
    recorder = vcr.VCR(decode_compressed_response=decoded, serializer=suffix)
    with recorder.use_cassette(str(project / f"walk.{suffix}")):
        seen = [ask(method, live + target, body) for method, target, body in walk]
    assert run(["import", "vcr", f"walk.{suffix}", "--service", "cities"]) == ExitCode.KEPT
    found = neighbours(load(project))
    with isolated(Board(found.values(), session="walk")):
        again = [ask(method, live + target, body) for method, target, body in walk]
    assert again == (_decoded(seen) if decoded else seen)


@pytest.mark.parametrize("ask", [_requests, _httpx])
def test_a_cassette_of_ours_is_replayed_by_real_vcrpy(project: Path, live: str, ask: Ask) -> None:
    """Recorded by us, exported, replayed by VCR.py without the service: the client sees the same."""
    port = live.rpartition(":")[2]
    with _recorded(project, live) as url:
        seen = [ask(method, url + target, body) for method, target, body in WALK]
    assert run(["export", "vcr", "cities", "--url", f"http://cities.example:{port}", "-o", "cities.yaml"]) == 0
    with vcr.VCR(record_mode="none").use_cassette(str(project / "cities.yaml")) as cassette:
        again = [ask(method, f"http://cities.example:{port}{target}", body) for method, target, body in WALK]
        assert cassette.all_played
    assert again == _decoded(seen)


@contextmanager
def _recorded(project: Path, live: str) -> Iterator[str]:
    """Record what passes; gives the proxy's address."""
    with recording(load(project), [Route("cities", live)]) as running:
        yield running.standing[0].url
