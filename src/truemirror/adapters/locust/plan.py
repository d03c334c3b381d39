"""A run made ready: flows with their requests taken apart, addresses resolved, how many flows may be under way.

Rules: everything that can be decided before the first arrival is decided here.
"""

import math
import resource
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any
from urllib.parse import urlsplit

from truemirror.adapters.locust.connection import Address
from truemirror.adapters.locust.taking import Takes, takes_of
from truemirror.adapters.locust.template import Request
from truemirror.core.load.profile import Call, Flow, Profile
from truemirror.core.load.tally import Kind
from truemirror.errors import CouldNotRun, UsageError

_SPARE_FILES = 200
"""File descriptors that Locust and the interpreter need."""
_PROBED = 1.0
"""Seconds that a place has to take a connection, where a name stands for several."""
_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})


@dataclass(slots=True)
class Step:
    """One call of a flow."""

    kind: int
    """Its place among the kinds."""
    service: str
    request: Request
    takes: Takes | None
    expects: frozenset[int]
    think: float
    is_head: bool
    may_repeat: bool
    """Whether it may be sent again where a kept connection was closed before it."""


@dataclass(slots=True)
class Route:
    """A flow made ready."""

    steps: tuple[Step, ...]
    rows: tuple[Mapping[str, str], ...]
    """Its data; one empty row for none."""


@dataclass(slots=True)
class Plan:
    """A run made ready."""

    kinds: tuple[Kind, ...]
    routes: tuple[Route, ...]
    bounds: tuple[float, ...]
    """Shares of the flows, summed up: a number below the first is the first flow's."""
    addresses: Mapping[str, Address]
    places: int
    """How many flows may be under way at once."""


def plan_of(profile: Profile, addresses: Mapping[str, str], workers: int = 1, trust: str = "") -> Plan:
    """Make a run ready for one of so many workers; `trust` is a file of further certificates.

    Raises UsageError, CouldNotRun for an address that is none.
    """
    kinds: dict[Kind, int] = {}
    found = {name: address_of(url, trust) for name, url in addresses.items()}
    routes = tuple(_route(flow, profile, found, kinds) for flow in profile.flows)
    total = math.fsum(flow.weight for flow in profile.flows)
    bounds = tuple(part / total for part in accumulate(flow.weight for flow in profile.flows))
    return Plan(tuple(kinds), routes, bounds, found, places_of(profile, workers))


def places_of(profile: Profile, workers: int = 1) -> int:
    """How many flows one worker may have under way (Little's law: under way = rate x seconds).

    At least four times what the targets let expect, and enough for a stall as long as the timeout, as far as the system
    has file descriptors: a service that stalls must be measured, and not mistaken for a generator without places.
    """
    rate = max([profile.arrivals.rate, *(stage.rate for stage in profile.stages)]) / max(1, workers)
    longest = max((_expected_seconds(flow, profile) for flow in profile.flows), default=0.0)
    thinking = max((math.fsum(call.think for call in flow.calls) for flow in profile.flows), default=0.0)
    wanted = math.ceil(rate * (4 * longest + profile.timeout + thinking)) + 16
    return max(16, min(wanted, file_descriptors() - _SPARE_FILES))


def file_descriptors() -> int:
    """How many this process may have; the soft limit is raised to the hard one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (OSError, ValueError):
            return soft
    return min(hard, 1_000_000) if hard != resource.RLIM_INFINITY else 1_000_000


def address_of(url: str, trust: str = "") -> Address:
    """Where `http://host:port/prefix` is. Raises UsageError, CouldNotRun when the name cannot be resolved."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise UsageError(f"{url!r} is no address: {error}", fix="say http://host:port") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{url!r} is no address", fix="say http://host:port")
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise CouldNotRun(f"{parts.hostname} cannot be resolved: {error}", where=url) from error
    family, place = _heard([(one[0], one[4]) for one in found])
    tls = _context(trust) if parts.scheme == "https" else None
    return Address(
        family=family,
        place=place,
        host=parts.netloc.rpartition("@")[2],
        prefix=parts.path.rstrip("/"),
        tls=tls,
        name=parts.hostname,
    )


def _heard(places: list[tuple[int, Any]]) -> tuple[int, Any]:
    """The first place that somebody listens at, of all that a name stands for; the first one when nobody does."""
    for family, place in places if len(places) > 1 else ():
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.settimeout(_PROBED)
            if probe.connect_ex(place) == 0:
                return family, place
    return places[0]


def _context(trust: str) -> ssl.SSLContext:
    """How certificates are checked. Raises CouldNotRun for a file that has none."""
    context = ssl.create_default_context()
    if trust:
        try:
            context.load_verify_locations(trust)
        except OSError as error:
            raise CouldNotRun(f"no certificates can be read: {error}", where=trust) from error
    return context


def _expected_seconds(flow: Flow, profile: Profile) -> float:
    """How long a flow may take where the targets hold: the longest mean for each call, and its thinking."""
    means = [target.mean_ms for target in profile.targets if target.mean_ms is not None]
    each = max(means, default=0.0) / 1000 or profile.timeout
    return len(flow.calls) * each + math.fsum(call.think for call in flow.calls)


def _route(flow: Flow, profile: Profile, addresses: Mapping[str, Address], kinds: dict[Kind, int]) -> Route:
    """A flow made ready; new kinds are numbered. Raises UsageError for a service without address or an empty pool."""
    rows = tuple(profile.data.get(flow.data, ())) if flow.data else ({},)
    if not rows:
        raise UsageError(f"flow {flow.name!r} has no data: pool {flow.data!r} is empty", where=profile.name)
    known = set(rows[0])
    steps = []
    for call in flow.calls:
        if call.service not in addresses:
            raise UsageError(f"service {call.service!r} has no address", where=f"flow {flow.name!r}")
        steps.append(_step(call, flow, addresses[call.service], known, kinds))
        known.update(call.takes)
    return Route(tuple(steps), rows)


def _step(call: Call, flow: Flow, address: Address, known: set[str], kinds: dict[Kind, int]) -> Step:
    """A call made ready."""
    return Step(
        kind=kinds.setdefault(Kind(call.service, call.operation, flow.name), len(kinds)),
        service=call.service,
        request=Request(
            call.method, call.target, tuple(call.headers), call.body, frozenset(known), address.host, address.prefix
        ),
        takes=takes_of(call),
        expects=frozenset(call.expects),
        think=call.think,
        is_head=call.method == "HEAD",
        may_repeat=call.method in _IDEMPOTENT,
    )
