"""When a mirror is too old to be believed."""

import pytest

from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.mirror.staleness import Age, age_of, staleness

MIRROR = Mirror("tags", "1.2.3", (Scenario("a", (), "2026-11-01"), Scenario("b", (), "2026-11-20"), Scenario("c")))


@pytest.mark.parametrize("limit", [None, 21, 400])
def test_a_mirror_within_its_limit_is_not_stale(limit: int | None) -> None:
    """The oldest scenario is 21 days old; those of unknown age do not count."""
    assert staleness(MIRROR, "2026-11-22", limit) == ""


def test_the_oldest_scenario_decides() -> None:
    """The reason says how old and how old it may be."""
    reason = "its oldest scenario was recorded 21 days ago, and 20 are allowed"
    assert staleness(MIRROR, "2026-11-22", 20) == reason


@pytest.mark.parametrize(
    ("wanted", "is_stale"), [("", False), ("1", False), ("1.2", False), ("1.2.3", False), ("1.20", True), ("2", True)]
)
def test_another_contract_version_makes_it_stale(wanted: str, is_stale: bool) -> None:
    """A version may be wanted by its beginning, number by number."""
    assert bool(staleness(MIRROR, "2026-11-22", None, wanted)) is is_stale


def test_days_that_are_none_do_not_count() -> None:
    """A date that cannot be read is an unknown one."""
    assert staleness(Mirror("tags", scenarios=(Scenario("a", (), "yesterday"),)), "2026-11-22", 1) == ""


def test_the_age_tells_oldest_newest_and_what_nobody_knows() -> None:
    """A scenario without a day is counted."""
    assert age_of(MIRROR, "2026-11-22") == Age("2026-11-01", "2026-11-20", 21, 1)


def test_a_day_still_to_come_is_unknown_but_for_tomorrow() -> None:
    """Elsewhere it has begun."""
    assert age_of(Mirror("tags", scenarios=(Scenario("a", (), "2026-11-23"),)), "2026-11-22").days == 0
    assert age_of(Mirror("tags", scenarios=(Scenario("a", (), "2026-11-24"),)), "2026-11-22") == Age(undated=1)


def test_a_mirror_without_scenarios_has_no_age() -> None:
    """Nothing is unknown of it either."""
    assert age_of(Mirror("tags"), "2026-11-22") == Age()
