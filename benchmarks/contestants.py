"""Everybody who serves recordings: us, and each peer that is installed, started on loopback and pinned to one core."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.recordings import body_of, mirror_of, path_of
from truemirror.adapters.mirror_files import MirrorFiles

PEERS = Path(__file__).parent / "peers" / "node_modules"
SERVER_CORE, LOAD_CORE = "0", "1"
_PATIENCE_S = 180.0


@dataclass(frozen=True, slots=True)
class Contestant:
    """A server of recordings."""

    name: str
    command: Callable[[Path, int, int], Sequence[str]]
    """From a folder of its own, a port and a number of recordings to what is started."""
    available: Callable[[], bool]
    most: int = 100_000
    """More recordings than this are not asked of it."""
    cores: str = SERVER_CORE
    """Those that it may use."""


def pinned(core: str, command: Sequence[str]) -> list[str]:
    """A command on one core, where that can be asked for."""
    return ["taskset", "-c", core, *command] if shutil.which("taskset") and (os.cpu_count() or 1) > 1 else list(command)


def free_port() -> int:
    """A port on loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(contestant: Contestant, count: int) -> Iterator[tuple[int, int]]:
    """Start a contestant, wait until it answers, give its port and process group, end it."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        port = free_port()
        command = pinned(contestant.cores, contestant.command(Path(folder), port, count))
        with (Path(folder) / "output.log").open("wb") as output:
            started = subprocess.Popen(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
            try:
                _wait(started, port, path_of(count - 1), Path(folder) / "output.log")
                yield port, started.pid
            finally:
                os.killpg(started.pid, signal.SIGKILL)
                started.wait()


def processor_seconds(group: int) -> float:
    """What all processes of a group have used of the processor so far."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _wait(started: "subprocess.Popen[bytes]", port: int, path: str, log: Path) -> None:
    """Until the last recording is answered with 200."""
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        if started.poll() is not None:
            break
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"it does not answer on port {port}:\n{log.read_text(errors='replace')[-2000:]}")


def _truemirror(folder: Path, port: int, count: int) -> Sequence[str]:
    """Our mirror server."""
    MirrorFiles(folder / "mirrors").save(mirror_of(count))
    mirrors = str(folder / "mirrors")
    return [sys.executable, "-m", "truemirror", "serve", "items", "--mirrors", mirrors, "--port", str(port)]


def _workers(folder: Path, port: int, count: int) -> Sequence[str]:
    """Our mirror server by two processes, which share one of their two cores with the load."""
    return [*_truemirror(folder, port, count), "--workers", "2"]


def _nginx(folder: Path, port: int, count: int) -> Sequence[str]:
    """The bare answer of a web server, whatever is asked: the limit."""
    body = body_of(1).decode()
    (folder / "nginx.conf").write_text(
        f"daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;\n"
        "events { worker_connections 1024; }\n"
        f"http {{ access_log off; keepalive_requests 1000000000; default_type application/json;\n"
        f"client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};\n"
        f"uwsgi_temp_path {folder}; scgi_temp_path {folder};\n"
        f"server {{ listen 127.0.0.1:{port}; location / {{ return 200 '{body}'; }} }} }}\n"
    )
    return [shutil.which("nginx") or "nginx", "-c", str(folder / "nginx.conf")]


def _wiremock(folder: Path, port: int, count: int) -> Sequence[str]:
    """WireMock, without its request journal."""
    mappings = [
        {
            "request": {"method": "GET", "urlPath": path_of(number)},
            "response": {
                "status": 200,
                "headers": {"Content-Type": "application/json"},
                "body": body_of(number).decode(),
            },
        }
        for number in range(count)
    ]
    (folder / "mappings").mkdir()
    (folder / "__files").mkdir()
    (folder / "mappings" / "all.json").write_text(json.dumps({"mappings": mappings}))
    jar = next((PEERS / "wiremock" / "build").glob("*.jar"))
    options = ["--bind-address", "127.0.0.1", "--no-request-journal", "--disable-banner", "--root-dir", str(folder)]
    return ["java", "-jar", str(jar), "--port", str(port), *options]


def _mountebank(folder: Path, port: int, count: int) -> Sequence[str]:
    """Mountebank, one imposter with a stub per recording."""
    stubs = [
        {
            "predicates": [{"equals": {"method": "GET", "path": path_of(number)}}],
            "responses": [
                {
                    "is": {
                        "statusCode": 200,
                        "headers": {"Content-Type": "application/json"},
                        "body": body_of(number).decode(),
                    }
                }
            ],
        }
        for number in range(count)
    ]
    imposter = {"port": port, "protocol": "http", "host": "127.0.0.1", "stubs": stubs}
    (folder / "imposters.json").write_text(json.dumps({"imposters": [imposter]}))
    program = str(PEERS / "mountebank" / "bin" / "mb")
    options = ["--configfile", str(folder / "imposters.json"), "--port", str(free_port()), "--nologfile", "--localOnly"]
    return ["node", program, "start", *options, "--loglevel", "error", "--pidfile", str(folder / "mb.pid")]


def _jar() -> bool:
    """Whether WireMock's program is there."""
    return shutil.which("java") is not None and any((PEERS / "wiremock" / "build").glob("*.jar"))


CONTESTANTS = (
    Contestant("truemirror", _truemirror, lambda: True),
    Contestant("truemirror --workers 2", _workers, lambda: True, cores=f"{SERVER_CORE},{LOAD_CORE}"),
    Contestant("nginx return 200", _nginx, lambda: shutil.which("nginx") is not None),
    Contestant("WireMock", _wiremock, _jar, most=10_000),
    Contestant("Mountebank", _mountebank, lambda: (PEERS / "mountebank").is_dir(), most=10_000),
)
"""In the order of the table."""
