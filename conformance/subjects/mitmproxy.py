"""mitmproxy: `mitmdump` as a reverse proxy that writes flows, then one that answers from them."""

import os
import shutil
import subprocess
from pathlib import Path

from conformance.subjects.running import Running, free_port, listens

_NOWHERE = "http://127.0.0.1:9"


class Mitmproxy:
    """In an environment of its own: its pins are not ours."""

    name = "mitmproxy"
    settings = (
        "recording by its defaults (with `stream_large_bodies` its replays wait for bodies that were not kept); "
        "on replay "
        "`server_replay_ignore_host` and `_port`, `server_replay_extra=404`, "
        "no `server_replay_refresh`, `connection_strategy=lazy`"
    )

    def missing(self) -> str:
        """The program."""
        return "" if self._program() else "pip install mitmproxy into a venv, and name its mitmdump in MITMDUMP"

    def version(self) -> str:
        """As it says itself."""
        told = subprocess.run([self._program(), "--version"], capture_output=True, text=True, check=True)
        return told.stdout.split()[1]

    def record(self, folder: Path, upstream: str, host: str, silence: float) -> Running:
        """A reverse proxy that keeps flows."""
        return self._run(folder, host, upstream, "-w", str(folder / "flows"))

    def replay(self, folder: Path, host: str) -> Running:
        """A reverse proxy in front of nobody that answers from flows."""
        return self._run(
            folder, host, _NOWHERE, "-S", str(folder / "flows"),
            "--set", "server_replay_extra=404", "--set", "server_replay_refresh=false",
            "--set", "connection_strategy=lazy", "--set", "server_replay_ignore_host=true",
            "--set", "server_replay_ignore_port=true",
        )  # fmt: skip

    def _program(self) -> str:
        """Where it is."""
        return os.environ.get("MITMDUMP", "") or shutil.which("mitmdump") or ""

    def _run(self, folder: Path, host: str, upstream: str, *options: str) -> Running:
        """Start it and wait until it listens."""
        port = free_port(host)
        command = [self._program(), "--quiet", "--mode", f"reverse:{upstream}", "--listen-host", host]
        command += ["--listen-port", str(port), "--set", f"confdir={folder}", *options]
        running = Running(command, folder, port)
        running.wait_for(lambda: listens(host, port))
        return running
