"""Which version a wish names."""

import pytest

from truemirror.core.contract.version import choose, is_version, next_minor, ordered

KNOWN = ("1.10.0", "1.2.0", "1.2.1", "2.0.0-rc.1", "1.2.1-beta")


def test_versions_are_ordered_by_number() -> None:
    """1.10 is newer than 1.2, a pre-release older than its release."""
    assert ordered(KNOWN) == ("1.2.0", "1.2.1-beta", "1.2.1", "1.10.0", "2.0.0-rc.1")


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [("", "2.0.0-rc.1"), ("1.2", "1.2.1"), ("1.2.0", "1.2.0"), ("1", "1.10.0"), ("3", None), ("1.1", None)],
)
def test_a_wish_names_itself_or_the_newest_below_it(wanted: str, chosen: str | None) -> None:
    """1.2 stands for the newest 1.2.x, and never for 1.20."""
    assert choose(KNOWN, wanted) == chosen


def test_no_versions_no_choice() -> None:
    """Nothing is chosen from nothing."""
    assert choose(()) is None


@pytest.mark.parametrize(
    ("text", "is_one"), [("1", True), ("1.2.3-rc.1+b", True), ("v1", False), ("..", False), ("", False)]
)
def test_what_a_version_looks_like(text: str, is_one: bool) -> None:
    """One to three numbers, perhaps with a pre-release."""
    assert is_version(text) is is_one


def test_the_next_version_is_a_minor_step() -> None:
    """What is proposed after a version leaves its major number."""
    assert [next_minor(one) for one in ("1.0.0", "2", "0.9.7", "odd")] == ["1.1.0", "2.1.0", "0.10.0", "1.0.0"]
