"""What a load run is to do and to hold: the values that a profile file says.

Rules: times are seconds unless a name ends in `_ms`; rates are arrivals of flows a second; shares lie between 0 and 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Model(StrEnum):
    """How arrivals are spread over time."""

    POISSON = "poisson"
    """Independent users: gaps are exponential."""
    CONSTANT = "constant"
    """Every gap is the same."""
    TRACE = "trace"
    """The gaps that were recorded, over and over."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """When flows begin."""

    rate: float
    """Flows a second that this run makes."""
    stated_rate: float = 0.0
    """Flows a second that the target is stated for; 0 when it is the rate of this run."""
    model: Model = Model.POISSON
    """How they are spread: poisson (independent users), constant, or trace (the recorded gaps, over and over)."""
    seed: int = 0
    """Of the arrivals and of which flow comes when; the same seed is the same run."""
    gaps: tuple[float, ...] = ()
    """For a trace: the recorded seconds between arrivals, stretched to the rate; without one they say it."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the run with a rate of its own: from the rate before to this one, evenly."""

    seconds: float
    """How long it takes."""
    rate: float
    """Flows a second at its end; the first stage begins at 0, after the last one it is the rate of the run."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which requests a target is about; an empty field selects all."""

    services: tuple[str, ...] = ()
    """Requests of these services."""
    operations: tuple[str, ...] = ()
    """Requests of these operations, as `GET /api/v1/deals`."""
    flows: tuple[str, ...] = ()
    """Requests of these flows."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Exceedance: at most a share of requests may take longer. A p95 of 120 ms is (120.0, 0.05)."""

    over_ms: float
    share: float


@dataclass(frozen=True, slots=True)
class Target:
    """What has to hold."""

    name: str
    select: Selection = Selection()
    mean_ms: float | None = None
    """The mean of all its requests, from their intended start, in ms."""
    limits: tuple[Limit, ...] = ()
    errors_max: float = 0.001
    """The share of requests that may fail; to show 0.001 takes 5,296 requests at the usual alpha."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request of a flow, a template: `{name}` in it is a variable."""

    service: str
    """Who is asked."""
    operation: str
    """What it is counted as; method and path of the request when left out."""
    method: str
    target: str
    """Path and query, with variables."""
    headers: tuple[tuple[str, str], ...] = ()
    """Fields of the request, with variables."""
    body: str = ""
    """Text; `{name}` is a variable where a variable has that name, every other brace is a brace."""
    takes: Mapping[str, str] = field(default_factory=dict)
    """Variables that its answer gives: name to where, as `body:/token`, `header:Location`, `cookie:sid`."""
    expects: tuple[int, ...] = ()
    """Statuses that are right; empty for any below 400."""
    think: float = 0.0
    """Seconds between the answer before and this request."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What one user does, in order."""

    name: str
    """What it is called in targets and reports."""
    calls: tuple[Call, ...]
    """Its requests, each as [[flows.calls]]."""
    weight: float = 1.0
    """How often it is drawn, beside the others."""
    data: str = ""
    """The pool that its variables come from; empty for none."""


@dataclass(frozen=True, slots=True)
class Judging:
    """How it is decided (research: batch means, two looks)."""

    alpha: float = 0.005
    """Chance of a wrong word for each look and side."""
    looks: tuple[float, ...] = (60.0, 180.0)
    """Seconds after the warm-up at which it is decided; no less than 30."""
    batches: int = 20
    """Into how many parts of equal time a window is cut, at most."""
    guard: float = 0.0
    """A share of the limit that is neither side's."""
    warm_up: float = 10.0
    """Seconds at the beginning that do not count; no less than the stages take."""
    stratified: bool = False
    """Whether the mean is that of the declared mix, operation by operation, whatever mix chance made of it."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A load run."""

    name: str
    """What it is called in reports and in the history."""
    arrivals: Arrivals
    """When flows begin."""
    targets: tuple[Target, ...]
    """What has to hold, each as [targets.NAME]."""
    flows: tuple[Flow, ...]
    """What users do, each as [[flows]]."""
    stages: tuple[Stage, ...] = ()
    """How the rate gets to that of the run, each as [[stages]]."""
    judging: Judging = Judging()
    """How it is decided."""
    data: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)
    """Pools of variables by name: rows, of which each run of a flow gets one."""
    environment: str = ""
    """The environment it is allowed to load; empty for mirrors and loopback only."""
    timeout: float = 10.0
    """Seconds after which a request has failed; it counts with them."""
