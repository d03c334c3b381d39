"""`truemirror serve --workers`: several processes on one port, where no answer depends on what was asked before."""

import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest

from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers

pytestmark = pytest.mark.skipif(not hasattr(socket, "SO_REUSEPORT"), reason="two processes cannot listen on one port")
PATIENCE = 60.0
Serve = Callable[..., "subprocess.Popen[str]"]


def call(target: str, text: str, method: str = "GET") -> Exchange:
    """A request and its answer."""
    body = text.encode()
    return Exchange(Request(method, target), Response(200, "OK", Headers((("Content-Length", str(len(body))),)), body))


def saved(root: Path, *exchanges: Exchange) -> Path:
    """A folder with a mirror of these exchanges."""
    mirror = Mirror("tags", "1.0.0", (Scenario("ada", exchanges),))
    MirrorFiles(root).save(mirror)
    return root


PLAIN = (call("/v1/tags", "all"), call("/v1/tags/1", "one"), call("/v1/tags", "all"))


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts the command in an empty folder; whatever still runs is killed at the end, its workers with it."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str | Path) -> "subprocess.Popen[str]":
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


def port_of(process: "subprocess.Popen[str]") -> int:
    """The port in the line that tells the address."""
    assert process.stdout is not None
    told = process.stdout.readline()
    found = re.search(r"127\.0\.0\.1:(\d+)", told)
    assert found, told
    return int(found[1])


def get(port: int, target: str, method: str = "GET", **headers: str) -> tuple[int, bytes]:
    """Status and body of a request on a connection of its own."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, target, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def ended(process: "subprocess.Popen[str]", number: int = signal.SIGTERM) -> tuple[int, str, str]:
    """Exit code and the rest of both outputs after a signal."""
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


def workers_of(process: "subprocess.Popen[str]") -> list[int]:
    """The ids of a process's children."""
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True, check=False
    )
    return [int(text) for text in found.stdout.split()]


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + 30.0
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.01)


def is_gone(pid: int) -> bool:
    """Whether a process has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_all_that_workers_answered_is_summed_up_together(serve: Serve, tmp_path: Path, number: int) -> None:
    """One address line; every connection is answered alike; hits, misses and the report are those of all workers."""
    mirrors, report = saved(tmp_path / "mirrors", *PLAIN), tmp_path / "used.json"
    process = serve("tags", "--mirrors", mirrors, "--workers", "3", "--report", report)
    port = port_of(process)
    assert len(workers_of(process)) == 3
    for _ in range(30):
        assert get(port, "/v1/tags") == (200, b"all")
    assert get(port, "/v1/tags/1") == (200, b"one")
    assert get(port, "/v1/tags/2")[0] == 501
    code, out, err = ended(process, number)
    assert (code, out) == (0, ""), err
    assert "served tags: 31 hits, 1 miss" in err
    assert "no recording answers GET /v1/tags/2" in err
    told = json.loads(report.read_text(encoding="utf-8"))["services"]["tags"]
    assert (told["hits"], told["misses"]) == (31, 1)
    assert {"1", "2"} <= set(told["used"]["ada"])


def test_connections_reach_more_than_one_worker(serve: Serve, tmp_path: Path) -> None:
    """With one worker stopped in its tracks, some connections wait for it and others are answered."""
    process = serve("tags", "--mirrors", saved(tmp_path / "mirrors", *PLAIN), "--workers", "2")
    port = port_of(process)
    stopped, _ = workers_of(process)
    os.kill(stopped, signal.SIGSTOP)
    waiting = answered = 0
    clients = []
    try:
        for _ in range(40):
            client = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
            clients.append(client)
            client.sendall(b"GET /v1/tags HTTP/1.1\r\nHost: a\r\n\r\n")
        until(lambda: any(_has_answer(client) for client in clients))
        answered = sum(_has_answer(client) for client in clients)
        waiting = len(clients) - answered
    finally:
        os.kill(stopped, signal.SIGCONT)
    assert answered
    assert waiting
    assert all(client.recv(1000).startswith(b"HTTP/1.1 200") for client in clients)
    for client in clients:
        client.close()
    assert "served tags: 40 hits" in ended(process)[2]


def _has_answer(client: socket.socket) -> bool:
    """Whether bytes are there."""
    return bool(select.select([client], [], [], 0)[0])


def test_a_worker_that_dies_is_told_and_begun_anew(serve: Serve, tmp_path: Path) -> None:
    """Whoever asks meanwhile waits; the server goes on with as many workers as before."""
    process = serve("tags", "--mirrors", saved(tmp_path / "mirrors", *PLAIN), "--workers", "2")
    port = port_of(process)
    first = workers_of(process)
    os.kill(first[0], signal.SIGKILL)
    until(lambda: len(workers_of(process)) == 2 and workers_of(process) != first)
    for _ in range(20):
        assert get(port, "/v1/tags") == (200, b"all")
    code, _, err = ended(process)
    assert code == 0
    assert "worker 1 ended by itself (SIGKILL); what it counted is lost, a new one is begun" in err


def test_workers_that_keep_dying_end_the_server(serve: Serve, tmp_path: Path) -> None:
    """More than five deaths within a minute are no accident."""
    process = serve("tags", "--mirrors", saved(tmp_path / "mirrors", *PLAIN), "--workers", "2")
    port_of(process)
    killed: set[int] = set()
    while process.poll() is None:
        for pid in set(workers_of(process)) - killed:
            killed.add(pid)
            with suppress(ProcessLookupError):  # the server gave up meanwhile and ended its other worker itself
                os.kill(pid, signal.SIGKILL)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 4
    assert "workers keep ending: 6 within a minute" in err
    assert "fix: leave --workers out" in err


def test_no_worker_outlives_its_parent(serve: Serve, tmp_path: Path) -> None:
    """Even where the parent could tell nobody that it ends."""
    process = serve("tags", "--mirrors", saved(tmp_path / "mirrors", *PLAIN), "--workers", "2")
    port_of(process)
    workers = workers_of(process)
    process.kill()
    process.wait(PATIENCE)
    until(lambda: all(is_gone(pid) for pid in workers))


def test_a_port_that_another_server_shares_is_taken(serve: Serve, tmp_path: Path) -> None:
    """SO_REUSEPORT lets processes of one user share a port; two servers never do."""
    mirrors = saved(tmp_path / "mirrors", *PLAIN)
    port = port_of(serve("tags", "--mirrors", mirrors, "--workers", "2"))
    second = serve("tags", "--mirrors", mirrors, "--workers", "2", "--port", str(port))
    _, err = second.communicate(timeout=PATIENCE)
    assert (second.returncode, f"port {port} is taken" in err) == (4, True), err


def test_control_paths_that_one_worker_cannot_answer_say_so(serve: Serve, tmp_path: Path) -> None:
    """What is the same in all is told; what one alone would tell wrongly is refused."""
    process = serve("tags", "--mirrors", saved(tmp_path / "mirrors", *PLAIN), "--workers", "2")
    port = port_of(process)
    assert get(port, "/__truemirror__/version")[0] == 200
    assert get(port, "/__truemirror__/openapi.json")[0] == 200
    for method, path in (("GET", "status"), ("GET", "journal"), ("GET", "sessions"), ("POST", "reset")):
        status, body = get(port, f"/__truemirror__/{path}", method)
        told = json.loads(body)["error"]
        assert (status, told["code"]) == (409, "several_workers")
        assert told["message"] == "2 workers answer here, and each knows its own requests only"


POLLED = (call("/v1/jobs/7", "running"), call("/v1/jobs/7", "done"), call("/v1/tags", "all"))


@pytest.mark.parametrize(
    ("exchanges", "options", "said"),
    [
        (POLLED, (), "1 request has several recorded answers"),
        (PLAIN, ("--strict",), "--strict asks what a session did before"),
        (PLAIN, ("--mode", "record", "--upstream", "tags=http://127.0.0.1:9"), "--workers is for --mode replay"),
        (PLAIN, ("--watch",), "--watch has one process look at the files"),
        (PLAIN, ("--plan", "plan.toml"), "a plan counts the calls of a session"),
    ],
)
def test_what_one_process_must_know_is_refused_beforehand(
    serve: Serve, tmp_path: Path, exchanges: tuple[Exchange, ...], options: tuple[str, ...], said: str
) -> None:
    """With the reason, before anything is served or stored."""
    (tmp_path / "plan.toml").write_text('tags = ["call 1 of GET /v1/tags: 503"]\n', encoding="utf-8")
    process = serve("tags", "--mirrors", saved(tmp_path / "mirrors", *exchanges), "--workers", "2", *options)
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (2, ""), err
    assert said in err
    assert "fix: leave " in err


def test_the_refusal_names_a_request_that_has_several_answers(serve: Serve, tmp_path: Path) -> None:
    """So that somebody can look at it."""
    process = serve("tags", "--mirrors", saved(tmp_path / "mirrors", *POLLED), "--workers", "2")
    assert "tags: GET /v1/jobs/7 has 2: " in process.communicate(timeout=PATIENCE)[1]


def test_one_worker_is_the_server_as_it_always_was(serve: Serve, tmp_path: Path) -> None:
    """Sessions and control paths work."""
    process = serve("tags", "--mirrors", saved(tmp_path / "mirrors", *POLLED), "--workers", "1")
    port = port_of(process)
    assert [get(port, "/v1/jobs/7")[1] for _ in range(2)] == [b"running", b"done"]
    assert get(port, "/__truemirror__/status")[0] == 200
    assert workers_of(process) == []
