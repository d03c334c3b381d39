"""The system starts as a whole or not at all."""

import signal
from pathlib import Path

import pytest

from truemirror.config import Config, ServiceConfig
from truemirror.core.system import COMMAND, Ended, Interrupted, Late, Ready
from truemirror.errors import PortError, ServiceError, UsageError
from truemirror.testing.launcher import FakeLauncher, FakeMirrorHost
from truemirror.usecases.up import System

CONFIG = Config(
    root=Path("/repository"),
    services={
        "auth": ServiceConfig(name="auth", env="AUTH_URL", start="run auth {port}"),
        "tags": ServiceConfig(name="tags", env="TAGS_URL", start="run tags {port}", consumes=("auth",)),
    },
)


class Watch:
    """Progress that remembers."""

    def __init__(self) -> None:
        """Nothing happened yet."""
        self.said: list[object] = []

    def stage(self, name: str, total: int | None = None) -> None:
        """Remember."""
        self.said.append((name, total))

    def advance(self, steps: int = 1, note: str = "") -> None:
        """Remember."""
        self.said.append(note)

    def done(self, outcome: str = "") -> None:
        """Remember."""
        self.said.append("done")


def failure(launcher: FakeLauncher) -> ServiceError:
    """Why the system does not start; nothing is left running then."""
    host = FakeMirrorHost()
    with pytest.raises(ServiceError) as caught:
        System(CONFIG, launcher, host, mirrors=["auth"], services=["tags"]).start()
    assert not launcher.running
    assert not host.serving
    return caught.value


def test_a_running_system_knows_its_addresses() -> None:
    """As a context it is started and stopped, mirrors included."""
    launcher, host = FakeLauncher(), FakeMirrorHost()
    with System(CONFIG, launcher, host, mirrors=["auth"]) as running:
        assert launcher.running == {"tags"}
        assert host.serving == {"auth": 40_001}
        assert running.url("auth") == "http://127.0.0.1:40001"
        assert running.environment["TAGS_URL"] == running.url("tags")
        with pytest.raises(KeyError):
            running.url("billing")
    assert not launcher.running
    assert not host.serving


def test_without_mirrors_no_mirror_is_asked_for() -> None:
    """The host stays idle."""
    host = FakeMirrorHost(missing=["auth", "tags"])
    with System(CONFIG, FakeLauncher(), host):
        assert not host.serving


def test_progress_tells_who_is_waited_for() -> None:
    """One stage, one step a service."""
    watch = Watch()
    system = System(CONFIG, FakeLauncher(), FakeMirrorHost())
    system.start(watch)
    assert watch.said == [("starting 2 services", 2), "waiting for auth, tags", "waiting for tags", "", "done"]
    system.stop()


def test_a_missing_mirror_is_told_before_anything_starts() -> None:
    """No service is started in vain."""
    launcher = FakeLauncher()
    with pytest.raises(UsageError):
        System(CONFIG, launcher, FakeMirrorHost(missing=["auth"]), mirrors=["auth"]).start()
    assert launcher.launched == []


def test_a_crash_at_start_shows_the_last_lines_and_what_ran() -> None:
    """The error is enough to correct the service."""
    error = failure(FakeLauncher(fares={"tags": [Ended("tags", 1)]}, prints={"tags": ["Traceback", "No module"]}))
    assert (
        error.what
        == "it ended with exit status 1 while the system started; its last lines:\n    Traceback\n    No module"
    )
    assert error.where == "service tags"
    assert "run tags 40002 in /repository" in error.fix


def test_a_silent_crash_says_so() -> None:
    """An end by a signal is named as one."""
    assert failure(FakeLauncher(fares={"tags": [Ended("tags", -9)]})).what == (
        "it was ended by signal 9 while the system started; it printed nothing"
    )


def test_a_port_that_was_taken_meanwhile_is_recognised() -> None:
    """Between finding a port and using it somebody may be quicker."""
    said = ["[Errno 98] error while attempting to bind: address already in use"]
    assert (
        "something took port 40002"
        in failure(FakeLauncher(fares={"tags": [Ended("tags", 1)]}, prints={"tags": said})).fix
    )


def test_a_service_that_is_late_names_its_health() -> None:
    """What it answered last, and the two keys that may be wrong."""
    error = failure(FakeLauncher(fares={"tags": [Late("tags", "GET /health answered 404")]}))
    assert error.what.startswith("it did not work in time: GET /health answered 404")
    assert "`health`" in error.fix
    assert "`start_timeout`" in error.fix


def test_a_program_that_is_not_there_stops_the_others() -> None:
    """Services that were started before it do not stay."""
    failure(FakeLauncher(missing=["tags"]))


def test_a_service_that_dies_while_others_start_is_a_failure() -> None:
    """Having worked once is not enough."""
    launcher = FakeLauncher(fares={"auth": [Ready("auth", 0), Ended("auth", 2)]})
    with pytest.raises(ServiceError, match="exit status 2"):
        System(CONFIG, launcher, FakeMirrorHost()).start()
    assert not launcher.running


def test_an_interruption_while_starting_stops_what_was_started() -> None:
    """Whoever presses Ctrl-C early finds nothing left."""
    launcher = FakeLauncher()
    system = System(CONFIG, launcher, FakeMirrorHost())
    system.interrupt(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        system.start()
    assert launcher.launched
    assert not launcher.running


def test_a_taken_port_is_told_before_anything_starts() -> None:
    """Counting from a port that is in use."""
    with pytest.raises(PortError):
        System(CONFIG, FakeLauncher(taken=[8001]), FakeMirrorHost(), port_base=8000)


def test_a_command_is_followed_to_its_end() -> None:
    """It is told every address; services that are lost meanwhile are reported, not waited for."""
    launcher = FakeLauncher(command=[Ended("tags", 1), Ended(COMMAND, 3)])
    lost: list[Ended] = []
    with System(CONFIG, launcher, FakeMirrorHost()) as running:
        assert running.follow(["pytest"], lost.append) == Ended(COMMAND, 3)
        assert launcher.ran == [(("pytest",), dict(running.environment))]
    assert lost == [Ended("tags", 1)]


def test_without_a_command_the_first_loss_is_the_end() -> None:
    """A system that lost a service is no longer what was asked for."""
    launcher = FakeLauncher(fares={"tags": [Ready("tags", 0), Ended("tags", 1)]})
    config = Config(root=CONFIG.root, services={"tags": CONFIG.services["tags"]})
    with System(config, launcher, FakeMirrorHost()) as running:
        assert running.follow([], pytest.fail) == Ended("tags", 1)


def test_an_interruption_is_the_end_of_waiting() -> None:
    """With a command and without."""
    for command in ([], ["pytest"]):
        with System(CONFIG, FakeLauncher(command=[]), FakeMirrorHost()) as running:
            running.interrupt(signal.SIGTERM)
            assert running.follow(command, pytest.fail) == Interrupted()
