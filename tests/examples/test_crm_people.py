"""Log-ins, sessions, scopes and limits of the CRM."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest
from tests.examples.crm_system import Company, System

from crm.common.errors import ApiError
from crm.common.rate_limit import RateLimit
from crm.common.settings import Settings
from crm.seed import world


def log_in(company: Company, email: str, password: str) -> httpx.Response:
    return company.request("auth", "POST", "/v1/sessions", json={"email": email, "password": password})


def test_log_in_tells_who_it_is(company: Company) -> None:
    """A log-in answers with a token, and whoami tells the same about that token."""
    session = log_in(company, "Grace@Northwind.example", "demo-grace").json()
    token = session.pop("token")
    assert token.startswith("tok_")
    assert session == {
        "user_id": "u2",
        "account_id": "a1",
        "scopes": ["crm:read", "crm:write"],
        "expires_at": "2026-06-01T17:00:00Z",
    }
    assert company.request("auth", "GET", "/v1/whoami", token).json() == session


def test_log_out_ends_the_session(company: Company) -> None:
    """After a log-out the token is worth nothing, on every service."""
    token = company.token()
    assert company.request("auth", "DELETE", "/v1/sessions/current", token).status_code == 204
    for service, path in (("auth", "/v1/whoami"), ("deals", "/v1/deals"), ("public-api", "/api/v1/me")):
        assert company.request(service, "GET", path, token).status_code == 401


def test_locked_user(company: Company) -> None:
    """A locked user is 403 with the right password and 401 with a wrong one."""
    right, wrong = (
        log_in(company, "lena@northwind.example", "demo-lena"),
        log_in(company, "lena@northwind.example", "x"),
    )
    assert (right.status_code, right.json()["error"]["code"]) == (403, "account_locked")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, "invalid_credentials")


def test_too_many_failures(company: Company) -> None:
    """After five failures an email must wait, even with the right password; others need not."""
    email = "otto@northwind.example"
    assert [log_in(company, email, "wrong").status_code for _ in range(6)] == [401] * 5 + [429]
    refused = log_in(company, email.upper(), "demo-otto")
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "too_many_attempts")
    assert int(refused.headers["retry-after"]) > 0
    assert log_in(company, "ada@northwind.example", "demo-ada").status_code == 201


def test_success_clears_failures(company: Company) -> None:
    """A log-in that works clears the failures before it."""
    email = "otto@northwind.example"
    for _ in range(3):
        assert [log_in(company, email, "wrong").status_code for _ in range(4)] == [401] * 4
        assert log_in(company, email, "demo-otto").status_code == 201


@pytest.mark.parametrize("user", [user for user in world.users() if not user.locked], ids=lambda user: user.email)
def test_all_users_can_log_in(system: System, user: world.SeedUser) -> None:
    """Every user who is not locked can log in, and core knows them by the same id."""
    token = system.token(user.email)
    known = system.request("core", "GET", f"/v1/users/{user.id}", token).json()
    assert (known["name"], known["email"], known["account_id"]) == (user.name, user.email, user.account_id)


def test_me(company: Company) -> None:
    """The public API joins user and account, and does without them when core is lost."""
    token = company.token("zoe@angstrom.example")
    me = company.request("public-api", "GET", "/api/v1/me", token).json()
    assert (me["user"]["name"], me["account"]["name"]) == ("Zoë Ångström", "Ångström Instruments AB")
    assert me["degraded"] == []
    company.board.lost.add("core")
    me = company.request("public-api", "GET", "/api/v1/me", token).json()
    assert (me["user"]["id"], me["user"]["name"], me["degraded"]) == ("u13", None, ["core"])


def test_core_shows_the_own_account_only(company: Company) -> None:
    """A caller sees their own account and its users, and is told no names of others."""
    token = company.token()
    assert company.request("core", "GET", "/v1/accounts/a1", token).json()["ledger_no"] > 2**53
    assert company.request("core", "GET", "/v1/accounts/a2", token).status_code == 403
    assert company.request("core", "GET", "/v1/users/u13", token).status_code == 404
    people = company.request("core", "GET", "/v1/users?limit=100", token).json()
    assert {user["account_id"] for user in people["items"]} == {"a1"}
    viewers = company.request("core", "GET", "/v1/users?role=viewer&ids=u1,u3,u16", token).json()
    assert [user["id"] for user in viewers["items"]] == ["u3"]


def test_users_change_themselves(company: Company) -> None:
    """A member may change their own details, not their role, and what is left out stays."""
    token = company.token("grace@northwind.example")
    body = {"phone": None, "preferences": {"locale": "sv"}}
    changed = company.request("core", "PATCH", "/v1/users/u2", token, json=body).json()
    assert (changed["name"], changed["phone"]) == ("Grace Hopper", None)
    assert changed["preferences"] == {"locale": "sv", "newsletter": True, "timezone": "Europe/London"}
    assert company.request("core", "PATCH", "/v1/users/u2", token, json={"role": "owner"}).status_code == 403


def test_rate_limit_per_token(settings: Settings) -> None:
    """A token that is used too often is 429 with Retry-After, and another token is not."""
    company = Company(replace(settings, rate_limit=3))
    try:
        ada, zoe = company.token(), company.token("zoe@angstrom.example")
        answers = [company.request("public-api", "GET", "/api/v1/stages", ada) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[-1].json()["error"]["code"] == "rate_limited"
        assert answers[-1].headers["retry-after"] == "20"
        assert company.request("public-api", "GET", "/api/v1/stages", zoe).status_code == 200
    finally:
        company.close()


def test_rate_limit_fills_again() -> None:
    """The bucket fills steadily with time, up to its size."""
    now = [0.0]
    limit = RateLimit(60, lambda: now[0])
    for _ in range(60):
        limit.spend("ada")
    with pytest.raises(ApiError):
        limit.spend("ada")
    now[0] = 2.0
    limit.spend("ada")
    limit.spend("ada")
    with pytest.raises(ApiError):
        limit.spend("ada")
