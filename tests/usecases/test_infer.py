"""Writing a contract version from a mirror."""

from typing import Any

import pytest
from tests.core.contract.deals_contract import deal, error, exchange, page

from truemirror.core.contract.release import Size
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange
from truemirror.errors import UsageError
from truemirror.testing.contracts import MemoryContracts
from truemirror.testing.stores import MemoryMirrors
from truemirror.usecases.infer import State, infer_contract

SEEN = (
    exchange("GET", "/v1/deals/d1", 200, deal()),
    exchange("GET", "/v1/deals?limit=1", 200, page(deal())),
    exchange("GET", "/v1/deals/d2", 404, error()),
)


def _mirrors(*seen: Exchange, version: str = "0") -> MemoryMirrors:
    return MemoryMirrors(Mirror("deals", version, (Scenario("default", seen or SEEN),)))


def _infer(mirrors: MemoryMirrors, contracts: MemoryContracts, **how: Any) -> Any:
    return infer_contract(mirrors, contracts, "deals", **how)


def test_the_first_version_is_written() -> None:
    """1.0.0 with its operations and shapes, and how many exchanges it rests on."""
    contracts = MemoryContracts()
    inferred = _infer(_mirrors(), contracts)
    assert (inferred.version, inferred.state) == ("1.0.0", State.CREATED)
    assert (inferred.operations, inferred.shapes, inferred.exchanges) == (2, 2, 3)
    assert set(inferred.written) == set(contracts.load("deals", "1.0.0"))
    document: Any = contracts.load("deals")["openapi.yaml"]
    assert document["info"] == {"title": "deals", "version": "1.0.0"}


def test_the_same_behaviour_again_changes_nothing() -> None:
    """More of the same raises counts, and counts are no promise."""
    contracts = MemoryContracts()
    _infer(_mirrors(*SEEN * 4), contracts)
    before = contracts.load("deals")
    inferred = _infer(_mirrors(*SEEN * 5), contracts)
    assert (inferred.state, inferred.written, inferred.differences) == (State.UNCHANGED, (), ())
    assert contracts.load("deals") == before


def test_a_version_that_would_change_is_left_alone() -> None:
    """What differs is told, with the version to write instead."""
    contracts = MemoryContracts()
    _infer(_mirrors(), contracts)
    before = contracts.load("deals")
    inferred = _infer(_mirrors(*SEEN, exchange("DELETE", "/v1/deals/d1", 204)), contracts)
    assert (inferred.state, inferred.written, inferred.proposed) == (State.DIFFERS, (), "1.1.0")
    assert [str(one) for one in inferred.differences] == [
        "+ openapi.yaml#/paths/~1v1~1deals~1{deal_id}/delete: object with responses, x-truemirror"
    ]
    assert contracts.load("deals") == before


@pytest.mark.parametrize(("size", "proposed"), [(Size.MAJOR, "2.0.0"), (Size.MINOR, "1.1.0"), (Size.PATCH, "1.0.1")])
def test_the_version_proposed_is_the_one_that_the_change_deserves(size: Size, proposed: str) -> None:
    """Whoever compares versions says how large the step is, from the documents as they are to those inferred."""
    contracts = MemoryContracts()
    asked: list[tuple[Any, Any]] = []

    def deserves(old: Any, new: Any) -> Size:
        asked.append((old, new))
        return size

    _infer(_mirrors(), contracts, deserves=deserves)
    assert _infer(_mirrors(), contracts, deserves=deserves).deserved is None
    inferred = _infer(_mirrors(*SEEN, exchange("DELETE", "/v1/deals/d1", 204)), contracts, deserves=deserves)
    assert (inferred.proposed, inferred.deserved) == (proposed, size)
    ((old, new),) = asked
    assert "delete" in new["openapi.yaml"]["paths"]["/v1/deals/{deal_id}"]
    assert old == contracts.load("deals")


def test_another_version_is_written_beside_it() -> None:
    """The published version stays as it is."""
    contracts = MemoryContracts()
    _infer(_mirrors(), contracts)
    inferred = _infer(_mirrors(exchange("GET", "/v2/x", 200, {"a": 1})), contracts, as_version="2.0.0")
    assert (inferred.state, contracts.versions("deals")) == (State.CREATED, ("1.0.0", "2.0.0"))


def test_overwriting_is_asked_for() -> None:
    """Then the version is replaced, and what differed is told."""
    contracts = MemoryContracts()
    _infer(_mirrors(), contracts)
    inferred = _infer(_mirrors(exchange("GET", "/v2/x", 200, {"a": 1, "b": 2})), contracts, overwrite=True)
    assert inferred.state is State.OVERWRITTEN
    assert inferred.differences
    assert sorted(contracts.load("deals")) == ["openapi.yaml", "schemas/x.schema.json"]


@pytest.mark.parametrize(
    ("mirror", "existing", "written"), [("0", "", "1.0.0"), ("0", "1.2.0", "1.2.0"), ("3.1.0", "1.2.0", "3.1.0")]
)
def test_the_version_follows_from_what_there_is(mirror: str, existing: str, written: str) -> None:
    """The mirror's own version, else the newest contract, else the first."""
    contracts = MemoryContracts()
    if existing:
        _infer(_mirrors(), contracts, as_version=existing)
    assert _infer(_mirrors(version=mirror), contracts).version == written


def test_events_and_notes_of_a_version_do_not_count() -> None:
    """Documents that inference does not write are no difference."""
    contracts = MemoryContracts()
    _infer(_mirrors(), contracts)
    contracts.kept["deals", "1.0.0"]["asyncapi.yaml"] = {"asyncapi": "3.0.0"}
    assert _infer(_mirrors(), contracts).state is State.UNCHANGED


@pytest.mark.parametrize(
    ("mirrors", "how", "what"),
    [
        (MemoryMirrors(Mirror("tags", "0", (Scenario("default", SEEN),))), {}, "no mirror of 'deals'"),
        (_mirrors(), {"mirror_version": "9"}, "no mirror of 'deals'"),
        (_mirrors(), {"as_version": "next"}, "no version"),
        (_mirrors(exchange("GET", "/nowhere", 404, error())), {}, "shows no operation"),
        (MemoryMirrors(Mirror("deals")), {}, "shows no operation"),
    ],
)
def test_what_cannot_be_inferred_says_why(mirrors: MemoryMirrors, how: dict[str, str], what: str) -> None:
    """Nothing is written, and the next step is named."""
    contracts = MemoryContracts()
    with pytest.raises(UsageError, match=what) as caught:
        infer_contract(mirrors, contracts, "deals", **how)
    assert caught.value.fix
    assert contracts.kept == {}


def test_what_people_locked_survives_and_contradictions_are_told() -> None:
    """The lock stays, and the answers that break it are counted."""
    contracts = MemoryContracts()
    _infer(_mirrors(), contracts)
    shape: Any = contracts.kept["deals", "1.0.0"]["schemas/deal.schema.json"]
    shape["properties"]["title"] |= {"enum": ["Ten desks"], "x-truemirror": {"locked": ["enum"]}}
    inferred = _infer(_mirrors(), contracts)
    assert inferred.state is State.UNCHANGED
    assert inferred.locks == ("schemas/deal.schema.json#/properties/title",)
    told = inferred.contradictions
    assert {one.place for one in told} == {"schemas/deal.schema.json#/properties/title"}
    assert {one.operation for one in told} == {"GET /v1/deals", "GET /v1/deals/{deal_id}"}


def test_locks_are_carried_into_the_next_version() -> None:
    """It begins with what people wrote into the one before."""
    contracts = MemoryContracts()
    _infer(_mirrors(), contracts)
    contracts.kept["deals", "1.0.0"]["schemas/deal.schema.json"]["description"] = "One chance to sell."
    _infer(_mirrors(), contracts, as_version="1.1.0")
    document: Any = contracts.load("deals", "1.1.0")["schemas/deal.schema.json"]
    assert document["description"] == "One chance to sell."


def test_a_decision_of_a_person_is_not_judged_again() -> None:
    """`keys` locked makes a map of what looks like an object."""
    contracts = MemoryContracts()
    seen = tuple(exchange("GET", "/v1/prices", 200, {"by_size": {"small": n, "large": n}, "n": n}) for n in range(3))
    _infer(_mirrors(*seen), contracts)
    documents: Any = contracts.kept["deals", "1.0.0"]
    place = documents["schemas/price.schema.json"]["properties"]["by_size"]
    place["x-truemirror"] = {"keys": "data", "locked": ["keys"]}
    _infer(_mirrors(*seen), contracts, overwrite=True)
    documents = contracts.kept["deals", "1.0.0"]
    found = documents["schemas/price.schema.json"]["properties"]["by_size"]
    assert found["additionalProperties"] == {"type": "integer"}
    assert "properties" not in found


def test_examples_are_recorded_bodies_and_stay() -> None:
    """On request; a later inference keeps those that are there."""
    contracts = MemoryContracts()
    _infer(_mirrors(), contracts, examples=True)
    document: Any = contracts.load("deals")["openapi.yaml"]
    answer = document["paths"]["/v1/deals/{deal_id}"]["get"]["responses"]["200"]["content"]["application/json"]
    assert answer["examples"] == {"recorded": {"value": deal()}}
    again = _mirrors(exchange("GET", "/v1/deals/d1", 200, deal(title="Other")), *SEEN[1:])
    assert _infer(again, contracts).differences == ()


def test_errors_and_questions_come_with_the_contract() -> None:
    """How many operations fail, in which shapes, and what is left open."""
    inferred = _infer(_mirrors(*SEEN, exchange("GET", "/v1/deals", 503, {"message": "busy"})), MemoryContracts())
    assert (inferred.failing, [one.name for one in inferred.errors]) == (2, ["error", "error-2"])
    assert any(one.kind == "required" for one in inferred.questions)
