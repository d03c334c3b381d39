"""Drift of a live answer: what is found, and what is let pass."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.mirror.live_drift import DriftOf, compare
from truemirror.core.mirror.live_shapes import shapes_of
from truemirror.core.mirror.model import Noise
from truemirror.core.wire.exchange import Fault, FaultKind, Response
from truemirror.core.wire.headers import Headers

JSONS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


def _says(document: Any, status: int = 200, *headers: tuple[str, str]) -> Response:
    head = Headers((("Content-Type", "application/json"), *headers))
    return Response(status, "", head, json.dumps(document).encode())


def _drift(live: Any, *recorded: Any, status: int = 200, noise: tuple[Noise, ...] = ()) -> set[tuple[DriftOf, str]]:
    """What drifted, of the first recording."""
    known = [_says(one, status) for one in recorded]
    found = compare(known[0], _says(live, status), shapes_of(known), noise).drifted
    return {(one.kind, one.part) for one in found}


@pytest.mark.parametrize(
    ("recorded", "live", "kind", "part"),
    [
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}, DriftOf.REMOVED, "body /a/c"),
        ({"a": 1}, {"a": "1"}, DriftOf.RETYPED, "body /a"),
        ({"a": [{"b": 1}]}, {"a": [{"b": 1}, {"b": True}]}, DriftOf.RETYPED, "body /a/1/b"),
        ({"a": 1}, {"a": None}, DriftOf.EMPTIED, "body /a"),
        ({"a": 1}, {"a": 1, "b": 2}, DriftOf.ADDED, "body /b"),
        ([], {}, DriftOf.RETYPED, "body"),
    ],
)
def test_a_difference_of_shape_is_found(recorded: Any, live: Any, kind: DriftOf, part: str) -> None:
    """With its kind and its place."""
    assert (kind, part) in _drift(live, recorded)


def test_what_another_recording_lacks_is_optional() -> None:
    """All recordings of an operation and status say together what is promised."""
    assert _drift({"a": 1}, {"a": 1, "b": 2}, {"a": 1}) == set()
    assert _drift({"a": None}, {"a": 1}, {"a": None}) == set()


def test_a_key_that_is_a_value_is_no_attribute() -> None:
    """A map by id has other keys every day."""
    assert _drift({"d12345678": 1}, {"d87654321": 1}) == set()


def test_what_noise_says_comes_and_goes_is_let_pass() -> None:
    """A rule of mirror.json."""
    rule = Noise("*", "body:/b", "absent-or-present")
    assert _drift({"a": 1}, {"a": 1, "b": 2}, noise=(rule,)) == set()


def test_another_error_code_is_found() -> None:
    """The same request refused otherwise."""
    recorded = {"error": {"code": "not_found", "message": "x"}}
    live = {"error": {"code": "gone", "message": "y"}}
    assert _drift(live, recorded, status=404) == {(DriftOf.CODE, "body /error/code")}


def test_no_answer_and_another_status_are_all_that_is_told() -> None:
    """Nothing more is to be compared."""
    recorded = _says({"a": 1})
    gone = compare(recorded, Fault(FaultKind.RESET, "by peer"), shapes_of([recorded]))
    assert [one.kind for one in gone.drifted] == [DriftOf.UNANSWERED]
    other = compare(recorded, _says({}, 500), shapes_of([recorded]))
    assert [(one.kind, one.recorded, one.live) for one in other.drifted] == [(DriftOf.STATUS, "200", "500")]


def test_headers_that_clients_rely_on() -> None:
    """A Location that is gone is told, a Date that is another one is not."""
    recorded = _says({}, 201, ("Location", "/v1/a/1"), ("Date", "then"), ("Cache-Control", "no-store"))
    live = _says({}, 201, ("Date", "now"), ("Cache-Control", "max-age=5"))
    found = compare(recorded, live, shapes_of([recorded])).drifted
    assert {one.part for one in found} == {"header location", "header cache-control"}


def test_html_in_place_of_json_is_found() -> None:
    """As a proxy answers whose service is gone."""
    recorded = _says({"a": 1})
    live = Response(200, "", Headers((("Content-Type", "text/html"),)), b"<h1>oops</h1>")
    kinds = {one.kind for one in compare(recorded, live, shapes_of([recorded])).drifted}
    assert DriftOf.BODY in kinds


def test_values_and_orders_are_counted() -> None:
    """And no drift."""
    recorded, live = _says({"a": 1, "b": [1, 2]}), _says({"a": 2, "b": [2, 1]})
    compared = compare(recorded, live, shapes_of([recorded]))
    assert (compared.drifted, compared.values, compared.orders) == ((), 1, 1)


@given(JSONS, st.lists(JSONS, max_size=3))
def test_what_was_recorded_never_drifts(document: Any, others: list[Any]) -> None:
    """The very same answer, whatever else was recorded of its kind."""
    known = [_says(one) for one in (document, *others)]
    compared = compare(known[0], known[0], shapes_of(known))
    assert compared.drifted == ()
    assert (compared.values, compared.orders) == (0, 0)


@given(st.dictionaries(st.sampled_from("abcdef"), JSONS, min_size=1))
def test_a_member_taken_away_always_drifts(document: dict[str, Any]) -> None:
    """Whatever its value is."""
    gone = sorted(document)[0]
    left = {key: value for key, value in document.items() if key != gone}
    assert (DriftOf.REMOVED, f"body /{gone}") in _drift(left, document)
