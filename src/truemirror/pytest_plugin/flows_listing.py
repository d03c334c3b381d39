"""Which flows there are, for whoever lists them.

Rules: plain values; a flow is told by its title first, as people know it.
"""

from collections.abc import Iterable
from typing import Any

import pytest

from truemirror.pytest_plugin.flows import is_flow
from truemirror.pytest_plugin.flows_telling import about, title_of


def listed(items: Iterable[pytest.Item]) -> list[dict[str, Any]]:
    """Every flow among the tests, in their order."""
    return [
        {
            "test": item.nodeid,
            "title": title_of(item),
            "about": about(item),
            "harmless": item.get_closest_marker("harmless") is not None,
        }
        for item in items
        if is_flow(item)
    ]
