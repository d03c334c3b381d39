"""Make a load profile of what mirrors recorded, and a plain Locust file of the same flows.

Rules: what is made depends on the recordings and the options alone, so that deriving again changes nothing. A service
without a mirror is an error before anything is made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from truemirror.config import Config
from truemirror.core.load.derive import Conversation, Derived, How, conversations_of, derive
from truemirror.core.load.derive_locust import locust_file
from truemirror.core.load.derive_text import profile_toml
from truemirror.core.load.profile import Profile
from truemirror.errors import UsageError
from truemirror.ports import MirrorStore


@dataclass(frozen=True, slots=True)
class DerivedLoad:
    """What was made."""

    profile: Profile
    text: str
    """The profile's file."""
    locust: str
    """The Locust file."""
    sources: Sequence[str]
    """What it was made of, as `public-api 1.0.0`."""
    notes: Sequence[str] = ()
    stand_ins: Mapping[str, int] = field(default_factory=dict)
    """By pool: how many rows have no real secrets, so that only mirrors let them in."""


def derive_from_mirrors(config: Config, store: MirrorStore, services: Sequence[str], how: How) -> DerivedLoad:
    """A profile of the mirrors of some services. Raises UsageError, FormatError, StoreError."""
    recorded = store.services()
    if not services:
        known = ", ".join(recorded) or "none is recorded yet"
        raise UsageError("of which service?", nearest=known, fix="truemirror load derive SERVICE")
    sources: list[str] = []
    conversations: list[Conversation] = []
    for name in dict.fromkeys(services):
        if name not in recorded:
            near = get_close_matches(name, recorded, n=1, cutoff=0.5)
            nearest = near[0] if near else ", ".join(recorded) or "none is recorded yet"
            raise UsageError(f"no mirror of {name} was recorded", nearest=nearest, fix="truemirror record SERVICE ...")
        mirror = store.load(name, None)
        sources.append(f"{name} {mirror.version}")
        conversations.extend(conversations_of(mirror))
    return derived_load(derive(conversations, how), sources, config)


def derived_load(derived: Derived, sources: Sequence[str], config: Config) -> DerivedLoad:
    """The files of what was derived. Raises UsageError where there is no flow."""
    from truemirror.core.mirror.standin import is_stand_in

    profile = derived.profile
    if not profile.flows:
        notes = "; ".join(derived.notes[:3]) or "nothing was recorded"
        raise UsageError(f"there is no flow to be made of {', '.join(sources)}: {notes}", fix="record a conversation")
    comments = [
        f"Made by `truemirror load derive` of {', '.join(sources)}. Change it as you like: it is yours.",
        "Making it again from the same recordings gives the same file.",
    ]
    pools = {name: sum(any(map(is_stand_in, row.values())) for row in rows) for name, rows in profile.data.items()}
    pools = {name: count for name, count in pools.items() if count}
    if pools:
        comments.append(
            "Secrets in [data] are stand-ins, which only mirrors take; for a live target write env:NAME in their place."
        )
    text = profile_toml(profile, comments)
    return DerivedLoad(profile, text, locust_file(profile), sources, derived.notes, pools)


def means_of(config: Config, services: Sequence[str]) -> Mapping[str, float]:
    """The mean that each service has to hold, where the configuration says so."""
    found = {name: config.services[name].mean_ms for name in services if name in config.services}
    return {name: mean for name, mean in found.items() if mean is not None}
