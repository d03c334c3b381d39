"""Inference of contracts and schemas from many exchanges: how many each second, and how much memory.

A synthetic service of 32 operations answers lists, details, trees, variants, maps and errors; every number of exchanges
is measured in a process of its own. A mirror is on disk and is read as `truemirror infer` reads it, a file at a time:
its memory is that of the whole process. A contract's memory is told without the exchanges themselves, which are in
memory there; samples are made one by one, as a file of them is read, so theirs is all there is.
"""

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.table import machine, markdown, number
from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.core.contract.infer import infer_documents, infer_schema
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.testing.contracts import MemoryContracts
from truemirror.usecases.infer import infer_contract

SIZES = (1_000, 10_000, 100_000)
_JSON = Headers((("Content-Type", "application/json"),))
_NAMES = ("deals", "contacts", "companies", "notes", "tasks", "invoices", "events", "comments")


def main() -> int:
    """Measure each size and print the table; gives back the exit code."""
    if len(sys.argv) == 4:
        print(json.dumps(_of_mirror(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))))
        return 0
    if len(sys.argv) == 3:
        print(json.dumps(_measured(sys.argv[1], int(sys.argv[2]))))
        return 0
    rows = []
    for what in ("mirror", "contract", "samples"):
        for size in SIZES:
            print(f"measuring {what} of {size:,}", file=sys.stderr)
            found = _apart(what, size)
            rows.append(
                [what, f"{size:,}", number(found["rate"]), number(found["seconds"]), number(found["megabytes"])]
            )
    print(f"Measured on {machine()}.\n")
    print(markdown(["of", "exchanges or samples", "each second", "seconds", "memory, MiB"], rows))
    return 0


def _apart(what: str, size: int) -> dict[str, float]:
    """One measurement in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.inference", what, str(size)]
    if what != "mirror":
        return _told(command)
    with tempfile.TemporaryDirectory() as folder:
        _told([*command[:3], "make", str(size), folder])
        return _told([*command, folder])


def _told(command: list[str]) -> dict[str, float]:
    """What a process says."""
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def _of_mirror(what: str, size: int, folder: Path) -> dict[str, float]:
    """Make a mirror on disk, or infer its contract: exchanges a second of processor time, memory of the process."""
    if what == "make":
        MirrorFiles(folder).save(Mirror("bench", "0", (Scenario("default", tuple(exchanges(size))),)))
        return {}
    began = time.process_time()
    infer_contract(MirrorFiles(folder), MemoryContracts(), "bench")
    took = time.process_time() - began
    return {"rate": size / took, "seconds": took, "megabytes": _memory()}


def _measured(what: str, size: int) -> dict[str, float]:
    """Exchanges a second of processor time, and memory in MiB."""
    if what == "contract":
        seen = list(exchanges(size))
        infer_documents("warm", "1.0.0", seen[:200])
    else:
        infer_schema(values(200))
    before, began = _memory(), time.process_time()
    if what == "contract":
        infer_documents("bench", "1.0.0", seen)
        took = time.process_time() - began
    else:
        infer_schema(values(size))
        took = time.process_time() - began - _making(size)
    return {"rate": size / took, "seconds": took, "megabytes": _memory() - before}


def _making(size: int) -> float:
    """What making the samples costs, which is not inference."""
    began = time.process_time()
    for _ in values(size):
        pass
    return time.process_time() - began


def _memory() -> float:
    """The most memory that this process ever had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def values(size: int) -> Iterator[Any]:
    """Answers of the service, one by one."""
    draw = random.Random(7)
    for number_of in range(size):
        yield _resource(draw, number_of, _NAMES[number_of % len(_NAMES)])


def exchanges(size: int) -> Iterator[Exchange]:
    """Exchanges with the service, one by one."""
    draw = random.Random(7)
    for number_of in range(size):
        name = _NAMES[number_of % len(_NAMES)]
        yield _exchange(draw, number_of, name)


def _exchange(draw: random.Random, at: int, name: str) -> Exchange:
    """A list, a detail, a creation, a removal, or an error."""
    one = f"/v1/{name}/{name[0]}{draw.randrange(100_000)}"
    match draw.randrange(10):
        case 0 | 1:
            items = [_resource(draw, at + more, name) for more in range(5)]
            return _made(
                "GET", f"/v1/{name}?limit={draw.randrange(50)}", 200, {"items": items, "metadata": {"total": at}}
            )
        case 2:
            return _made("POST", f"/v1/{name}", 201, _resource(draw, at, name), {"title": "x", "amount": "1.00"})
        case 3:
            return _made("DELETE", one, 204)
        case 4:
            return _made("GET", one, 404, {"error": {"code": "not_found", "message": f"no {one}", "details": []}})
        case 5:
            return _made("POST", f"/v1/{name}", 422, {"error": {"code": "invalid", "message": "bad", "details": ["x"]}})
    return _made("GET", one, 200, _resource(draw, at, name))


def _made(method: str, target: str, status: int, body: Any = None, sent: Any = None) -> Exchange:
    """An exchange with JSON bodies."""
    request = Request(method, target, _JSON, b"" if sent is None else json.dumps(sent).encode())
    return Exchange(request, Response(status, "", _JSON, b"" if body is None else json.dumps(body).encode()))


def _resource(draw: random.Random, at: int, name: str) -> dict[str, Any]:
    """A resource with everything that resources have."""
    made: dict[str, Any] = {
        "id": f"{name[0]}{at}",
        "title": f"{name} number {at}",
        "amount": f"{draw.randrange(10_000)}.{draw.randrange(10, 100)}",
        "stage": draw.choice(("lead", "won", "lost", "open")),
        "created_at": f"2026-01-{draw.randrange(10, 29)}T12:00:{draw.randrange(10, 60)}Z",
        "owner": {"id": f"u{draw.randrange(500)}", "name": None if at % 7 == 0 else "Ada", "email": "ada@example.org"},
        "tags": [draw.choice(("red", "blue", "green")) for _ in range(draw.randrange(4))],
        "prices": {code: draw.randrange(100) for code in draw.sample(("EUR", "USD", "GBP", "JPY"), 2)},
        "score": draw.random() if at % 3 else draw.randrange(5),
    }
    if at % 2:
        made["block"] = {"type": "text", "text": "x"} if at % 4 == 1 else {"type": "image", "url": "y", "width": 3}
    if name == "comments":
        made["replies"] = [{"id": "c", "title": "x", "replies": []} for _ in range(draw.randrange(3))]
    return made


if __name__ == "__main__":
    raise SystemExit(main())
