"""The closing summary: what the mirrors were asked, what they could not answer, what nobody used.

Rules: a few lines for each service that was asked, none for a run without mirrors; recordings that nobody used are told
only when every test ran, for else they tell nothing. Colours are pytest's.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from truemirror.pytest_plugin.counts import Counts, ServiceCounts

_LISTED = 5
_NAMED = 3


class Line(NamedTuple):
    """A line and how pytest colours it."""

    text: str
    markup: dict[str, bool]


class Unused(NamedTuple):
    """What answered nobody."""

    scenarios: tuple[str, ...] = ()
    """Of which nothing was used."""
    exchanges: tuple[str, ...] = ()
    """Of scenarios of which something was used."""


_PLAIN: dict[str, bool] = {}
_GOOD = {"green": True}
_BAD = {"red": True, "bold": True}
_CARE = {"yellow": True}


def summary_lines(counts: Counts, unused: Callable[[str, set[int]], Unused], recording: bool) -> Iterator[Line]:
    """All lines; `unused` tells what is recorded at the places of a service that are not among the used ones."""
    width = max((len(name) for name in counts.services), default=0)
    for name in sorted(counts.services):
        one = counts.services[name]
        yield Line(f"{name.ljust(width)}  {', '.join(_numbers(one))}", _BAD if one.misses else _GOOD)
        yield from _remarks(one)
        if one.unused and not counts.is_partial and not recording:
            yield from _unused(one, unused(name, one.used))
    closed = len(counts.misses) - sum(one.misses for one in counts.services.values())
    if closed > 0:
        yield Line(f"network closed: {_count(closed, 'refusal')}", _BAD)
    for text in counts.trouble:
        yield Line(text, _BAD)


def _numbers(one: ServiceCounts) -> Iterator[str]:
    """What there is to count, zeros left out but for hits."""
    yield _count(one.hits, "hit")
    if one.misses:
        yield _count(one.misses, "miss", "misses")
    for number, word in (
        (one.relaxed, "relaxed"),
        (one.ahead, "ahead"),
        (one.away, "from another scenario"),
        (one.planned, "planned"),
        (one.forwarded, "forwarded"),
        (one.stored, "recorded"),
    ):
        if number:
            yield f"{number} {word}"


def _remarks(one: ServiceCounts) -> Iterator[Line]:
    """What a person should look at."""
    if one.stale:
        yield Line(f"  stale: {one.stale}", _CARE)
    for part in sorted(one.relaxations)[:_LISTED]:
        yield Line(f"  relaxed: {part}", _CARE)
    for request in sorted(set(one.drifted))[:_LISTED]:
        yield Line(f"  the live service differs: {request}", _CARE)


def _unused(one: ServiceCounts, unused: Unused) -> Iterator[Line]:
    """Recordings that answered nobody."""
    yield Line(f"  unused: {one.unused} of {_count(one.recordings, 'recording')}", _CARE)
    if unused.scenarios:
        whole = _count(len(unused.scenarios), "whole scenario")
        yield Line(f"    {whole}: {', '.join(unused.scenarios[:_NAMED])}{_more(unused.scenarios, _NAMED)}", _PLAIN)
    for name in unused.exchanges[:_LISTED]:
        yield Line(f"    {name}", _PLAIN)
    if len(unused.exchanges) > _LISTED:
        yield Line(f"   {_more(unused.exchanges, _LISTED)}", _PLAIN)


def _more(names: Sequence[str], shown: int) -> str:
    """How many are not shown."""
    return f" and {len(names) - shown} more" if len(names) > shown else ""


def _count(number: int, one: str, many: str = "") -> str:
    """A number and its word."""
    return f"{number} {one if number == 1 else many or one + 's'}"
