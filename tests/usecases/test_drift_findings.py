"""Drift, as findings that name what a person does about them."""

from pathlib import Path

from truemirror.config import Config, ServiceConfig
from truemirror.core.contract.finding import Level
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.testing.stores import MemoryMirrors
from truemirror.usecases.drift import drift_findings

SERVICES = {"tags": ServiceConfig("tags", owner="team-tags"), "deals": ServiceConfig("deals", consumes=("tags",))}
CONFIG = Config(Path("/project"), services=SERVICES)


def store(body: bytes, service: str = "tags") -> MemoryMirrors:
    """A mirror of one exchange with this answer."""
    headers = Headers((("Content-Type", "application/json"),))
    exchange = Exchange(Request("GET", "/v1/tags/t1"), Response(200, headers=headers, body=body))
    return MemoryMirrors(Mirror(service, "1.0.0", (Scenario("ada", (exchange,)),)))


def test_a_changed_attribute_is_a_break_with_owner_and_consumers() -> None:
    """It names scenario, target and attribute, and both values."""
    (found,) = drift_findings(CONFIG, store(b'{"label":"a"}'), store(b'{"label":"b"}'))
    assert (found.rule, found.level, found.owner) == ("mirror-drift", Level.BREAK, "team-tags")
    assert found.location == "/v1/tags/t1, scenario ada, body:/label"
    assert (found.expected, found.actual, found.consumers) == ('"a"', '"b"', ("deals",))


def test_a_service_that_was_not_recorded_afresh_is_not_judged() -> None:
    """Nothing is known of it."""
    assert list(drift_findings(CONFIG, store(b"{}"), store(b"{}", "auth"))) == []
