"""Write a mirror down in another tool's format.

Rules: what the other format has no place for is in the result, exchange by exchange; secrets stay the stand-ins that
the mirror holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from truemirror.core.foreign.carried import LeftOut
from truemirror.core.foreign.har_writing import write_har
from truemirror.core.foreign.vcr_writing import write_vcr
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.mirror.session import scenario_name
from truemirror.core.wire.exchange import held_exchange
from truemirror.errors import UsageError
from truemirror.ports import MirrorStore

EXPORTS = ("har", "vcr")
"""Formats that a mirror can be written in."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A mirror in another format."""

    document: Mapping[str, Any]
    """Plain JSON values; bodies of cassettes may be bytes."""
    version: str
    """Of the mirror."""
    scenarios: int
    exchanges: int
    """How many the document holds."""
    left_out: tuple[LeftOut, ...]


def export_mirror(
    store: MirrorStore,
    format_name: str,
    service: str,
    *,
    version: str = "",
    scenario: str = "",
    base: str = "",
    truemirror: str = "",
) -> Exported:
    """One mirror, or one scenario of it. Raises UsageError for an unknown scenario, StoreError, FormatError.

    `base` is where the service is said to live; empty for each request's own Host. `truemirror` is our own version.
    """
    mirror = store.load(service, version or None)
    if scenario:
        mirror = only_scenario(mirror, scenario)
    mirror = replace(mirror, scenarios=tuple(map(_held, mirror.scenarios)))
    if format_name == "har":
        document, left = write_har(mirror, base, truemirror)
        count = len(document["log"]["entries"])
    else:
        document, left = write_vcr(mirror.scenarios, base, service)
        count = len(document["interactions"])
    return Exported(document, mirror.version, len(mirror.scenarios), count, left)


def _held(scenario: Scenario) -> Scenario:
    """A scenario with all bodies in it: another format has no place for files beside."""
    return replace(scenario, exchanges=tuple(map(held_exchange, scenario.exchanges)))


def only_scenario(mirror: Mirror, scenario: str) -> Mirror:
    """A mirror with one of its scenarios alone. Raises UsageError, naming the nearest, when there is none."""
    one = mirror.scenario(scenario) or mirror.scenario(scenario_name(scenario))
    if one is None:
        names = [known.name for known in mirror.scenarios]
        near = get_close_matches(scenario, names, n=3) or names[:3]
        raise UsageError(f"{mirror.service} has no scenario {scenario!r}", where="--scenario", nearest=", ".join(near))
    return replace(mirror, scenarios=(one,))
