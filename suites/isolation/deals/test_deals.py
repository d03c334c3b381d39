"""deals, alone: what it asks auth, core and tags is answered by their mirrors."""

import httpx
import pytest
from suites.reference import VIC, LogIn, Service

from truemirror.testing import has_attributes, is_error

DEAL = "id title value currency stage_id version owner.id owner.name tags degraded contact.id created_at"


@pytest.fixture
def deals(service: Service) -> httpx.Client:
    """A deals service with fresh seed records."""
    return service("deals")


@pytest.fixture
def ada(deals: httpx.Client, log_in: LogIn) -> httpx.Client:
    """The same, asked by someone who may read and write."""
    deals.headers.update(log_in())
    return deals


def test_a_list_of_deals_carries_owners_and_tags(ada: httpx.Client) -> None:
    """Names come from core and tags from tags, in one question each."""
    answer = ada.get("/v1/deals", params={"limit": 5})
    assert answer.status_code == 200
    listed = answer.json()
    assert has_attributes(listed, f"metadata.total {' '.join(f'items[].{name}' for name in DEAL.split())}")
    assert all(deal["degraded"] == [] for deal in listed["items"])
    assert all(deal["owner"]["name"] for deal in listed["items"])


def test_a_deal_carries_its_owner_and_tags(ada: httpx.Client) -> None:
    """A single deal is completed the same way."""
    answer = ada.get("/v1/deals/d1")
    assert answer.status_code == 200
    assert has_attributes(answer.json(), DEAL)
    assert answer.json()["degraded"] == []


def test_filters_and_order_hold(ada: httpx.Client) -> None:
    """Only deals of the stage come, the dearest first."""
    answer = ada.get("/v1/deals", params={"stage": "proposal", "sort": "-value", "limit": 10}).json()
    assert {deal["stage_id"] for deal in answer["items"]} == {"proposal"}
    values = [float(deal["value"]) for deal in answer["items"]]
    assert values == sorted(values, reverse=True)


def test_a_deal_moves_through_its_stages_and_then_no_more(ada: httpx.Client) -> None:
    """A closed deal answers a move with a conflict."""
    deal = next(deal for deal in ada.get("/v1/deals", params={"stage": "lead", "limit": 1}).json()["items"])
    won = ada.patch(f"/v1/deals/{deal['id']}", json={"stage_id": "won", "version": deal["version"]})
    assert won.status_code == 200
    assert has_attributes(won.json(), DEAL)
    assert is_error(ada.patch(f"/v1/deals/{deal['id']}", json={"stage_id": "lead"}), 409, code="stage_conflict")


def test_a_new_deal_belongs_to_who_made_it(ada: httpx.Client) -> None:
    """The owner's name comes from core."""
    contact = ada.get("/v1/contacts", params={"limit": 1}).json()["items"][0]["id"]
    made = ada.post("/v1/deals", json={"title": "Hafenbüro 港", "value": "1299.00", "contact_id": contact})
    assert made.status_code == 201
    assert has_attributes(made.json(), DEAL)
    assert made.json()["owner"]["name"]
    assert ada.delete(f"/v1/deals/{made.json()['id']}").status_code == 204


def test_stages_come_as_a_collection(ada: httpx.Client) -> None:
    """Collections share one envelope."""
    assert has_attributes(ada.get("/v1/stages").json(), "items[].id items[].name metadata.total")


def test_who_may_only_read_cannot_write(deals: httpx.Client, log_in: LogIn) -> None:
    """The scopes that auth gives are kept."""
    deals.headers.update(log_in(VIC))
    assert is_error(deals.patch("/v1/deals/d1", json={"title": "Mine"}), 403, code="forbidden")


def test_nobody_gets_in_without_a_token(deals: httpx.Client) -> None:
    """No token, no answer, and the way to get one."""
    answer = deals.get("/v1/deals")
    assert is_error(answer, 401, code="unauthenticated")
    assert "WWW-Authenticate" in answer.headers


def test_an_unknown_token_is_refused(deals: httpx.Client) -> None:
    """auth's refusal is passed on in the one error shape."""
    answer = deals.get("/v1/deals", headers={"Authorization": "Bearer tok_this-is-nobodys-token"})
    assert is_error(answer, 401, code="unauthenticated")


def test_a_wrong_deal_names_each_wrong_field(ada: httpx.Client) -> None:
    """Validation tells every field at once."""
    answer = ada.post("/v1/deals", json={"value": "a lot", "contact_id": "c1"})
    assert is_error(answer, 422, code="validation_failed")
    assert {detail["field"] for detail in answer.json()["error"]["details"]} >= {"title", "value"}


def test_a_deal_that_is_not_there_is_not_found(ada: httpx.Client) -> None:
    """The one error shape again."""
    assert is_error(ada.get("/v1/deals/d999999"), 404, code="not_found")


def test_xml_is_never_spoken(ada: httpx.Client) -> None:
    """A request for XML is refused in JSON."""
    answer = ada.get("/v1/deals", headers={"Accept": "application/xml"})
    assert is_error(answer, 406, code="not_acceptable")
    assert answer.headers["content-type"].startswith("application/json")
