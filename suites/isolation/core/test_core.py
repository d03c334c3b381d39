"""core, alone: what it asks auth is answered by auth's mirror."""

import httpx
import pytest
from suites.reference import LENA, VIC, LogIn, Service

from truemirror.testing import has_attributes, is_error

USER = "id account_id name email role created_at"


@pytest.fixture
def core(service: Service) -> httpx.Client:
    """A core service with fresh seed records."""
    return service("core")


@pytest.fixture
def ada(core: httpx.Client, log_in: LogIn) -> httpx.Client:
    """The same, asked by an owner."""
    core.headers.update(log_in())
    return core


def test_users_come_as_a_collection_page_by_page(ada: httpx.Client) -> None:
    """Two pages share nothing and have one total."""
    first, second = (ada.get("/v1/users", params={"limit": 3, "offset": offset}).json() for offset in (0, 3))
    assert has_attributes(first, f"metadata.total {' '.join(f'items[].{name}' for name in USER.split())}")
    assert first["metadata"]["total"] == second["metadata"]["total"]
    assert not {user["id"] for user in first["items"]} & {user["id"] for user in second["items"]}


def test_a_user_and_the_own_account_are_told(ada: httpx.Client) -> None:
    """By their ids."""
    user = ada.get("/v1/users", params={"limit": 1}).json()["items"][0]
    assert has_attributes(ada.get(f"/v1/users/{user['id']}").json(), USER)
    assert has_attributes(ada.get(f"/v1/accounts/{user['account_id']}").json(), "id name plan")


def test_another_account_is_nobodys_business(ada: httpx.Client) -> None:
    """One's own account only."""
    own = ada.get("/v1/users", params={"limit": 1}).json()["items"][0]["account_id"]
    other = next(f"a{number}" for number in range(1, 4) if f"a{number}" != own)
    assert is_error(ada.get(f"/v1/accounts/{other}"), 403, code="forbidden")


def test_a_user_that_is_not_there_is_not_found(ada: httpx.Client) -> None:
    """The one error shape."""
    assert is_error(ada.get("/v1/users/u999999"), 404, code="not_found")


def test_who_may_only_read_changes_nobody(core: httpx.Client, log_in: LogIn) -> None:
    """The scopes that auth gives are kept."""
    core.headers.update(log_in(VIC))
    assert is_error(core.patch("/v1/users/u1", json={"name": "Me"}), 403, code="forbidden")


def test_without_a_token_nothing_is_told(core: httpx.Client) -> None:
    """The one error shape."""
    assert is_error(core.get("/v1/users"), 401, code="unauthenticated")


def test_a_wrong_page_is_refused_by_field(ada: httpx.Client) -> None:
    """Validation names the parameter."""
    answer = ada.get("/v1/users", params={"limit": "many"})
    assert is_error(answer, 422, code="validation_failed")
    assert answer.json()["error"]["details"][0]["field"] == "limit"


def test_a_locked_user_does_not_get_this_far(log_in: LogIn, mirrors: object) -> None:
    """auth refuses before core is asked."""
    with pytest.raises(Exception, match="403"):
        log_in(LENA)
