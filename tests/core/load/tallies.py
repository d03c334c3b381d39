"""Tallies for tests: made from lists of response times a second, with a generator that did well."""

from collections.abc import Mapping, Sequence

from truemirror.core.load.adding import measured, total
from truemirror.core.load.calibration import Calibration
from truemirror.core.load.histogram import bucket_of
from truemirror.core.load.profile import Arrivals, Call, Flow, Judging, Limit, Profile, Stage, Target
from truemirror.core.load.tally import Instrument, Kind, Tally

KIND = Kind("public-api", "GET /api/v1/deals", "looks")
CALIBRATED = Calibration(r_max=1000.0, null_mean_ms=0.4, delay_ms=23.0, delay_read_ms=23.5, machine="box")


def profile(
    *,
    rate: float = 50.0,
    mean_ms: float | None = 46.0,
    limits: tuple[Limit, ...] = (),
    errors_max: float = 0.01,
    looks: tuple[float, ...] = (60.0, 180.0),
    stated: float = 0.0,
    guard: float = 0.0,
    stages: tuple[Stage, ...] = (),
) -> Profile:
    """One flow of one call, and one target."""
    call = Call(KIND.service, KIND.operation, "GET", "/api/v1/deals")
    return Profile(
        name="public",
        arrivals=Arrivals(rate=rate, stated_rate=stated),
        targets=(Target("public_flow", mean_ms=mean_ms, limits=limits, errors_max=errors_max),),
        flows=(Flow(KIND.flow, (call,)),),
        judging=Judging(looks=looks, guard=guard),
        stages=stages,
    )


def generator(planned: int, lag_ms: float = 0.2, dropped: int = 0, steal: float = 0.0) -> Instrument:
    """A second in which all flows began this late."""
    begun = planned - dropped
    return Instrument(planned, begun, dropped, {bucket_of(lag_ms): begun}, lag_ms * begun, 0.5, 0.3, steal)


def tally(
    seconds: Sequence[Sequence[float]],
    *,
    limits: Sequence[float] = (),
    errors: Mapping[int, int] | None = None,
    lag_ms: float = 0.2,
    timeout_ms: float = 10_000.0,
) -> Tally:
    """One list of response times in ms for each second; `errors` says how many of a second's first ones failed."""
    cells = {}
    for second, times in enumerate(seconds):
        failed = (errors or {}).get(second, 0)
        made = (
            measured(ms, ms, "status 503" if at < failed else "", limits, timeout_ms) for at, ms in enumerate(times)
        )
        cells[second, KIND] = total(made)
    instrument = {second: generator(len(times), lag_ms) for second, times in enumerate(seconds)}
    return Tally(cells=cells, instrument=instrument, workers=("w0",))


def steady(seconds: int, mean_ms: float, rate: int = 50, spread: float = 10.0) -> list[list[float]]:
    """Seconds whose means wander a little around one value, without chance and without a trend."""
    wander = (0.3, -0.7, 0.9, -0.2, -0.9, 0.6, -0.4, 0.8, -0.6, 0.2, 0.5, -0.5)
    return [
        [mean_ms + spread * wander[(second * 7 + at * 5) % 12] + wander[second % 11] for at in range(rate)]
        for second in range(seconds)
    ]
