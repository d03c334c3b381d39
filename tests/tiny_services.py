"""Tiny HTTP services that misbehave on request, for tests that start real processes."""

import os
import shlex
import socket
import time
from collections.abc import Callable
from pathlib import Path

SOURCE = """
import argparse, json, os, signal, subprocess, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

asked = argparse.ArgumentParser()
asked.add_argument("--port", type=int)
asked.add_argument("--say", default="")           # printed first
asked.add_argument("--crash", type=int)           # ends at once with this status
asked.add_argument("--health", type=int, default=200)
asked.add_argument("--stubborn", action="store_true")  # does not end when asked to
asked.add_argument("--child", action="store_true")     # starts a process of its own and tells its number
options = asked.parse_args()
if options.say:
    print(options.say, flush=True)
if options.crash is not None:
    sys.exit(options.crash)
if options.stubborn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = None
if options.child:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])


class Door(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/end":
            os._exit(7)
        pids = [os.getpid(), *([child.pid] if child else [])]
        known = {"environment": dict(os.environ), "pids": pids, "cwd": os.getcwd()}
        body = json.dumps(known).encode()
        self.send_response(options.health if self.path == "/health" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *parts):
        pass


ThreadingHTTPServer(("127.0.0.1", options.port), Door).serve_forever()
"""

PATIENCE = 30.0
"""Seconds after which a test gives up waiting for what should come at once."""


def write_service(folder: Path) -> str:
    """Write the service's program; gives back a start line to which options can be added."""
    program = folder / "tiny_service.py"
    program.write_text(SOURCE)
    return f"{{python}} {shlex.quote(str(program))} --port {{port}}"


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that is dead but not yet buried does not."""
    state = Path(f"/proc/{pid}/stat")
    if state.parent.parent.joinpath("self").exists():
        try:
            return state.read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
        except OSError:
            return False
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def until(holds: Callable[[], bool]) -> bool:
    """Wait until something holds; False when it still does not after a long time."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def a_free_port() -> int:
    """A port that is free right now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        number: int = taken.getsockname()[1]
        return number
