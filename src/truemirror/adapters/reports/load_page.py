"""The page of a load run: one HTML file that opens from disk, read without scripts, light or dark.

Rules: everything is escaped but the pictures, which matplotlib made of escaped words; a strict content security policy
stands in the page. The page decides nothing: verdicts, bounds and reasons are those of the run.
"""

from collections.abc import Iterable
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from truemirror import __version__
from truemirror.adapters.reports import load_charts
from truemirror.adapters.reports.load_charts import Bar
from truemirror.core.load.pictures import (
    errors_by_kind,
    histogram_of,
    lag_line,
    mean_lines,
    nice_ms,
    operations,
    over_lines,
    spectrum,
)
from truemirror.core.load.profile import Target
from truemirror.core.load.ran import Past, Ran
from truemirror.core.load.verdict import Gate, TargetVerdict, Verdict

TONES = {
    Verdict.PASS: "kept",
    Verdict.FAIL: "broken",
    Verdict.INCONCLUSIVE: "unknown",
    Verdict.INVALID: "quiet",
}
HEADLINES = {
    Verdict.PASS: "Every target is held.",
    Verdict.FAIL: "A target is not held.",
    Verdict.INCONCLUSIVE: "There is not enough evidence to say.",
    Verdict.INVALID: "The instrument or the machine failed: nothing is known of the target.",
}
_PAST = 40
_OPERATIONS = 60


@cache
def _template() -> Template:
    """The compiled template."""
    environment = Environment(
        loader=PackageLoader("truemirror.adapters.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["ms"] = nice_ms
    environment.filters["number"] = lambda value: f"{value:,.10g}"
    environment.filters["share"] = shown_share
    environment.filters["gate"] = gate_name
    environment.filters["numbers"] = numbers
    return environment.get_template("load.html")


def load_page(ran: Ran) -> str:
    """The whole page. Raises UsageError without matplotlib."""
    targets = {target.name: target for target in ran.profile.targets}
    return _template().render(
        ran=ran,
        verdict=ran.verdict,
        tone=TONES[ran.verdict],
        tones=TONES,
        headline=HEADLINES[ran.verdict],
        bars=Markup(load_charts.intervals(list(_bars(ran)))),  # noqa: S704 - matplotlib escaped its words
        targets=[(one, targets[one.target], _pictures(ran, targets[one.target], one)) for one in ran.verdicts],
        arrivals=_arrivals(ran),
        lag=_lag(ran),
        spectra=_spectra(ran),
        operations=operations(ran.tally, ran.seconds)[:_OPERATIONS],
        errors=errors_by_kind(ran.tally),
        previous=_previous(ran),
        version=__version__,
    )


def _bars(ran: Ran) -> Iterable[Bar]:
    """Every gate of every target."""
    for one in ran.verdicts:
        for gate in one.gates:
            label = f"{one.target} {gate_name(gate)}"
            yield Bar(label, TONES[gate.verdict], gate.limit, gate.estimate, gate.lcl, gate.ucl, numbers(gate))


def gate_name(gate: Gate) -> str:
    """A gate with its limit: `mean ≤ 46 ms`, `p95 ≤ 120 ms`, `errors ≤ 0.1 %`."""
    if gate.metric == "mean_ms":
        return f"mean ≤ {gate.limit:g} ms"
    if gate.over_ms is not None:
        return f"{gate.metric.removesuffix('_ms')} ≤ {gate.over_ms:g} ms"
    return f"errors ≤ {shown_share(gate.limit)}"


def numbers(gate: Gate) -> str:
    """Estimate and bounds in words."""
    if gate.estimate is None:
        return "no data"
    show = nice_ms if gate.metric == "mean_ms" else shown_share
    of = f" over {gate.over_ms:g} ms" if gate.over_ms is not None else ""
    if gate.lcl is None or gate.ucl is None:
        return f"{show(gate.estimate)}{of}"
    return f"{show(gate.estimate)}{of} ({show(gate.lcl)} – {show(gate.ucl)})"


def shown_share(value: float) -> str:
    """A share as people read it: 0.12 %."""
    return f"{value * 100:.2g} %" if value < 0.1 else f"{value * 100:.0f} %"


def _pictures(ran: Ran, target: Target, one: TargetVerdict) -> dict[str, Markup]:
    """The pictures of one target."""
    response, service = mean_lines(ran.tally, target.select)
    found: dict[str, Markup] = {}
    if response.seconds:
        limits = {f"limit {target.mean_ms:g} ms": target.mean_ms} if target.mean_ms is not None else {}
        lines = {"mean response (from the intended start)": response, "mean service (from sending)": service}
        found["mean"] = _drawn(load_charts.over_time(lines, "ms", limits=limits, begin=one.steady.warmup_s))
    over = {f"over {limit:g} ms": line for limit, line in over_lines(ran.tally, target.select).items()}
    shares = {f"allowed over {limit.over_ms:g} ms": limit.share for limit in target.limits}
    if over and target.limits:
        found["over"] = _drawn(load_charts.over_time(over, "share", limits=shares, begin=one.steady.warmup_s))
    if trend := _trend(ran, target.name):
        found["trend"] = trend
    return found


def _trend(ran: Ran, target: str) -> Markup | None:
    """This run's first gate among earlier ones."""
    past = ran.past.get(target, ())[-_PAST:]
    now = next((_now(ran, one) for one in ran.verdicts if one.target == target), None)
    runs = [one for one in (*past, *([now] if now else [])) if one.estimate is not None]
    if len(runs) < 2 or not runs[-1].limit:
        return None
    rows = []
    for one in runs:
        tone = TONES[Verdict(one.verdict)] if one.verdict in set(Verdict) else "quiet"
        middle = one.estimate or 0.0
        low, high = (middle if bound is None else bound for bound in (one.lcl, one.ucl))
        rows.append((one.began[5:16].replace("T", " "), middle, low, high, tone))
    return _drawn(load_charts.history(rows, runs[-1].limit, "ms" if runs[-1].limit > 1 else "share"))


def _now(ran: Ran, one: TargetVerdict) -> Past | None:
    """This run as a line of the history."""
    if not one.gates:
        return None
    gate = one.gates[0]
    return Past(ran.began, str(one.verdict), gate.estimate, gate.lcl, gate.ucl, gate.limit, one.machine)


def _previous(ran: Ran) -> list[tuple[str, Past, Gate, str]]:
    """Each target against the run before: what was, what is, and whether they differ beyond their bounds."""
    rows = []
    for one in ran.verdicts:
        past = ran.past.get(one.target, ())
        if past and one.gates:
            rows.append((one.target, past[-1], one.gates[0], _changed(past[-1], one.gates[0])))
    return rows


def _changed(past: Past, gate: Gate) -> str:
    """Whether two intervals are apart."""
    bounds = (past.lcl, past.ucl, gate.lcl, gate.ucl)
    if any(bound is None for bound in bounds):
        return "cannot be compared"
    assert past.lcl is not None
    assert past.ucl is not None
    assert gate.lcl is not None
    assert gate.ucl is not None
    if gate.lcl > past.ucl:
        return "slower than before, beyond the bounds of both"
    return "faster than before, beyond the bounds of both" if gate.ucl < past.lcl else "no difference that can be told"


def _arrivals(ran: Ran) -> Markup | None:
    """Planned and begun flows."""
    rows = sorted(ran.tally.instrument.items())
    if not rows:
        return None
    planned, begun, dropped = ([getattr(one, name) for _, one in rows] for name in ("planned", "begun", "dropped"))
    return _drawn(load_charts.arrivals([second for second, _ in rows], planned, begun, dropped))


def _lag(ran: Ran) -> Markup | None:
    """How late flows began."""
    line = lag_line(ran.tally)
    if not line.seconds:
        return None
    lines = {"lag of the latest flow in 100": line}
    return _drawn(load_charts.over_time(lines, "ms", limits={"most that is believed, 5 ms": 5.0}))


def _spectra(ran: Ran) -> Markup | None:
    """The spectrum of every target."""
    lines = {
        one.name: spectrum(counts) for one in ran.profile.targets if (counts := histogram_of(ran.tally, one.select))
    }
    limits = {f"p{100 - limit.share * 100:g} ≤ {limit.over_ms:g} ms": limit.over_ms
              for one in ran.profile.targets for limit in one.limits}  # fmt: skip
    return _drawn(load_charts.spectra(lines, limits)) if lines else None


def _drawn(picture: str) -> Markup:
    """A picture as part of the page."""
    return Markup(picture)  # noqa: S704 - matplotlib escaped its words
