"""Two runs are compared by what counts, and by nothing else."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from tests.core.flow.values import TRACES, TRIES

from truemirror.core.flow.compare import (
    Aspect,
    Difference,
    compare,
    compare_runs,
    compare_traces,
    drift_report,
    told,
)
from truemirror.core.flow.thin import small
from truemirror.core.flow.trace import Call, Outcome, Target, Trace, Try
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Request, Response

DEALS = {"items": [{"id": "d1", "owner": {"name": "Ada"}}], "total": 1}


def asked(
    path: str = "/v1/deals", answer: object = DEALS, status: int = 200, at: float = 0.0, took: float = 5.0, **more: str
) -> Call:
    """A call that was answered."""
    method = more.pop("method", "GET")
    said = Response(status, body=b"" if answer is None else json.dumps(answer).encode())
    known = {"service": "deals", "operation": f"{method} {path}"} | more
    return Call(f"http://deals.test{path}", Exchange(Request(method, path), said, took), at, **known)


def run(*calls: Call, outcome: Outcome = Outcome.PASSED) -> Try:
    """A run with these calls."""
    return Try(1, outcome, calls=calls)


def found(left: Sequence[Call], right: Sequence[Call]) -> list[tuple[str, str, str, str]]:
    """The differences in short."""
    return [(one.aspect.value, one.place, one.left, one.right) for one in compare(run(*left), run(*right))]


@given(TRIES)
def test_a_run_does_not_differ_from_itself(one: Try) -> None:
    """Whatever it did."""
    assert compare(one, one) == ()


@given(TRIES, TRIES)
def test_the_other_way_round_the_sides_are_changed(one: Try, other: Try) -> None:
    """And nothing else, not even the order."""
    assert compare(one, other) == tuple(difference.swapped() for difference in compare(other, one))


@given(TRACES)
def test_an_outline_is_enough_to_compare_with(trace: Trace) -> None:
    """What is kept of a test that passed differs in nothing from its run."""
    assert compare_traces(trace, small(trace)) == ()


def test_a_call_of_one_side_only_is_found() -> None:
    """With its service and operation."""
    (one,) = compare(run(asked()), run(asked(), asked("/v1/stages")))
    assert one == Difference("deals", "GET /v1/stages", Aspect.CALL, "", "", "asked")


def test_another_status_is_found() -> None:
    """Once for each side that has one of its own."""
    assert found([asked()], [asked(status=500)]) == [("status", "200", "200", ""), ("status", "500", "", "500")]


def test_a_missing_attribute_is_found_where_it_is() -> None:
    """Once, at the place where it is missing, not again for what is in it."""
    bare = {"items": [{"id": "d1"}], "total": 1}
    assert found([asked()], [asked(answer=bare)]) == [("attribute", "200 /items/*/owner", "object", "")]


def test_another_type_is_found() -> None:
    """With both types."""
    other = {"items": [{"id": 7, "owner": {"name": None}}], "total": 1}
    assert found([asked()], [asked(answer=other)]) == [
        ("type", "200 /items/*/id", "text", "number"),
        ("type", "200 /items/*/owner/name", "text", "null"),
    ]


def test_another_order_is_found_once() -> None:
    """Of three calls in the opposite order the two neighbouring pairs are told."""
    forth = [asked("/a", at=0), asked("/b", at=10), asked("/c", at=20)]
    back = [asked("/a", at=20), asked("/b", at=10), asked("/c", at=0)]
    assert found(forth, back) == [
        ("order", "deals GET /b", "before", "after"),
        ("order", "deals GET /c", "before", "after"),
    ]


def test_calls_that_overlap_have_no_order() -> None:
    """Which of two at once came first is chance."""
    assert found([asked("/a", at=0, took=20), asked("/b", at=10)], [asked("/b", at=0), asked("/a", at=10)]) == []


@pytest.mark.parametrize(
    "noise",
    [
        asked("/app.js", kind="script"),
        asked("/v1/deals", method="OPTIONS"),
        asked("/v1/deals", at=90.0),
        asked("/v1/deals", answer=None, status=304, at=80.0),
        asked("/elsewhere", service=""),
    ],
    ids=["a file", "a preflight", "a poll", "nothing new", "nobody's host"],
)
def test_noise_is_no_difference(noise: Call) -> None:
    """Files, preflights, repeated polls, answers from a cache, and hosts of no service."""
    assert found([asked()], [asked(), noise]) == []


def test_values_do_not_matter() -> None:
    """Another id, another number of items, a number with a fraction."""
    other = {"items": [{"id": "x", "owner": {"name": "G"}}, {"id": "y", "owner": {"name": "H"}}], "total": 2.5}
    assert found([asked()], [asked(answer=other)]) == []


def test_of_an_empty_list_nothing_is_known() -> None:
    """So nothing in it can be missing."""
    assert found([asked()], [asked(answer={"items": [], "total": 0})]) == []


def test_a_fault_is_a_status() -> None:
    """By its kind."""
    lost = replace(asked(), exchange=Exchange(Request("GET", "/v1/deals"), Fault(FaultKind.RESET)))
    assert ("status", "reset", "", "reset") in found([asked()], [lost])


def test_without_an_operation_ids_in_paths_do_not_count() -> None:
    """Two runs get other ids."""
    assert found([asked("/v1/deals/d17", operation="")], [asked("/v1/deals/d99", operation="")]) == []
    assert found([asked("/v1/deals", operation="")], [asked("/v2/deals", operation="")]) != []


def trace(test: str, *calls: Call, outcome: Outcome = Outcome.PASSED) -> Trace:
    """A trace of one try."""
    return Trace(test, Target.MIRROR, (run(*calls, outcome=outcome),))


def test_runs_are_compared_test_by_test() -> None:
    """A test of one side only is named; one that failed says nothing of what was behind its failure."""
    bare = {"items": [{"id": "d1"}], "total": 1}
    left = [trace("a", asked(answer=bare)), trace("b", asked(answer=bare)), trace("only left")]
    left.append(trace("failed", outcome=Outcome.FAILED))
    right = [trace("a", asked()), trace("b", asked()), trace("failed", asked()), trace("only right")]
    result = compare_runs(left, right)
    assert (result.compared, result.only_left, result.only_right) == (2, ("only left",), ("only right",))
    assert result.not_compared == ("failed",)
    assert list(result.differences) == ["a", "b"]
    assert {service: len(ones) for service, ones in result.by_service().items()} == {"deals": 1}


def test_drift_is_told_by_service() -> None:
    """A line that names service, operation, place and side."""
    bare = {"items": [{"id": "d1"}], "total": 1}
    result = compare_runs([trace("a", asked(answer=bare))], [trace("a", asked())])
    said = "live answers attribute /items/*/owner (object, status 200) that the mirror lacks"
    assert drift_report(result.by_service()) == [f"mirror drift: deals: GET /v1/deals: {said}"]


def test_every_aspect_has_its_sentence() -> None:
    """Each names the operation and at least one side."""
    for aspect in Aspect:
        sentence = told(Difference("deals", "GET /v1/deals", aspect, "200 /a", "text", ""))
        assert sentence.startswith("GET /v1/deals: ")
        assert "mirror" in sentence
