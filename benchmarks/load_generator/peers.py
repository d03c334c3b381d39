"""Everybody who makes load: ours, Locust's own clients, and k6 and wrk where they are installed; each on one core."""

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.contestants import LOAD_CORE, pinned
from truemirror.adapters.load_runs import LoadRuns
from truemirror.core.load.adding import total
from truemirror.core.load.document import Run
from truemirror.core.load.histogram import added, percentile
from truemirror.core.load.profile import Arrivals, Call, Flow, Profile

_HERE = Path(__file__).parent
_CONNECTIONS = 32
_K6 = """
import http from 'k6/http';
const open = {executor: 'constant-arrival-rate', rate: Number(__ENV.RATE), timeUnit: '1s',
  duration: __ENV.SECONDS + 's', preAllocatedVUs: 200, maxVUs: 4000};
const closed = {executor: 'constant-vus', vus: 32, duration: __ENV.SECONDS + 's'};
export const options = {discardResponseBodies: true, scenarios: {all: Number(__ENV.RATE) ? open : closed}};
export default function () { http.get(__ENV.URL); }
export function handleSummary(data) { return {stdout: 'TOLD ' + JSON.stringify(data.metrics) + '\\n'}; }
"""


@dataclass(frozen=True, slots=True)
class Opened:
    """One rate of open arrivals."""

    made: float
    """The share of planned arrivals that were made and answered."""
    mean_ms: float
    """From the intended start, where the peer can say that."""
    lag_p99_ms: float | None
    """None where the peer does not tell."""
    processor_us: float
    """Of the generator, for each request."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed loop of 32."""

    by_processor: float
    """Requests for each second of processor time that the generator used."""
    by_clock: float


@dataclass(frozen=True, slots=True)
class Peer:
    """A load generator."""

    name: str
    available: Callable[[], bool]
    open: Callable[[str, float, float], Opened] | None
    """From an address, a rate and seconds; None for one that has no open arrivals."""
    closed: Callable[[str, float], Closed]


def _ours_open(url: str, rate: float, seconds: float) -> Opened:
    """Our generator; the first second is left out: connections are made."""
    parts = urlsplit(url)
    call = Call("known", "GET", "GET", parts.path)
    profile = Profile("benchmark", Arrivals(rate), (), (Flow("one", (call,)),))
    run = Run(profile, {"known": f"http://{parts.netloc}"}, seconds + 1)
    made = LoadRuns(tuple(pinned(LOAD_CORE, []))).make(run)
    seconds_of_it = [one for second, one in made.tally.instrument.items() if 1 <= second < seconds + 1]
    cell = total(cell for (second, _), cell in made.tally.cells.items() if second >= 1)
    lag: dict[int, int] = {}
    for one in seconds_of_it:
        lag = added(lag, one.lag)
    used = sum(one.cpu for one in seconds_of_it)
    return Opened(
        made=(cell.count - sum(cell.errors.values())) / max(1, sum(one.planned for one in seconds_of_it)),
        mean_ms=cell.response_sum / max(1, cell.count),
        lag_p99_ms=percentile(lag, 0.99),
        processor_us=used / max(1, cell.count) * 1e6,
    )


def _locust_open(peer: str) -> Callable[[str, float, float], Opened]:
    """One of Locust's clients with open arrivals."""

    def opened(url: str, rate: float, seconds: float) -> Opened:
        """Run it."""
        told = _locust("open_arrivals.py", peer, url, seconds, RATE=str(rate))
        is_late = told["took"] > seconds * 1.25 + 1
        return Opened(
            made=(told["made"] if not is_late else seconds / told["took"]),
            mean_ms=told["mean_ms"],
            lag_p99_ms=told["lag_p99_ms"],
            processor_us=told["processor_us"],
        )

    return opened


def _locust_closed(peer: str) -> Callable[[str, float], Closed]:
    """A user class in a closed loop."""

    def closed(url: str, seconds: float) -> Closed:
        """Run it."""
        told = _locust("closed_users.py", peer, url, seconds)
        if told["failed"]:
            raise RuntimeError(f"{peer}: {told['failed']} of {told['requests']} failed")
        return Closed(told["requests"] / max(0.01, told["used"]), told["requests"] / told["took"])

    return closed


def _locust(script: str, peer: str, url: str, seconds: float, **env: str) -> dict[str, float]:
    """Run a locustfile of ours; gives what it told."""
    parts = urlsplit(url)
    command = [sys.executable, "-m", "locust", "-f", str(_HERE / script), "--host", f"http://{parts.netloc}"]
    command += ["--headless", "--only-summary", "-u", str(_CONNECTIONS), "-r", "1000"]
    more = {"PEER": peer, "SECONDS": str(seconds), "PATH_ASKED": parts.path, **env}
    done = subprocess.run(
        pinned(LOAD_CORE, command), capture_output=True, text=True, env={**os.environ, **more}, timeout=300, check=False
    )
    for line in done.stdout.splitlines():
        if line.startswith("TOLD "):
            told: dict[str, float] = json.loads(line[5:])
            return told
    raise RuntimeError(f"{peer} told nothing:\n{done.stderr[-2000:]}")


def _k6(url: str, rate: float, seconds: float) -> tuple[dict[str, dict[str, dict[str, float]]], float]:
    """k6's metrics, and the processor seconds that it used."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "script.js"
        script.write_text(_K6)
        env = {**os.environ, "URL": url, "RATE": f"{rate:g}", "SECONDS": f"{seconds:g}", "GOMAXPROCS": "1"}
        before = _children()
        command = pinned(LOAD_CORE, ["k6", "run", "--quiet", str(script)])
        done = subprocess.run(command, capture_output=True, text=True, env=env, timeout=300, check=True)
        used = _children() - before
    told = next(line for line in done.stdout.splitlines() if line.startswith("TOLD "))
    return json.loads(told[5:]), used


def _k6_open(url: str, rate: float, seconds: float) -> Opened:
    """k6 with a constant rate of arrivals; it tells no lag, and its times begin with the sending."""
    metrics, used = _k6(url, rate, seconds)
    count = metrics["http_reqs"]["values"]["count"]
    mean = metrics["http_req_duration"]["values"]["avg"]
    return Opened(count / (rate * seconds), mean, None, used / max(1.0, count) * 1e6)


def _k6_closed(url: str, seconds: float) -> Closed:
    """k6 with 32 virtual users."""
    metrics, used = _k6(url, 0, seconds)
    count = metrics["http_reqs"]["values"]["count"]
    return Closed(count / max(0.01, used), count / seconds)


def _wrk_closed(url: str, seconds: float) -> Closed:
    """wrk, which only knows closed loops."""
    before = _children()
    command = ["wrk", "-t1", f"-c{_CONNECTIONS}", f"-d{seconds:g}s", url]
    done = subprocess.run(pinned(LOAD_CORE, command), capture_output=True, text=True, check=True)
    used = _children() - before
    found = re.search(r"(\d+) requests in", done.stdout)
    if found is None or "Non-2xx" in done.stdout:
        raise RuntimeError(done.stdout + done.stderr)
    return Closed(int(found[1]) / max(0.01, used), int(found[1]) / seconds)


def _children() -> float:
    """Processor seconds of all that was waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


PEERS = (
    Peer("truemirror", lambda: True, _ours_open, _locust_closed("LeanUser")),
    Peer("FastHttpUser", lambda: True, _locust_open("FastHttpUser"), _locust_closed("FastHttpUser")),
    Peer("geventhttpclient", lambda: True, None, _locust_closed("geventhttpclient")),
    Peer("HttpUser", lambda: True, _locust_open("HttpUser"), _locust_closed("HttpUser")),
    Peer("k6", lambda: shutil.which("k6") is not None, _k6_open, _k6_closed),
    Peer("wrk", lambda: shutil.which("wrk") is not None, None, _wrk_closed),
)
