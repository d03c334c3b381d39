"""`truemirror serve` as it is used: real processes, real signals, real ports."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers

PATIENCE = 60.0
Serve = Callable[..., "subprocess.Popen[str]"]


def mirror(service: str, recorded: str = "") -> Mirror:
    """A mirror that knows `/v1/SERVICE`."""
    body = f'{{"of": "{service}"}}'.encode()
    answer = Response(200, "OK", Headers((("Content-Length", str(len(body))),)), body)
    return Mirror(service, "1.0.0", (Scenario("ada", (Exchange(Request("GET", f"/v1/{service}"), answer),), recorded),))


@pytest.fixture
def mirrors(tmp_path: Path) -> Path:
    """A folder with the mirrors of two services."""
    store = MirrorFiles(tmp_path / "mirrors")
    store.save(mirror("deals"))
    store.save(mirror("tags"))
    return store.root


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts the command in an empty folder; whatever still runs is killed at the end."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str | Path | int) -> "subprocess.Popen[str]":
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("TRUEMIRROR", "COV"))}
        process = subprocess.Popen(
            [sys.executable, "-m", "truemirror", "serve", *map(str, arguments)],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def line(process: "subprocess.Popen[str]") -> str:
    """The next line of standard output."""
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


def address(told: str) -> tuple[str, int]:
    """Host and port in a line `serving NAME: http://HOST:PORT  ...`."""
    host, _, port = told.split("http://")[1].split()[0].partition("/")[0].rpartition(":")
    return host, int(port)


def get(told: str, target: str, **headers: str) -> tuple[int, bytes]:
    """Status and body of a GET at the address in a line."""
    connection = HTTPConnection(*address(told), timeout=PATIENCE)
    try:
        connection.request("GET", target, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def ended(process: "subprocess.Popen[str]", number: int = signal.SIGTERM) -> tuple[int, str, str]:
    """Exit code and the rest of both outputs after a signal."""
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_all_mirrors_are_served_until_a_signal(serve: Serve, mirrors: Path, number: int) -> None:
    """A line each, once they answer; then a clean end and a summary of what was asked."""
    process = serve("--mirrors", mirrors)
    lines = [line(process), line(process)]
    assert [one.partition(": ")[0] for one in lines] == ["serving deals", "serving tags"]
    assert all(one.endswith("  1 recording, 1 scenario") for one in lines)
    assert get(lines[0], "/v1/deals") == (200, b'{"of": "deals"}')
    assert get(lines[1], "/v1/tags") == (200, b'{"of": "tags"}')
    assert get(lines[1], "/v1/tag")[0] == 501
    code, out, err = ended(process, number)
    assert (code, out) == (0, "")
    assert "served deals: 1 hit, 0 misses, 0 of 1 recording unused" in err
    assert "served tags: 1 hit, 1 miss, 0 of 1 recording unused" in err
    assert "no recording answers GET /v1/tag: " in err


def test_open_connections_do_not_keep_it_alive(serve: Serve, mirrors: Path) -> None:
    """Clients that pool their connections do not delay the end."""
    process = serve("tags", "--mirrors", mirrors)
    with socket.create_connection(address(line(process)), timeout=PATIENCE) as client:
        client.sendall(b"GET /v1/tags HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.recv(1000).startswith(b"HTTP/1.1 200")
        assert ended(process)[0] == 0
        assert client.recv(1) == b""


def test_named_services_are_served_on_named_ports(serve: Serve, mirrors: Path) -> None:
    """The first at the port, the others behind it."""
    for _ in range(5):  # the port behind a free one may be taken
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        process = serve("tags", "deals", "--mirrors", mirrors, "--port", str(port))
        lines = [line(process), line(process)]
        if lines[0]:
            break
    assert [one.split()[1] for one in lines] == ["tags:", "deals:"]
    assert [address(one) for one in lines] == [("127.0.0.1", port), ("127.0.0.1", port + 1)]


def test_one_port_serves_all(serve: Serve, mirrors: Path) -> None:
    """Below a path each."""
    process = serve("--mirrors", mirrors, "--one-port")
    lines = [line(process), line(process)]
    assert address(lines[0]) == address(lines[1])
    assert get(lines[0], "/tags/v1/tags") == (200, b'{"of": "tags"}')
    assert get(lines[0], "/deals/v1/deals") == (200, b'{"of": "deals"}')


def test_a_program_can_read_all_of_it(serve: Serve, mirrors: Path) -> None:
    """Addresses first, the summary at the end, a line of JSON each."""
    process = serve("tags", "--mirrors", mirrors, "--json")
    serving = json.loads(line(process))["serving"]["tags"]
    assert (serving["recordings"], serving["scenarios"], serving["version"]) == (1, 1, "1.0.0")
    assert get(serving["url"], "/v1/tags")[0] == 200
    code, out, _ = ended(process)
    assert code == 0
    assert json.loads(out)["summary"]["tags"]["hits"] == 1


def test_what_answered_is_told_in_a_report(serve: Serve, mirrors: Path, tmp_path: Path) -> None:
    """Which `truemirror coverage --used` reads; what nobody asked for is not in it."""
    process = serve("--mirrors", mirrors, "--report", "told/used.json")
    deals = line(process)
    get(deals, "/v1/deals")
    get(deals, "/v1/nothing")
    code, _, _ = ended(process)
    told = json.loads((tmp_path / "told/used.json").read_text())
    assert code == 0
    assert list(told["services"]["deals"]["used"]["ada"]) == ["1"]
    assert (told["services"]["deals"]["hits"], told["services"]["deals"]["misses"]) == (1, 1)
    assert told["services"]["tags"]["used"] == {}


def test_a_port_in_use_is_an_error_with_a_fix(serve: Serve, mirrors: Path) -> None:
    """Nothing is served, and the exit code says that the outside failed."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = serve("tags", "--mirrors", mirrors, "--port", str(port))
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 4
    assert out == ""
    assert f"127.0.0.1:{port}: port {port} is taken" in err
    assert "--port" in err
    assert "Traceback" not in err


def test_a_corrupt_mirror_keeps_no_other_from_being_served(serve: Serve, mirrors: Path) -> None:
    """Its error names the file; the others answer."""
    broken = next(mirrors.glob("deals/*/mirror.json"))
    broken.write_text('{"format": 1, "serv')
    process = serve("--mirrors", mirrors)
    told = line(process)
    assert get(told, "/v1/tags")[0] == 200
    code, _, err = ended(process)
    assert code == 0
    assert "deals is not served" in err
    assert str(broken) in err
    assert "Traceback" not in err


def test_only_corrupt_mirrors_are_nothing_to_serve(serve: Serve, mirrors: Path) -> None:
    """The command ends, and says that it could not run."""
    next(mirrors.glob("deals/*/mirror.json")).write_text("")
    process = serve("deals", "--mirrors", mirrors)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 4
    assert "deals is not served" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("tagz",), ("there is no mirror of 'tagz'", "nearest: tags")),
        (("tags", "--mode", "spy"), ("mode spy asks the live service", "--upstream tags=URL")),
        (("tags", "--upstream", "deals=http://127.0.0.1:1"), ("which is not served",)),
        (("tags", "--upstream", "http://127.0.0.1:1"), ("is not SERVICE=URL",)),
        (("--port", "65535"), ("there are no 2 ports from 65535 on",)),
        (("--mirrors", "nowhere"), ("no mirrors were recorded yet", "truemirror record")),
    ],
)
def test_wrong_usage_is_told_with_a_fix(
    serve: Serve, mirrors: Path, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    """What is wrong, and what would be right."""
    process = serve("--mirrors", mirrors, *arguments)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert all(word in err for word in words), err


def test_a_stale_mirror_is_served_with_a_warning(serve: Serve, mirrors: Path, tmp_path: Path) -> None:
    """Unless the configuration refuses it; then the client hears why."""
    MirrorFiles(mirrors).save(mirror("tags", recorded="2020-01-01"))
    config = tmp_path / "truemirror.toml"
    config.write_text('mirrors = "mirrors"\nmax_age_days = 30\n')
    process = serve("tags")
    assert get(line(process), "/v1/tags")[0] == 200
    assert "warning: the mirror of tags is stale: its oldest scenario was recorded" in ended(process)[2]
    config.write_text('mirrors = "mirrors"\nmax_age_days = 30\nstale = "refuse"\n')
    process = serve("tags")
    status, body = get(line(process), "/v1/tags")
    assert status == 501
    assert "the mirror is stale" in json.loads(body)["error"]["message"]


class Live(BaseHTTPRequestHandler):
    """A live service."""

    def do_GET(self) -> None:
        """Say that it is live."""
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"live")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is the library's)
        """Say nothing."""


@pytest.fixture
def live() -> Iterator[str]:
    """The address of a live service."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Live)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_is_missing_is_recorded_from_the_live_service(serve: Serve, mirrors: Path, live: str) -> None:
    """After the command has ended, the mirror holds it."""
    process = serve("tags", "--mirrors", mirrors, "--mode", "record-missing", "--upstream", f"tags={live}")
    told = line(process)
    assert get(told, "/v1/tags") == (200, b'{"of": "tags"}')
    assert get(told, "/v1/new") == (200, b"live")
    code, _, err = ended(process)
    assert code == 0, err
    assert "1 forwarded, 1 stored" in err
    targets = {exchange.request.target for _, _, exchange in MirrorFiles(mirrors).load("tags").places()}
    assert targets == {"/v1/tags", "/v1/new"}


def test_nothing_is_held_where_the_port_is_taken(serve: Serve, tmp_path: Path, live: str) -> None:
    """A recorder that cannot listen leaves no trace of a mirror."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        options = ("--mode", "record", "--upstream", f"new={live}", "--port", other.getsockname()[1])
        process = serve("new", "--mirrors", tmp_path / "made", *options)
        _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, "is taken" in err) == (4, True), err
    assert not list(tmp_path.glob("made/**/*"))


def test_a_service_without_a_mirror_can_be_recorded_by_serving_it(serve: Serve, tmp_path: Path, live: str) -> None:
    """Nothing has to exist beforehand."""
    process = serve("new", "--mirrors", tmp_path / "made", "--mode", "record", "--upstream", f"new={live}")
    assert get(line(process), "/v1/x") == (200, b"live")
    assert ended(process)[0] == 0
    assert len(MirrorFiles(tmp_path / "made").load("new")) == 1


def test_two_versions_answer_side_by_side(mirrors: Path, serve: Serve) -> None:
    """Each at its own address with its own recording, and each is summed up by its name; so it is on one port."""
    newer = Response(200, "OK", Headers((("Content-Length", "3"),)), b"new")
    call = Exchange(Request("GET", "/v1/tags"), newer)
    MirrorFiles(mirrors).save(Mirror("tags", "1.1.0", (Scenario("ada", (call,)),)))
    process = serve("tags@1.0.0", "tags@1.1.0", "--mirrors", mirrors, "--report", "used.json")
    old, new = line(process), line(process)
    assert old.startswith("serving tags@1.0.0: ")
    assert [get(old, "/v1/tags")[1], get(new, "/v1/tags")[1], get(old, "/v1/tags")[1]] == [
        b'{"of": "tags"}',
        b"new",
        b'{"of": "tags"}',
    ]
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=PATIENCE)
    assert "served tags@1.0.0: 2 hits, 0 misses" in errors
    assert "served tags@1.1.0: 1 hit, 0 misses" in errors
    used = json.loads((mirrors.parent / "used.json").read_text())["services"]
    assert {name: one["version"] for name, one in used.items()} == {"tags@1.0.0": "1.0.0", "tags@1.1.0": "1.1.0"}
    both = serve("tags@1.0.0", "tags@1.1.0", "--mirrors", mirrors, "--one-port")
    old, new = line(both), line(both)
    assert [get(old, "/tags@1.0.0/v1/tags")[1], get(new, "/tags@1.1.0/v1/tags")[1]] == [b'{"of": "tags"}', b"new"]
