"""The price of one call in the test's own process: ours, vcrpy, responses and respx, by number of recordings.

Every figure is microseconds of processor time for one call of `requests` or `httpx` that a recording answers, median of
several rounds; `client alone` is the same client with an adapter that answers at once, which is the floor. Calls go to
recordings spread evenly over all. Absolute figures belong to the machine; the ratios of one run are what counts.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

import httpx
import requests
import yaml

from benchmarks.recordings import body_of, mirror_of, path_of
from benchmarks.table import machine, markdown, number

HOST = "http://items.internal"
Call = Callable[[int], int]
"""Ask for one recording; gives back the status."""


@contextmanager
def client_alone(library: str, count: int) -> Iterator[Call]:
    """The client with an adapter that answers at once."""
    del count
    if library == "httpx":
        transport = httpx.MockTransport(lambda request: httpx.Response(200, content=body_of(1)))
        with httpx.Client(transport=transport, trust_env=False) as client:
            yield lambda n: client.get(HOST + path_of(n)).status_code
        return

    class AtOnce(requests.adapters.BaseAdapter):
        """Answers without asking anybody."""

        def send(self, request: requests.PreparedRequest, *args: object, **more: object) -> requests.Response:
            """An answer made on the spot."""
            response = requests.Response()
            response.status_code, response.url, response.request = 200, request.url or "", request
            response._content = body_of(1)
            return response

        def close(self) -> None:
            """Nothing to close."""

    with requests.Session() as session:
        session.trust_env = False
        session.mount("http://", AtOnce())
        yield lambda n: session.get(HOST + path_of(n)).status_code


@contextmanager
def _client(library: str) -> Iterator[Call]:
    """A plain client of the library, whatever answers it."""
    if library == "httpx":
        with httpx.Client(trust_env=False) as client:
            yield lambda n: client.get(HOST + path_of(n)).status_code
    else:
        with requests.Session() as session:
            session.trust_env = False
            yield lambda n: session.get(HOST + path_of(n)).status_code


@contextmanager
def truemirror(library: str, count: int) -> Iterator[Call]:
    """Our mirror, in process."""
    from truemirror.adapters.inprocess.board import Board
    from truemirror.adapters.inprocess.neighbour import Neighbour
    from truemirror.adapters.inprocess.seams import isolated
    from truemirror.usecases.replay import Replayer
    from truemirror.usecases.serve import Forwarding

    neighbour = Neighbour("items", Forwarding(Replayer(mirror_of(count)), None), url=HOST)
    with isolated(Board([neighbour])), _client(library) as call:
        yield call


@contextmanager
def vcrpy(library: str, count: int) -> Iterator[Call]:
    """A cassette of vcrpy with its default matchers; each recording may be played again."""
    import vcr

    interactions = [
        {
            "request": {"method": "GET", "uri": HOST + path_of(n), "body": None, "headers": {}},
            "response": {
                "status": {"code": 200, "message": "OK"},
                "headers": {"Content-Type": ["application/json"]},
                "body": {"string": body_of(n).decode()},
            },
        }
        for n in range(count)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cassette.yaml"
        path.write_text(yaml.dump({"version": 1, "interactions": interactions}, Dumper=yaml.CSafeDumper))
        with vcr.use_cassette(str(path), record_mode="none", allow_playback_repeats=True), _client(library) as call:
            yield call


@contextmanager
def responses(library: str, count: int) -> Iterator[Call]:
    """The mocks of `responses`, for requests."""
    import responses as library_under_test

    with library_under_test.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        for n in range(count):
            mocked.get(HOST + path_of(n), body=body_of(n), content_type="application/json")
        with _client(library) as call:
            yield call


@contextmanager
def respx(library: str, count: int) -> Iterator[Call]:
    """The mocks of `respx`, for httpx."""
    import respx as library_under_test

    with library_under_test.mock(assert_all_called=False) as mocked:
        for n in range(count):
            mocked.get(HOST + path_of(n)).respond(200, content=body_of(n), content_type="application/json")
        with _client(library) as call:
            yield call


CONTESTANTS = {
    ("client alone", "requests"): client_alone,
    ("truemirror", "requests"): truemirror,
    ("vcrpy", "requests"): vcrpy,
    ("responses", "requests"): responses,
    ("client alone", "httpx"): client_alone,
    ("truemirror", "httpx"): truemirror,
    ("vcrpy", "httpx"): vcrpy,
    ("respx", "httpx"): respx,
}
"""In the order of the table."""
_MODULES = {"vcrpy": "vcr", "responses": "responses", "respx": "respx"}


def main() -> int:
    """Measure everybody in turn and print the table; gives back the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.in_process", description=__doc__)
    parser.add_argument("--recordings", default="1,100,1000", help="how many, separated by commas")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    counts = [int(text) for text in options.recordings.split(",")]
    figures: dict[tuple[str, str], list[float]] = {}
    missing = []
    for (name, library), contestant in CONTESTANTS.items():
        if name in _MODULES and find_spec(_MODULES[name]) is None:
            missing.append(name)
            continue
        for count in counts:
            with ExitStack() as stack:
                call = stack.enter_context(contestant(library, count))
                figures.setdefault((name, library), []).append(measure(call, count, options.rounds))
            print(f"{library:<9} {name:<13} {count:>6} {figures[name, library][-1]:>9.0f} µs", file=sys.stderr)
    print(f"Measured on: {machine()}; microseconds for one call.\n")
    print(report(counts, figures))
    for name in missing:
        print(f"\n{name}: not run, it is not installed")
    return 0


def measure(call: Call, count: int, rounds: int) -> float:
    """Microseconds for one call: the median of the rounds' means, each over recordings spread evenly."""
    places = [(turn * 7919) % count for turn in range(40)]
    for place in places[:5]:
        assert call(place) == 200
    means = []
    for _ in range(rounds):
        began = time.process_time()
        for place in places:
            call(place)
        means.append((time.process_time() - began) / len(places) * 1e6)
    return statistics.median(means)


def report(counts: list[int], figures: dict[tuple[str, str], list[float]]) -> str:
    """The table: a row per contestant, its figures, and what it costs over the client alone against us."""
    head = [
        "client",
        "with",
        *(f"{count:,} recordings" for count in counts),
        f"over the client at {counts[-1]:,}",
        "it : we",
    ]
    rows = []
    for (name, library), row in figures.items():
        floor = figures["client alone", library][-1]
        ours = figures["truemirror", library][-1] - floor
        over = row[-1] - floor
        ratio = f"{over / ours:.1f}" if name not in ("client alone", "truemirror") else "–"
        rows.append([library, name, *map(number, row), number(over) if over else "–", ratio])
    return markdown(head, rows)


if __name__ == "__main__":
    sys.exit(main())
