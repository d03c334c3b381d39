"""`truemirror record` as it is used: a real service, real signals, real files."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.core.mirror.model import Mirror

PATIENCE = 60.0
TOKEN = "sk_live_9aF3kLm2Qx7ZtR8vB1nC4dE6"  # planted
DRIVE = """
import os, sys, urllib.error, urllib.request

def ask(path, data=None, **headers):
    request = urllib.request.Request(os.environ["TAGS_URL"] + path, data, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.read()

print(ask("/v1/tags").decode())
ask("/v1/tags", b'{"name": "new"}', **{"Content-Type": "application/json", "X-Truemirror-Session": "tests/a.py::b"})
ask("/missing", Authorization="Bearer sk_live_9aF3kLm2Qx7ZtR8vB1nC4dE6")
"""


class Tags(BaseHTTPRequestHandler):
    """A small service."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """One resource, and nothing else."""
        if self.path.startswith("/v1/tags"):
            self.answer(200, {"items": [{"id": "t1", "name": "Grün"}], "metadata": {"total": 1}})
        else:
            self.answer(404, {"error": {"code": "not_found", "message": "no such thing"}})

    def do_POST(self) -> None:
        """Say what came."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(201, json.loads(body))

    def answer(self, status: int, document: object) -> None:
        """Answer with JSON."""
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Say nothing."""


@pytest.fixture
def service() -> Iterator[str]:
    """The base URL of a running service."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Tags)
    server.daemon_threads = True
    running = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    running.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    running.join()
    server.server_close()


class RecordCommand:
    """Runs `truemirror record` in an empty project."""

    def __init__(self, folder: Path) -> None:
        """In this folder."""
        self.folder = folder
        self.started: list[subprocess.Popen[str]] = []

    def __call__(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start it; its output can be read."""
        return self.start(sys.executable, "-m", "truemirror", "record", *arguments)

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start some command."""
        environment = {name: value for name, value in os.environ.items() if name != "TRUEMIRROR_CONFIG"}
        pipes: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.started.append(subprocess.Popen(arguments, cwd=self.folder, env=environment, text=True, **pipes))
        return self.started[-1]


@pytest.fixture
def record(tmp_path: Path) -> Iterator[RecordCommand]:
    """The command, which is gone in the end."""
    command = RecordCommand(tmp_path)
    yield command
    for one in command.started:
        if one.poll() is None:
            one.kill()
        one.communicate()


def first_line(running: "subprocess.Popen[str]") -> str:
    """What it says first."""
    assert running.stdout is not None
    line = running.stdout.readline()
    assert line, running.communicate()
    return line


def listening(running: "subprocess.Popen[str]") -> str:
    """The proxy's base URL, from the line that tells it."""
    return first_line(running).split(" ")[2]


def ask(url: str, **headers: str) -> int:
    """Ask; gives the status."""
    with urlopen(Request(url, headers=headers), timeout=PATIENCE) as answer:
        answer.read()
        status: int = answer.status
        return status


def was_answered(url: str) -> bool:
    """Whether an answer came that is not the recorder's own."""
    try:
        return ask(url) == 200
    except HTTPError as error:
        with error:
            return error.headers["X-Truemirror"] != "recorder"
    except ConnectionError:  # the head had passed already
        return False


def load(folder: Path, service: str = "tags") -> Mirror:
    """What was recorded."""
    return MirrorFiles(folder / "mirrors").load(service)


def test_a_command_is_recorded(tmp_path: Path, service: str, record: RecordCommand) -> None:
    """It is told the address, its output is its own, and what it did is in the mirror without its secrets."""
    running = record("tags", "--upstream", service, "--", sys.executable, "-c", DRIVE)
    out, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == 0, err
    lines = out.splitlines()
    assert lines[0].startswith("recording tags: http://127.0.0.1:")
    assert lines[0].endswith(f" -> {service}  into mirrors/tags/0")
    assert json.loads(lines[1])["items"][0]["name"] == "Grün"
    assert lines[2] == (
        "recorded tags: 3 exchanges in 2 scenarios (default, tests-a.py-b), secrets replaced in 1  into mirrors/tags/0"
    )
    mirror = load(tmp_path)
    assert [scenario.name for scenario in mirror.scenarios] == ["default", "tests-a.py-b"]
    assert [one.status for one in mirror.scenarios[0].exchanges] == [200, 404]
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert TOKEN.encode() not in written
    assert "Grün".encode() in written


def test_a_command_that_fails_is_told_and_kept(tmp_path: Path, service: str, record: RecordCommand) -> None:
    """Its failure is ours, its recording stays."""
    running = record("tags", "--upstream", service, "--", sys.executable, "-c", DRIVE + "sys.exit(7)")
    _, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == 1
    assert "exit status 7" in err
    assert len(load(tmp_path)) == 3


def test_a_command_that_does_not_exist_is_wrong_usage(service: str, record: RecordCommand) -> None:
    """It is named."""
    running = record("tags", "--upstream", service, "--", "no-such-command")
    _, err = running.communicate(timeout=PATIENCE)
    assert (running.returncode, "no-such-command" in err) == (2, True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_without_a_command_a_signal_ends_it(
    tmp_path: Path, service: str, record: RecordCommand, number: signal.Signals
) -> None:
    """Cleanly, and with everything folded into the mirror."""
    running = record("tags", "--upstream", service)
    url = listening(running)
    assert ask(f"{url}/v1/tags") == 200
    running.send_signal(number)
    out, err = running.communicate(timeout=PATIENCE)
    assert (running.returncode, out) == (
        0,
        "recorded tags: 1 exchange in 1 scenario (default)  into mirrors/tags/0\n",
    ), err
    assert "Traceback" not in err
    assert len(load(tmp_path)) == 1
    assert not list((tmp_path / "mirrors").rglob("*.jsonl"))


def test_several_services_at_once(tmp_path: Path, service: str, record: RecordCommand) -> None:
    """Each has an address of its own, told by its own variable; JSON says the same."""
    code = (
        "import os, urllib.request as u\nfor n in ('TAGS_URL', 'PUBLIC_API_URL'): u.urlopen(os.environ[n] + '/v1/tags')"
    )
    running = record(f"tags={service}", f"public-api={service}", "--json", "--", sys.executable, "-c", code)
    out, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == 0, err
    begun, ended = (json.loads(line) for line in out.splitlines())
    assert begun["recording"]["tags"]["upstream"] == service
    assert begun["recording"]["tags"]["url"] != begun["recording"]["public-api"]["url"]
    assert {name: one["exchanges"] for name, one in ended["recorded"].items()} == {"tags": 1, "public-api": 1}
    assert len(load(tmp_path, "public-api")) == 1


def test_the_configuration_names_variable_and_version(tmp_path: Path, service: str, record: RecordCommand) -> None:
    """And the command line goes before it."""
    (tmp_path / "truemirror.toml").write_text('[services.tags]\nenv = "CRM_TAGS"\ncontract = "1.2"\n')
    code = "import os, urllib.request as u; u.urlopen(os.environ['CRM_TAGS'] + '/v1/tags')"
    for arguments, version in (((), "1.2"), (("--mirror-version", "2.0"), "2.0")):
        running = record("tags", "--upstream", service, *arguments, "--", sys.executable, "-c", code)
        out, err = running.communicate(timeout=PATIENCE)
        assert running.returncode == 0, err
        assert out.rstrip().endswith(f"into mirrors/tags/{version}")
        assert load(tmp_path).version == version


def test_a_scenario_is_named_and_replaced(tmp_path: Path, service: str, record: RecordCommand) -> None:
    """Recording a named scenario again leaves one recording of it."""
    for _ in range(2):
        running = record("tags", "--upstream", service, "--scenario", "smoke", "--", sys.executable, "-c", DRIVE)
        _, err = running.communicate(timeout=PATIENCE)
        assert running.returncode == 0, err
    assert {scenario.name: len(scenario.exchanges) for scenario in load(tmp_path).scenarios} == {
        "smoke": 2,
        "tests-a.py-b": 1,
    }


def test_a_kill_loses_nothing_that_was_answered(tmp_path: Path, service: str, record: RecordCommand) -> None:
    """The next recording takes in what the killed one left."""
    running = record("tags", "--upstream", service)
    url = listening(running)
    for number in range(20):
        assert ask(f"{url}/v1/tags?n={number}") == 200
    running.kill()
    running.communicate(timeout=PATIENCE)
    again = record("tags", "--upstream", service)
    assert ask(f"{listening(again)}/v1/tags?n=20") == 200
    again.terminate()
    _, err = again.communicate(timeout=PATIENCE)
    assert again.returncode == 0, err
    targets = {one.request.target for _, _, one in load(tmp_path).places()}
    assert targets == {f"/v1/tags?n={number}" for number in range(21)}


def test_a_port_in_use_is_named(service: str, record: RecordCommand) -> None:
    """With the fix, and nothing is begun."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        running = record("tags", "--upstream", service, "--port", str(port))
        _, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == 4
    assert f"port {port} is in use" in err
    assert "--port" in err
    assert "Traceback" not in err


def test_an_upstream_that_is_down_is_a_warning_and_a_fault(tmp_path: Path, record: RecordCommand) -> None:
    """Recording goes on; the refusal is recorded."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = record(
        "tags",
        "--upstream",
        f"http://127.0.0.1:{port}",
        "--",
        sys.executable,
        "-c",
        DRIVE,
    )
    out, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == 0, err
    assert f"warning: tags is not at http://127.0.0.1:{port} yet (refused" in err
    assert "faults: refused 3" in out
    assert [one.status for _, _, one in load(tmp_path).places()] == [None] * 3


def test_one_recorder_at_a_time(service: str, record: RecordCommand) -> None:
    """The second one is told who holds the mirror."""
    running = record("tags", "--upstream", service)
    listening(running)
    second = record("tags", "--upstream", service)
    _, err = second.communicate(timeout=PATIENCE)
    assert second.returncode == 4
    assert str(running.pid) in err
    assert "Traceback" not in err


def test_a_full_disk_loses_nothing_that_was_answered(tmp_path: Path, service: str, record: RecordCommand) -> None:
    """What could not be written was not answered; what was is there when there is room again."""
    code = "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (8000, 8000));"
    code += "sys.argv[1:1] = ['record']; runpy.run_module('truemirror', run_name='__main__', alter_sys=True)"
    running = record.start(sys.executable, "-c", code, "tags", "--upstream", service)
    url = listening(running)
    answered = [number for number in range(30) if was_answered(f"{url}/v1/tags?n={number}")]
    running.terminate()
    _, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == 4
    assert "warning: not recorded: " in err
    assert "Traceback" not in err
    assert 5 < len(answered) < 30
    recorded = {one.request.target for _, _, one in load(tmp_path).places()}
    assert recorded == {f"/v1/tags?n={number}" for number in answered}


def test_a_disk_that_takes_nothing_is_told(service: str, record: RecordCommand) -> None:
    """Before anything is recorded."""
    running = record("tags", "--upstream", service, "--mirrors", "/proc/mirrors")
    _, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == 4
    assert "/proc/mirrors" in err
    assert "Traceback" not in err


def test_a_place_that_is_no_folder_is_told(tmp_path: Path, service: str, record: RecordCommand) -> None:
    """A file stands where the mirrors should be."""
    (tmp_path / "mirrors").write_text("I was here first")
    running = record("tags", "--upstream", service)
    _, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == 4
    assert "mirrors" in err
    assert "Traceback" not in err
    assert (tmp_path / "mirrors").read_text() == "I was here first"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("tags",), "where tags runs is not said"),
        (("tags", "auth", "--upstream", "http://a"), "is not said"),
        (("tags=http://a", "--upstream", "http://a"), "cannot be mixed"),
        (("tags=http://a", "tags=http://b"), "named twice"),
        (("tags=ftp://a",), "not an HTTP URL"),
        (("../tags=http://a",), "../tags"),
        (("tags=http://a", "--port", "70000"), "70000"),
        ((), "SERVICE"),
    ],
)
def test_wrong_usage_is_told(arguments: tuple[str, ...], said: str, tmp_path: Path, record: RecordCommand) -> None:
    """In one message, without a trace of it on the disk."""
    running = record(*arguments)
    _, err = running.communicate(timeout=PATIENCE)
    assert running.returncode in (2, 4), err
    assert said in err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) in ([], [tmp_path / "mirrors"])


def test_links_that_are_not_kept_yet_are_told_with_the_command(
    tmp_path: Path, service: str, record: RecordCommand
) -> None:
    """For people and programs; a mirror that is not the newest is named by version; what is kept is told no more."""
    made = "5d0c2b1e-97f1-4f60-8a43-0d8f9c1b2a77"
    drive = DRIVE.replace('"name": "new"', f'"id": "{made}"')
    drive += f'ask("/v1/tags/{made}", **{{"X-Truemirror-Session": "tests/a.py::b"}})'

    def last_line(*options: str) -> str:
        """What is said in the end."""
        running = record("tags", "--upstream", service, *options, "--", sys.executable, "-c", drive)
        out, err = running.communicate(timeout=PATIENCE)
        assert running.returncode == 0, err
        return out.splitlines()[-1]

    assert last_line() == "2 links found: truemirror flow tags --write"
    assert json.loads(last_line("--json"))["recorded"]["tags"]["links"] == 2
    last_line("--mirror-version", "2.0.0")
    assert last_line("--mirror-version", "0") == "2 links found: truemirror flow tags --from 0 --write"
    kept = record.start(sys.executable, "-m", "truemirror", "flow", "tags", "--write", "--from", "0")
    assert kept.wait(timeout=PATIENCE) == 0
    assert last_line("--mirror-version", "0").startswith("recorded tags: 4 exchanges")
