"""What a subject is, and a process of one."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

_PATIENCE = 30.0
PEERS = Path(__file__).parents[2] / "benchmarks" / "peers" / "node_modules"
"""Where `npm install --prefix benchmarks/peers` puts them."""


class Running:
    """Something that listens at `port`."""

    def __init__(
        self, command: Sequence[str], folder: Path, port: int = 0, environment: Mapping[str, str] | None = None
    ) -> None:
        """Start it; what it prints goes to a file."""
        self.port = port
        self.finish: Callable[[], object] = lambda: None
        """What is done before it is ended."""
        self.log = folder / f"{time.monotonic_ns()}.log"
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
                env={**os.environ, **(environment or {})},
            )  # fmt: skip

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    def wait_for(self, what: Callable[[], Any]) -> Any:
        """Until something holds; gives it back. Raises RuntimeError with what was printed."""
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until and self.alive:
            if found := what():
                return found
            time.sleep(0.02)
        self.kill()
        raise RuntimeError(f"it did not start:\n{self.log.read_text(errors='replace')[-2000:]}")

    def line(self, key: str) -> Any:
        """The value under a key in a line of JSON that it printed; None when there is none yet."""
        for line in self.log.read_text(errors="replace").splitlines():
            if line.startswith("{") and key in (told := json.loads(line)):
                return told[key]
        return None

    def most_mib(self) -> int:
        """The most memory that it has held so far, in MiB."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        except OSError:
            return 0
        return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM:"))

    def stop(self) -> None:
        """Finish, then end it politely."""
        try:
            if self.alive:
                self.finish()
                self.process.send_signal(signal.SIGINT)
                self.process.wait(_PATIENCE)
        finally:
            self.kill()

    def kill(self) -> None:
        """End it and whatever it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Subject(Protocol):
    """A recorder and replayer."""

    @property
    def name(self) -> str:
        """As it is typed."""

    @property
    def settings(self) -> str:
        """What it was given besides its defaults, and why."""

    def missing(self) -> str:
        """What it needs and is not there; nothing when it can be started."""

    def version(self) -> str:
        """Which one it is."""

    def record(self, folder: Path, upstream: str, host: str, silence: float) -> Running:
        """Stand in front of an upstream and keep what passes in `folder`; `silence` seconds are a timeout."""

    def replay(self, folder: Path, host: str) -> Running:
        """Answer from what was kept in `folder`, as slowly as recorded where that can be asked for."""


def free_port(host: str) -> int:
    """A port that nobody uses now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def listens(host: str, port: int) -> bool:
    """Whether somebody does."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        return probe.connect_ex((host, port)) == 0


def in_url(host: str) -> str:
    """A host as it stands in a URL."""
    return f"[{host}]" if ":" in host else host


def ask(url: str, document: object | None = None, method: str = "") -> bytes:
    """A request to a subject's own interface, and what it answers."""
    body = json.dumps(document).encode() if document is not None else None
    request = urllib.request.Request(
        url, body, {"Content-Type": "application/json"}, method=method or ("POST" if body is not None else "GET")
    )  # fmt: skip
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=_PATIENCE) as answer:
        return bytes(answer.read())
