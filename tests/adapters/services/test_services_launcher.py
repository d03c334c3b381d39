"""Services start as processes, and end with everything that they started."""

import gc
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from tests.tiny_services import a_free_port, is_alive, until, write_service

from truemirror.adapters.services import ProcessLauncher
from truemirror.config.start_line import arguments
from truemirror.core.system import COMMAND, Ended, Interrupted, Late, Launch, Ready
from truemirror.errors import ServiceError, UsageError


@pytest.fixture
def launcher() -> Iterator[ProcessLauncher]:
    """A launcher that leaves nothing behind."""
    with ProcessLauncher(grace=10) as made:
        yield made
    gc.collect()  # a pipe that was not closed would warn here


@pytest.fixture
def start_line(tmp_path: Path) -> str:
    """How to start a tiny service."""
    return write_service(tmp_path)


def launch(start: str, name: str = "tags", **more: Any) -> Launch:
    """The launch of a start line on a free port."""
    port = more.pop("port", None) or a_free_port()
    filled = arguments(start, {"port": str(port), "python": sys.executable})
    return Launch(name, filled, port, **{"health": "/health", "patience": 30.0, **more})


def ask(port: int, path: str = "/") -> dict[str, Any]:
    """What a tiny service knows of itself."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        answer: dict[str, Any] = json.loads(connection.getresponse().read())
        return answer
    finally:
        connection.close()


def test_services_become_ready_together(launcher: ProcessLauncher, start_line: str) -> None:
    """Each tells once that it works."""
    launches = [launch(start_line, "tags"), launch(start_line, "core")]
    launcher.launch(launches)
    events = [launcher.next_event(), launcher.next_event()]
    assert {event.service for event in events if isinstance(event, Ready)} == {"tags", "core"}


def test_a_service_gets_its_environment_and_folder(launcher: ProcessLauncher, start_line: str, tmp_path: Path) -> None:
    """What is added stands beside our own environment."""
    one = launch(start_line, environment={"CORE_URL": "http://127.0.0.1:1"}, folder=str(tmp_path))
    launcher.launch([one])
    assert isinstance(launcher.next_event(), Ready)
    told = ask(one.port)
    assert told["environment"]["CORE_URL"] == "http://127.0.0.1:1"
    assert str(Path(sys.executable).parent) in told["environment"]["PATH"].split(":")
    assert told["cwd"] == str(tmp_path)


def test_without_a_health_path_accepting_connections_is_enough(launcher: ProcessLauncher, start_line: str) -> None:
    """A service that has no health to ask for is ready when its port is open."""
    launcher.launch([launch(f"{start_line} --health 500", health="")])
    assert isinstance(launcher.next_event(), Ready)


def test_a_crash_at_start_is_told_with_the_last_lines(launcher: ProcessLauncher, start_line: str) -> None:
    """The status and what it printed are there once the event is."""
    launcher.launch([launch(f"{start_line} --say 'no such table: tags' --crash 3")])
    assert launcher.next_event() == Ended("tags", 3)
    assert launcher.last_lines("tags") == ("no such table: tags",)


def test_a_service_that_is_never_healthy_is_late(launcher: ProcessLauncher, start_line: str) -> None:
    """What its health said last is told, once its time is over."""
    launcher.launch([launch("{python} -c 'import time; time.sleep(600)'", patience=0.05)])
    assert launcher.next_event() == Late("tags", "connection refused")


def test_a_later_death_is_told(launcher: ProcessLauncher, start_line: str) -> None:
    """A service that ends by itself is an event, whenever it happens."""
    one = launch(start_line)
    launcher.launch([one])
    assert isinstance(launcher.next_event(), Ready)
    with pytest.raises(OSError):
        ask(one.port, "/end")
    assert launcher.next_event() == Ended("tags", 7)


def test_only_the_last_lines_are_kept(launcher: ProcessLauncher) -> None:
    """A talkative service neither waits for us nor fills our memory; a line without end is cut."""
    talk = "[print(i) for i in range(50_000)]; print('x' * 1_000_000); raise SystemExit(1)"
    launcher.launch([launch(f'{{python}} -c "{talk}"')])
    assert launcher.next_event() == Ended("tags", 1)
    lines = launcher.last_lines("tags")
    assert len(lines) == 40
    assert max(map(len, lines)) <= 2_000


def test_all_output_can_be_kept_in_files(start_line: str, tmp_path: Path) -> None:
    """A folder for logs gets one file a service, made when it is not there."""
    with ProcessLauncher(logs=tmp_path / "logs" / "today") as launcher:
        launcher.launch([launch(f"{start_line} --say hello --crash 0")])
        assert launcher.next_event() == Ended("tags", 0)
    assert (tmp_path / "logs" / "today" / "tags.log").read_text() == "hello\n"


def test_stopping_ends_a_service_and_what_it_started(launcher: ProcessLauncher, start_line: str) -> None:
    """The whole group gets the signal."""
    one = launch(f"{start_line} --child")
    launcher.launch([one])
    assert isinstance(launcher.next_event(), Ready)
    pids = ask(one.port)["pids"]
    assert len([pid for pid in pids if is_alive(pid)]) == 2
    launcher.stop()
    assert until(lambda: not any(is_alive(pid) for pid in pids))


def test_what_a_dead_service_started_is_ended_too(launcher: ProcessLauncher, start_line: str) -> None:
    """A crash leaves no orphan, even before anybody stops the rest."""
    one = launch(f"{start_line} --child")
    launcher.launch([one])
    assert isinstance(launcher.next_event(), Ready)
    pids = ask(one.port)["pids"]
    with pytest.raises(OSError):
        ask(one.port, "/end")
    assert launcher.next_event() == Ended("tags", 7)
    assert until(lambda: not any(is_alive(pid) for pid in pids))


def test_a_service_that_does_not_end_is_killed(start_line: str) -> None:
    """After its grace nothing is asked any more."""
    launcher = ProcessLauncher(grace=0.1)
    one = launch(f"{start_line} --stubborn --child")
    launcher.launch([one])
    assert isinstance(launcher.next_event(), Ready)
    pids = ask(one.port)["pids"]
    launcher.stop()
    assert until(lambda: not any(is_alive(pid) for pid in pids))


def test_a_second_interruption_hurries(start_line: str) -> None:
    """Ctrl-C twice does not wait for the grace of a service that ignores the first."""
    launcher = ProcessLauncher(grace=3_600)
    one = launch(f"{start_line} --stubborn")
    launcher.launch([one])
    assert isinstance(launcher.next_event(), Ready)
    (pid,) = ask(one.port)["pids"]
    launcher.interrupt(signal.SIGINT)
    launcher.interrupt(signal.SIGINT)
    assert launcher.next_event() == Interrupted()
    launcher.stop()
    assert until(lambda: not is_alive(pid))


def test_stopping_twice_is_stopping_once(launcher: ProcessLauncher, start_line: str) -> None:
    """Nothing happens the second time, and no end that was asked for is an event."""
    launcher.launch([launch(start_line)])
    assert isinstance(launcher.next_event(), Ready)
    launcher.stop()
    launcher.stop()
    launcher.interrupt(signal.SIGTERM)
    assert launcher.next_event() == Interrupted()


def test_a_program_that_is_not_there_is_told(launcher: ProcessLauncher) -> None:
    """The message names the program and where to correct it."""
    with pytest.raises(ServiceError) as caught:
        launcher.launch([launch("no-such-program --port {port}")])
    assert "no-such-program" in caught.value.what
    assert caught.value.where == "service tags"
    assert "start" in caught.value.fix


def test_a_folder_that_is_not_there_is_told(launcher: ProcessLauncher, tmp_path: Path) -> None:
    """It is not mistaken for a missing program."""
    with pytest.raises(ServiceError, match="the folder it starts in is not there"):
        launcher.launch([launch("true", folder=str(tmp_path / "gone"))])


def test_a_command_runs_in_front_and_its_end_is_told(
    launcher: ProcessLauncher, capfd: pytest.CaptureFixture[str]
) -> None:
    """It writes where we write, and knows what it was told."""
    launcher.run([sys.executable, "-c", "import os; print(os.environ['TAGS_URL']); exit(5)"], {"TAGS_URL": "http://x"})
    assert launcher.next_event() == Ended(COMMAND, 5)
    assert capfd.readouterr().out == "http://x\n"


def test_a_command_that_is_not_there_is_wrong_usage(launcher: ProcessLauncher) -> None:
    """It is the command line that is wrong."""
    with pytest.raises(UsageError, match="no-such-command"):
        launcher.run(["no-such-command"], {})


def test_an_interrupted_command_may_end_in_its_own_way(
    launcher: ProcessLauncher, capfd: pytest.CaptureFixture[str]
) -> None:
    """It gets the interruption itself and its last words are heard."""
    own_way = (
        "import time\ntry: print('begun', flush=True), time.sleep(600)\nexcept KeyboardInterrupt: print('found: 3')"
    )
    launcher.run([sys.executable, "-c", own_way], {})
    heard = ""
    while "begun" not in heard:
        heard += capfd.readouterr().out
    launcher.interrupt(signal.SIGINT)
    launcher.stop()
    assert capfd.readouterr().out == "found: 3\n"


def test_the_end_of_the_interpreter_stops_services(start_line: str, tmp_path: Path) -> None:
    """A script that forgets to stop leaves nothing behind."""
    one = launch(f"{start_line} --child")
    script = f"""
from urllib.request import urlopen
from truemirror.adapters.services import ProcessLauncher
from truemirror.core.system import Launch, Ready
launcher = ProcessLauncher()
launcher.launch([{one!r}])
assert isinstance(launcher.next_event(), Ready)
print(urlopen("http://127.0.0.1:{one.port}").read().decode())
"""
    told = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    pids = json.loads(told.stdout)["pids"]
    assert len(pids) == 2
    assert until(lambda: not any(is_alive(pid) for pid in pids))
