"""Errors of the CRM: one shape, stable codes, on every service."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from tests.examples.crm_system import Company, System

from crm.common.settings import Settings
from crm.public_api.upstream import sent_on

ALL = ("auth", "core", "tags", "deals", "public-api", "web")
READS = {
    "auth": "/v1/whoami",
    "core": "/v1/users/u1",
    "tags": "/v1/tags/t1",
    "deals": "/v1/deals/d1",
    "public-api": "/api/v1/me",
}
WRITES = {
    "auth": ("POST", "/v1/sessions"),
    "core": ("POST", "/v1/users"),
    "tags": ("POST", "/v1/tags"),
    "deals": ("POST", "/v1/deals"),
    "public-api": ("PATCH", "/api/v1/deals/d1"),
}


def error_of(response: httpx.Response) -> dict[str, object]:
    """Return the error in a response, which must have the one shape and nothing else."""
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert set(body) == {"error"}
    error = body["error"]
    assert set(error) == {"code", "message", "details", "trace_id"}
    assert re.fullmatch(r"[a-z_]+", error["code"])
    assert error["message"]
    assert all(set(detail) == {"field", "code", "message"} for detail in error["details"])
    return dict(error)


@pytest.mark.parametrize("service", ALL)
def test_unknown_path(system: System, service: str) -> None:
    """An unknown path is 404 in the one shape."""
    response = system.get(service, "/no/such/place")
    assert (response.status_code, error_of(response)["code"]) == (404, "not_found")


@pytest.mark.parametrize("service", ALL)
def test_unknown_method(system: System, service: str) -> None:
    """An unknown method is 405 and names the known ones in a fixed order."""
    response = system.request(service, "PUT", "/health")
    assert (response.status_code, error_of(response)["code"]) == (405, "method_not_allowed")
    assert response.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("accept", ["application/xml", "text/xml, application/json;q=0", "application/json;q=0, */*"])
@pytest.mark.parametrize("service", ALL)
def test_xml_is_not_served(system: System, service: str, accept: str) -> None:
    """A client that refuses JSON gets 406, and that answer is itself JSON."""
    response = system.get(service, "/health", headers={"Accept": accept})
    assert (response.status_code, error_of(response)["code"]) == (406, "not_acceptable")


@pytest.mark.parametrize(
    "accept", ["*/*", "application/*", "text/html, */*;q=0.1", "APPLICATION/JSON; charset=utf-8", ""]
)
def test_json_is_served(system: System, accept: str) -> None:
    """A client that leaves room for JSON gets JSON."""
    assert system.get("tags", "/health", headers={"Accept": accept}).status_code == 200


@pytest.mark.parametrize("header", [None, "Basic YTpi", "Bearer", "Bearer tok_unknown"])
@pytest.mark.parametrize("service", READS)
def test_unknown_caller(system: System, service: str, header: str | None) -> None:
    """A caller without a valid token is 401 and told how to authenticate."""
    headers = {"Authorization": header} if header else {}
    response = system.get(service, READS[service], headers=headers)
    assert (response.status_code, error_of(response)["code"]) == (401, "unauthenticated")
    assert response.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b'{"title": "\\ud800"}'])
@pytest.mark.parametrize("service", WRITES)
def test_broken_json(system: System, service: str, content: bytes) -> None:
    """A body that is not JSON is 400."""
    method, path = WRITES[service]
    headers = {"Content-Type": "application/json"}
    response = system.request(service, method, path, system.token(), content=content, headers=headers)
    assert (response.status_code, error_of(response)["code"]) == (400, "malformed_json")


@pytest.mark.parametrize("media", ["text/plain", "application/xml", "application/json; charset=latin-1", ""])
@pytest.mark.parametrize("service", WRITES)
def test_wrong_media_type(system: System, service: str, media: str) -> None:
    """A body that is not labelled as JSON is 415."""
    method, path = WRITES[service]
    response = system.request(service, method, path, system.token(), content=b"{}", headers={"Content-Type": media})
    assert (response.status_code, error_of(response)["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("service", WRITES)
def test_wrong_fields(system: System, service: str) -> None:
    """A body with a field that nobody knows is 422 and names the field."""
    method, path = WRITES[service]
    response = system.request(service, method, path, system.token(), json={"shoe_size": 43})
    error = error_of(response)
    assert (response.status_code, error["code"]) == (422, "validation_failed")
    assert "shoe_size" in str(error["details"])


@pytest.mark.parametrize("service", WRITES)
def test_large_body(system: System, service: str) -> None:
    """A body of more than a mebibyte is 413."""
    method, path = WRITES[service]
    headers = {"Content-Type": "application/json"}
    response = system.request(service, method, path, system.token(), content=b" " * 1_048_577, headers=headers)
    assert (response.status_code, error_of(response)["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("service", "method", "path", "body"),
    [
        ("core", "POST", "/v1/users", {"name": "X", "email": "x@northwind.example"}),
        ("tags", "POST", "/v1/tags", {"subject": "deal:d1", "label": "x"}),
        ("tags", "DELETE", "/v1/tags/t1", None),
        ("deals", "POST", "/v1/deals", {"title": "x", "value": "1.00", "contact_id": "c1"}),
        ("deals", "DELETE", "/v1/deals/d1", None),
        ("public-api", "PATCH", "/api/v1/deals/d1", {"title": "x"}),
        ("public-api", "POST", "/api/v1/deals/d1/tags", {"label": "x"}),
    ],
)
def test_read_only_user(system: System, service: str, method: str, path: str, body: object) -> None:
    """A user who may only read is 403 on every write."""
    response = system.request(service, method, path, system.token("vic@northwind.example"), json=body)
    assert (response.status_code, error_of(response)["code"]) == (403, "forbidden")


def test_trace_id_only_when_sent(system: System) -> None:
    """An error names the caller's own trace, and is the same for all callers that sent none."""
    where = ("deals", "/v1/deals/d1")
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    assert error_of(system.get(*where))["trace_id"] is None
    assert error_of(system.get(*where, headers={"X-Request-Id": "r-1"}))["trace_id"] == "r-1"
    both = system.get(*where, headers={"X-Request-Id": "r-1", "traceparent": parent})
    assert error_of(both)["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
    assert (both.headers["x-request-id"], both.headers["traceparent"]) == ("r-1", parent)


def test_unforeseen_failure(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure nobody foresaw is 500 in the one shape and tells nothing about the inside."""
    token = company.token()
    monkeypatch.setattr("crm.tags.store.TagStore.tag", lambda *_: 1 / 0)
    response = company.request("tags", "GET", "/v1/tags/t1", token)
    assert (response.status_code, error_of(response)["code"]) == (500, "internal_error")
    assert "ZeroDivision" not in response.text


def test_settings_come_from_the_environment() -> None:
    """Addresses, the clock and the limits can be set, and an empty value counts as unset."""
    settings = Settings.from_environment(
        {"TAGS_URL": "http://localhost:1/", "CRM_CLOCK": "2026-01-01T00:00:00Z", "CRM_RATE_LIMIT": "7", "CORE_URL": ""}
    )
    assert (settings.tags_url, settings.rate_limit) == ("http://localhost:1", 7)
    assert settings.core_url == "http://core.crm.internal"
    assert settings.clock is not None


def test_a_database_of_its_own_ends_with_the_service(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a place for data a service uses a temporary one and leaves nothing behind."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    company = Company(replace(settings, data=None))
    assert len(list(tmp_path.glob("crm-*/*.sqlite"))) == 4
    company.close()
    assert not list(tmp_path.iterdir())


def test_blanks_around_a_field_are_not_sent_on() -> None:
    """A caller whose token is empty is told so by a neighbour; a client would refuse to send the field as it came."""
    scope = {"type": "http", "headers": [(b"authorization", b"Bearer "), (b"cookie", b"a=b")]}
    assert sent_on(Request(scope)) == [(b"authorization", b"Bearer")]
