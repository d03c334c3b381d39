"""A quarantined test is named exactly, has an owner and a last day, and breaks again afterwards."""

import pytest

from truemirror.core.flow.quarantine import Quarantined, beside, held, idle

FILE = "suites/flows/test_deals.py"
DAY = "2027-03-31"


def entry(test: str, until: str = DAY) -> Quarantined:
    """A test in quarantine."""
    return Quarantined(test, "team-deals", until, "it is drawn twice")


@pytest.mark.parametrize(
    ("named", "nodeid", "fits"),
    [
        (f"{FILE}::test_a", f"{FILE}::test_a", True),
        (f"{FILE}::test_a", f"{FILE}::test_a[1]", True),
        (f"{FILE}::test_a[1]", f"{FILE}::test_a[2]", False),
        (f"{FILE}::test_a", f"{FILE}::test_ab", False),
        (FILE, f"{FILE}::test_a[1]", True),
        (f"{FILE}::TestA", f"{FILE}::TestA::test_a", True),
        (f"{FILE}::test_a", f"{FILE}::test_a::contract", False),
        (f"{FILE}::test_a::contract", f"{FILE}::test_a::contract", True),
        (f"{FILE}::test_a::contract", f"{FILE}::test_a::contract[1]", True),
        (f"{FILE}::test_a::contract", f"{FILE}::test_a", False),
        (f"{FILE}::test_a::contract[2]", f"{FILE}::test_a::contract[1]", False),
        (f"{FILE}::test_a", f"{FILE}::test_a[b::contract]", True),
        (f"{FILE}::test_a::page", f"{FILE}::test_a::contract", False),
    ],
)
def test_an_entry_covers_what_it_names_and_no_more(named: str, nodeid: str, fits: bool) -> None:
    """The results beside a test are quarantined only by their own names."""
    assert entry(named).covers(nodeid) is fits


def test_quarantine_holds_on_its_last_day_and_ends_on_the_next() -> None:
    """The message of either names owner and day."""
    on_the_day = held(f"{FILE}::test_a", [entry(FILE)], DAY)
    after = held(f"{FILE}::test_a", [entry(FILE)], "2027-04-01")
    assert on_the_day is not None
    assert not on_the_day.ended
    assert str(on_the_day) == f"in quarantine until {DAY}: it is drawn twice (ask team-deals)"
    assert after is not None
    assert after.ended
    assert f"its quarantine ended on {DAY}" in str(after)
    assert "team-deals" in str(after)


def test_an_entry_that_holds_goes_before_one_that_ended() -> None:
    """Whatever their order."""
    found = held(f"{FILE}::test_a", [entry(FILE, "2020-01-01"), entry(f"{FILE}::test_a")], DAY)
    assert found is not None
    assert not found.ended


def test_what_nobody_named_is_not_held() -> None:
    """Nothing is quarantined by accident."""
    assert held("suites/flows/test_other.py::test_a", [entry(FILE)], DAY) is None


def test_an_entry_whose_test_is_gone_is_found() -> None:
    """A test was renamed."""
    entries = [entry(f"{FILE}::test_a"), entry(f"{FILE}::test_gone")]
    assert idle(entries, [f"{FILE}::test_a"]) == (entries[1],)


def test_a_result_beside_a_test_keeps_its_parameters_at_the_end() -> None:
    """So that pytest reads it as a node id."""
    assert beside(f"{FILE}::test_a", "contract") == f"{FILE}::test_a::contract"
    assert beside(f"{FILE}::test_a[b::c]", "page") == f"{FILE}::test_a::page[b::c]"
