"""A trace as a browser would leave it: the recorded calls of the CRM's API, with steps, pictures and a console."""

import re
import zlib
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

from truemirror.adapters.mirror_files.store import MirrorFiles
from truemirror.core.contract.finding import Finding, Level
from truemirror.core.flow.trace import Call, Outcome, Said, Step, Target, Trace, Try
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Request, Response
from truemirror.core.wire.headers import Headers

ROOT = Path(__file__).parent.parent
HOST = "http://public-api.crm.internal"
PAGES = "http://web.crm.internal"
TEST = "suites/flows/test_deals.py::test_ada_moves_a_deal[wide]"
DOM = """<!doctype html><html><head><title>CRM</title><script>alert(1)</script></head>
<body><h1>Deals</h1><p role="alert">Could not save: the deal was changed by somebody else.</p>
<table><tr><td>Rollout of scanners</td><td>offer</td></tr></table></body></html>"""

Rect = tuple[int, int, int, int, tuple[int, int, int]]


def png(width: int, height: int, rects: Iterable[Rect]) -> bytes:
    """A picture of rectangles: left, top, width, height and colour."""
    rows = [bytearray(b"\xf7\xf8\xfa" * width) for _ in range(height)]
    for left, top, wide, high, colour in rects:
        for row in rows[top : top + high]:
            row[left * 3 : (left + wide) * 3] = bytes(colour) * wide
    raw = b"".join(b"\0" + bytes(row) for row in rows)

    def chunk(kind: bytes, content: bytes) -> bytes:
        """One chunk of the file."""
        return len(content).to_bytes(4) + kind + content + zlib.crc32(kind + content).to_bytes(4)

    head = width.to_bytes(4) + height.to_bytes(4) + b"\x08\x02\0\0\0"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b"")


def picture(number: int, *, trouble: bool = False) -> bytes:
    """What a page may look like from far away."""
    lines = [(40, 90 + 36 * row, 240 + 40 * ((row * number) % 5), 14, (203, 210, 217)) for row in range(3 + number % 5)]
    bar = (0, 0, 640, 48, (31, 75, 110))
    notice = [(40, 300, 560, 50, (253, 226, 224)), (56, 318, 380, 14, (179, 38, 30))] if trouble else []
    return png(640, 400, [bar, (20, 16, 120, 16, (255, 255, 255)), *lines, *notice])


@cache
def recorded(scenario: str) -> tuple[Exchange, ...]:
    """The exchanges of a recorded conversation with the CRM's API."""
    mirror = MirrorFiles(ROOT / "mirrors").load("public-api")
    return next(one.exchanges for one in mirror.scenarios if one.name == scenario)


def call(exchange: Exchange, at_ms: float, number: int, **more: object) -> Call:
    """A call of the API."""
    path = re.sub(r"(deals|contacts)/[^/]+", r"\1/{id}", exchange.request.path.removeprefix("/api"))
    known = {"kind": "fetch", "service": "public-api", "operation": f"{exchange.request.method} {path}"}
    known["recording"] = f"ada-moves-a-deal/{number}"
    return Call(HOST + exchange.request.target, exchange, at_ms, **(known | more))  # type: ignore[arg-type]


def file_call(path: str, kind: str, at_ms: float, took: float, status: int = 200) -> Call:
    """A file of the page."""
    answer = Response(status, headers=Headers((("content-type", "text/plain"),)), body=b"x")
    return Call(PAGES + path, Exchange(Request("GET", path), answer, took), at_ms, kind, "web", "GET /{path}")


FILES = (
    file_call("/", "document", 12, 9),
    file_call("/app.css", "stylesheet", 24, 5),
    file_call("/app.js", "script", 25, 12),
    file_call("/view-deal.js", "script", 39, 6),
    file_call("/favicon.ico", "image", 60, 3, 404),
)
FINDING = Finding(
    "response-attribute-missing",
    Level.BREAK,
    "public-api",
    "PATCH /v1/deals/{id}",
    "response 409 body /error/code",
    "`code` is missing",
    "code (required)",
    "absent",
    "team-api",
    "contracts/public-api/1.0.0/schemas/error.schema.json#/required",
)
STEPS = (
    ("open /#/", 8, 96),
    ("fill field Email", 130, 61),
    ("fill field Password", 205, 48),
    ("click button Log in", 262, 92),
    ("open /#/deals", 372, 118),
    ("click link Rollout of scanners", 512, 144),
    ("choose Offer in field Stage", 690, 71),
    ("click button Save", 780, 83),
    ("see status Saved", 880, 10_012),
)


def calls_of(scenario: str = "ada-moves-a-deal", most: int = 9) -> tuple[Call, ...]:
    """The calls of a recorded conversation, as a page makes them."""
    starts = (270, 381, 384, 521, 523, 590, 700, 786, 905, 930, 990, 1040)
    exchanges = zip(recorded(scenario)[:most], starts, strict=False)
    slow = [replace(one, elapsed_ms=one.elapsed_ms * 6) for one, _ in exchanges]
    return tuple(call(one, at, number) for number, (one, at) in enumerate(zip(slow, starts, strict=False), 1))


def failed_try(number: int = 1) -> Try:
    """A try that ended with a message that did not come."""
    calls = list(calls_of())
    last = calls[-1]
    conflict = Response(
        409,
        "Conflict",
        Headers((("content-type", "application/json"),)),
        b'{"error": {"message": "the deal was changed by somebody else"}}',
    )
    calls[-1] = replace(
        last,
        exchange=replace(last.exchange, outcome=conflict),
        operation="PATCH /v1/deals/{id}",
        findings=(FINDING,),
    )
    lost = Exchange(Request("GET", "/api/v1/notices"), Fault(FaultKind.TIMEOUT, "no answer in 8 s"), 8000)
    steps = tuple(
        Step(name, at, took, picture=f"{place:04}.png") for place, (name, at, took) in enumerate(STEPS[:-1], 1)
    )
    problem = "no status `Saved` in 10.0 s: there is none; the nearest on the page: alert `Could not save`"
    return Try(
        number,
        Outcome.FAILED,
        f"truemirror.errors.PageError: {problem}\n +  where status = visitor.see",
        11.24,
        (*steps, Step(STEPS[-1][0], STEPS[-1][1], STEPS[-1][2], problem, "0009.png")),
        (*FILES, *calls, call(lost, 1100, 0, operation="GET /v1/notices", recording="")),
        (
            Said("info", "crm 1.4.0 ready", 44, f"{PAGES}/app.js:12:9"),
            Said("error", "Failed to load resource: the server responded with a status of 409 (Conflict)", 812),
            Said(
                "error", "TypeError: Cannot read properties of undefined (reading 'code')", 815, f"{PAGES}/app.js:88:21"
            ),
        ),
        ("GET /api/v1/notices: no recording answers it\n  nearest: GET /api/v1/deals?limit=20 (path differs)",),
        3,
    )


def failed_trace() -> Trace:
    """A test that failed."""
    return Trace(TEST, Target.MIRROR, (failed_try(),), "2026-03-02T09:00:00Z", "chromium 142.0.7444.59")


def green_trace() -> Trace:
    """The same test when it passed."""
    passed = Try(1, Outcome.PASSED, "", 1.34, (), (*FILES, *calls_of(most=11)))
    return replace(failed_trace(), tries=(passed,), began="2026-03-01T09:00:00Z")


def files_of(one: Try) -> dict[str, bytes]:
    """The files of a try."""
    shots = {step.picture: picture(number, trouble=number > 7) for number, step in enumerate(one.steps, 1)}
    return {**shots, "dom.html": DOM.encode(), "driver.log": b"[1.2] starting\n[1.9] done\n"}
