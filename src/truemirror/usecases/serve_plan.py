"""Which mirrors are served: found, loaded, judged for their age.

Rules: services that were named must have a mirror, unless they are being recorded; a mirror that cannot be read is told
and keeps no other from being served. A mirror goes by the name by which it was asked for: `tags`, or `tags@1.0.0`, so
that two versions of a service stand side by side.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from truemirror.config import Config
from truemirror.core.mirror.decision import Case, Mode, plan
from truemirror.core.mirror.model import Mirror
from truemirror.core.mirror.naming import check_name, is_of, service_of, version_of
from truemirror.core.mirror.plan import Plan
from truemirror.core.mirror.staleness import staleness
from truemirror.errors import FormatError, TruemirrorError, UsageError
from truemirror.ports import MirrorStore

NO_SERVICE = "no mirrors were recorded yet"


@dataclass(frozen=True, slots=True)
class Serving:
    """How mirrors are served."""

    mode: Mode = Mode.REPLAY
    strict: bool = False
    """Refuse answers that lie behind writes which the session has not made."""
    latency: str = ""
    """How long answers take, as `core.mirror.latency` reads it; empty for what the configuration says."""
    one_port: bool = False
    """All services on one port, told apart by host name or by the first step of the path."""
    upstreams: Mapping[str, str] = field(default_factory=dict)
    """Base URLs of live services, for modes that ask them."""
    seed: int = 0
    """Which delays are drawn."""
    bandwidth: str = ""
    """How fast bodies come, as 64kB/s; empty for what the configuration says."""
    plans: Mapping[str, Plan] = field(default_factory=dict)
    """What calls of each session meet, by service; `*` stands for all."""
    workers: int = 1
    """How many processes answer on each port."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The mirrors that can be served."""

    mirrors: Mapping[str, Mirror] = field(default_factory=dict)
    stale: Mapping[str, str] = field(default_factory=dict)
    """Why a mirror is stale, for those that are."""
    unreadable: Mapping[str, TruemirrorError] = field(default_factory=dict)
    """Why a mirror is not served, for those that cannot be read."""


def load_mirrors(
    store: MirrorStore, config: Config, services: Sequence[str] = (), *, today: str, how: Serving
) -> Loaded:
    """Load the mirrors of these names, or of all services. Raises UsageError when there is nothing to serve."""
    recorded = store.services()
    for name in services:
        check_name(name)
    _check_upstreams(how, services or recorded)
    names = list(dict.fromkeys(services)) or list(recorded)
    if not names:
        raise UsageError(NO_SERVICE, fix="record one: truemirror record SERVICE --upstream URL")
    mirrors: dict[str, Mirror] = {}
    unreadable: dict[str, TruemirrorError] = {}
    for name in names:
        service = service_of(name)
        try:
            mirror = _mirror(store, config, name, recorded, how)
            mirrors[name] = mirror.with_reads(config.services[service].reads) if service in config.services else mirror
        except FormatError as error:
            unreadable[name] = error
    stale = {
        name: staleness(mirror, today, config.max_age_of(mirror.service), _wanted(config, name))
        for name, mirror in mirrors.items()
    }
    return Loaded(
        mirrors, {name: reason for name, reason in stale.items() if reason and len(mirrors[name])}, unreadable
    )


def _check_upstreams(how: Serving, services: Sequence[str]) -> None:
    """Raise UsageError when a live service is needed and none is named, or one is named that is not served."""
    for name in how.upstreams:
        if name not in services:
            raise UsageError(f"an upstream is given for '{name}', which is not served", nearest=", ".join(services))
    if how.mode is not Mode.REPLAY and not how.upstreams:
        example = services[0] if services else "SERVICE"
        raise UsageError(f"mode {how.mode} asks the live service", fix=f"say where it is: --upstream {example}=URL")


def _wanted(config: Config, name: str) -> str:
    """The contract version that the name says, or else the configuration; empty for the newest."""
    known = config.services.get(service_of(name))
    return version_of(name) or (known.contract if known else "")


def _mirror(store: MirrorStore, config: Config, name: str, recorded: Sequence[str], how: Serving) -> Mirror:
    """The mirror of a name, an empty one where it is about to be recorded. Raises UsageError, FormatError."""
    service, version = service_of(name), version_of(name)
    is_recorded = plan(how.mode, Case.MISS) is not None
    if service not in recorded:
        if not is_recorded:
            raise _unknown(service, recorded)
        return Mirror(service, version) if version else Mirror(service)
    known = store.versions(service)
    if version and not any(is_of(one, version) for one in known):
        if not is_recorded:
            raise _unknown_version(name, known)
        return Mirror(service, version)
    return _load(store, service, _wanted(config, name))


def _load(store: MirrorStore, service: str, wanted: str) -> Mirror:
    """The newest mirror of the wanted contract version, or the newest of all when there is none of that."""
    fitting = [one for one in store.versions(service) if wanted and is_of(one, wanted)]
    return store.load(service, fitting[-1] if fitting else None)


def _unknown_version(name: str, known: Sequence[str]) -> UsageError:
    """A version without a mirror."""
    service, version = service_of(name), version_of(name)
    near = get_close_matches(version, known, n=1, cutoff=0.4) or known[-1:]
    told = f"there is no mirror of {service} {version}; there is one of {', '.join(known)}"
    fix = f"record it: truemirror record {service} --mirror-version {version} --upstream URL"
    return UsageError(told, nearest=f"{service}@{near[0]}", fix=fix)


def _unknown(name: str, recorded: Sequence[str]) -> UsageError:
    """A service without a mirror."""
    near = get_close_matches(name, recorded, n=1, cutoff=0.4)
    return UsageError(
        f"there is no mirror of '{name}'",
        nearest=near[0] if near else ", ".join(recorded),
        fix=f"record it: truemirror record {name} --upstream URL",
    )
