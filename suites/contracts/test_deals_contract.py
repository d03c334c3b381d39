"""What deals answers keeps the contract that others rely on."""

import pytest
from suites.reference import LogIn, Service


@pytest.mark.parametrize(
    "path",
    ["/v1/deals?limit=3", "/v1/deals/d2", "/v1/stages", "/v1/contacts?limit=3", "/v1/contacts/c1", "/v1/deals/d0"],
)
def test_answers_keep_the_contract(path: str, service: Service, log_in: LogIn, contract) -> None:  # type: ignore[no-untyped-def]
    """Every answer, errors too, has the attributes and types that were promised."""
    contract("deals").check(service("deals").get(path, headers=log_in()))


def test_a_refusal_keeps_the_contract(service: Service, contract, mirrors: object) -> None:  # type: ignore[no-untyped-def]
    """Without a token, too."""
    contract("deals").check(service("deals").get("/v1/deals?limit=3"))
