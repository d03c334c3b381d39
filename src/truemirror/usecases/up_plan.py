"""What `up` starts: which services live, which as mirrors, where each answers and what each is told.

Rules: pure; services stay in the order of the configuration; a name that is not configured is never ignored.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from truemirror.config import Config, ServiceConfig
from truemirror.config.start_line import arguments
from truemirror.core.mirror.naming import check_name, service_of, version_of
from truemirror.core.route import Route
from truemirror.core.system import Address, Launch, State
from truemirror.errors import UsageError

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Plan:
    """Where every service will answer, and how those that are live are started."""

    addresses: tuple[Address, ...]
    launches: tuple[Launch, ...]

    @property
    def routes(self) -> tuple[Route, ...]:
        """From the address that is told to the service itself, for each that is recorded."""
        inner = {launch.service: f"http://{HOST}:{launch.port}" for launch in self.launches}
        ports = self.ports(State.RECORDED)
        return tuple(Route(service, inner[service], HOST, port) for service, port in ports.items())

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that tell every address."""
        return {address.env: address.url for address in self.addresses}

    def ports(self, state: State) -> Mapping[str, int]:
        """The ports of all services in one state, by service."""
        return {one.service: int(one.url.rpartition(":")[2]) for one in self.addresses if one.state is state}


def choose(
    config: Config, services: Sequence[str] = (), mirrors: Sequence[str] = (), *, record: bool = False
) -> dict[str, State]:
    """Who is live and who is a mirror: the services named (all that can be started, when none is), and the mirrors.

    With `record`, all that is live is recorded.

    Raises UsageError for a name that is not configured, a service that cannot be started, and when nothing is left.
    """
    for name in mirrors:
        check_name(name)
    for name in services:
        if version_of(name) and service_of(name) in config.services:
            fix = f"--mirror {name}, or leave the version out"
            raise UsageError(f"'{name}' names a version, and only a mirror has several", fix=fix)
    wanted_mirrors = mirror_names(mirrors)
    for name in (*services, *wanted_mirrors):
        if name not in config.services:
            raise _unknown(config, name)
    wanted = services or [name for name, service in config.services.items() if service.start]
    live = State.RECORDED if record else State.LIVE
    states = dict.fromkeys(wanted, live) | dict.fromkeys(wanted_mirrors, State.MIRROR)
    for name in services:
        if states[name] is live and not config.services[name].start:
            fix = f"add `start` to services.{name}{_in_file(config)}, or use its mirror: --mirror {name}"
            raise UsageError("nothing says how it is started", where=f"service {name}", fix=fix)
    if not states:
        raise UsageError("no service has a `start` line", where=str(config.source or ""), fix=_how_to_begin(config))
    return {name: states[name] for name in config.services if name in states}


def mirror_names(mirrors: Sequence[str]) -> dict[str, str]:
    """What the mirror of each service is asked for by, `tags@1.0.0` or `tags`.

    Raises UsageError for two of one service, whose callers are told one address.
    """
    found: dict[str, str] = {}
    for name in mirrors:
        service = service_of(name)
        if found.setdefault(service, name) != name:
            fix = f"leave one out, or serve both by themselves: truemirror serve {found[service]} {name}"
            raise UsageError(f"{found[service]} and {name} cannot both be {service} in one system", fix=fix)
    return found


def wanted_ports(config: Config, states: Iterable[str], base: int = 0) -> dict[str, int]:
    """The port that each service asks for: counted from `base` in the order of the configuration, or 0 for any."""
    places = {name: place for place, name in enumerate(config.services)}
    return {name: base + places[name] if base else 0 for name in states}


def plan(
    config: Config,
    states: Mapping[str, State],
    ports: Mapping[str, int],
    *,
    python: str,
    behind: Mapping[str, int] | None = None,
) -> Plan:
    """All addresses, and the start of every live service; `behind` gives the ports of those that are recorded."""
    addresses = tuple(
        Address(name, f"http://{HOST}:{ports[name]}", state, config.services[name].variable)
        for name, state in states.items()
    )
    told = {address.env: address.url for address in addresses}
    launches = tuple(
        _launch(config, config.services[name], (behind or ports)[name], told, python)
        for name, state in states.items()
        if state is not State.MIRROR
    )
    return Plan(addresses, launches)


def missing_neighbours(config: Config, states: Mapping[str, State]) -> dict[str, tuple[str, ...]]:
    """For each live service, those that it consumes and that will not answer."""
    found = {
        name: tuple(other for other in config.services[name].consumes if other not in states)
        for name, state in states.items()
        if state is not State.MIRROR
    }
    return {name: missing for name, missing in found.items() if missing}


def _launch(config: Config, service: ServiceConfig, port: int, told: Mapping[str, str], python: str) -> Launch:
    """The start of one service."""
    return Launch(
        service=service.name,
        arguments=arguments(service.start, {"port": str(port), "python": python}),
        port=port,
        environment={"PORT": str(port), **told, **config.environment, **service.environment},
        folder=str(config.root / service.cwd),
        health=service.health,
        patience=service.start_timeout,
    )


def _unknown(config: Config, name: str) -> UsageError:
    """A service that is not configured."""
    near = get_close_matches(name, config.services, n=1, cutoff=0.4)
    known = ", ".join(config.services)
    fix = f"configured are {known}" if known else _how_to_begin(config)
    return UsageError(f"no service is called {name!r}", nearest=near[0] if near else "", fix=fix)


def _how_to_begin(config: Config) -> str:
    """What to do where nothing is configured."""
    if config.source is None:
        return "`truemirror init --service NAME` writes a configuration; give it a `start` line"
    return 'add one to a service: start = "python -m your_service --port {port}"'


def _in_file(config: Config) -> str:
    """Which file that is."""
    return f" in {config.source}" if config.source else ""
