"""A load run as it might have been, for pages and tests."""

import math
from functools import cache

from truemirror.core.contract.finding import Finding, Level
from truemirror.core.load.adding import add_cells, measured
from truemirror.core.load.budget import Spent
from truemirror.core.load.calibration import Calibration, Canary
from truemirror.core.load.histogram import bucket_of
from truemirror.core.load.judge import judge
from truemirror.core.load.profile import Arrivals, Call, Flow, Judging, Limit, Profile, Selection, Target
from truemirror.core.load.ran import Held, Past, Ran
from truemirror.core.load.tally import Cell, Instrument, Kind, Tally

LOGIN = Kind("public-api", "POST /api/v1/login", "ada looks")
DEALS = Kind("public-api", "GET /api/v1/deals", "ada looks")
CALLS = tuple(Call(kind.service, kind.operation, *kind.operation.split(" ")) for kind in (LOGIN, DEALS))
PROFILE = Profile(
    "public-flow",
    Arrivals(60.0, 6000.0, seed=7),
    (
        Target("public_flow", Selection(("public-api",)), 46.0, (Limit(120.0, 0.05),), 0.002),
        Target("log_in", Selection(operations=("POST /api/v1/login",)), 46.0, (), 0.002),
    ),
    (
        Flow(
            "ada looks",
            tuple(Call(kind.service, kind.operation, *kind.operation.split(" ")) for kind in (LOGIN, DEALS)),
        ),
    ),
    judging=Judging(looks=(60.0,), warm_up=10.0),
)


@cache
def tally(seconds: int = 70, slow: float = 1.0, failing: int = 400) -> Tally:
    """Sixty flows a second; times follow a fixed pattern, every so-many-th request fails."""
    cells: dict[tuple[int, Kind], Cell] = {}
    spectrum: dict[tuple[Kind, int], int] = {}
    number = 0
    for second in range(seconds):
        for kind, base in ((LOGIN, 28.0), (DEALS, 12.0)):
            for place in range(60):
                number += 1
                wave = 1 + 0.12 * math.sin(number * 1.7) + 0.05 * math.sin(second * 2.3) + (place % 12) ** 2 / 60
                ms = base * slow * wave * (1.6 if second < 6 else 1.0)
                error = "status 503" if failing and number % failing == 0 else ""
                cell = measured(ms, ms - 0.3, error, (120.0,), 10_000.0)
                cells[second, kind] = add_cells(cells.get((second, kind), Cell()), cell)
                key = (kind, bucket_of(10_000.0 if error else ms))
                spectrum[key] = spectrum.get(key, 0) + 1
    lag = {bucket_of(0.2): 50, bucket_of(1.4): 10}
    instrument = {second: Instrument(60, 60, 0, lag, 24.0, 0.4, 0.3, 0.0) for second in range(seconds)}
    return Tally(cells, instrument, spectrum, ("worker 1",))


@cache
def made_up(slow: float = 1.0, failing: int = 0, *, seconds: int = 70) -> Ran:
    """A run with everything that a page can show."""
    calibration = Calibration(9000.0, 0.3, 23.0, 23.4, "4f1c9a")
    canary = Canary(101.0, 103.0)
    counted = tally(seconds, slow, failing)
    verdicts = judge(PROFILE, counted, float(seconds), calibration, canary)
    past = tuple(
        Past(f"2026-01-{day:02}T02:00:00Z", "PASS", 38 + day % 4, 36 + day % 4, 41 + day % 4, 46.0, "4f1c9a", 60.0)
        for day in range(1, 12)
    )
    finding = Finding("response-shape", Level.BREAK, "public-api", "GET /api/v1/deals", "body", "<b>missing</b>")
    inside = (Spent("auth", 6.0, 2.0, 23.0), Spent("deals", 29.0, 1.0, 23.0))
    budget = (Spent("public-api", 41.0, budget_ms=46.0, inside=inside),)
    held = Held(140, 12, (finding,), {200: 128, 503: 12}, ("tags",))
    return Ran(
        PROFILE, counted, float(seconds), verdicts, "mirror", "2026-01-12T02:00:00Z", calibration, canary,
        held=held, budget=budget, past={"public_flow": past}, notes=("a <script>note</script>",),
    )  # fmt: skip
