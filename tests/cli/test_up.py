"""`truemirror up` as it is used: real services, real signals, nothing left behind."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from tests.tiny_services import a_free_port, is_alive, until, write_service

from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers

Run = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with two services, each with a child of its own, and one that nobody can start."""
    start = write_service(tmp_path)
    (tmp_path / "truemirror.toml").write_text(
        f"""
        [services.core]
        env = "CORE_URL"
        start = "{start} --child"

        [services.tags]
        env = "TAGS_URL"
        start = "{start} --child"
        consumes = ["core", "billing"]
        environment = {{ DEBUG = "1" }}

        [services.billing]
        """
    )
    return tmp_path


@pytest.fixture
def up(project: Path) -> Iterator[Run]:
    """Run `truemirror up` in the project."""
    started: list[subprocess.Popen[str]] = []
    environment = {name: value for name, value in os.environ.items() if name != "TRUEMIRROR_CONFIG"}

    def run(*arguments: str) -> "subprocess.Popen[str]":
        """Start it; its output can be read."""
        command = [sys.executable, "-m", "truemirror", "up", *arguments]
        pipes: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        started.append(subprocess.Popen(command, cwd=project, env=environment, text=True, **pipes))
        return started[-1]

    yield run
    for one in started:
        if one.poll() is None:
            one.terminate()
        one.communicate()


def ask(url: str, path: str = "/") -> dict[str, Any]:
    """What a tiny service knows of itself."""
    with urlopen(f"{url}{path}", timeout=30) as answer:
        known: dict[str, Any] = json.loads(answer.read())
        return known


def addresses(running: "subprocess.Popen[str]", count: int = 2) -> dict[str, str]:
    """The addresses that were printed, by service."""
    assert running.stdout is not None
    lines = [running.stdout.readline().split() for _ in range(count)]
    assert [line[2] for line in lines] == ["live"] * count, running.communicate()
    return {line[0]: line[1] for line in lines}


def everybody(urls: dict[str, str]) -> list[int]:
    """Numbers of all processes that the services are made of."""
    return [pid for url in urls.values() for pid in ask(url)["pids"]]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything(up: Run, number: signal.Signals) -> None:
    """Ctrl-C, a polite kill and a closed terminal leave no process behind, and are no failure."""
    running = up()
    pids = everybody(addresses(running))
    assert len(pids) == 4
    running.send_signal(number)
    _, said = running.communicate()
    assert running.returncode == 0, said
    assert until(lambda: not any(is_alive(pid) for pid in pids))


def test_services_know_each_other(up: Run) -> None:
    """Each is told every address, its own port and its own environment."""
    urls = addresses(up())
    told = ask(urls["tags"])["environment"]
    assert (told["CORE_URL"], told["TAGS_URL"], told["DEBUG"]) == (urls["core"], urls["tags"], "1")
    assert told["PORT"] == urls["tags"].rpartition(":")[2]


def test_a_neighbour_that_will_be_missed_is_named(up: Run) -> None:
    """Before anybody wonders why calls fail."""
    running = up("tags")
    addresses(running, 1)
    running.terminate()
    _, said = running.communicate()
    assert "tags calls core, billing" in said
    assert "--mirror core --mirror billing" in said


def test_a_command_runs_while_the_services_do(up: Run) -> None:
    """It knows every address; when it ends well, so does everything."""
    running = up(
        "--json", "--", sys.executable, "-c", "import os; print(os.environ['CORE_URL'], os.environ['TAGS_URL'])"
    )
    out, said = running.communicate()
    assert running.returncode == 0, said
    first, second = out.splitlines()
    services = json.loads(first)["services"]
    assert second.split() == [services["core"]["url"], services["tags"]["url"]]
    assert services["tags"]["state"] == "live"


def test_a_command_that_fails_is_told(up: Run) -> None:
    """Its own status is in the message, ours says that something does not hold."""
    running = up("core", "--", sys.executable, "-c", "raise SystemExit(3)")
    _, said = running.communicate()
    assert running.returncode == 1
    assert "the command ended with exit status 3" in said


def test_a_command_that_does_not_exist_stops_everything(up: Run) -> None:
    """It is the command line that is wrong."""
    running = up("core", "--", "no-such-command")
    _, said = running.communicate()
    assert running.returncode == 2
    assert "no-such-command" in said


def test_an_interrupted_command_is_heard_out(up: Run) -> None:
    """A test run that is interrupted still prints what it found; then everything stops."""
    own_way = (
        "import time\ntry: print('begun', flush=True), time.sleep(600)\nexcept KeyboardInterrupt: print('found: 3')"
    )
    running = up("core", "--", sys.executable, "-c", own_way)
    urls = addresses(running, 1)
    pids = everybody(urls)
    assert running.stdout is not None
    assert running.stdout.readline() == "begun\n"
    running.send_signal(signal.SIGINT)
    out, _ = running.communicate()
    assert (out, running.returncode) == ("found: 3\n", 130)
    assert until(lambda: not any(is_alive(pid) for pid in pids))


def test_a_mirror_takes_the_place_of_a_service(up: Run, project: Path) -> None:
    """It answers at an address that everybody is told; what it was asked is summed up, misses explained."""
    request = Request("GET", "/v1/users", Headers([("Host", "core")]))
    answer = Response(200, "OK", Headers([("Content-Type", "application/json")]), b'{"items": []}')
    MirrorFiles(project / "mirrors").save(Mirror("core", "1", (Scenario("default", (Exchange(request, answer),)),)))
    calls = """
import os, urllib.request
print(urllib.request.urlopen(os.environ["CORE_URL"] + "/v1/users").read().decode())
try:
    urllib.request.urlopen(os.environ["CORE_URL"] + "/v1/user")
except urllib.error.HTTPError as error:
    print(error.code)
"""
    running = up("--mirror", "core", "--", sys.executable, "-c", calls)
    out, said = running.communicate()
    lines = out.splitlines()
    assert [line.split()[::2] for line in lines[:2]] == [["core", "mirror"], ["tags", "live"]]
    assert lines[2] == '{"items": []}'
    assert int(lines[3]) >= 500
    assert "mirror of core: 1 hit, 1 miss" in said
    assert "GET /v1/user" in said
    assert running.returncode == 0


def test_what_is_live_can_be_recorded(up: Run, project: Path) -> None:
    """Whatever the command and the services ask is in the mirrors afterwards."""
    call = "import os, urllib.request; urllib.request.urlopen(os.environ['CORE_URL'] + '/v1/users').read()"
    running = up("core", "--record", "--", sys.executable, "-c", call)
    out, said = running.communicate()
    assert running.returncode == 0, said
    assert out.splitlines()[0].split()[::2] == ["core", "recorded"]
    mirror = MirrorFiles(project / "mirrors").load("core")
    assert "GET /v1/users" in [f"{one.request.method} {one.request.target}" for _, _, one in mirror.places()]


def test_a_mirror_that_is_not_there_is_told_before_anything_starts(up: Run) -> None:
    """The error says how to record it."""
    running = up("--mirror", "core", "--logs", "logs")
    out, said = running.communicate()
    assert (out, running.returncode) == ("", 2)
    assert "record" in said


def test_a_crash_at_start_shows_why_and_stops_the_others(up: Run, project: Path) -> None:
    """The last lines of the service are in the error."""
    config = project / "truemirror.toml"
    config.write_text(config.read_text().replace("--child", "--crash 3 --say 'no such table: tags'", 1))
    running = up()
    out, said = running.communicate()
    assert (running.returncode, out) == (4, "")
    assert "service core: it ended with exit status 3 while the system started; its last lines:" in said
    assert "    no such table: tags" in said
    assert "fix: " in said


def test_a_service_that_never_gets_healthy_is_given_up(up: Run, project: Path) -> None:
    """After its own time, with what its health said."""
    config = project / "truemirror.toml"
    config.write_text(config.read_text().replace('--child"', '--health 503"\nstart_timeout = 0.01', 1))
    running = up()
    _, said = running.communicate()
    assert running.returncode == 4
    assert "service core: it did not work in time: " in said


def test_a_service_that_dies_later_is_told_at_once(up: Run) -> None:
    """Without a command the system ends with it."""
    running = up()
    urls = addresses(running)
    pids = everybody(urls)
    with pytest.raises(OSError):
        ask(urls["tags"], "/end")
    _, said = running.communicate()
    assert running.returncode == 4
    assert "service tags: it ended with exit status 7 while the system was running" in said
    assert until(lambda: not any(is_alive(pid) for pid in pids))


def test_a_service_that_dies_under_a_command_is_a_warning(up: Run, project: Path) -> None:
    """The command may be about just that: it goes on, and its own end counts."""
    os.mkfifo(project / "go")
    kill = """
import os, urllib.request
try:
    urllib.request.urlopen(os.environ["TAGS_URL"] + "/end")
except OSError:
    open("go").read()
"""
    running = up("--", sys.executable, "-c", kill)
    assert running.stderr is not None
    said = iter(running.stderr.readline, "")
    assert any("warning: service tags: it ended with exit status 7" in line for line in said)
    (project / "go").write_text("on")
    running.communicate()
    assert running.returncode == 0


def test_an_interruption_while_starting_ends_everything(up: Run, project: Path) -> None:
    """Whoever loses patience finds nothing left."""
    (project / "slow.py").write_text("import os, time; open('pid', 'w').write(f'{os.getpid()}.'); time.sleep(600)")
    (project / "truemirror.toml").write_text('[services.core]\nstart = "{python} slow.py"\n')
    running = up()
    file = project / "pid"
    assert until(lambda: file.exists() and file.read_text().endswith("."))
    running.send_signal(signal.SIGINT)
    _, said = running.communicate()
    assert running.returncode == 130, said
    assert until(lambda: not is_alive(int(file.read_text()[:-1])))


def test_ports_can_be_counted_from_a_number(up: Run) -> None:
    """Addresses are the same every time."""
    base = a_free_port()
    running = up("core", "--port-base", str(base))
    assert addresses(running, 1) == {"core": f"http://127.0.0.1:{base}"}


def test_a_port_in_use_is_told_before_anything_starts(up: Run) -> None:
    """The message names the port, the service and the option."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        running = up("--port-base", str(taken.getsockname()[1]))
        _, said = running.communicate()
    assert running.returncode == 4
    assert "service core: port " in said
    assert "--port-base" in said


def test_output_of_services_can_be_kept(up: Run, project: Path) -> None:
    """One file for each."""
    running = up("--logs", "logs", "core", "--", "true")
    assert running.communicate()[0].split()[0] == "core"
    assert (project / "logs" / "core.log").exists()


def test_a_name_that_is_not_configured_is_wrong_usage(up: Run) -> None:
    """With the nearest."""
    running = up("tag")
    _, said = running.communicate()
    assert running.returncode == 2
    assert "nearest: tags" in said
