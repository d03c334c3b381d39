"""A trace is the same after it was written and read."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from tests.core.flow.values import TRACES
from tests.flow_traces import failed_trace

from truemirror.core.flow.document import decode_trace, read_trace, trace_json
from truemirror.core.flow.trace import Outcome, Target, Trace, Try
from truemirror.errors import FormatError


@given(TRACES)
def test_reading_gives_back_what_was_written(trace: Trace) -> None:
    """Every trace, whatever its texts and bodies hold."""
    assert read_trace(trace_json(trace)) == trace


def test_a_real_trace_comes_back() -> None:
    """With calls, findings, faults and lines."""
    assert read_trace(trace_json(failed_trace())) == failed_trace()


def test_a_long_body_stays_inside() -> None:
    """What a mirror would put in a file of its own is part of the document."""
    trace = failed_trace()
    one = trace.tries[0]
    call = one.calls[-2]
    long = replace(call, exchange=replace(call.exchange, request=replace(call.exchange.request, body=b"x" * 200_000)))
    trace = replace(trace, tries=(replace(one, calls=(long,)),))
    assert read_trace(trace_json(trace)) == trace


def test_a_time_without_end_is_none() -> None:
    """JSON has no infinity."""
    trace = Trace("t", Target.LIVE, (Try(1, Outcome.PASSED, seconds=float("inf")),))
    assert read_trace(trace_json(trace)).tries[0].seconds == 0


def test_what_a_newer_one_added_is_passed_over() -> None:
    """An attribute that is not known here."""
    document = json.loads(trace_json(failed_trace())) | {"weather": "fine"}
    assert decode_trace(document) == failed_trace()


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"format": 2}, "format"),
        ({"test": 3}, "test"),
        ({"target": "moon"}, "target"),
        ({"tries": [{"number": 1}]}, "tries[0].outcome"),
        ({"tries": [3]}, "tries[0]"),
        ({"tries": [{"number": 1, "outcome": "failed", "left": 0, "misses": [1]}]}, "tries[0].misses"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, object], where: str) -> None:
    """The error says in which place."""
    with pytest.raises(FormatError) as caught:
        decode_trace(json.loads(trace_json(failed_trace())) | change)
    assert caught.value.where == where
