"""What can be configured, as values: the reference of what may be written.

Rules: a field is a key of the same name; its docstring is the key's meaning; its default is what an absent key means.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from truemirror.config.flows import FlowsConfig
from truemirror.core.contract.waivers import Waiver
from truemirror.core.environment import Environment
from truemirror.core.wire.authority import without_port


@dataclass(frozen=True, slots=True)
class VerifyConfig:
    """How a live service is asked its recorded requests."""

    headers: Mapping[str, str] = field(default_factory=dict)
    """Header fields in place of recorded ones with stand-ins; `env:NAME` is what that environment variable says."""
    secrets: tuple[str, ...] = ()
    """Secrets that clients brought, as `env:NAME`; each is recognised by the stand-in that it has in the mirror."""
    logins: Mapping[str, str] = field(default_factory=dict)
    """Services whose recorded log-ins hand out the tokens, with their live addresses; `env:NAME` as above."""
    setup: str = ""
    """A command before each scenario, with the scenario's name in TRUEMIRROR_SCENARIO."""
    setup_url: str = ""
    """An address that is sent the scenario's name as JSON before each scenario."""


@dataclass(frozen=True, slots=True)
class ServiceConfig:
    """What is known of one service."""

    name: str
    owner: str = ""
    """The team to ask."""
    hosts: tuple[str, ...] = ()
    """Names intercepted in process and routed for the browser; the first is the service's canonical name."""
    env: str = ""
    """The environment variable by which others are told this service's address; NAME_URL when it is left out."""
    contract: str = ""
    """The contract version this repository tests against; empty for the newest."""
    start: str = ""
    """How `up` starts it; `{port}` is its port, `{python}` the Python that truemirror runs on."""
    health: str = "/health"
    """The path that answers 2xx once the service works; empty when accepting connections is enough."""
    start_timeout: float = 20.0
    """Seconds that `up` waits for health."""
    cwd: str = ""
    """The folder it starts in, relative to the configuration's."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Further environment variables for `start`."""
    reads: tuple[str, ...] = ()
    """Operations with unsafe methods that change nothing, as `POST /v1/search`."""
    consumes: tuple[str, ...] = ()
    """The services that this one calls."""
    suite: str = ""
    """What pytest runs to test this service alone: one or more paths, with blanks between; empty when there is none."""
    mean_ms: float | None = None
    """Latency target for one call."""
    latency: str = ""
    """How long its mirror's answers take: none, recorded, fixed:25ms, or lognormal:median=20ms,p95=80ms."""
    bandwidth: str = ""
    """How fast bodies come from its mirror served over HTTP, on each connection, as 64kB/s; empty for no limit."""
    max_age_days: int | None = None
    """Its mirror is stale when it is older; wins over that of the whole configuration."""
    verify: VerifyConfig = field(default_factory=VerifyConfig)
    """How `verify` asks it."""

    @property
    def variable(self) -> str:
        """The environment variable that tells its address: `env`, or made from the name, as PUBLIC_API_URL."""
        return self.env or "".join(sign if sign.isalnum() else "_" for sign in self.name).upper() + "_URL"


@dataclass(frozen=True, slots=True)
class RedactionConfig:
    """What to redact beyond the defaults, and what to leave."""

    names: tuple[str, ...] = ()
    """Further names of headers, parameters and attributes whose values are secrets."""
    keep: tuple[str, ...] = ()
    """Names whose values are no secrets, whatever they look like."""


@dataclass(frozen=True, slots=True)
class LoadConfig:
    """The load runs of the gate."""

    profiles: tuple[str, ...] = ()
    """Profiles that `gate` runs on mirrors, by name; none when it is left out."""
    rate: float = 0.0
    """Flows a second there; each profile's own when it is left out."""
    seconds: float = 45.0
    """How long each run is judged there, at least 30."""
    undecided: str = "warn"
    """What a run that shows nothing does to the verdict: warn (it is shown as not run) or refuse (unknown)."""


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that can be configured."""

    root: Path
    """The folder of the configuration file, or the working directory without one."""
    source: Path | None = None
    """The file that was read."""
    service: str = ""
    """Which service this repository is; empty in a repository that holds them all."""
    mirrors: Path = Path("mirrors")
    """The folder of the mirrors, relative to the configuration's; `--mirrors` wins over it."""
    contracts: Path = Path("contracts")
    """The folder of the contracts; `--contracts` wins over it."""
    suites: Path = Path("suites")
    """The folder of the suites; tests in `isolation/` below it are isolated without asking for it."""
    report: Path = Path("report")
    """The folder that `gate` writes its reports into; `--report` wins over it."""
    max_age_days: int | None = None
    """Mirrors older than this are stale; no limit when left out."""
    stale: str = "warn"
    """What a stale mirror does: warn or refuse."""
    allow_hosts: tuple[str, ...] = ()
    """Hosts that isolated tests may reach beside the mirrors."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Environment variables for every service that `up` starts; a service's own go before them."""
    services: Mapping[str, ServiceConfig] = field(default_factory=dict)
    environments: Mapping[str, Environment] = field(default_factory=dict)
    load: LoadConfig = field(default_factory=LoadConfig)
    redaction: RedactionConfig = field(default_factory=RedactionConfig)
    flows: FlowsConfig = field(default_factory=FlowsConfig)
    waivers: tuple[Waiver, ...] = ()
    """Findings that the team lives with, in the order of the file."""

    def max_age_of(self, service: str) -> int | None:
        """How many days old a service's mirror may be; None for no limit."""
        own = self.services[service].max_age_days if service in self.services else None
        return self.max_age_days if own is None else own

    def service_of_host(self, host: str) -> ServiceConfig | None:
        """The service that a host name (with or without port) belongs to."""
        bare = without_port(host)
        for service in self.services.values():
            if host in service.hosts or bare in service.hosts:
                return service
        return None
