"""truemirror: `record`, then `serve`, as real processes."""

import subprocess
import sys
from pathlib import Path

from conformance.subjects.running import Running

_CONFIG = '[redaction]\nkeep = ["set-cookie", "first", "second", "third"]\n'


class Truemirror:
    """The one that this suite came with."""

    name = "truemirror"
    settings = "redaction leaves the cookies alone that the cases name; `serve --latency recorded`"

    def missing(self) -> str:
        """Nothing, where this suite is."""
        return ""

    def version(self) -> str:
        """As it says itself."""
        told = subprocess.run(
            [sys.executable, "-m", "truemirror", "--version"], capture_output=True, text=True, check=True
        )
        return told.stdout.split()[-1]

    def record(self, folder: Path, upstream: str, host: str, silence: float) -> Running:
        """`truemirror record`, ended by Ctrl-C."""
        (folder / "truemirror.toml").write_text(_CONFIG)
        running = self._run(
            folder,
            "record",
            "wire",
            "--upstream",
            upstream,
            "--host",
            host,
            "--timeout",
            str(silence),
            "--mirrors",
            "m",
        )
        address = str(running.wait_for(lambda: running.line("recording"))["wire"]["url"])
        running.port = int(address.rpartition(":")[2])
        return running

    def replay(self, folder: Path, host: str) -> Running:
        """`truemirror serve`."""
        running = self._run(folder, "serve", "wire", "--host", host, "--mirrors", "m", "--latency", "recorded")
        address = str(running.wait_for(lambda: running.line("serving"))["wire"]["url"])
        running.port = int(address.rpartition(":")[2])
        return running

    def _run(self, folder: Path, *arguments: str) -> Running:
        """A command of it."""
        return Running(
            [sys.executable, "-m", "truemirror", *arguments, "--json"], folder, environment={"PYTHONUNBUFFERED": "1"}
        )
