"""Who is live and who is mirrored behind the pages of flows, and which hosts lead to whom.

Rules: pure. What is under test (`flows.live`) always runs; a mirror stands for the rest, or the service itself, as the
target says; a service that cannot be started is mirrored even where the target is live. Whatever the pages' services
need, step by step, must be there as the one or the other; what nobody needs is left out where it is not there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from truemirror.config import Config
from truemirror.core.flow.hosts import mapping_rules, origin
from truemirror.core.flow.trace import Target
from truemirror.core.mirror.naming import service_of
from truemirror.errors import UsageError


@dataclass(frozen=True, slots=True)
class Division:
    """Who answers how."""

    live: tuple[str, ...]
    mirrored: tuple[str, ...]
    """By service, or as `tags@1.0.0` where one version was asked for."""

    @property
    def services(self) -> frozenset[str]:
        """All of them."""
        return frozenset((*self.live, *map(service_of, self.mirrored)))


def target_named(name: str) -> Target:
    """A target by its name. Raises UsageError with the nearest one."""
    try:
        return Target(name)
    except ValueError:
        near = get_close_matches(name, [*Target], n=1, cutoff=0.3)
        raise UsageError(f"there is no target {name!r}", nearest=near[0] if near else ", ".join(Target)) from None


def divide(config: Config, target: Target, asked_live: Sequence[str], mirrors: Iterable[str]) -> Division:
    """Who answers how; `mirrors` are the services that have one, `asked_live` those that `--flows-live` names.

    Raises UsageError for a name that is not configured, and for a service that is needed and cannot be had.
    """
    check_asked(config, target, asked_live)
    _check_pages(config)
    has_mirror = frozenset(mirrors)
    forced = frozenset((*config.flows.live, *asked_live))
    needed = _needed(config, target, forced)
    live, mirrored = [], []
    for name, service in config.services.items():
        runs = name in forced or (target is Target.LIVE and bool(service.start))
        if runs:
            live.append(name)
        elif name in has_mirror:
            mirrored.append(name)
        elif name in needed:
            raise _nobody(config, name, target)
    return Division(tuple(live), tuple(mirrored))


def check_asked(config: Config, target: Target, asked_live: Sequence[str]) -> None:
    """What is asked for makes sense, whatever mirrors there are. Raises UsageError."""
    if target is Target.MIX and not asked_live:
        raise UsageError("the target mix needs to know what is live", fix="--flows-live SERVICE[,..]")
    if target is not Target.MIX and asked_live:
        fix = "--flows-target=mix, or leave --flows-live out"
        raise UsageError(f"with the target {target}, no service is chosen to be live", fix=fix)
    _check_names(config, (*asked_live, *config.flows.live))
    for name in (*config.flows.live, *asked_live):
        _check_start(config, name)


def rules_for(config: Config, ports: Mapping[str, int]) -> str:
    """Host-resolver-rules that lead the hosts of these services to ports of this machine, and all others nowhere."""
    addresses = {host: f"127.0.0.1:{port}" for name, port in ports.items() for host in config.services[name].hosts}
    return mapping_rules(addresses, config.flows.scheme)


def base_of(config: Config) -> str:
    """What `visitor.open("/...")` is relative to, without a slash at the end. Raises UsageError."""
    _check_pages(config)
    return origin(config.services[config.flows.pages].hosts[0], config.flows.scheme)


def _check_names(config: Config, names: Iterable[str]) -> None:
    """Every service is configured. Raises UsageError."""
    for name in names:
        if name not in config.services:
            near = get_close_matches(name, config.services, n=1, cutoff=0.4)
            known = ", ".join(config.services)
            raise UsageError(f"no service is called {name!r}", nearest=near[0] if near else "", fix=f"there is {known}")


def _check_pages(config: Config) -> None:
    """It is configured whose pages are opened. Raises UsageError."""
    pages, where = config.flows.pages, str(config.source or "")
    if not pages:
        fix = 'say whose pages flows open: [tool.truemirror.flows] pages = "web"'
        raise UsageError("flows are not configured", where=where, fix=fix)
    if not config.services[pages].hosts:
        fix = f'give it the name that browsers know it by: services.{pages} hosts = ["{pages}.internal"]'
        raise UsageError(f"the service {pages} has no host", where=where, fix=fix)


def _check_start(config: Config, name: str) -> None:
    """A service that is to be live can be started. Raises UsageError."""
    if not config.services[name].start:
        fix = f"add `start` to services.{name}, or leave it to its mirror"
        raise UsageError("nothing says how it is started", where=f"service {name}", fix=fix)


def _needed(config: Config, target: Target, forced: frozenset[str]) -> frozenset[str]:
    """The pages' service, what is under test, and whatever those that are live consume, step by step."""
    found: set[str] = set()
    waiting = [config.flows.pages, *forced]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        service = config.services[name]
        if name in forced or (target is Target.LIVE and service.start):
            waiting += service.consumes
    return frozenset(found)


def _nobody(config: Config, name: str, target: Target) -> UsageError:
    """A service that is needed and that nobody can stand for."""
    service = config.services[name]
    if service.start:
        fix = f"record it: truemirror flows run --target live --record; or let it run: --flows-live {name}"
        return UsageError(f"the target {target} needs a mirror of {name}, and there is none", fix=fix)
    fix = f"record it: truemirror record {name} --upstream URL; or add `start` to services.{name}"
    return UsageError(f"{name} is needed and has neither a mirror nor a `start` line", fix=fix)
