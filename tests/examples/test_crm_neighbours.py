"""What happens when a neighbour is lost, and what is passed on to it while it is there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.examples.crm_system import Company, System

from crm.common.settings import Settings

NONSENSE = [
    (200, b"<html>welcome</html>"),
    (200, b""),
    (200, b"[]"),
    (200, b'{"items": [{"id": 7}], "metadata": {}}'),
    (200, b'{"items": null, "name": null}'),
    (301, b""),
    (404, b"{}"),
    (500, b"oops"),
    (401, b'{"error": {}}'),
]


def lose(company: Company, name: str, how: str) -> None:
    if how == "refused":
        company.board.lost.add(name)
    else:
        company.board.silent.add(name)


@pytest.fixture(params=["refused", "silent"])
def impatient(request: pytest.FixtureRequest, settings: Settings) -> tuple[Settings, str]:
    """Settings with little patience, and a way to lose a neighbour."""
    return replace(settings, neighbour_timeout=0.2 if request.param == "silent" else 5.0), str(request.param)


@pytest.mark.parametrize("name", ["tags", "core"])
def test_deals_does_without(impatient: tuple[Settings, str], name: str) -> None:
    """Deals still answers without tags or core, and says what is missing."""
    settings, how = impatient
    company = Company(settings)
    try:
        token = company.token()
        lose(company, name, how)
        deal = company.request("public-api", "GET", "/api/v1/deals/d1", token).json()
        listed = company.request("public-api", "GET", "/api/v1/deals?limit=2", token).json()["items"]
        for one in (deal, *listed):
            assert one["degraded"] == [name]
            assert (one["tags"] is None) == (name == "tags")
            assert (one["owner"]["name"] is None) == (name == "core")
            assert one["owner"]["id"]
    finally:
        company.close()


@pytest.mark.parametrize("service", ["core", "tags", "deals", "public-api"])
def test_nothing_goes_without_auth(impatient: tuple[Settings, str], service: str) -> None:
    """Without auth nobody is let in: 503 in the one shape, with a hint when to come back."""
    settings, how = impatient
    company = Company(settings)
    try:
        token = company.token()
        lose(company, "auth", how)
        path = {"core": "/v1/users", "tags": "/v1/tags/t1", "deals": "/v1/deals", "public-api": "/api/v1/deals"}[
            service
        ]
        response = company.request(service, "GET", path, token)
        assert (response.status_code, response.json()["error"]["code"]) == (503, "neighbour_unavailable")
        assert response.headers["retry-after"] == "1"
        assert company.request(service, "GET", "/health").status_code == 200
    finally:
        company.close()


@pytest.mark.parametrize("answer", NONSENSE)
@pytest.mark.parametrize("name", ["tags", "core"])
def test_nonsense_is_as_good_as_silence(company: Company, name: str, answer: tuple[int, bytes]) -> None:
    """A neighbour that answers nonsense is treated as lost."""
    token = company.token()
    company.board.canned[name] = answer
    expected = [name]
    if (name, answer[0]) == ("core", 404):
        expected = []  # that is no nonsense: core says that it knows no such user
    single = company.request("deals", "GET", "/v1/deals/d1", token)
    assert (single.status_code, single.json()["degraded"]) == (200, expected)
    listed = company.request("deals", "GET", "/v1/deals?limit=1", token)
    assert (listed.status_code, listed.json()["items"][0]["degraded"]) == (200, [name])


@pytest.mark.parametrize("answer", [(200, b"{}"), (200, b"[1]"), (500, b"{}"), (204, b""), (200, b"<html>")])
def test_nonsense_from_auth(company: Company, answer: tuple[int, bytes]) -> None:
    """A caller is never let in on the word of an auth that answers nonsense."""
    token = company.token()
    company.board.canned["auth"] = answer
    for service, path in (("deals", "/v1/deals"), ("tags", "/v1/tags/t1"), ("public-api", "/api/v1/me")):
        assert company.request(service, "GET", path, token).status_code == 503


@pytest.mark.parametrize("answer", [(500, b"oops"), (200, b"[]"), (302, b""), (418, b'{"teapot": true}')])
def test_nonsense_from_deals(company: Company, answer: tuple[int, bytes]) -> None:
    """The public API hands back no answer that is not in the shape its callers know."""
    token = company.token()
    company.board.canned["deals"] = answer
    response = company.request("public-api", "GET", "/api/v1/deals", token)
    assert (response.status_code, response.json()["error"]["code"]) == (503, "neighbour_unavailable")


def test_writes_go_on_without_tags_and_core(company: Company) -> None:
    """A deal can be made and moved while tags and core are away; a tag cannot."""
    token = company.token()
    company.board.lost |= {"tags", "core"}
    body = {"title": "In the dark", "value": "1.00", "contact_id": "c1", "owner_id": "u2"}
    made = company.request("deals", "POST", "/v1/deals", token, json=body)
    assert (made.status_code, made.json()["degraded"]) == (201, ["core", "tags"])
    path = f"/v1/deals/{made.json()['id']}"
    assert company.request("deals", "PATCH", path, token, json={"stage_id": "won"}).status_code == 200
    tagged = company.request("public-api", "POST", f"/api{path}/tags", token, json={"label": "x"})
    assert (tagged.status_code, tagged.json()["error"]["code"]) == (503, "neighbour_unavailable")


def test_trace_reaches_every_hop(company: Company) -> None:
    """The trace headers of a request arrive at every service that has a part in the answer."""
    token = company.token()
    company.board.calls.clear()
    sent = {
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "tracestate": "vendor=1",
        "baggage": "truemirror.session=a-test, user=ada",
        "x-request-id": "r-42",
    }
    company.request("public-api", "GET", "/api/v1/deals?limit=3", token, headers=sent)
    company.request("public-api", "GET", "/api/v1/me", token, headers=sent)
    assert {name for name, _ in company.board.calls} == {"public-api", "deals", "auth", "core", "tags"}
    for _, request in company.board.calls:
        assert {name: request.headers[name] for name in sent} == sent


def test_no_trace_no_headers(company: Company) -> None:
    """A request without trace headers makes none up, and a broken one is not passed on."""
    token = company.token()
    company.board.calls.clear()
    response = company.request("deals", "GET", "/v1/deals/d1", token, headers={"baggage": b"\xe9"})
    assert response.status_code == 200
    for name, request in company.board.calls[1:]:
        assert not {"traceparent", "tracestate", "baggage", "x-request-id"} & set(request.headers), name


def test_one_question_per_neighbour(company: Company) -> None:
    """A list of deals costs deals one call to auth, core and tags each, however long it is."""
    token = company.token()
    company.board.calls.clear()
    company.request("deals", "GET", "/v1/deals?limit=100", token)
    paths = [f"{name} {request.method} {request.url.path}" for name, request in company.board.calls]
    assert sorted(path for path in paths if not path.startswith("auth")) == [
        "core GET /v1/users",
        "deals GET /v1/deals",
        "tags POST /v1/search",
    ]


def test_real_neighbours_die(tmp_path: Path) -> None:
    """When tags, core and at last auth are killed, deals loses one after the other and keeps answering."""
    system = System(tmp_path, ("auth", "core", "tags", "deals"))
    try:
        login = {"email": "ada@northwind.example", "password": "demo-ada"}
        token = system.request("auth", "POST", "/v1/sessions", json=login).json()["token"]
        headers = {"Authorization": f"Bearer {token}"}
        where = ("deals", "/v1/deals/d1")
        assert system.get(*where, headers=headers).json()["degraded"] == []
        system.kill("tags")
        assert system.get(*where, headers=headers).json()["degraded"] == ["tags"]
        system.kill("core")
        assert system.get(*where, headers=headers).json()["degraded"] == ["core", "tags"]
        system.kill("auth")
        assert system.get(*where, headers=headers).status_code == 503
    finally:
        system.stop()
