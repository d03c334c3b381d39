"""Mirrors and contracts held against each other."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.core.contract.deals_contract import deal, documents, error, exchange

from truemirror.config import Config, ServiceConfig
from truemirror.core.contract.finding import Finding, Level
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Request
from truemirror.errors import ExitCode, FormatError, UsageError
from truemirror.testing.contracts import MemoryContracts
from truemirror.testing.stores import MemoryMirrors
from truemirror.usecases.check import CheckResult, check, conformance_of, contract_version

CONFIG = Config(
    Path("/nowhere"),
    services={
        "deals": ServiceConfig("deals", owner="team-deals"),
        "web": ServiceConfig("web", consumes=("deals",)),
        "public-api": ServiceConfig("public-api", consumes=("tags", "deals")),
    },
)
GOOD = exchange("GET", "/v1/deals/d1", 200, deal())
MISSING = exchange("GET", "/v1/deals/d9", 404, error())
BROKEN = exchange("GET", "/v1/deals/d2", 200, deal(title=...))


def _mirrors(*seen: Exchange, version: str = "0", scenario: str = "default") -> MemoryMirrors:
    return MemoryMirrors(Mirror("deals", version, (Scenario(scenario, seen),)))


def _contracts(*versions: str, changed: dict[str, Any] | None = None) -> MemoryContracts:
    contracts = MemoryContracts()
    for version in versions or ("1.0.0",):
        contracts.save("deals", version, changed or documents())
    return contracts


def _check(mirrors: MemoryMirrors, contracts: MemoryContracts, **how: Any) -> CheckResult:
    return check(CONFIG, mirrors, contracts, **how)


def _weighty(result: CheckResult) -> list[Finding]:
    return [one for one in result.findings if one.level is not Level.INFO]


def test_a_mirror_that_keeps_its_contract() -> None:
    """Nothing breaks, and what it rests on is told."""
    result = _check(_mirrors(GOOD, MISSING), _contracts())
    assert _weighty(result) == []
    assert result.exit_code is ExitCode.KEPT
    assert (result.checked, result.contracts, result.recorded) == ({"deals": 2}, {"deals": ("1.0.0", 4)}, {"deals": 1})


def test_a_mirror_that_breaks_its_contract() -> None:
    """The finding names owner, consumers and the exchange, and how many more show it."""
    result = _check(_mirrors(GOOD, BROKEN, BROKEN, scenario="ada looks"), _contracts())
    (found,) = _weighty(result)
    assert found.rule == "response-attribute-missing"
    assert (found.owner, found.consumers) == ("team-deals", ("public-api", "web"))
    assert found.evidence.startswith("mirrors/deals/0/ada-looks=")
    assert found.evidence.endswith(", exchange 2 (and 1 more)")
    assert result.exit_code is ExitCode.BROKEN


def test_what_no_recording_shows_is_told() -> None:
    """Operations that were never recorded, and statuses of those that were."""
    told = {(one.rule, one.operation, one.location) for one in _check(_mirrors(GOOD), _contracts()).findings}
    assert told == {
        ("operation-unrecorded", "GET /v1/deals", ""),
        ("operation-unrecorded", "POST /v1/deals", ""),
        ("operation-unrecorded", "DELETE /v1/deals/{deal_id}", ""),
        ("status-unrecorded", "GET /v1/deals/{deal_id}", "response 404"),
    }


def test_a_broken_connection_shows_nothing() -> None:
    """A fault is told, and counts as no recording of its operation."""
    fault = Exchange(Request("GET", "/v1/deals/d1"), Fault(FaultKind.RESET))
    rules = [one.rule for one in _check(_mirrors(fault), _contracts()).findings]
    assert rules.count("operation-unrecorded") == 4
    assert "mirror-fault" in rules


def test_a_mirror_without_a_contract_is_told() -> None:
    """Nothing was held, which is not the same as kept."""
    result = _check(_mirrors(GOOD), MemoryContracts())
    assert [(one.rule, one.level) for one in result.findings] == [("contract-missing", Level.WARN)]
    assert (result.exit_code, result.checked) == (ExitCode.UNKNOWN, {"deals": 0})


def test_a_contract_without_a_mirror_is_told() -> None:
    """It can be read, and nothing shows it kept."""
    result = _check(MemoryMirrors(), _contracts())
    assert [one.rule for one in result.findings] == ["mirror-missing"]
    assert (result.exit_code, result.checked) == (ExitCode.KEPT, {})


def test_nothing_at_all_is_unknown() -> None:
    """No evidence is never a verdict."""
    assert _check(MemoryMirrors(), MemoryContracts()).exit_code is ExitCode.UNKNOWN


@pytest.mark.parametrize(
    ("mirror", "pinned", "chosen"),
    [("1.0.0", "", "1.0.0"), ("0", "", "2.0.0"), ("0", "1", "1.1.0"), ("1.0.0", "2", "1.0.0"), ("0", "9", "2.0.0")],
)
def test_the_contract_in_force(mirror: str, pinned: str, chosen: str) -> None:
    """The mirror's own version, else the one that is pinned, else the newest."""
    config = Config(Path("/nowhere"), services={"deals": ServiceConfig("deals", contract=pinned)})
    assert contract_version(config, _contracts("1.0.0", "1.1.0", "2.0.0"), "deals", mirror) == chosen


def test_a_mirror_of_a_version_without_contract_is_told() -> None:
    """The newest contract is used, and that is said."""
    result = _check(_mirrors(GOOD, version="0.9.0"), _contracts("1.0.0"))
    (found,) = _weighty(result)
    assert (found.rule, found.location) == ("contract-version-missing", "mirrors/deals/0.9.0")
    assert result.checked == {"deals": 1}


def test_each_version_is_held_by_its_own_contract() -> None:
    """An old mirror keeps the old contract, whatever the newest asks for."""
    contracts = _contracts("1.0.0")
    stricter = documents()
    stricter["schemas/deal.schema.json"]["required"].append("phone")
    contracts.save("deals", "2.0.0", stricter)
    mirrors = MemoryMirrors(
        Mirror("deals", "1.0.0", (Scenario("default", (GOOD,)),)),
        Mirror("deals", "2.0.0", (Scenario("default", (GOOD,)),)),
    )
    (found,) = _weighty(_check(mirrors, contracts))
    assert (found.rule, found.evidence) == ("response-attribute-missing", "mirrors/deals/2.0.0/default, exchange 1")


def test_a_contract_that_cannot_be_read_is_told_once_and_ends_nothing() -> None:
    """Place and reason are kept, other services are checked, and it is not kept."""
    contracts = _contracts(changed={"openapi.yaml": {"openapi": "2.0"}})
    contracts.save("tags", "1.0.0", {"schemas/tag.schema.json": {}})
    result = _check(_mirrors(GOOD), contracts)
    assert [where for where, _ in result.unreadable] == ["deals 1.0.0 openapi.yaml"]
    assert (result.exit_code, list(result.contracts)) == (ExitCode.BROKEN, ["tags"])


def test_a_schema_that_cannot_be_compiled_is_told() -> None:
    """Even where no recording uses it."""
    changed = documents()
    changed["schemas/tag.schema.json"]["properties"]["id"]["pattern"] = "("
    result = _check(MemoryMirrors(), _contracts(changed=changed))
    assert result.unreadable
    assert result.exit_code is ExitCode.BROKEN


class _Damaged(MemoryMirrors):
    """Mirrors of which one scenario, or everything, cannot be read."""

    whole = False

    def load_all_readable(self, service: str, version: str | None = None) -> tuple[Mirror, tuple[FormatError, ...]]:
        problem = FormatError("is not JSON", where="mirrors/deals/0/ada/0001.json, line 3", fix="mend that line")
        if self.whole:
            raise problem
        return self.load(service, version), (problem,)


@pytest.mark.parametrize(("whole", "exchanges"), [(False, 1), (True, 0)])
def test_a_mirror_that_cannot_be_read_is_told(whole: bool, exchanges: int) -> None:
    """File and line are named, and what can be read is judged."""
    mirrors = _Damaged(Mirror("deals", "0", (Scenario("default", (GOOD,)),)))
    mirrors.whole = whole
    result = _check(mirrors, _contracts())
    assert result.unreadable == (("mirrors/deals/0/ada/0001.json, line 3", "is not JSON; mend that line"),)
    assert result.checked == {"deals": exchanges}


def test_one_side_alone_can_be_judged() -> None:
    """Conventions without recordings, recordings without conventions."""
    changed = documents()
    changed["schemas/deal.schema.json"]["properties"]["id"] = {"type": "integer"}
    changed["schemas/deal.schema.json"]["required"] = ["id"]
    both = _check(_mirrors(GOOD), _contracts(changed=changed))
    contracts = _check(_mirrors(GOOD), _contracts(changed=changed), only="contracts")
    mirrors = _check(_mirrors(GOOD), _contracts(changed=changed), only="mirrors")
    assert {one.rule for one in _weighty(both)} == {"response-type-changed", "convention-ids-are-strings"}
    assert {one.rule for one in contracts.findings} == {"convention-ids-are-strings"}
    assert {one.rule for one in _weighty(mirrors)} == {"response-type-changed"}
    assert (contracts.checked, mirrors.checked) == ({}, {"deals": 1})


def test_services_can_be_named() -> None:
    """Only those are checked; one that is not known names those that are."""
    contracts = _contracts()
    contracts.save("tags", "1.0.0", {"openapi.yaml": {}})
    assert _check(_mirrors(GOOD), contracts, services=["deals"]).unreadable == ()
    with pytest.raises(UsageError) as caught:
        _check(_mirrors(GOOD), contracts, services=["deal"])
    assert caught.value.nearest == "deals, tags"


class _Watcher:
    """Progress that remembers."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def stage(self, name: str, total: int | None = None) -> None:
        self.told.append(f"{name} {total}")

    def advance(self, steps: int = 1, note: str = "") -> None:
        self.told.append(note)

    def done(self, outcome: str = "") -> None:
        self.told.append("done")


def test_progress_is_told() -> None:
    """One step for each service."""
    watcher = _Watcher()
    _check(_mirrors(GOOD), _contracts(), progress=watcher)
    assert watcher.told == ["Checking mirrors and contracts 1", "deals", "done"]


def test_a_service_without_a_contract_has_no_judge() -> None:
    """Whoever wants to judge live traffic gets the contract in force, or nothing."""
    judge = conformance_of(CONFIG, _contracts("1.0.0", "1.1.0"), "deals")
    assert judge is not None
    assert (judge.contract.version, judge.owner) == ("1.1.0", "team-deals")
    assert conformance_of(CONFIG, MemoryContracts(), "deals") is None


def test_the_result_can_be_written_down() -> None:
    """Counts by service are plain mappings."""
    result = _check(_mirrors(GOOD), _contracts())
    assert all(isinstance(one, Mapping) for one in (result.checked, result.contracts, result.recorded))
