"""What core answers keeps the contract that others rely on."""

import pytest
from suites.reference import LogIn, Service


@pytest.mark.parametrize(
    "path",
    ["/v1/users?limit=2", "/v1/users/u1", "/v1/accounts/a1", "/v1/users/u0"],
)
def test_answers_keep_the_contract(path: str, service: Service, log_in: LogIn, contract) -> None:  # type: ignore[no-untyped-def]
    """Every answer, errors too, has the attributes and types that were promised."""
    contract("core").check(service("core").get(path, headers=log_in()))


def test_a_refusal_keeps_the_contract(service: Service, contract, mirrors: object) -> None:  # type: ignore[no-untyped-def]
    """Without a token, too."""
    contract("core").check(service("core").get("/v1/users?limit=2"))
