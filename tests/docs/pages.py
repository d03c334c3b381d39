"""Runs a page of docs/ as its reader would: what it tells to type is typed, and what it shows has to come.

    ```console     `$ COMMAND` lines run in order in the page's own folder; the lines after them are what is printed
    ```python      written to the file that its first line names, as `# tests/test_packing.py`; so is ```toml
    ^C             in a console block ends what is running, as Ctrl-C does
    ...            in what is shown stands for anything: alone on a line for any lines

    <!-- service: weather.py at 8001 -->      starts a program of tests/docs; <!-- service ends --> ends it
    <!-- file: drive.py -->                   puts a file of tests/docs into the folder
    <!-- run: COMMAND -->                     is typed, too, without being shown
    <!-- keeps running -->                    the next console block's command goes on running in its own terminal

Rules: a command ends well, else the page says `; echo $?` after it. Ports are those of the page for its reader, and
free ones here. A page never touches anything outside its folder.
"""

import os
import random
import re
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tests.tiny_services import until

_TOKEN = re.compile(r"^<!-- (?P<note>.*?) -->$|^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_PORT = re.compile(r"(?:127\.0\.0\.1:|localhost:|--port | at )(\d{4,5})")
_FILE = re.compile(r"# (\S+\.(?:py|toml))\n")
_HERE = Path(__file__).parent


class Wrong(AssertionError):
    """A page says what is not so."""


class Page:
    """A page being read in a folder of its own."""

    def __init__(self, path: Path, folder: Path) -> None:
        """Nothing is run yet."""
        self._text = path.read_text()
        self._folder = folder
        self._ports = {port: _free_port() for port in dict.fromkeys(_PORT.findall(self._text))}
        self._back = {here: port for port, here in self._ports.items()}
        self._services: list[subprocess.Popen[bytes]] = []
        self._running: list[Terminal] = []
        self._keeps_running = False

    def run(self) -> None:
        """Everything on it, in order. Raises Wrong."""
        try:
            for found in _TOKEN.finditer(self._text):
                if found["note"]:
                    self._note(found["note"])
                elif found["kind"] == "console":
                    self._console(found["text"])
                elif found["kind"] in ("python", "toml") and (title := _FILE.match(found["text"])):
                    self._write(title[1], found["text"][title.end() :].lstrip("\n"))
        finally:
            for terminal in self._running:
                terminal.end()
            self._end_services()

    def _note(self, note: str) -> None:
        """What the page tells its runner."""
        word, _, rest = note.partition(":")
        if word == "service":
            program, port = rest.split(" at ")
            self._serve(program.split(), self._ports[port.strip()])
        elif word == "service ends":
            self._end_services()
        elif word == "file":
            self._write(rest.strip(), (_HERE / rest.strip()).read_text())
        elif word == "run":
            self._type(rest.strip(), None)
        elif word == "keeps running":
            self._keeps_running = True

    def _serve(self, program: list[str], port: str) -> None:
        """Start a service and wait until it listens."""
        self._services.append(subprocess.Popen([sys.executable, str(_HERE / program[0]), *program[1:], port]))
        assert until(lambda: _listens(int(port))), f"{program} does not listen"

    def _end_services(self) -> None:
        """End all that were started."""
        while self._services:
            one = self._services.pop()
            one.terminate()
            one.wait()

    def _console(self, text: str) -> None:
        """Type what stands behind `$`; what follows is what comes."""
        for piece in re.split(r"^(?=\$ |\^C$)", text, flags=re.MULTILINE):
            line, _, shown = piece.partition("\n")
            if line == "^C":
                self._compare(line, shown, self._running.pop().end())
            elif line.startswith("$ ") and self._keeps_running:
                self._keeps_running = False
                self._running.append(Terminal(self._local(line[2:]), self._folder))
                comes = self._running[-1].until_printed(len(shown.splitlines()))
                self._compare(line, shown, comes)
            elif line.startswith("$ "):
                self._type(line[2:], shown or None)

    def _type(self, line: str, shown: str | None) -> None:
        """Run a line to its end."""
        terminal = Terminal(self._local(line), self._folder)
        printed = terminal.wait()
        if terminal.status:
            raise Wrong(f"$ {line}\nended with {terminal.status}\n{printed}")
        if shown is not None:
            self._compare(line, shown, printed)

    def _compare(self, line: str, shown: str, printed: str) -> None:
        """What was printed is what the page shows. Raises Wrong."""
        plain = "\n".join(one.rstrip() for one in self._public(printed).splitlines()).strip("\n") + "\n"
        if not re.fullmatch(_pattern(shown), plain, re.DOTALL):
            raise Wrong(f"{line}\n--- the page shows\n{shown}\n--- what comes is\n{plain}\n")

    def _write(self, name: str, text: str) -> None:
        """Put a file into the folder."""
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self._local(text))

    def _local(self, text: str) -> str:
        """With the ports that are free here."""
        return _swapped(text, self._ports)

    def _public(self, text: str) -> str:
        """With the page's ports."""
        return _swapped(text, self._back)


class Terminal:
    """A command and what it prints."""

    def __init__(self, line: str, folder: Path) -> None:
        """Start it."""
        home = sysconfig.get_path("scripts")
        kept = {name: os.environ[name] for name in ("LANG", "TMPDIR", "PYTHONPATH") if name in os.environ}
        environment = {
            **kept, "PATH": f"{home}:{os.environ['PATH']}", "HOME": str(folder), "NO_COLOR": "1", "COLUMNS": "80",
            "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1", "PY_COLORS": "0",
            "PYTEST_ADDOPTS": "-p truemirror.pytest_plugin -p no:cacheprovider", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }  # fmt: skip
        self._child = subprocess.Popen(
            ["sh", "-c", line], cwd=folder, env=environment, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self._lines: list[str] = []
        self._read = 0
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()
        self.status = 0

    def _listen(self) -> None:
        """Take in what it prints."""
        assert self._child.stdout is not None
        with self._child.stdout as printed:
            for line in printed:
                self._lines.append(line.decode("utf-8", "replace"))

    def until_printed(self, count: int) -> str:
        """What it has printed once there are so many lines."""
        until(lambda: len(self._lines) >= count or not self._reader.is_alive())
        self._read = len(self._lines)
        return "".join(self._lines)

    def wait(self) -> str:
        """All that it printed until it ended by itself."""
        self.status = self._child.wait()
        self._reader.join()
        return "".join(self._lines[self._read :])

    def end(self) -> str:
        """What it printed since the last look, until Ctrl-C ended it."""
        if self._child.poll() is None:
            os.killpg(self._child.pid, signal.SIGINT)
        return self.wait()


def _swapped(text: str, ports: dict[str, str]) -> str:
    """The text with some numbers in place of others."""
    if not ports:
        return text
    return re.sub(rf"\b({'|'.join(ports)})\b", lambda found: ports[found[1]], text)


def _pattern(shown: str) -> str:
    """What is shown, as a pattern."""
    lines: Iterator[str] = (
        r"(?:[^\n]*\n)*?" if line.strip() == "..." else re.escape(line.rstrip()).replace(r"\.\.\.", r"[^\n]*?") + "\n"
        for line in shown.strip("\n").splitlines()
    )
    return "".join(lines)


def _free_port() -> str:
    """A port that is free, from below those that systems give to clients, so that it stays so."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as one, suppress(OSError):
            one.bind(("127.0.0.1", port))
            return str(port)


def _listens(port: int) -> bool:
    """Whether somebody answers at a port."""
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
