"""A number says what its change deserves, and what was published is known again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.contract.release import Release, Size, digest_of, newest_before, step_size, stepped, suffices

versions = st.builds("{}.{}.{}".format, st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))


@given(versions, st.sampled_from(Size))
def test_the_proposed_version_is_one_that_suffices(version: str, size: Size) -> None:
    """Whatever the change deserves, the next version is newer and large enough."""
    assert suffices(version, stepped(version, size), size)


@given(versions, versions, st.sampled_from(Size))
def test_a_step_that_suffices_for_more_suffices_for_less(old: str, new: str, size: Size) -> None:
    """A major step may carry anything."""
    if suffices(old, new, Size.MAJOR) and not old.startswith("0."):
        assert suffices(old, new, size)


@pytest.mark.parametrize(
    ("old", "new", "size"),
    [
        ("1.2.3", "1.2.4", Size.PATCH),
        ("1.2.3", "1.3.0", Size.MINOR),
        ("1.2.3", "2.0.0", Size.MAJOR),
        ("1.3.0", "1.2.9", None),
        ("1.0.0-rc.1", "1.0.0", Size.PATCH),
    ],
)
def test_steps_have_a_size(old: str, new: str, size: Size | None) -> None:
    """A step back has none."""
    assert step_size(old, new) is size


def test_below_one_a_minor_step_may_break() -> None:
    """Semantic Versioning 2.0.0 §4: anything may change there."""
    assert suffices("0.3.0", "0.4.0", Size.MAJOR)
    assert not suffices("0.3.0", "0.3.1", Size.MAJOR)
    assert stepped("0.3.1", Size.MAJOR) == "0.4.0"


def test_a_digest_forgets_order_and_evidence_and_nothing_else() -> None:
    """Counts may grow, keys may move; a promise may not."""
    one = {"a.yaml": {"required": ["a", "b"], "x-truemirror": {"seen": 3}, "oneOf": [1, 2]}}
    same = {"a.yaml": {"oneOf": [1, 2], "x-truemirror": {"seen": 9}, "required": ["b", "a"]}}
    assert digest_of(one) == digest_of(same)
    assert digest_of(one) != digest_of({"a.yaml": {"required": ["a"], "oneOf": [1, 2]}})
    assert digest_of(one) != digest_of({"a.yaml": {"required": ["a", "b"], "oneOf": [2, 1]}})
    assert digest_of({"a": {"x-truemirror": {"conventions": []}}}) != digest_of({"a": {}})


def test_a_version_follows_the_newest_before_it() -> None:
    """Two lines live side by side."""
    known = [Release(version, "", "") for version in ("1.4.0", "2.0.0", "1.3.0")]
    assert newest_before(known, "1.4.1") == known[0]
    assert newest_before(known, "2.1.0") == known[1]
    assert newest_before(known, "1.0.0") is None
    assert newest_before(known, "2.0.0") == known[0]
