"""A report names recordings so that it can be read when the mirror has changed."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.mirror.index import build_index
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.mirror.used import (
    ServiceUse,
    names_of,
    places_of,
    read_report,
    report_document,
    spot,
    together,
    use_document,
)
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.errors import FormatError


def asked(target: str, status: int = 200) -> Exchange:
    """A recorded exchange."""
    return Exchange(Request("GET", target), Response(status))


ADA = Scenario("ada", (asked("/a"), asked("/b"), asked("/a")))
BOB = Scenario("bob", (asked("/a"), asked("/c", 404)))
MIRROR = Mirror("deals", "1.0.0", (ADA, BOB))
INDEX = build_index(MIRROR)


def reread(places: frozenset[int], mirror: Mirror = MIRROR) -> tuple[frozenset[int], int]:
    """Write a report of these places and read it with a mirror."""
    report = read_report(report_document({"deals": use_document(INDEX, places)}), "told.json")
    return places_of(mirror, report.services["deals"])


@given(st.frozensets(st.integers(0, len(MIRROR) - 1)))
def test_a_report_tells_the_places_that_were_written(places: frozenset[int]) -> None:
    """All of them and no other."""
    assert reread(places) == (places, 0)


@given(st.lists(st.frozensets(st.integers(0, len(MIRROR) - 1)), min_size=1, max_size=4))
def test_reports_add_up(runs: list[frozenset[int]]) -> None:
    """What any of them used was used."""
    told = [read_report(report_document({"deals": use_document(INDEX, run)}), "told.json") for run in runs]
    report = together(told)
    assert report is not None
    assert places_of(MIRROR, report.services["deals"]) == (frozenset().union(*runs), 0)


def test_what_was_recorded_anew_since_counts_for_nothing() -> None:
    """It is another recording; that is told as a number."""
    changed = replace(MIRROR, scenarios=(replace(ADA, exchanges=(asked("/a"), asked("/b", 500), asked("/a"))), BOB))
    assert reread(frozenset({0, 1, 4}), changed) == (frozenset({0, 4}), 1)
    assert reread(frozenset({0, 4}), replace(MIRROR, scenarios=(ADA,))) == (frozenset({0}), 1)


def test_a_new_scenario_in_front_moves_no_use() -> None:
    """Recordings are named, not numbered throughout."""
    grown = MIRROR.with_scenario(Scenario("aaa", (asked("/z"),)))
    assert reread(frozenset({3}), grown) == (frozenset({4}), 0)


def test_another_version_of_the_mirror_was_not_used() -> None:
    """Each version is counted by itself."""
    names = names_of(INDEX, [0])
    assert places_of(replace(MIRROR, version="2.0.0"), [ServiceUse("1.0.0", names)]) == (frozenset(), 0)


def test_a_place_that_is_none_has_no_name() -> None:
    """As when the mirror has changed meanwhile."""
    assert spot(INDEX, 4) == ("bob", 2)
    assert spot(INDEX, 5) == spot(INDEX, -1) == ("", 0)


def test_a_report_of_an_older_truemirror_leaves_use_unknown() -> None:
    """It has counts, and does not say which recordings answered."""
    older = {"format": 1, "partial": True, "tests": {"t": {}}, "services": {"deals": {"hits": 3, "unused": 2}}}
    report = read_report(older, "told.json")
    assert report.services == {"deals": (ServiceUse(),)}
    assert (report.is_partial, report.tests) == (True, 1)


@pytest.mark.parametrize(
    "document",
    [
        None, [], {}, {"services": []}, {"format": 2, "services": {}}, {"format": True, "services": {}},
        {"format": 1, "services": {"deals": []}}, {"format": 1, "services": {"deals": {"used": [1]}}},
        {"format": 1, "services": {"deals": {"used": {"ada": 1}}}},
    ],
)  # fmt: skip
def test_what_is_no_report_is_told_with_its_place(document: Any) -> None:
    """And with the command that writes one."""
    with pytest.raises(FormatError, match=r"report|object") as told:
        read_report(document, "told.json")
    assert told.value.where == "told.json"
    assert "--mirror-report" in told.value.fix


def test_two_versions_of_a_service_are_told_apart() -> None:
    """A run may have asked both; each mirror is counted by its own."""
    newer = replace(MIRROR, version="2.0.0")
    parts = {
        "deals@1.0.0": use_document(INDEX, frozenset({0})),
        "deals@2.0.0": use_document(build_index(newer), frozenset({1, 2})),
    }
    uses = read_report(report_document(parts), "told.json").services["deals"]
    assert (places_of(MIRROR, uses)[0], places_of(newer, uses)[0]) == ({0}, {1, 2})
