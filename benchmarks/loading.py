"""Loading a mirror, and a miss in it: time, memory against the files' size, and the price of a miss by percentile.

Loading is measured in a fresh process each time, which tells its processor time and the memory it gained; the files
are in the page cache. A miss is asked of a running server, one after the other on one connection, each for an address
that nobody recorded, and comes with its whole report. Absolute figures belong to the machine.
"""

import argparse
import http.client
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.contestants import CONTESTANTS, running
from benchmarks.recordings import mirror_of, path_of
from benchmarks.table import machine, markdown, number
from truemirror.adapters.mirror_files import MirrorFiles

_LOADER = """
import sys, time
from pathlib import Path
from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.usecases.replay import Replayer

def memory():
    lines = Path("/proc/self/status").read_text().splitlines()
    return [int(line.split()[1]) * 1024 for name in ("VmRSS:", "VmHWM:") for line in lines if line.startswith(name)]

before = memory()[0]
clock, begun = time.perf_counter(), time.process_time()
replayer = Replayer(MirrorFiles(Path(sys.argv[1])).load("items"))
used, taken = time.process_time() - begun, time.perf_counter() - clock
held, peak = memory()
print(used, taken, held - before, peak - before, len(replayer.mirror))
"""
_ROUNDS = 5


def main() -> int:
    """Measure at each size and print the tables; gives back the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.loading", description=__doc__)
    parser.add_argument("--recordings", default="1000,10000,100000", help="how many, separated by commas")
    parser.add_argument("--misses", type=int, default=1000, help="how many misses are asked at each size")
    options = parser.parse_args()
    sizes = [int(text) for text in options.recordings.split(",")]
    print(f"Measured on: {machine()}.\n")
    head = ["recordings", "files, MB", "processor s", "clock s", "held : files", "peak : files"]
    print(markdown(head, [loading(count) for count in sizes]))
    print("\nA miss with its report, milliseconds by the clock:\n")
    print(markdown(["recordings", "p50", "p99", "most"], [missing(count, options.misses) for count in sizes]))
    return 0


def loading(count: int) -> list[str]:
    """A row: the median of several fresh processes."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        MirrorFiles(Path(folder)).save(mirror_of(count))
        size = sum(path.stat().st_size for path in Path(folder).rglob("*.json"))
        rounds = [_loaded(folder, count) for _ in range(_ROUNDS)]
    used, taken, held, peak = (statistics.median(column) for column in zip(*rounds, strict=True))
    return [
        f"{count:,}",
        f"{size / 1e6:.1f}",
        f"{used:.2f}",
        f"{taken:.2f}",
        f"{held / size:.1f}",
        f"{peak / size:.1f}",
    ]


def _loaded(folder: str, count: int) -> tuple[float, ...]:
    """Processor seconds, seconds by the clock, bytes held and at the peak, of one load."""
    done = subprocess.run([sys.executable, "-c", _LOADER, folder], check=True, capture_output=True, text=True)
    *figures, loaded = (float(text) for text in done.stdout.split())
    assert loaded == count, f"{loaded} of {count} were loaded"
    return tuple(figures)


def missing(count: int, misses: int) -> list[str]:
    """A row: what misses cost at that size."""
    with running(CONTESTANTS[0], count) as (port, _):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        times = sorted(_missed(connection, count + turn * 7) for turn in range(misses))
    return [f"{count:,}", *(number(one) for one in (times[len(times) // 2], times[-len(times) // 100], times[-1]))]


def _missed(connection: http.client.HTTPConnection, which: int) -> float:
    """Milliseconds of one miss."""
    begun = time.perf_counter()
    connection.request("GET", path_of(which))
    answer = connection.getresponse()
    answer.read()
    taken = (time.perf_counter() - begun) * 1000
    assert answer.status == 501, f"{which} was answered with {answer.status}"
    return taken


if __name__ == "__main__":
    sys.exit(main())
