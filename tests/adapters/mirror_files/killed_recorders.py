"""Recorders that are killed, in processes of their own: `python killed_recorders.py steps|moments FOLDER SEED N`.

steps: a recorder is killed before its n-th call to the system (a write gets half of its bytes down), for every n, and
the next start is killed at some call of its own, too. moments: N recorders are killed at random moments, one after
another, on one mirror. After each kill the mirror must hold exactly what was acknowledged, or one exchange more.
"""

import json
import os
import random
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.core.mirror import folder
from truemirror.core.mirror.exchange_id import exchange_id
from truemirror.core.mirror.merge import Recorded, fold
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response

CALLS = ("write", "fsync", "rename", "unlink", "mkdir", "rmdir", "open", "ftruncate", "pwrite", "scandir", "close")
DAY = "2026-01-31"
REAL_WRITE = os.write
os.fsync = lambda descriptor: None  # the system keeps what a killed process wrote; flushing is for loss of power


def got(target: str, body: str = "") -> Exchange:
    """A GET and what it gave."""
    return Exchange(Request("GET", target), Response(200, "OK", body=body.encode()), 1.0)


BEFORE = Mirror(
    "tags",
    "1",
    (
        Scenario("ada", tuple(got(f"/ada/{n}", "old" * 50) for n in range(5)), "2026-01-01"),
        Scenario("default", tuple(got(f"/{n}", "x" * 100) for n in range(9)), "2026-01-01"),
        Scenario("large", (got("/large", "l" * 70_000),), "2026-01-01"),
    ),
)
TOLD = [
    ("default", got("/3", "y" * 900)),
    ("ada", got("/ada/new")),
    ("large", got("/large", "m" * 80_000)),
    ("default", got("/7", "z" * 5)),
    ("ada", got("/ada/2", "old" * 50)),
    ("default", got("/new")),
    ("zoe", got("/zoe", "long" * 500)),
    ("default", got("/3", "again")),
]
FOLDED_AFTER = 5


def in_child(work: Callable[[], None]) -> int:
    """Do something in a child process; gives back the signal that ended it, 0 for none."""
    child = os.fork()
    if not child:
        try:
            work()
        except BaseException as error:
            os.write(2, f"{error!r}\n".encode())
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise AssertionError("a child ended by an error of its own")
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def kill_at_call(number: int) -> None:
    """Kill this process at its number-th call to the system from now on."""
    left = [number]

    def deadly(call: Callable[..., Any], name: str) -> Callable[..., Any]:
        def counting(*arguments: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                if name == "write":
                    call(arguments[0], arguments[1][: len(arguments[1]) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **named)

        return counting

    for name in CALLS:
        setattr(os, name, deadly(getattr(os, name), name))


def record(root: Path, acks: int) -> None:
    """Record what is told, acknowledging each exchange, with a fold in between."""
    with MirrorFiles(root, today=lambda: DAY).journal("tags") as journal:
        for number, (scenario, exchange) in enumerate(TOLD):
            journal.append(scenario, exchange)
            REAL_WRITE(acks, b".")
            if number + 1 == FOLDED_AFTER:
                journal.fold()


def ids(mirror: Mirror) -> dict[str, list[str]]:
    """What a mirror holds, by the ids of its exchanges."""
    return {one.name: [exchange_id(exchange) for exchange in one.exchanges] for one in mirror.scenarios}


def expected(told: int) -> dict[str, list[str]]:
    """What the mirror holds once the first so many exchanges were recorded."""
    recorded: dict[str, list[Recorded]] = {}
    for scenario, exchange in TOLD[:told]:
        recorded.setdefault(scenario, []).append(Recorded(exchange))
    return ids(fold(BEFORE, recorded, replace=True, today=DAY))


def check(root: Path, acknowledged: int) -> None:
    """The mirror holds what was acknowledged, and nothing else lies about."""
    store = MirrorFiles(root)
    found = ids(store.load("tags"))
    assert found in [expected(acknowledged), expected(acknowledged + 1)], (acknowledged, found)
    assert ids(store.load("tags")) == found
    stamps = {path: path.stat().st_mtime_ns for path in root.rglob("*") if path.is_file()}
    assert not [path for path in stamps if ".journal" in path.parts], stamps
    for path in stamps:
        if path.suffix == ".json":
            json.loads(path.read_bytes())
    store.save(store.load("tags"))
    bodies = {path.name for path in root.rglob("bodies/*")}
    kept = {path for path in root.rglob("*") if path.is_file()}
    assert {path: stamps.get(path) for path in kept} == {path: path.stat().st_mtime_ns for path in kept}
    assert len(bodies) == 2, bodies


def steps(root: Path, seed: int, rounds: int) -> None:
    """Kill a recorder at each of its calls; kill the next start at `rounds` of its own calls, drawn by chance."""
    folder.PART_LIMIT = 1_000
    origin = root / "origin"
    MirrorFiles(origin).save(BEFORE)
    chance = random.Random(seed)
    number = 0
    killed = True
    while killed:
        number += 1
        for _ in range(rounds):
            mirrors, acks = root / "mirrors", root / "acks"
            shutil.rmtree(mirrors, ignore_errors=True)
            shutil.copytree(origin, mirrors)
            acknowledged = os.open(acks, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND)

            def recorder(root: Path = mirrors, acks: int = acknowledged, number: int = number) -> None:
                kill_at_call(number)
                record(root, acks)

            def reader(root: Path = mirrors) -> None:
                kill_at_call(chance.randrange(1, 120))
                MirrorFiles(root).load("tags")

            killed = in_child(recorder) != 0
            os.close(acknowledged)
            chance.random()
            in_child(reader)
            check(mirrors, acks.stat().st_size)
    print(f"killed at each of {number - 1} calls")


def record_for_ever(root: Path, service: str, number: int, acks: int, folds: int) -> None:
    """Record one exchange after the other, acknowledge each, and fold after so many."""
    with MirrorFiles(root).journal(service) as journal:
        for count in range(1_000_000):
            target = f"/{number}/{count}"
            journal.append("", got(target, "b" * (count * 37 % 9_000)))
            os.write(acks, f"{target}\n".encode())
            if count % folds == folds - 1:
                journal.fold()


def moments(root: Path, seed: int, rounds: int) -> None:
    """Kill recorders at random moments while they append as fast as they can; each mirror sees fifteen of them."""
    chance = random.Random(seed)
    told: list[str] = []
    survived = 0
    for number in range(rounds):
        if number % 15 == 0:
            told = []
        service = f"tags{number // 15}"
        reading, writing = os.pipe()
        wanted = chance.choice([0, 1, 5, 40, 150])

        child = os.fork()
        if not child:
            record_for_ever(root, service, number, writing, chance.choice([7, 50, 10_000]))
            os._exit(1)
        os.close(writing)
        with os.fdopen(reading, "rb") as acknowledged:
            lines = [acknowledged.readline() for _ in range(wanted)]
            os.kill(child, signal.SIGKILL)
            lines += acknowledged.readlines()
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), "the recorder ended by itself"
        told += [line.decode().strip() for line in lines if line.endswith(b"\n")]
        if not told:
            continue
        default = MirrorFiles(root).load(service).scenario("default")
        assert default
        found = [exchange.request.target for exchange in default.exchanges]
        assert found[: len(told)] == told, (number, len(found), len(told))
        assert len(found) - len(told) in (0, 1)
        survived += len(found) - len(told) + len(lines)
        told = found
    print(f"{survived} exchanges survived {rounds} kills")


if __name__ == "__main__":
    what, where, seed_, rounds_ = sys.argv[1:]
    {"steps": steps, "moments": moments}[what](Path(where), int(seed_), int(rounds_))
