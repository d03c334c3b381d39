"""Versions sort by semantic versioning, and anything else sorts, too."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.mirror.versions import version_order

IN_ORDER = ["main", "staging", "0", "0.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2"]
IN_ORDER += ["1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.2", "1.9.0", "1.10.0", "v2", "2.0.1", "10.0.0"]


@pytest.mark.parametrize("seed", range(5))
def test_versions_sort_as_semantic_versioning_says(seed: int) -> None:
    """Numbers by value, pre-releases before their release, names that are no versions first."""
    shuffled = random.Random(seed).sample(IN_ORDER, len(IN_ORDER))
    assert sorted(shuffled, key=version_order) == IN_ORDER


@given(st.text(max_size=12), st.text(max_size=12))
def test_the_order_is_total(one: str, other: str) -> None:
    """Different versions are never equal, so the newest one is always the same."""
    assert (version_order(one) == version_order(other)) == (one == other)
    assert (version_order(one) < version_order(other)) or (version_order(other) <= version_order(one))
