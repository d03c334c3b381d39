"""Requests a second from one core: our mirror server and every peer that is installed, by number of recordings.

The server has one core, the load (wrk, 32 connections, distinct addresses in turn) the other. A figure is requests for
each second of processor time that the server used, which holds on a machine that has other work, too; the rate by the
clock stands beside it. Absolute figures belong to the machine; the ratios of one run are what counts. Peers come from
`apt-get install nginx wrk` and `npm install --prefix benchmarks/peers`; one that is not installed is shown as not run.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.contestants import CONTESTANTS, LOAD_CORE, pinned, processor_seconds, running
from benchmarks.table import machine, markdown, number

Rate = tuple[float, float]
"""Requests for each second of the server's processor time, and by the clock."""
_LUA = """
local count = tonumber(os.getenv("RECORDINGS"))
local ready = {}
local turn = 0
init = function()
  for n = 0, count - 1 do ready[n] = wrk.format("GET", "/v1/items/" .. n) end
end
request = function()
  turn = (turn + 7919) % count
  return ready[turn]
end
"""


def main() -> int:
    """Run everybody in turn and print the table; gives back the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mirror_server", description=__doc__)
    parser.add_argument("--recordings", default="1,1000,10000", help="how many, separated by commas")
    parser.add_argument("--seconds", type=int, default=5, help="how long each is loaded, after a warm-up of 2 s")
    parser.add_argument("--only", default="", help="names of contestants, separated by commas")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        print("wrk is needed for the load and was not found: apt-get install wrk", file=sys.stderr)
        return 4
    counts = [int(text) for text in options.recordings.split(",")]
    only = set(filter(None, options.only.split(",")))
    rates: dict[str, list[Rate | None]] = {}
    missing = []
    for contestant in CONTESTANTS:
        if only and contestant.name not in only:
            continue
        if not contestant.available():
            missing.append(contestant.name)
            continue
        rates[contestant.name] = []
        for count in counts:
            rate = None
            if count <= contestant.most:
                with running(contestant, count) as (port, group):
                    load(port, count, 2 + count // 4_000)
                    rate = measured(port, group, count, options.seconds)
            rates[contestant.name].append(rate)
            told = f"{number(rate[0])} for each second of processor, {number(rate[1])} by the clock" if rate else "–"
            print(f"{contestant.name:<18} {count:>7} recordings: {told}", file=sys.stderr)
    print(f"Measured on: {machine()}, one core each for server and load.")
    print("Requests for each second of the server's processor time (in brackets: by the clock).\n")
    print(report(counts, rates))
    for name in missing:
        print(f"\n{name}: not run, it is not installed")
    return 0


def measured(port: int, group: int, count: int, seconds: int) -> Rate:
    """Load a server and see what it used."""
    before = processor_seconds(group)
    rate = load(port, count, seconds)
    return rate * seconds / max(0.01, processor_seconds(group) - before), rate


def load(port: int, count: int, seconds: int) -> float:
    """Requests a second that were answered with 2xx."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        Path(script.name).write_text(_LUA)
        command = [
            "wrk",
            "-t1",
            "-c32",
            f"-d{seconds}s",
            "--timeout",
            "20s",
            "-s",
            script.name,
            f"http://127.0.0.1:{port}/",
        ]
        env = {**os.environ, "RECORDINGS": str(count)}
        done = subprocess.run(pinned(LOAD_CORE, command), check=True, capture_output=True, text=True, env=env)
    if "Non-2xx" in done.stdout:
        raise RuntimeError(f"not every answer was a recording:\n{done.stdout}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    if found is None:
        raise RuntimeError(done.stdout + done.stderr)
    return float(found[1])


def report(counts: Sequence[int], rates: dict[str, list[Rate | None]]) -> str:
    """The table: a row per contestant, figures and what we are of it."""
    ours = rates.get("truemirror", [None] * len(counts))
    head = ["server", *(f"{count:,} recordings" for count in counts), *(f"we : it at {count:,}" for count in counts)]
    rows = []
    for name, figures in rates.items():
        ratios = [f"{own[0] / its[0]:.2f}" if own and its else "–" for own, its in zip(ours, figures, strict=True)]
        cells = [f"{number(figure[0])} ({number(figure[1])})" if figure else "–" for figure in figures]
        rows.append([name, *cells, *(["1"] * len(counts) if name == "truemirror" else ratios)])
    return markdown(head, rows)


if __name__ == "__main__":
    sys.exit(main())
