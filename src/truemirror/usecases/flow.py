"""Find where values flow through a service's recorded conversations, and keep the links in its mirror.

Rules: finding changes nothing; keeping adds what is new behind what is there, so that what a person wrote stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from truemirror.core.mirror.links import find_links
from truemirror.core.mirror.model import Link, Mirror
from truemirror.errors import UsageError
from truemirror.ports import MirrorStore


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A link, how often the recording shows it, and whether the mirror holds it."""

    link: Link
    times: int
    """0 for one that the mirror holds and the recording does not show."""
    kept: bool


@dataclass(frozen=True, slots=True)
class Flowing:
    """Where values flow in one mirror."""

    service: str
    version: str
    exchanges: int
    links: Sequence[FoundLink]
    written: int = 0
    """How many links were added to the mirror."""


def flow(store: MirrorStore, service: str, version: str | None = None, *, write: bool = False) -> Flowing:
    """The links of a mirror, added to it with `write`. Raises UsageError, FormatError, StoreError."""
    if service not in store.services():
        known = ", ".join(store.services()) or "none is recorded yet"
        raise UsageError(f"no mirror of {service} was recorded", nearest=known, fix="truemirror record SERVICE ...")
    mirror = store.load(service, version)
    found = find_links(mirror)
    fresh = tuple(link for link in found if link not in mirror.rules.links)
    if write and fresh:
        mirror = replace(mirror, rules=replace(mirror.rules, links=(*mirror.rules.links, *fresh)))
        store.save(mirror)
    return Flowing(service, mirror.version, len(mirror), _listed(mirror, found), len(fresh) if write else 0)


def _listed(mirror: Mirror, found: Mapping[Link, int]) -> tuple[FoundLink, ...]:
    """What was found, then what is only kept."""
    kept = mirror.rules.links
    shown = [FoundLink(link, times, link in kept) for link, times in found.items()]
    return (*shown, *(FoundLink(link, 0, True) for link in kept if link not in found))
