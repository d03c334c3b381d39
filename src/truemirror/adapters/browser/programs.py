"""The browser's programs: where they are on this machine, and the driver as a process that leaves nothing behind.

Rules: nothing is ever downloaded. The driver chooses its own port, so two of them never race for one. See `guard.py`
for how everything ends with us.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import deque
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue

from truemirror.adapters.browser import guard
from truemirror.adapters.browser.options import BrowserOptions
from truemirror.errors import BrowserError, BrowserLost

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DRIVERS = ("chromedriver", "chromium.chromedriver")
INSTALL = "apt-get install chromium chromium-driver"
_STARTED = re.compile(r"started successfully on port (\d+)")
_END_SECONDS = 10.0
"""How long the guard has to kill everything before it is killed itself."""


def find_browser(wanted: str = "") -> str:
    """The browser's program. Raises BrowserError."""
    return _find("browser", wanted, BROWSERS)


def find_driver(wanted: str = "") -> str:
    """The driver's program. Raises BrowserError."""
    return _find("driver of the browser", wanted, DRIVERS)


def _find(what: str, wanted: str, names: tuple[str, ...]) -> str:
    """The program that is wanted, or the first of the known ones. Raises BrowserError."""
    for name in (wanted,) if wanted else names:
        if found := shutil.which(name):
            return found
    looked = wanted or ", ".join(names)
    raise BrowserError(f"the {what} is not there", where=f"looked for {looked}", fix=f"install it: {INSTALL}")


class Driver:
    """A running chromedriver."""

    def __init__(self, options: BrowserOptions) -> None:
        """Start it. Raises BrowserError and BrowserLost."""
        program = find_driver(options.driver)
        self.folder = Path(tempfile.mkdtemp(prefix="truemirror-browser-"))
        """The profile, downloads and whatever the browser keeps; gone afterwards."""
        self.lines: deque[str] = deque(maxlen=40)
        """What it said last."""
        self._ports: SimpleQueue[int] = SimpleQueue()
        command = [program, "--port=0", *_log_arguments(options.logs)]
        self._guard = subprocess.Popen(
            [sys.executable, "-I", "-S", guard.__file__, str(self.folder), *command],
            env={**os.environ, "TMPDIR": str(self.folder), "SE_OFFLINE": "true"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, name="driver-output", daemon=True)
        self._reader.start()
        self.address = f"http://127.0.0.1:{self._wait_for_port(options.start_seconds)}"

    @property
    def ended(self) -> bool:
        """Whether it is gone, although nobody asked for it."""
        return self._guard.poll() is not None

    def stop(self) -> None:
        """End it, the browser and all that belongs to them."""
        assert self._guard.stdin
        with suppress(OSError):
            self._guard.stdin.close()
        try:
            self._guard.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._guard.kill()
            self._guard.wait()
        self._reader.join(1.0)
        if self._guard.stdout and not self._reader.is_alive():
            self._guard.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _wait_for_port(self, seconds: float) -> int:
        """Wait until it listens. Raises BrowserLost."""
        with suppress(Empty):
            if port := self._ports.get(timeout=seconds):
                return port
        self.stop()
        said = "; ".join(list(self.lines)[-3:]) or "it said nothing"
        raise BrowserLost(f"the driver of the browser did not start: {said}", where="chromedriver")

    def _read(self) -> None:
        """Read what it says until the end; tell its port, or 0 when it ends without one."""
        assert self._guard.stdout
        for raw in self._guard.stdout:
            line = raw.decode("utf-8", "replace").rstrip()
            self.lines.append(line)
            if found := _STARTED.search(line):
                self._ports.put(int(found[1]))
        self._ports.put(0)


def _log_arguments(folder: str) -> list[str]:
    """Where the driver writes its log. Raises BrowserError when the folder cannot be made."""
    if not folder:
        return []
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BrowserError(f"the folder for logs cannot be made: {error.strerror}", where=folder) from error
    return [f"--log-path={Path(folder).resolve() / f'chromedriver-{os.getpid()}.log'}"]
