"""public-api, alone: everything behind it is answered by mirrors."""

import httpx
import pytest
from suites.reference import ADA, PASSWORDS, VIC, Service

from truemirror.testing import has_attributes, is_error

DEAL = "id title value stage_id owner.name tags degraded"


@pytest.fixture
def public(service: Service) -> httpx.Client:
    """A public API."""
    return service("public-api")


def logged_in(public: httpx.Client, email: str = ADA) -> httpx.Client:
    """The same, with somebody's token."""
    answer = public.post("/api/v1/login", json={"email": email, "password": PASSWORDS[email]})
    assert answer.status_code == 201
    public.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    return public


def test_one_sees_oneself_and_ones_account(public: httpx.Client) -> None:
    """Composed from auth and core."""
    me = logged_in(public).get("/api/v1/me").json()
    assert has_attributes(me, "user.id user.name user.email account.name scopes degraded")
    assert me["degraded"] == []


def test_deals_are_listed_opened_and_moved(public: httpx.Client) -> None:
    """The main flow of the front end."""
    ada = logged_in(public)
    listed = ada.get("/api/v1/deals", params={"stage": "qualified", "limit": 3}).json()
    assert has_attributes(listed, f"metadata.total {' '.join(f'items[].{name}' for name in DEAL.split())}")
    deal = ada.get(f"/api/v1/deals/{listed['items'][0]['id']}").json()
    moved = ada.patch(f"/api/v1/deals/{deal['id']}", json={"stage_id": "proposal", "version": deal["version"]})
    assert moved.json()["stage_id"] == "proposal"


def test_a_tag_is_put_on_a_deal_and_taken_off(public: httpx.Client) -> None:
    """Composed from deals and tags."""
    ada = logged_in(public)
    tag = ada.post("/api/v1/deals/d3/tags", json={"label": "isolated", "colour": "#14733f"})
    assert tag.status_code == 201
    assert has_attributes(tag.json(), "id label colour")
    assert ada.delete(f"/api/v1/deals/d3/tags/{tag.json()['id']}").status_code == 204


def test_errors_of_services_behind_come_through_in_their_shape(public: httpx.Client) -> None:
    """Nothing strange is added."""
    ada = logged_in(public)
    assert is_error(ada.get("/api/v1/deals/d999999"), 404, code="not_found")
    assert is_error(ada.post("/api/v1/deals", json={}), 422, code="validation_failed")


def test_a_wrong_password_does_not_get_in(public: httpx.Client) -> None:
    """auth's refusal is passed on."""
    answer = public.post("/api/v1/login", json={"email": ADA, "password": "not-it"})
    assert is_error(answer, 401, code="invalid_credentials")


def test_who_may_only_read_cannot_write(public: httpx.Client) -> None:
    """The refusal of the service behind is passed on."""
    vic = logged_in(public, VIC)
    assert is_error(vic.patch("/api/v1/deals/d1", json={"title": "Mine"}), 403, code="forbidden")


def test_who_asks_too_often_has_to_wait(service: Service) -> None:
    """The public API's own limit needs nobody."""
    public = service("public-api", rate_limit=2)
    answers = [public.get("/api/v1/nowhere-limited-yet") for _ in range(1)]
    assert is_error(answers[0], 404, code="not_found")
    statuses = [public.get("/api/v1/me").status_code for _ in range(3)]
    assert statuses == [401, 401, 429]
