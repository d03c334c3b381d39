"""The pictures of a load report: matplotlib draws them as SVG that stands in the page itself.

Rules: no scripts, nothing loaded, the same run gives the same bytes. Colours are those of the page (CSS variables), so
that a picture is light or dark with it; words are text, not paths, so that they can be searched and read aloud.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from truemirror.core.load.pictures import Line
from truemirror.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLOURS = {
    "ink": "#010203", "soft": "#010204", "line": "#010205", "kept": "#010206", "broken": "#010207",
    "unknown": "#010208", "quiet": "#010209", "one": "#01020a", "two": "#01020b", "three": "#01020c",
    "four": "#01020d", "paper": "#01020e",
}  # fmt: skip
"""What stands for each of the page's colours while matplotlib draws."""
SERIES = ("one", "two", "three", "four")
_NAMES = re.compile(r' id="(?!p[0-9a-f]{10}|m[0-9a-f]{10}|clip)[^"]*"')
_HEAD = re.compile(r"^.*?(?=<svg)", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Bar:
    """An interval against its limit, both in the same unit."""

    label: str
    tone: str
    """kept, broken, unknown or quiet."""
    limit: float
    estimate: float | None
    lcl: float | None
    ucl: float | None
    told: str
    """The numbers in words, for the right margin."""


def intervals(bars: Sequence[Bar]) -> str:
    """Interval bars against the limit: everything in shares of its own limit, so that all share one axis."""
    figure, axes = _canvas(9.6, 0.62 * len(bars) + 0.75)
    known = [value / bar.limit for bar in bars for value in (bar.ucl, bar.estimate) if value is not None and bar.limit]
    right = min(3.0, max([1.35, *(value * 1.08 for value in known)]))
    axes.axvspan(0, 1, color=_COLOURS["kept"], alpha=0.07, linewidth=0)
    axes.axvspan(1, right, color=_COLOURS["broken"], alpha=0.07, linewidth=0)
    axes.axvline(1, color=_COLOURS["ink"], linewidth=1.4)
    for place, bar in enumerate(reversed(bars)):
        _interval(axes, place, bar, right)
    axes.set_yticks(range(len(bars)), [bar.label for bar in reversed(bars)])
    axes.set_ylim(-0.6, len(bars) - 0.4)
    axes.set_xlim(0, right)
    axes.set_xticks([0, 0.5, 1] + ([1.5] if right > 1.6 else []) + ([2, 2.5] if right > 2.4 else []))
    axes.xaxis.set_major_formatter(lambda value, _: "limit" if value == 1 else f"{value:.0%}")
    axes.grid(False)
    axes.tick_params(axis="y", length=0)
    return _svg(figure, "Intervals of every target against its limit")


def _interval(axes: Axes, place: int, bar: Bar, right: float) -> None:
    """One bar; what lies beyond the axis ends in an arrow."""
    colour = _COLOURS[bar.tone]
    axes.text(1.01, place, bar.told, transform=axes.get_yaxis_transform(), va="center", color=_COLOURS["soft"])
    if bar.estimate is None or not bar.limit:
        axes.text(0.01, place, "no data", va="center", color=_COLOURS["soft"])
        return
    low = (bar.lcl if bar.lcl is not None else bar.estimate) / bar.limit
    high = (bar.ucl if bar.ucl is not None else bar.estimate) / bar.limit
    axes.plot([min(low, right), min(high, right)], [place, place], color=colour, linewidth=9, solid_capstyle="butt")
    if high > right:
        axes.plot([right * 0.985], [place], marker=">", color=colour, markersize=9)
    if bar.estimate / bar.limit <= right:
        axes.plot([bar.estimate / bar.limit], [place], marker="o", markersize=6, markerfacecolor=_COLOURS["paper"],
                  markeredgecolor=colour, markeredgewidth=1.6)  # fmt: skip


def over_time(
    lines: Mapping[str, Line], unit: str, *, limits: Mapping[str, float] | None = None, begin: float = 0.0
) -> str:
    """Lines over the seconds of the run; the seconds before `begin` are shaded, they were not judged."""
    figure, axes = _canvas(9.6, 2.9)
    _warm_up(axes, begin)
    for tone, (name, line) in zip(_tones(), lines.items(), strict=False):
        axes.plot(line.seconds, line.values, color=_COLOURS[tone], linewidth=1.7, label=name,
                  marker="o" if len(line.values) < 3 else "", markersize=4)  # fmt: skip
    top = max([0.0, *(value for line in lines.values() for value in line.values)]) * 1.12
    near = {name: value for name, value in (limits or {}).items() if value <= max(top, 1e-9) * 2.5}
    for name, value in near.items():
        axes.axhline(value, color=_COLOURS["broken"], linewidth=1.1, linestyle=(0, (5, 3)), label=name)
    axes.set_ylim(0, max([top, *(value * 1.12 for value in near.values())]) or 1.0)
    axes.set_xlabel("seconds of the run")
    axes.set_ylabel(unit)
    _legend(axes)
    return _svg(figure, f"{', '.join(lines)} over time")


def spectra(lines: Mapping[str, Line], limits: Mapping[str, float]) -> str:
    """Response times against how rare a longer one is, both axes logarithmic."""
    figure, axes = _canvas(9.6, 3.3)
    last = 10.0
    for tone, (name, line) in zip(_tones(), lines.items(), strict=False):
        axes.plot(line.seconds, line.values, color=_COLOURS[tone], linewidth=1.8, label=name)
        last = max([last, *line.seconds])
    axes.set_xscale("log")
    axes.set_yscale("log")
    ticks = [(2, "50 %"), (10, "90 %"), (20, "95 %"), (100, "99 %"), (1000, "99.9 %"), (10_000, "99.99 %")]
    shown = [(at, name) for at, name in ticks if at <= last]
    axes.set_xticks([at for at, _ in shown], [name for _, name in shown])
    axes.set_xlim(1, last)
    axes.minorticks_off()
    low, high = axes.get_ylim()
    steps = [step * 10**power for power in range(-3, 6) for step in (1, 2, 5)]
    marks = [step for step in steps if low <= step <= high] or [low, high]
    marks = marks[:: max(1, len(marks) // 7)]
    axes.set_yticks(marks, [f"{mark:g}" for mark in marks])
    for name, value in limits.items():
        if low / 3 <= value <= high * 3:
            axes.axhline(value, color=_COLOURS["broken"], linewidth=1.1, linestyle=(0, (5, 3)), label=name)
    axes.set_xlabel("share of requests that were faster")
    axes.set_ylabel("ms")
    _legend(axes)
    return _svg(figure, "Spectrum of response times")


def arrivals(seconds: Sequence[int], planned: Sequence[int], begun: Sequence[int], dropped: Sequence[int]) -> str:
    """What was to begin in each second, and what began."""
    figure, axes = _canvas(9.6, 2.5)
    axes.step(seconds, planned, where="mid", color=_COLOURS["soft"], linewidth=4, alpha=0.35, label="planned")
    axes.step(seconds, begun, where="mid", color=_COLOURS["one"], linewidth=1.4, label="begun")
    if any(dropped):
        axes.bar(seconds, dropped, width=0.9, color=_COLOURS["broken"], label="dropped")
    axes.set_ylim(bottom=0)
    axes.set_xlabel("seconds of the run")
    axes.set_ylabel("flows a second")
    _legend(axes)
    return _svg(figure, "Planned and begun flows over time")


def history(estimates: Sequence[tuple[str, float, float, float, str]], limit: float, unit: str) -> str:
    """Earlier runs with their bounds, the newest at the right: when, estimate, bounds, tone."""
    figure, axes = _canvas(9.6, 2.4)
    for place, (_, middle, low, high, tone) in enumerate(estimates):
        axes.plot([place, place], [low, high], color=_COLOURS[tone], linewidth=5, alpha=0.45, solid_capstyle="butt")
        axes.plot([place], [middle], marker="o", markersize=5, color=_COLOURS[tone])
    axes.axhline(limit, color=_COLOURS["broken"], linewidth=1.1, linestyle=(0, (5, 3)))
    axes.set_ylim(0, max([limit * 1.3, *(high * 1.05 for _, _, _, high, _ in estimates)]))
    step = max(1, len(estimates) // 6)
    places = list(range(0, len(estimates), step))
    axes.set_xticks(places, [estimates[place][0] for place in places])
    axes.set_xlim(-0.6, len(estimates) - 0.4)
    axes.set_ylabel(unit)
    return _svg(figure, "This run and earlier ones")


def _canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """An empty picture in the page's colours. Raises UsageError without matplotlib."""
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError:
        raise UsageError("reports of load runs need matplotlib", fix='pip install "truemirror[load]"') from None
    with mpl.rc_context(_style()):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes: Any = figure.add_subplot()
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.set_axisbelow(True)
    return figure, axes


def _style() -> Any:
    """How everything is drawn."""
    soft, line = _COLOURS["soft"], _COLOURS["line"]
    return {
        "font.size": 10.5, "axes.edgecolor": line, "axes.labelcolor": soft, "xtick.color": soft,
        "ytick.color": soft, "axes.grid": True, "grid.color": line, "grid.linewidth": 0.8,
        "text.color": _COLOURS["ink"], "text.parse_math": False,
        "axes.facecolor": "none", "figure.facecolor": "none", "xtick.major.size": 0, "ytick.major.size": 0,
        "legend.frameon": False,
    }  # fmt: skip


def _legend(axes: Axes) -> None:
    """The names of the lines, above them and outside."""
    names = axes.get_legend_handles_labels()[1]
    if names:
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=min(4, len(names)), borderaxespad=0.2,
                    handlelength=1.6, frameon=False, labelcolor=_COLOURS["ink"])  # fmt: skip


def _warm_up(axes: Axes, begin: float) -> None:
    """The seconds that were not judged."""
    if begin > 0:
        axes.axvspan(0, begin, color=_COLOURS["soft"], alpha=0.1, linewidth=0)


def _tones() -> Iterable[str]:
    """Colours of lines, one after the other."""
    return SERIES * 8


def _svg(figure: Figure, label: str) -> str:
    """The picture as part of a page."""
    import matplotlib as mpl

    written = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": label, "text.parse_math": False}):
        figure.savefig(written, format="svg", metadata={"Date": None}, transparent=True)
    text = _METADATA.sub("", _HEAD.sub("", written.getvalue()))
    text = re.sub(r"<style[^>]*>.*?</style>", "", text, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    text = _NAMES.sub("", text)
    for name, colour in _COLOURS.items():
        text = text.replace(colour, f"var(--{name})")
    text = re.sub(r"font-family: [^;\"]*", "font-family: inherit", text)
    safe = label.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    opened = rf'<svg \1 role="img" aria-label="{safe}">'
    return re.sub(r'<svg [^>]*?(viewBox="[^"]*")[^>]*>', opened, text, count=1)
