"""The neighbours of a pytest session, and those of one test.

Rules: they are read once for a process; a name that nobody knows is told with the nearest one.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

from truemirror.errors import UsageError
from truemirror.pytest_plugin.settings import Settings

if TYPE_CHECKING:
    from truemirror.adapters.inprocess.neighbour import Neighbour


def open_neighbours(settings: Settings) -> "Mapping[str, Neighbour]":
    """All that are mirrored or configured. Raises StoreError."""
    from truemirror.bootstrap import neighbours
    from truemirror.usecases.serve_plan import Serving

    how = Serving(settings.mode, settings.strict, settings.latency, seed=settings.seed)
    return neighbours(settings.config, how, live=settings.live)


def chosen(known: "Mapping[str, Neighbour]", names: Iterable[str]) -> "dict[str, Neighbour]":
    """Those that a test names, or all. Raises UsageError for a name that nobody knows."""
    wanted = list(names)
    for name in wanted:
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.4) or list(known)
            raise UsageError(
                f"the marker mirror names {name!r}, and there is no such service",
                nearest=", ".join(near),
                fix=f"record it: truemirror record {name} --upstream URL",
            )
    return {name: neighbour for name, neighbour in known.items() if not wanted or name in wanted}
