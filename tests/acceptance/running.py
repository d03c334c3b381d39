"""Real processes for acceptance tests: started, read until they say where they are, ended."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

TRUEMIRROR = (sys.executable, "-m", "truemirror")
_URL = re.compile(r"http://127\.0\.0\.1:\d+")


def plain_environment(**more: str) -> dict[str, str]:
    """This environment less what would colour or configure what is started."""
    gone = ("TRUEMIRROR", "PYTEST_", "COV_", "FORCE_COLOR")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(gone)}
    return {**kept, "NO_COLOR": "1", "PYTHONUNBUFFERED": "1", **more}


class Running:
    """A process that has said where it is."""

    def __init__(self, url: str, child: "subprocess.Popen[str]", said: Path) -> None:
        """`said` holds its standard error."""
        self.url = url
        self._child = child
        self._said = said
        self.out = ""
        """What it printed after its address; complete once it was ended."""

    @property
    def said(self) -> str:
        """What it wrote to standard error."""
        return self._said.read_text()

    def end(self) -> int:
        """Ask it to end; gives back its status."""
        child = self._child
        if child.stdout is not None and not child.stdout.closed:
            if child.poll() is None:
                child.send_signal(signal.SIGINT)
            self.out, _ = child.communicate()
        return child.returncode


@contextmanager
def running(command: Sequence[str], cwd: Path, **environment: str) -> Iterator[Running]:
    """Start something that prints its address on standard output."""
    with tempfile.NamedTemporaryFile(suffix=".err", dir=cwd) as said:
        child = subprocess.Popen(
            command, cwd=cwd, env=plain_environment(**environment), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=said, text=True,
        )  # fmt: skip
        one = Running("", child, Path(said.name))
        try:
            assert child.stdout is not None
            for line in child.stdout:
                if found := _URL.search(line):
                    one.url = found[0]
                    break
            assert one.url, f"{' '.join(command)} ended with {child.wait()}: {one.said}"
            yield one
        finally:
            one.end()


def run(command: Sequence[str], cwd: Path, environment: Mapping[str, str] | None = None) -> str:
    """Run something to its good end; gives back standard output."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment or plain_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout
