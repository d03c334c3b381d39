"""What a team lives with is told, and breaks nothing, until its day is over."""

from dataclasses import replace

import pytest

from truemirror.core.contract.finding import Finding, Level
from truemirror.core.contract.waivers import Waiver, waived

ONE = Finding("response-type-changed", Level.BREAK, "deals", "GET /v1/deals", "response 200 body /items/0/id", "wrong")
OTHER = replace(ONE, location="response 200 body /items/0/name")
TODAY = "2026-06-01"


@pytest.mark.parametrize(
    "waiver",
    [
        Waiver("why", fingerprint=ONE.fingerprint),
        Waiver("why", rule="response-type-changed", location="*/id"),
        Waiver("why", rule="response-*", service="deals", operation="GET *", location="response 200 body /items/0/id"),
        Waiver("why", location="*/id", until=TODAY),
    ],
)
def test_a_waived_finding_is_info_with_its_reason(waiver: Waiver) -> None:
    """Only the one that all the waiver's words fit; its last day still counts."""
    first, second = waived([ONE, OTHER], [waiver], TODAY)
    assert (first.level, second.level) == (Level.INFO, Level.BREAK)
    assert first.waived.startswith("why")
    assert second == OTHER


def test_a_waiver_that_ended_waives_nothing_and_is_told_once() -> None:
    """What it waived breaks again, and somebody learns that the day is over."""
    ended = Waiver("until the export is gone", rule="response-type-changed", until="2026-05-31")
    first, second, told = waived([ONE, OTHER], [ended], TODAY)
    assert (first, second) == (ONE, OTHER)
    assert (told.rule, told.level) == ("waiver-ended", Level.WARN)
    assert "ended on 2026-05-31; it was: until the export is gone" in told.message


def test_a_waiver_that_ended_is_silent_when_nothing_needs_it() -> None:
    """Mended, or renewed by another waiver."""
    ended = Waiver("why", rule="response-type-changed", until="2026-05-31")
    assert waived([], [ended], TODAY) == ()
    renewed = Waiver("anew", rule="response-type-changed", until="2026-12-31")
    assert [one.waived for one in waived([ONE], [ended, renewed], TODAY)] == ["anew (until 2026-12-31)"]


def test_an_approval_survives_other_data_at_the_same_place() -> None:
    """Another item of the list, another message: still the same finding."""
    later = replace(ONE, location="response 200 body /items/7/id", message="another", actual="7")
    assert waived([later], [Waiver("why", fingerprint=ONE.fingerprint)], TODAY)[0].level is Level.INFO


def test_brackets_of_a_location_stand_for_themselves() -> None:
    """Only `*` stands for anything else."""
    found = replace(ONE, location="request query ids[]")
    assert waived([found], [Waiver("why", location="request query ids[]")], TODAY)[0].waived
    assert not waived([found], [Waiver("why", location="request query id[s]")], TODAY)[0].waived
