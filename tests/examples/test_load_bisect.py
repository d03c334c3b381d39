"""A service of the reference system that became slower is found among the live ones: by a tree, and by swapping."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from truemirror.bootstrap.load import load_profile
from truemirror.bootstrap.load_bisect import bisect_profile, trace_budget
from truemirror.config import Config, load
from truemirror.core.load.budget import Spent
from truemirror.usecases.load import NobodyWatches, Wish

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.nightly


@pytest.fixture
def slow_tags(monkeypatch: pytest.MonkeyPatch) -> Config:
    """The reference system, whose tags take 25 ms more."""
    config = load(ROOT)
    line = config.services["tags"].start.replace("crm.tags:app", "tests.examples.slow_tags:app")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    slow = replace(config.services["tags"], start=line)
    return replace(config, services={**config.services, "tags": slow})


def _all(trees: tuple[Spent, ...]) -> Iterator[Spent]:
    """Every node."""
    for one in trees:
        yield one
        yield from _all(one.inside)


def test_the_tree_shows_who_is_over_its_budget(slow_tags: Config) -> None:
    """Tags spend more than the 23 ms that a service call may take, of them 25 and more by themselves."""
    trees = trace_budget(slow_tags, load_profile(slow_tags, "deals-page"))
    tags = [one for one in _all(trees) if one.service == "tags"]
    assert {one.service for one in _all(trees)} == {"public-api", "auth", "core", "deals", "tags"}
    assert tags
    assert all(one.own_ms >= 25 and one.is_over for one in tags)


def test_a_service_that_takes_25_ms_more_is_named(slow_tags: Config) -> None:
    """Without tags the page is faster, beyond the bounds of every other swap."""
    nobody = NobodyWatches()
    wish = Wish("live", seconds=60.0, force=True)
    found = bisect_profile(slow_tags, load_profile(slow_tags, "deals-page"), wish, nobody, nobody)
    if found.notes:
        pytest.skip(f"nothing can be told of a service on a machine like this: {found.notes[0]}")
    assert found.found.named == "tags", found.found.says
    assert found.found.savings[0].ms > 15
