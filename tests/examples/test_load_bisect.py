"""A service of the reference system that became slower is found, among the live ones, by swapping mirrors in."""

from dataclasses import replace
from pathlib import Path

import pytest

from truemirror.bootstrap.load import load_profile
from truemirror.bootstrap.load_bisect import bisect_profile
from truemirror.config import load
from truemirror.usecases.load import NobodyWatches, Wish

ROOT = Path(__file__).parents[2]


@pytest.mark.nightly
def test_a_service_that_takes_25_ms_more_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without tags the page is faster, beyond the bounds of every other swap."""
    config = load(ROOT)
    line = config.services["tags"].start.replace("crm.tags:app", "tests.examples.slow_tags:app")
    slow = replace(config.services["tags"], start=line)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    config = replace(config, services={**config.services, "tags": slow})
    nobody = NobodyWatches()
    found = bisect_profile(
        config, load_profile(config, "deals-page"), Wish("live", seconds=60.0, force=True), nobody, nobody
    )
    assert found.found.named == "tags", (found.found.says, found.notes)
    assert found.found.savings[0].ms > 15
