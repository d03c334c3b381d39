"""Whether a target may be loaded, how hard and for how long: decided before the first request, from values alone.

    [tool.truemirror.environments.sandbox]
    hosts = ["api.sandbox.example", "10.0.3.7:8080"]
    max_rate = 200          # requests a second
    max_seconds = 300
    stop_errors = 0.05      # of the last ten seconds

Rules: this machine's own addresses may always be loaded; any other only when an environment of the configuration lists
its host and the profile names that environment. Hosts are compared as they are written, whole, never looked up and
never as patterns. A URL with a name and password, or without a host, is refused: what is read there may not be what
is connected to.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from urllib.parse import urlsplit

from truemirror.core.load.places import requests_a_second
from truemirror.core.load.profile import Profile
from truemirror.core.load.window import seconds_needed
from truemirror.core.wire.authority import is_loopback
from truemirror.errors import UsageError

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Environment:
    """A system that may be loaded, as the configuration says."""

    hosts: tuple[str, ...] = ()
    """Names or addresses, each with a port if only that one may be loaded."""
    max_rate: float = 50.0
    """Requests a second."""
    max_seconds: float = 600.0
    """How long flows may arrive."""
    stop_errors: float = 0.05
    """The share of failed requests in the last seconds at which the run stops."""


@dataclass(frozen=True, slots=True)
class Permission:
    """What a run may do."""

    environment: str
    """Empty for this machine alone."""
    stop_errors: float | None
    """None: errors do not stop the run."""


def permitted(
    profile: Profile, urls: Iterable[str], environments: Mapping[str, Environment], environment: str = ""
) -> Permission:
    """What the run may do to these addresses.

    `environment` wins over the one that the profile names. Raises UsageError with what to write where it may not.
    """
    elsewhere = [(url, *_host(url)) for url in urls]
    elsewhere = [one for one in elsewhere if not is_loopback(one[1])]
    name = environment or profile.environment
    if not elsewhere:
        return Permission("", None)
    if not name:
        url, host, _ = elsewhere[0]
        raise UsageError(
            f"{host} is not this machine, and no environment allows to load it",
            where=url,
            fix=f'write [tool.truemirror.environments.NAME] with hosts = ["{host}"],'
            ' and environment = "NAME" in the profile',
        )
    allowed = environments.get(name)
    if allowed is None:
        near = get_close_matches(name, list(environments), n=1, cutoff=0.4)
        raise UsageError(
            f"no environment is called {name!r}",
            nearest=near[0] if near else "",
            fix=f'write [tool.truemirror.environments.{name}] with hosts = ["{elsewhere[0][1]}"]',
        )
    for url, host, port in elsewhere:
        _listed(url, host, port, name, allowed)
    _within(profile, name, allowed)
    return Permission(name, allowed.stop_errors)


def _host(url: str) -> tuple[str, int]:
    """The host of an address, in lower case, and its port. Raises UsageError for what names none surely."""
    fix = "write it as http://HOST:PORT"
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise UsageError(f"it is no address: {error}", where=url, fix=fix) from None
    if parts.scheme not in _PORTS or not host or any(sign in url for sign in "@\\ \t\r\n"):
        raise UsageError("it is no address that can be loaded", where=url, fix=fix)
    return host, port or _PORTS[parts.scheme]


def _listed(url: str, host: str, port: int, name: str, allowed: Environment) -> None:
    """That an environment lists a host. Raises UsageError."""
    shown = f"[{host}]" if ":" in host else host
    if not {shown, f"{shown}:{port}", host} & {one.lower() for one in allowed.hosts}:
        listed = ", ".join(allowed.hosts) or "no host"
        raise UsageError(
            f"{host} is not in the environment {name!r}, which has {listed}",
            where=url,
            fix=f'add "{shown}" to `hosts` in [tool.truemirror.environments.{name}]',
        )


def _within(profile: Profile, name: str, allowed: Environment) -> None:
    """That a run keeps the ceilings. Raises UsageError."""
    table = f"[tool.truemirror.environments.{name}]"
    rate, seconds = requests_a_second(profile), seconds_needed(profile)
    if rate > allowed.max_rate:
        raise UsageError(
            f"the profile makes {rate:g} requests/s, the environment {name!r} allows {allowed.max_rate:g}",
            nearest=f"rate = {profile.arrivals.rate * allowed.max_rate / rate:.4g}",
            fix=f"lower the rate, or raise `max_rate` in {table}",
        )
    if seconds > allowed.max_seconds:
        raise UsageError(
            f"the profile takes {seconds} s, the environment {name!r} allows {allowed.max_seconds:g}",
            fix=f"write earlier looks, or raise `max_seconds` in {table}",
        )
