"""What happened in one test of a flow, in one order: the steps, the calls behind them, what the page said.

Rules: values only; times are milliseconds since the try began, as the browser's and the test's clocks say; whatever is
kept here was redacted before. Files (pictures, snapshots) are named, not held.
"""

from dataclasses import dataclass
from enum import StrEnum

from truemirror.core.contract.finding import Finding
from truemirror.core.wire.exchange import Exchange


class Target(StrEnum):
    """What stands behind the pages."""

    MIRROR = "mirror"
    LIVE = "live"
    MIX = "mix"


class Outcome(StrEnum):
    """How one try of a test ended."""

    PASSED = "passed"
    FAILED = "failed"
    INFRASTRUCTURE = "infrastructure"
    """The browser, the driver or a server of ours broke: it says nothing about the system under test."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done as a person would do it."""

    name: str
    """In words, as `click button Log in`."""
    at_ms: float
    took_ms: float = 0.0
    problem: str = ""
    """Why it could not be done; empty when it was."""
    picture: str = ""
    """The file with the page as it was afterwards, inside the folder of its try; empty without one."""


@dataclass(frozen=True, slots=True)
class Call:
    """Something that a page asked for."""

    url: str
    exchange: Exchange
    """A request that was not answered has a Fault as its outcome."""
    at_ms: float
    kind: str = "fetch"
    """What asked, in the browser's words: document, script, stylesheet, image, fetch, ..."""
    service: str = ""
    """Whose host it is; empty for a host that no service has."""
    operation: str = ""
    """The operation of the contract, as `GET /v1/deals/{deal_id}`; empty where there is none."""
    recording: str = ""
    """The recording that answered, as `ada-looks-around/7`; empty for a live answer."""
    findings: tuple[Finding, ...] = ()
    """Where it does not agree with its contract."""
    uncaptured: str = ""
    """Why a body that went over the wire is not here; empty when all that was looked for is."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a page wrote to its console, or an error that its scripts threw."""

    level: str
    """error, warn, info or debug."""
    text: str
    at_ms: float
    url: str = ""
    """Where in which script, as url:line:column."""


@dataclass(frozen=True, slots=True)
class Try:
    """One run of a test from its beginning."""

    number: int
    """From 1."""
    outcome: Outcome
    message: str = ""
    """The failure in its own words."""
    seconds: float = 0.0
    steps: tuple[Step, ...] = ()
    calls: tuple[Call, ...] = ()
    said: tuple[Said, ...] = ()
    misses: tuple[str, ...] = ()
    """Requests that no recording answered, each with its nearest ones, as the mirrors told it."""
    left: int = 0
    """How many calls, steps or lines were left out because there were too many."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One test with all its tries."""

    test: str
    """Its node id."""
    target: Target
    tries: tuple[Try, ...]
    began: str = ""
    """RFC 3339, in UTC."""
    browser: str = ""
    """Name and version."""
