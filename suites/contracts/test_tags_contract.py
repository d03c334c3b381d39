"""What tags answers keeps the contract that others rely on."""

import pytest
from suites.reference import LogIn, Service


@pytest.mark.parametrize(
    "path",
    ["/v1/tags?subject=deal:d1", "/v1/tags/t1", "/v1/tags/t0", "/v1/tags"],
)
def test_answers_keep_the_contract(path: str, service: Service, log_in: LogIn, contract) -> None:  # type: ignore[no-untyped-def]
    """Every answer, errors too, has the attributes and types that were promised."""
    contract("tags").check(service("tags").get(path, headers=log_in()))


def test_a_refusal_keeps_the_contract(service: Service, contract, mirrors: object) -> None:  # type: ignore[no-untyped-def]
    """Without a token, too."""
    contract("tags").check(service("tags").get("/v1/tags?subject=deal:d1"))
