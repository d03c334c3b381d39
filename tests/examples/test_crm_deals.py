"""Deals, contacts and tags: lists, moves, conflicts, repeated requests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.examples.crm_system import Company

from crm.seed import world

NEW = {"title": "Pilot", "value": "1299.00", "currency": "GBP", "contact_id": "c1"}


def listed(company: Company, token: str, query: str, service: str = "deals") -> dict[str, Any]:
    path = "/v1/deals" if service == "deals" else "/api/v1/deals"
    response = company.request(service, "GET", f"{path}?{query}", token)
    assert response.status_code == 200
    body: dict[str, Any] = response.json()
    assert set(body) == {"items", "metadata"}
    return body


def made(company: Company, token: str, **more: Any) -> dict[str, Any]:
    response = company.request("deals", "POST", "/v1/deals", token, json={**NEW, **more})
    assert response.status_code == 201
    body: dict[str, Any] = response.json()
    return body


def test_seed_is_large_and_varied() -> None:
    """The seed has the promised size, names of many scripts, missing values and empty lists."""
    assert (len(world.users()), len(world.contacts()), len(world.deals())) == (25, 120, 200)
    assert 200 <= len(world.tags()) <= 300
    names = "".join(user.name for user in world.users())
    assert all(letter in names for letter in "雷Åвםل민")
    assert {contact.phone is None for contact in world.contacts()} == {True, False}
    assert {bool(deal.custom) for deal in world.deals()} == {True, False}
    assert all(deal.ledger_no > 2**53 for deal in world.deals())


@pytest.mark.parametrize("limit", [1, 7, 20, 100])
def test_pages_make_the_whole(company: Company, limit: int) -> None:
    """The pages of a list, put together, are the whole list, whatever their size."""
    token = company.token()
    whole = listed(company, token, "limit=100&sort=-value")
    ids: list[str] = []
    while len(ids) < whole["metadata"]["total"]:
        page = listed(company, token, f"limit={limit}&offset={len(ids)}&sort=-value")
        assert page["metadata"] == {"total": 100, "limit": limit, "offset": len(ids)}
        ids += [deal["id"] for deal in page["items"]]
    assert ids == [deal["id"] for deal in whole["items"]]


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("stage=won", lambda deal: deal["stage_id"] == "won" and deal["closed_at"] is not None),
        ("owner_id=u2", lambda deal: deal["owner"] == {"id": "u2", "name": "Grace Hopper"}),
        ("contact_id=c25", lambda deal: deal["contact"]["id"] == "c25"),
        ("q=LICENCE", lambda deal: "licence" in deal["title"].lower()),
        ("q=%D0%9C%D0%95%D0%A0%D0%98%D0%94", lambda deal: "Меридиан" in deal["title"]),
        ("min_value=50000.50", lambda deal: Decimal(deal["value"]) >= Decimal("50000.50")),
        ("stage=lead&min_value=100", lambda deal: deal["stage_id"] == "lead"),
    ],
)
def test_filters_choose(company: Company, query: str, holds: Any) -> None:
    """A filter leaves in what it names and leaves out the rest."""
    token = company.token()
    everything = listed(company, token, "limit=100")["items"]
    chosen = listed(company, token, f"limit=100&{query}")
    assert chosen["items"] == [deal for deal in everything if holds(deal)]
    assert 0 < chosen["metadata"]["total"] < 100


def test_wildcards_are_letters(company: Company) -> None:
    """A per cent sign or an underscore in a search stands for itself."""
    token = company.token()
    assert listed(company, token, "q=%25")["items"] == listed(company, token, "q=_")["items"] == []
    deal = made(company, token, title="100% _sure_")
    assert [item["id"] for item in listed(company, token, "q=0%25%20_s")["items"]] == [deal["id"]]


@pytest.mark.parametrize(("sort", "name"), [("value", "value"), ("created_at", "created_at"), ("title", "title")])
def test_sorting_backwards_mirrors(company: Company, sort: str, name: str) -> None:
    """Sorting backwards is the reverse of sorting forwards."""
    token = company.token()
    forwards = listed(company, token, f"limit=100&sort={sort}")["items"]
    backwards = listed(company, token, f"limit=100&sort=-{sort}")["items"]
    assert forwards == backwards[::-1]
    keys = [Decimal(deal[name]) if name == "value" else deal[name].casefold() for deal in forwards]
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "offset=-1", "sort=size", "stage=limbo", "min_value=a", "limit=1e3"]
)
def test_odd_queries(company: Company, query: str) -> None:
    """A query that makes no sense is 422 and names the parameter."""
    response = company.request("deals", "GET", f"/v1/deals?{query}", company.token())
    assert response.status_code == 422
    assert [detail["field"] for detail in response.json()["error"]["details"]] == [query.partition("=")[0]]


def test_lists_and_single_deals_agree(company: Company) -> None:
    """A deal reads the same in a list, alone, and through the public API."""
    token = company.token()
    for deal in listed(company, token, "limit=5")["items"]:
        assert company.request("deals", "GET", f"/v1/deals/{deal['id']}", token).json() == deal
        assert company.request("public-api", "GET", f"/api/v1/deals/{deal['id']}", token).json() == deal
    assert listed(company, token, "limit=5", "public-api") == listed(company, token, "limit=5")


def test_accounts_do_not_mix(company: Company) -> None:
    """A caller sees the deals of their own account only."""
    ada, zoe = company.token(), company.token("zoe@angstrom.example")
    ids = [{deal["id"] for deal in listed(company, token, "limit=100")["items"]} for token in (ada, zoe)]
    assert not ids[0] & ids[1]
    for deal_id in sorted(ids[1])[:3]:
        for method, body in (("GET", None), ("PATCH", {"title": "Mine"}), ("DELETE", None)):
            assert company.request("deals", method, f"/v1/deals/{deal_id}", ada, json=body).status_code == 404


def test_a_deal_goes_its_way(company: Company) -> None:
    """A deal moves through open stages, closes once, and then stays."""
    token = company.token()
    deal = made(company, token, custom={"region": "EMEA"})
    assert (deal["owner"]["name"], deal["tags"], deal["closed_at"], deal["version"]) == ("Ada Lovelace", [], None, 1)
    path = f"/v1/deals/{deal['id']}"
    moved = company.request("deals", "PATCH", path, token, json={"stage_id": "won", "version": 1}).json()
    assert (moved["stage_id"], moved["version"], moved["custom"]) == ("won", 2, {"region": "EMEA"})
    assert moved["closed_at"] == moved["updated_at"] > deal["updated_at"]
    back = company.request("deals", "PATCH", path, token, json={"stage_id": "lead"})
    assert (back.status_code, back.json()["error"]["code"]) == (409, "stage_conflict")
    stale = company.request("deals", "PATCH", path, token, json={"title": "x", "version": 1})
    assert (stale.status_code, stale.json()["error"]["code"]) == (409, "version_conflict")
    assert company.request("deals", "DELETE", path, token).status_code == 204
    assert company.request("deals", "GET", path, token).status_code == 404


def test_references_must_exist(company: Company) -> None:
    """A deal needs a contact, a stage and an owner that exist in the account."""
    body = {**NEW, "contact_id": "c2", "stage_id": "limbo", "owner_id": "u13"}
    response = company.request("deals", "POST", "/v1/deals", company.token(), json=body)
    assert response.status_code == 422
    details = response.json()["error"]["details"]
    assert [(detail["field"], detail["code"]) for detail in details] == [
        ("contact_id", "unknown"),
        ("stage_id", "unknown"),
        ("owner_id", "unknown"),
    ]


@pytest.mark.parametrize("value", ["12,5", "1", "-1.00", "01.00", "1.000", 12.5, None])
def test_money_is_a_decimal_string(company: Company, value: object) -> None:
    """Money that is not a plain decimal string is refused, with an example of one."""
    response = company.request("deals", "POST", "/v1/deals", company.token(), json={**NEW, "value": value})
    assert (response.status_code, response.json()["error"]["details"][0]["field"]) == (422, "value")


@pytest.mark.parametrize(
    ("service", "path", "body"),
    [
        ("deals", "/v1/deals", NEW),
        ("deals", "/v1/contacts", {"name": "李雷", "email": "li@polaris.example"}),
        ("core", "/v1/users", {"name": "Mei", "email": "mei@northwind.example"}),
        ("public-api", "/api/v1/deals", NEW),
    ],
)
def test_same_key_same_answer(company: Company, service: str, path: str, body: dict[str, Any]) -> None:
    """The same request under the same key is answered the same and done once; another one is refused."""
    token, key = company.token(), {"Idempotency-Key": "k-1"}
    first = company.request(service, "POST", path, token, json=body, headers=key)
    again = company.request(service, "POST", path, token, json=body, headers=key)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert first.status_code == 201
    renamed = {name: f"{text}x" if name in ("title", "name") else text for name, text in body.items()}
    other = company.request(service, "POST", path, token, json=renamed, headers=key)
    assert (other.status_code, other.json()["error"]["code"]) == (422, "idempotency_key_reused")


def test_a_failed_request_frees_its_key(company: Company) -> None:
    """A request that failed may be corrected and sent again under the same key."""
    token, key = company.token(), {"Idempotency-Key": "k-2"}
    wrong = company.request("deals", "POST", "/v1/deals", token, json={**NEW, "contact_id": "c0"}, headers=key)
    right = company.request("deals", "POST", "/v1/deals", token, json=NEW, headers=key)
    assert (wrong.status_code, right.status_code) == (422, 201)


def test_same_key_at_the_same_time(company: Company) -> None:
    """Of two equal requests at the same time one is done, and the other is told to wait."""
    options = {"json": NEW, "headers": {"Idempotency-Key": "k-4"}}
    answers = company.request_twice_at_once("deals", "POST", "/v1/deals", token=company.token(), **options)
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    refused = max(answers, key=lambda answer: answer.status_code)
    assert refused.json()["error"]["code"] == "request_in_progress"


def test_keys_belong_to_their_caller(company: Company) -> None:
    """Two users may use the same key without seeing each other's answers."""
    key = {"Idempotency-Key": "k-3"}
    ids = [
        company.request("deals", "POST", "/v1/deals", company.token(email), json=NEW, headers=key).json()["id"]
        for email in ("ada@northwind.example", "grace@northwind.example")
    ]
    assert ids[0] != ids[1]


def test_tags_come_and_go(company: Company) -> None:
    """A tag put on a deal is seen on the deal, only once, until it is taken away."""
    token = company.token()
    tags = f"/api/v1/deals/{made(company, token)['id']}/tags"
    tag = company.request("public-api", "POST", tags, token, json={"label": "重要", "colour": "#ba1a1a"}).json()
    twice = company.request("public-api", "POST", tags, token, json={"label": "重要"})
    assert (twice.status_code, twice.json()["error"]["code"]) == (409, "already_tagged")
    deal = company.request("public-api", "GET", tags.removesuffix("/tags"), token).json()
    assert deal["tags"] == [{"id": tag["id"], "label": "重要", "colour": "#ba1a1a"}]
    elsewhere = company.request("public-api", "DELETE", f"/api/v1/deals/d1/tags/{tag['id']}", token)
    assert [elsewhere.status_code] + [
        company.request("public-api", "DELETE", f"{tags}/{tag['id']}", token).status_code for _ in range(2)
    ] == [404, 204, 404]


def test_search_finds_the_tags_of_many(company: Company) -> None:
    """One search answers what one list per subject would, in the order of the tags."""
    token = company.token()
    subjects = [f"deal:d{number}" for number in range(1, 40)]
    found = company.request("tags", "POST", "/v1/search", token, json={"subjects": subjects}).json()["items"]
    single = [
        tag
        for subject in subjects
        for tag in company.request("tags", "GET", f"/v1/tags?subject={subject}", token).json()["items"]
    ]
    assert found == sorted(single, key=lambda tag: int(tag["id"][1:]))
    assert found
