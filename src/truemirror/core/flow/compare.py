"""Compare what two runs of one test asked and were answered: mirrored and live, or today's and the last green one.

Rules: neutral: a difference says which side has what, never which is right. Compared are operations, statuses, shapes
of answers and the order of first calls. Files of a page, preflights, how often something was asked, and the order of
calls that overlapped do not count. Comparing the other way round gives the same differences with their sides changed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from truemirror.core.flow.shape import is_known, joined, shape_of
from truemirror.core.flow.thin import is_aside
from truemirror.core.flow.trace import Call, Outcome, Trace, Try
from truemirror.core.wire.exchange import Fault, Response

_ID = re.compile(r"[^/]*[0-9][^/]*|[0-9a-f-]{32,}")
_NOT_MODIFIED = 304

Key = tuple[str, str]
"""A service and one of its operations."""


class Aspect(StrEnum):
    """In what two runs differ."""

    CALL = "call"
    """Only one side made this call."""
    STATUS = "status"
    """Only one side was answered so."""
    ATTRIBUTE = "attribute"
    """Only one side's answers have this attribute."""
    TYPE = "type"
    """Both have it, with values of other types."""
    ORDER = "order"
    """One side asked first what the other asked second."""


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """One place in which two runs differ."""

    service: str
    operation: str
    """`GET /v1/deals/{deal_id}`; without a contract the path with its ids left out."""
    aspect: Aspect
    place: str = ""
    """A status, and where in its answers: `200 /items/*/owner`; of an order the other call."""
    left: str = ""
    """What the one side has; empty for nothing."""
    right: str = ""

    def swapped(self) -> "Difference":
        """The same seen from the other side."""
        return replace(self, left=self.right, right=self.left)


@dataclass(slots=True)
class _Seen:
    """What is known of one operation in one run."""

    starts: float
    """When it was first asked, in milliseconds."""
    ends: float
    """When that was answered."""
    answers: dict[str, dict[str, frozenset[str]]] = field(default_factory=dict)
    """For each status the shape of its answers."""


def key_of(call: Call) -> Key:
    """The service and the operation of a call."""
    request = call.exchange.request
    return call.service, call.operation or f"{request.method} {_template(request.path)}"


def _template(path: str) -> str:
    """A path whose steps that look like ids are left out."""
    return "/".join("{}" if index and _is_id(step) else step for index, step in enumerate(path.split("/")))


def _is_id(step: str) -> bool:
    """Whether a step of a path looks like an id; a version, as v1, does not."""
    return bool(_ID.fullmatch(step)) and not re.fullmatch(r"v[0-9]{1,3}", step)


def compare(left: Try, right: Try) -> tuple[Difference, ...]:
    """Every difference between two runs, in an order that does not depend on their sides."""
    one, other = _seen(left.calls), _seen(right.calls)
    found = [*_calls(one, other), *_orders(one, other)]
    for key in one.keys() & other.keys():
        found.extend(_answers(key, one[key].answers, other[key].answers))
    return tuple(sorted(found, key=lambda one: (one.service, one.operation, one.aspect, one.place)))


def compare_traces(left: Trace, right: Trace) -> tuple[Difference, ...]:
    """The same of two traces, by the tries that ended them."""
    if not left.tries or not right.tries:
        return ()
    return compare(left.tries[-1], right.tries[-1])


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a set of traces and another one tell together."""

    differences: Mapping[str, tuple[Difference, ...]]
    """By test; only tests that passed on both sides are compared."""
    compared: int
    only_left: tuple[str, ...] = ()
    only_right: tuple[str, ...] = ()
    not_compared: tuple[str, ...] = ()
    """Tests that did not pass on one side: they stopped somewhere, which says nothing of what is behind them."""

    def by_service(self) -> dict[str, tuple[Difference, ...]]:
        """All differences, each once, by service."""
        found = {one for differences in self.differences.values() for one in differences}
        by: dict[str, list[Difference]] = {}
        for one in sorted(found):
            by.setdefault(one.service, []).append(one)
        return {service: tuple(ones) for service, ones in by.items()}


def compare_runs(left: Iterable[Trace], right: Iterable[Trace]) -> Comparison:
    """Compare two runs of a suite, test by test."""
    one, other = ({trace.test: trace for trace in traces} for traces in (left, right))
    both = sorted(one.keys() & other.keys())
    fit = [test for test in both if _passed(one[test]) and _passed(other[test])]
    differences = {test: found for test in fit if (found := compare_traces(one[test], other[test]))}
    return Comparison(
        differences,
        len(fit),
        tuple(sorted(one.keys() - other.keys())),
        tuple(sorted(other.keys() - one.keys())),
        tuple(test for test in both if test not in fit),
    )


def told(difference: Difference, left: str = "the mirror", right: str = "live") -> str:
    """A difference in one sentence."""
    has, lacks = (left, right) if difference.left else (right, left)
    held = difference.left or difference.right
    status, _, place = difference.place.partition(" ")
    match difference.aspect:
        case Aspect.CALL:
            said = f"{has} was asked, {lacks} was not"
        case Aspect.STATUS:
            said = f"{has} answers {held}, which {lacks} never does"
        case Aspect.ATTRIBUTE:
            said = f"{has} answers attribute {place} ({held}, status {status}) that {lacks} lacks"
        case Aspect.TYPE:
            said = f"{left} answers {difference.left} at {place} (status {status}), {right} {difference.right}"
        case Aspect.ORDER:
            said = f"{left} was asked {difference.left} {difference.place}, {right} {difference.right}"
    return f"{difference.operation}: {said}"


def drift_report(by_service: Mapping[str, Iterable[Difference]]) -> list[str]:
    """Lines for people about a mirrored run (left) and a live one, as `mirror drift: deals: GET /v1/deals: ...`."""
    return [
        f"mirror drift: {service or 'no service'}: {told(one)}"
        for service, differences in by_service.items()
        for one in differences
    ]


def _passed(trace: Trace) -> bool:
    """Whether a test passed in the end."""
    return bool(trace.tries) and trace.tries[-1].outcome is Outcome.PASSED


def _counts(call: Call) -> bool:
    """Whether a call is one that two runs of the same test have in common."""
    return bool(call.service) and not is_aside(call)


def _seen(calls: Iterable[Call]) -> dict[Key, _Seen]:
    """What is known of each operation, in the order of first calls."""
    found: dict[Key, _Seen] = {}
    for call in sorted(filter(_counts, calls), key=lambda call: call.at_ms):
        ends = call.at_ms + max(call.exchange.elapsed_ms, 0.0)
        seen = found.setdefault(key_of(call), _Seen(call.at_ms, ends))
        status, shape = _answer(call)
        if status == str(_NOT_MODIFIED):
            continue
        seen.answers[status] = joined(seen.answers[status], shape) if status in seen.answers else shape
    return found


def _answer(call: Call) -> tuple[str, dict[str, frozenset[str]]]:
    """The status of an answer, or the fault instead of it, and its shape."""
    outcome = call.exchange.outcome
    if isinstance(outcome, Fault):
        return outcome.kind.value, {}
    assert isinstance(outcome, Response)
    return str(outcome.status), shape_of(outcome)


def _calls(one: Mapping[Key, _Seen], other: Mapping[Key, _Seen]) -> Iterator[Difference]:
    """Calls that only one side made."""
    for key in one.keys() ^ other.keys():
        sides = ["asked" if key in side else "" for side in (one, other)]
        yield Difference(*key, Aspect.CALL, "", *sides)


def _answers(
    key: Key, one: Mapping[str, Mapping[str, frozenset[str]]], other: Mapping[str, Mapping[str, frozenset[str]]]
) -> Iterator[Difference]:
    """Statuses and shapes of one operation."""
    for status in one.keys() ^ other.keys():
        if not one or not other:  # all that this side was told is that nothing had changed
            continue
        sides = [status if status in side else "" for side in (one, other)]
        yield Difference(*key, Aspect.STATUS, status, *sides)
    for status in one.keys() & other.keys():
        yield from _shapes(key, status, one[status], other[status])


def _shapes(
    key: Key, status: str, one: Mapping[str, frozenset[str]], other: Mapping[str, frozenset[str]]
) -> Iterator[Difference]:
    """Attributes and types of the answers of one operation with one status; of a new object only its own place."""
    for place in one.keys() | other.keys():
        if not (is_known(one, place) and is_known(other, place)):
            continue
        sides = [" or ".join(sorted(side.get(place, ()))) for side in (one, other)]
        if sides[0] != sides[1]:
            aspect = Aspect.TYPE if all(sides) else Aspect.ATTRIBUTE
            yield Difference(*key, aspect, f"{status} {place or 'body'}", *sides)


def _orders(one: Mapping[Key, _Seen], other: Mapping[Key, _Seen]) -> Iterator[Difference]:
    """Pairs of calls that the sides first made in opposite orders, less those that follow from two other such pairs."""
    common = one.keys() & other.keys()
    turned = {
        (first, second)
        for first in common
        for second in common
        if one[first].ends < one[second].starts and other[second].ends < other[first].starts
    }
    for first, second in turned:
        if any((first, between) in turned and (between, second) in turned for between in common):
            continue
        low, high = sorted((first, second))
        sides = ("before", "after") if low == first else ("after", "before")
        yield Difference(*low, Aspect.ORDER, " ".join(filter(None, high)), *sides)
