"""auth, alone: it asks nobody."""

import httpx
import pytest
from suites.reference import ADA, LENA, PASSWORDS, Service

from truemirror.testing import has_attributes, is_error

SESSION = "user_id account_id scopes expires_at"


@pytest.fixture
def auth(service: Service) -> httpx.Client:
    """An auth service with fresh seed records."""
    return service("auth")


def token(auth: httpx.Client) -> dict[str, str]:
    """The header of a fresh token."""
    answer = auth.post("/v1/sessions", json={"email": ADA, "password": PASSWORDS[ADA]})
    assert answer.status_code == 201
    assert has_attributes(answer.json(), f"token {SESSION}")
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def test_a_session_is_opened_asked_about_and_closed(auth: httpx.Client) -> None:
    """And its token is worth nothing afterwards."""
    bearer = token(auth)
    assert has_attributes(auth.get("/v1/whoami", headers=bearer).json(), SESSION)
    assert auth.delete("/v1/sessions/current", headers=bearer).status_code == 204
    assert is_error(auth.get("/v1/whoami", headers=bearer), 401, code="unauthenticated")


def test_a_wrong_password_is_refused_and_too_many_are_slowed_down(auth: httpx.Client) -> None:
    """With the time to wait."""
    body = {"email": ADA, "password": "not-it"}
    for _ in range(5):
        assert is_error(auth.post("/v1/sessions", json=body), 401, code="invalid_credentials")
    slowed = auth.post("/v1/sessions", json=body)
    assert is_error(slowed, 429, code="too_many_attempts")
    assert int(slowed.headers["Retry-After"]) > 0


def test_a_locked_user_is_told_so(auth: httpx.Client) -> None:
    """Only with the right password."""
    answer = auth.post("/v1/sessions", json={"email": LENA, "password": PASSWORDS[LENA]})
    assert is_error(answer, 403, code="account_locked")


def test_a_log_in_without_its_fields_names_them(auth: httpx.Client) -> None:
    """Validation tells every field at once."""
    answer = auth.post("/v1/sessions", json={})
    assert is_error(answer, 422, code="validation_failed")
    assert {detail["field"] for detail in answer.json()["error"]["details"]} == {"email", "password"}


@pytest.mark.parametrize(
    ("content", "kind", "status"), [(b"{", "application/json", 400), (b"<a/>", "application/xml", 415)]
)
def test_what_is_not_json_is_refused(auth: httpx.Client, content: bytes, kind: str, status: int) -> None:
    """In the one error shape."""
    answer = auth.post("/v1/sessions", content=content, headers={"Content-Type": kind})
    assert is_error(answer, status)
