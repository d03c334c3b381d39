"""A service that stands still for two seconds of twenty-five: seen by open arrivals, missed by users who wait."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from truemirror.adapters.load_runs import LoadRuns
from truemirror.core.load.adding import total
from truemirror.core.load.document import Run
from truemirror.core.load.histogram import percentile
from truemirror.core.load.pictures import histogram_of
from truemirror.core.load.profile import Arrivals, Call, Flow, Profile, Selection, Target

ROOT = Path(__file__).parents[2]
SECONDS, RATE = 25, 100.0


@pytest.fixture
def stalling() -> Iterator[str]:
    """The service; each use begins anew."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.acceptance.stalling", "10", "2"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def _open(url: str) -> tuple[float, float]:
    """Mean and p95 in ms, as open arrivals see them."""
    call = Call("x", "GET /", "GET", "/")
    profile = Profile("stall", Arrivals(RATE, seed=7), (Target("x", mean_ms=46.0),), (Flow("ask", (call,)),))
    made = LoadRuns().make(Run(profile, {"x": url}, SECONDS))
    cell = total(made.tally.cells.values())
    return cell.response_sum / cell.count, percentile(histogram_of(made.tally, Selection()), 0.95) or 0.0


def _closed(url: str) -> tuple[float, float]:
    """Mean and p95 in ms, as Locust's users see them who wait for each answer."""
    locust = [sys.executable, "-m", "locust", "-f", str(ROOT / "tests/acceptance/closed_users.py"), "--headless"]
    options = ["-u", "10", "-r", "10", "-t", f"{SECONDS}s", "--host", url, "--json", "--loglevel", "ERROR"]
    said = subprocess.run([*locust, *options], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    (told,) = json.loads(said)
    times = sorted((float(ms), count) for ms, count in told["response_times"].items())
    wanted, seen = 0.95 * told["num_requests"], 0
    for ms, count in times:
        seen += count
        if seen >= wanted:
            return told["total_response_time"] / told["num_requests"], ms
    raise AssertionError("no requests")


@pytest.mark.nightly
def test_open_arrivals_see_a_stall_that_waiting_users_miss(stalling: str) -> None:
    """Two hundred requests were to begin while nobody answered; ten users noticed, one request each."""
    mean, p95 = _open(stalling)
    assert mean > 46
    assert p95 > 400


@pytest.mark.nightly
def test_waiting_users_miss_it(stalling: str) -> None:
    """Their mean would have passed, and nineteen of twenty of their requests look as if nothing had been."""
    mean, p95 = _closed(stalling)
    assert mean < 46
    assert p95 < 400
