"""The recording proxy under load: how many requests a second it keeps up with, what it adds to one, and what it loses.

A bare web server (nginx, or our own mirror server where nginx is missing) answers; `truemirror record` stands in front
of it with redaction on and a token in every request. First one client asks one by one, directly and through the
recorder in turn: the difference of the medians is what the recorder adds. Then wrk asks with 32 connections. At the end
the recorder is stopped and what is on disk is counted against what was answered.
"""

import argparse
import contextlib
import http.client
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.contestants import CONTESTANTS, LOAD_CORE, SERVER_CORE, free_port, pinned, processor_seconds, running
from benchmarks.recordings import path_of
from benchmarks.table import machine, markdown, number
from truemirror.adapters.mirror_files import MirrorFiles

_LUA = """
local turn = 0
request = function()
  turn = turn + 1
  return wrk.format("GET", "/v1/items/" .. turn, {["Authorization"] = "Bearer c2VjcmV0LXRva2VuLW9mLWFkYQ"})
end
done = function(summary) io.write("answered " .. summary.requests .. "\\n") end
"""


def main() -> int:
    """Measure and print; gives back the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recorder", description=__doc__)
    parser.add_argument("--seconds", type=int, default=5, help="how long wrk loads the recorder")
    parser.add_argument("--requests", type=int, default=2000, help="requests of the single client, each way")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        print("wrk is needed for the load and was not found: apt-get install wrk", file=sys.stderr)
        return 4
    upstream = next(one for one in (CONTESTANTS[1], CONTESTANTS[0]) if one.available())
    with running(upstream, 1) as (behind, _), tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        with _recorder(Path(folder), behind) as (port, group):
            direct, through = alternating(behind, port, options.requests)
            before = processor_seconds(group)
            answered = _load(port, options.seconds)
            used = processor_seconds(group) - before
        kept = len(MirrorFiles(Path(folder) / "mirrors").load("items"))
    asked = answered + options.requests
    print(f"Measured on: {machine()}; upstream: {upstream.name}.\n")
    rows = [
        ["requests a second, 32 connections", number(answered / options.seconds)],
        ["requests for each second of the recorder's processor time", number(answered / used)],
        ["one client, p50 direct, ms", number(direct)],
        ["one client, p50 through the recorder, ms", number(through)],
        ["added, ms", number(through - direct)],
        ["answered, and on disk afterwards", f"{asked:,}, {kept:,}"],
    ]
    print(markdown(["what", "figure"], rows))
    return 0 if kept >= asked else 1


@contextlib.contextmanager
def _recorder(folder: Path, behind: int) -> Iterator[tuple[int, int]]:
    """Start the recorder on the server's core; stop it as Ctrl-C does and wait until it has folded."""
    port = free_port()
    command = [sys.executable, "-m", "truemirror", "record", "items", "--upstream", f"http://127.0.0.1:{behind}"]
    command += ["--port", str(port), "--mirrors", str(folder / "mirrors")]
    with (folder / "output.log").open("wb") as output:
        started = subprocess.Popen(
            pinned(SERVER_CORE, command), cwd=folder, stdout=output, stderr=output, start_new_session=True
        )
        try:
            _await(port)
            yield port, started.pid
            started.send_signal(signal.SIGINT)
            started.wait(300)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(started.pid, signal.SIGKILL)


def _await(port: int) -> None:
    """Until somebody listens."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            http.client.HTTPConnection("127.0.0.1", port, timeout=5).connect()
            return
        time.sleep(0.05)
    raise RuntimeError("the recorder does not listen")


def alternating(behind: int, port: int, requests: int) -> tuple[float, float]:
    """Median milliseconds of a request directly and through the recorder, asked in turn."""
    ways = [http.client.HTTPConnection("127.0.0.1", one, timeout=60) for one in (behind, port)]
    times: tuple[list[float], list[float]] = ([], [])
    for number_ in range(requests):
        for way, taken in zip(ways, times, strict=True):
            begun = time.perf_counter()
            way.request("GET", path_of(0) + f"?turn={number_}", headers={"Authorization": "Bearer abc"})
            way.getresponse().read()
            taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times[0]), statistics.median(times[1])


def _load(port: int, seconds: int) -> int:
    """Requests that were answered; raises where one was not answered with 2xx."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        Path(script.name).write_text(_LUA)
        command = ["wrk", "-t1", "-c32", f"-d{seconds}s", "--timeout", "20s", "-s", script.name]
        done = subprocess.run(
            pinned(LOAD_CORE, [*command, f"http://127.0.0.1:{port}/"]), check=True, capture_output=True, text=True
        )
    found = re.search(r"answered (\d+)", done.stdout)
    if found is None or "Non-2xx" in done.stdout:
        raise RuntimeError(f"not every request was answered:\n{done.stdout}")
    return int(found[1])


if __name__ == "__main__":
    sys.exit(main())
