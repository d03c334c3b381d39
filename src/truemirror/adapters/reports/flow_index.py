"""The page over all traces of a run of flows: how each ended, and where its page is.

Rules: the template decides nothing; everything is escaped; only pages below the same folder are linked.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from truemirror import __version__
from truemirror.adapters.reports.flow_page import services_of, state_of, template
from truemirror.core.flow.thin import is_failure, kept_try
from truemirror.core.flow.trace import Trace

_ORDER = ("failed", "contract", "infrastructure", "flaky", "passed")
_LONGEST = 200
_MARK = "E   "


@dataclass(frozen=True, slots=True)
class Row:
    """One test."""

    name: str
    place: str
    state: str
    target: str
    seconds: float
    services: list[str]
    message: str
    link: str
    """Of its page, relative to the folder; empty without one."""
    gone: bool
    """Whether it had a page once."""


def flow_index(traces: Iterable[tuple[Trace, str]], ran: Collection[str] | None = None) -> str:
    """The page over traces, each with the address of its own page or an empty text.

    `ran` are the tests that ran last; of all others, which have their traces from earlier runs, no count is made.
    """
    kept = [(trace, _row(trace, link)) for trace, link in traces]
    rows = sorted((row for trace, row in kept if ran is None or trace.test in ran), key=_rank)
    counts = Counter(row.state for row in rows)
    bad = counts["failed"] + counts["contract"] + counts["infrastructure"]
    headline = f"{bad} of {len(rows)} broke" if bad else f"all {len(rows)} passed" if rows else "nothing was run"
    return template("flows.html").render(
        rows=rows,
        earlier=sorted((row for trace, row in kept if ran is not None and trace.test not in ran), key=_rank),
        counts={state: counts[state] for state in _ORDER if counts[state]},
        headline=headline,
        tone="failed" if bad else "flaky" if counts["flaky"] else "passed" if rows else "plain",
        seconds=sum(row.seconds for row in rows),
        version=__version__,
    )


def _rank(row: Row) -> tuple[int, str, str]:
    """What is worst stands first."""
    return _ORDER.index(row.state), row.place, row.name


def told_by(message: str) -> str:
    """The line of a message that tells most: the first that pytest marks as the error, else the first."""
    lines = [line for line in message.splitlines() if line.strip()]
    marked = [line[1:] for line in lines if line.startswith(_MARK)]
    return (marked or lines or [""])[0].strip()[:_LONGEST]


def _row(trace: Trace, link: str) -> Row:
    """A test as the page shows it."""
    place, _, name = trace.test.rpartition("::")
    kept = kept_try(trace)
    return Row(
        name,
        place,
        state_of(trace),
        trace.target.value,
        sum(one.seconds for one in trace.tries),
        services_of(trace),
        told_by(kept.message) if kept else "",
        link,
        is_failure(trace) and not link,
    )
