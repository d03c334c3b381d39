"""Load generators side by side on one server: ours, Locust's FastHttpUser and HttpUser, k6 and wrk where installed.

Four questions, each asked of everybody in turn, round by round, and answered by the median. How many open arrivals a
second are begun on time (99 of 100 within 5 ms, 99 % made)? As what is a delay of exactly 23 ms read, from the intended
start? What does a request cost the generator at 2,000 arrivals a second? How many requests does a closed loop of 32
make, for each second of processor time and by the clock? The server, our mirror server with one recording, has one
core, the generator the other. The load average stands beside the figures: on a busy machine only ratios, and figures by
processor time, mean something.
"""

import argparse
import os
import statistics
import sys
from collections.abc import Sequence

from benchmarks.contestants import CONTESTANTS, SERVER_CORE, running
from benchmarks.load_generator.peers import PEERS, Closed, Opened, Peer
from benchmarks.recordings import path_of
from benchmarks.table import machine, markdown, number
from truemirror.adapters.load_runs.calibrating import DELAY_MS, answering
from truemirror.core.load.calibration import LATEST_MS, LEAST_MADE

_RATES = (500, 1000, 1500, 2000, 3000, 4000, 5000, 6000, 8000, 10000, 12000, 14000, 16000, 18000, 20000, 24000, 28000)
_DELAY_RATE = 200.0
_COST_RATE = 2000.0


def main() -> int:
    """Ask all questions and print the table; gives back the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load_generator", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each run takes")
    parser.add_argument("--rounds", type=int, default=3, help="how often each question is asked")
    parser.add_argument(
        "--rates", default=",".join(map(str, _RATES)), help="arrivals a second that are tried, in order"
    )
    parser.add_argument("--only", default="", help="names of peers, separated by commas")
    parser.add_argument("--questions", default="rate,delay,cost,closed", help="which are asked, separated by commas")
    options = parser.parse_args()
    only = set(filter(None, options.only.split(",")))
    peers = [peer for peer in PEERS if peer.available() and (not only or peer.name in only)]
    rates = [float(text) for text in options.rates.split(",")]
    asked = set(options.questions.split(","))
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {int(SERVER_CORE)})
    closed: dict[str, list[Closed]] = {peer.name: [] for peer in peers}
    delays: dict[str, list[Opened]] = {peer.name: [] for peer in peers}
    costs: dict[str, list[Opened]] = {peer.name: [] for peer in peers}
    highest: dict[str, list[float]] = {peer.name: [] for peer in peers}
    for turn in range(options.rounds):
        if "closed" in asked:
            with running(CONTESTANTS[0], 1) as (port, _):
                for peer in peers:
                    closed[peer.name].append(peer.closed(f"http://127.0.0.1:{port}{path_of(0)}", options.seconds))
                    _tell(turn, peer, "closed", closed[peer.name][-1])
        if "cost" in asked:
            with running(CONTESTANTS[0], 1) as (port, _):
                for peer in peers:
                    if peer.open is not None:
                        url = f"http://127.0.0.1:{port}{path_of(0)}"
                        costs[peer.name].append(peer.open(url, _COST_RATE, options.seconds))
                        _tell(turn, peer, f"cost at {_COST_RATE:g}/s", costs[peer.name][-1])
        if "delay" in asked:
            with answering(DELAY_MS) as url:
                for peer in peers:
                    if peer.open is not None:
                        delays[peer.name].append(peer.open(f"{url}/", _DELAY_RATE, options.seconds))
                        _tell(turn, peer, "delay", delays[peer.name][-1])
        if "rate" in asked:
            with running(CONTESTANTS[0], 1) as (port, _):
                for peer in peers:
                    if peer.open is not None:
                        url = f"http://127.0.0.1:{port}{path_of(0)}"
                        highest[peer.name].append(_highest(peer, url, rates, options.seconds, turn))
    print(f"Measured on: {machine()}, one core each for server and load; load average at the end {_load_average()}.\n")
    print(_report(peers, closed, delays, costs, highest))
    for peer in PEERS:
        if not peer.available():
            print(f"\n{peer.name}: not run, it is not installed")
    return 0


def _highest(peer: Peer, url: str, rates: Sequence[float], seconds: float, turn: int) -> float:
    """The highest rate that held, each tried twice before it counts as one that does not."""
    assert peer.open is not None
    highest = 0.0
    for rate in rates:
        for _ in range(2):
            found = peer.open(url, rate, seconds)
            _tell(turn, peer, f"{rate:g}/s", found)
            if _holds(found):
                break
        else:
            return highest
        highest = rate
    return highest


def _holds(found: Opened) -> bool:
    """Whether arrivals began on time and were made."""
    return found.made >= LEAST_MADE and (found.lag_p99_ms is None or found.lag_p99_ms < LATEST_MS)


def _tell(turn: int, peer: Peer, what: str, found: Opened | Closed) -> None:
    """A line while it runs."""
    print(f"round {turn + 1}, {peer.name}, {what}: {found}, load average {_load_average()}", file=sys.stderr)


def _load_average() -> str:
    """Of the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


def _report(
    peers: Sequence[Peer],
    closed: dict[str, list[Closed]],
    delays: dict[str, list[Opened]],
    costs: dict[str, list[Opened]],
    highest: dict[str, list[float]],
) -> str:
    """The table: medians."""
    head = ["generator", "open arrivals/s on time", f"{DELAY_MS:g} ms read as"]
    head += [f"processor µs a request at {_COST_RATE:g}/s", "closed: for each second of processor", "by the clock"]
    rows = [
        [
            peer.name,
            number(_median(highest[peer.name])),
            number(_median([one.mean_ms for one in delays[peer.name]])),
            number(_median([one.processor_us for one in costs[peer.name]])),
            number(_median([one.by_processor for one in closed[peer.name]])),
            number(_median([one.by_clock for one in closed[peer.name]])),
        ]
        for peer in peers
    ]
    return markdown(head, rows)


def _median(values: Sequence[float]) -> float | None:
    """The median; None for none."""
    return statistics.median(values) if values else None


if __name__ == "__main__":
    sys.exit(main())
