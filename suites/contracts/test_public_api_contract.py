"""What public-api answers keeps the contract that others rely on."""

import pytest
from suites.reference import LogIn, Service


@pytest.mark.parametrize(
    "path",
    ["/api/v1/me", "/api/v1/stages", "/api/v1/deals?limit=2", "/api/v1/deals/d4", "/api/v1/deals/d0"],
)
def test_answers_keep_the_contract(path: str, service: Service, log_in: LogIn, contract) -> None:  # type: ignore[no-untyped-def]
    """Every answer, errors too, has the attributes and types that were promised."""
    contract("public-api").check(service("public-api").get(path, headers=log_in()))


def test_a_refusal_keeps_the_contract(service: Service, contract, mirrors: object) -> None:  # type: ignore[no-untyped-def]
    """Without a token, too."""
    contract("public-api").check(service("public-api").get("/api/v1/me"))
