"""What a test asks for, by its markers, its fixtures and the folder it lies in.

Rules: the marker nearest to the test wins; allowed hosts add up over all levels.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import pytest

from truemirror.core.mirror.decision import Mode
from truemirror.errors import UsageError

_OURS = "mirrors"


@dataclass(frozen=True, slots=True)
class Plan:
    """How one test is isolated."""

    services: tuple[str, ...] = ()
    """The services it may call; empty for all."""
    scenario: str = ""
    """Whose conversation it repeats; empty for its own."""
    mode: Mode | None = None
    allow_hosts: tuple[str, ...] = ()


def plan_of(item: pytest.Item, folders: Iterable[Path]) -> Plan | None:
    """How a test is isolated; None for one that is not. Raises UsageError for a marker that makes no sense."""
    marker = item.get_closest_marker("mirror")
    asks = marker is not None or item.get_closest_marker("isolated") is not None
    if not asks and _OURS not in getattr(item, "fixturenames", ()) and not _lies_in(item.path, folders):
        return None
    options = dict(marker.kwargs) if marker else {}
    scenario, mode = options.pop("scenario", None), options.pop("mode", None)
    if options:
        raise UsageError(
            f"the marker mirror does not know {', '.join(sorted(options))}", nearest="scenario, mode", where=item.nodeid
        )
    hosts = tuple(str(host) for one in item.iter_markers("allow_hosts") for host in one.args)
    services = tuple(str(name) for name in marker.args) if marker else ()
    return Plan(services, str(scenario or ""), _mode(item, mode), hosts)


def _mode(item: pytest.Item, mode: object) -> Mode | None:
    """A mode by its name."""
    if mode is None:
        return None
    try:
        return Mode(str(mode))
    except ValueError:
        near = get_close_matches(str(mode), list(Mode), n=1, cutoff=0.3) or list(Mode)
        raise UsageError(f"there is no mode {mode!r}", nearest=", ".join(near), where=item.nodeid) from None


def _lies_in(path: Path, folders: Iterable[Path]) -> bool:
    """Whether a test's file is one of the paths, or below one."""
    return any(folder == path or folder in path.parents for folder in folders)
