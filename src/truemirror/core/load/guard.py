"""Whether a target may be loaded, how hard and for how long: decided before the first request, from values alone.

Rules: this machine's own addresses may always be loaded; any other only when an environment of the configuration has
its host, says at which rate it may be loaded, and the profile names it. A URL with a name and password, or without a
host, is refused: what is read there may not be what is connected to.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from urllib.parse import urlsplit

from truemirror.core.environment import PORTS, Environment
from truemirror.core.load.places import requests_a_second
from truemirror.core.load.profile import Profile
from truemirror.core.load.window import seconds_needed
from truemirror.core.wire.authority import is_loopback
from truemirror.errors import UsageError

_SERVICE = "SERVICE"


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
            fix=f'write [tool.truemirror.environments.NAME] with hosts = {{ {_SERVICE} = "{_origin(url)}" }}'
            ' and max_rate, and environment = "NAME" in the profile',
        )
    allowed = environments.get(name)
    if allowed is None:
        near = get_close_matches(name, list(environments), n=1, cutoff=0.4)
        raise UsageError(
            f"no environment is called {name!r}",
            nearest=near[0] if near else "",
            fix=f"write [tool.truemirror.environments.{name}] with"
            f' hosts = {{ {_SERVICE} = "{_origin(elsewhere[0][0])}" }} and max_rate',
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
    if parts.scheme not in PORTS or not host or any(sign in url for sign in "@\\ \t\r\n"):
        raise UsageError("it is no address that can be loaded", where=url, fix=fix)
    return host, port or PORTS[parts.scheme]


def _origin(url: str) -> str:
    """An address without its path."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _listed(url: str, host: str, port: int, name: str, allowed: Environment) -> None:
    """That an environment has a host. Raises UsageError."""
    shown = f"[{host}]" if ":" in host else host
    if f"{shown}:{port}" not in allowed.authorities:
        listed = ", ".join(sorted(allowed.authorities)) or "no host"
        raise UsageError(
            f"{shown}:{port} is not in the environment {name!r}, which has {listed}",
            where=url,
            fix=f'add {_SERVICE} = "{_origin(url)}" to [tool.truemirror.environments.{name}.hosts]',
        )


def _within(profile: Profile, name: str, allowed: Environment) -> None:
    """That a run keeps the ceilings. Raises UsageError."""
    table = f"[tool.truemirror.environments.{name}]"
    rate, seconds = requests_a_second(profile), seconds_needed(profile)
    if not allowed.max_rate:
        raise UsageError(
            f"the environment {name!r} does not say that it may be loaded",
            fix=f"write in {table} at how many requests a second: max_rate = {rate:g}",
        )
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
