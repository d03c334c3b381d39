"""What auth answers keeps the contract that others rely on."""

from suites.reference import ADA, PASSWORDS, Service


def test_answers_keep_the_contract(service: Service, contract) -> None:  # type: ignore[no-untyped-def]
    """Successes and refusals alike."""
    auth, promised = service("auth"), contract("auth")
    opened = auth.post("/v1/sessions", json={"email": ADA, "password": PASSWORDS[ADA]})
    promised.check(opened)
    bearer = {"Authorization": f"Bearer {opened.json()['token']}"}
    promised.check(auth.get("/v1/whoami", headers=bearer))
    promised.check(auth.post("/v1/sessions", json={"email": ADA, "password": "wrong"}))
    promised.check(auth.post("/v1/sessions", json={}))
    promised.check(auth.delete("/v1/sessions/current", headers=bearer))


def test_a_refusal_keeps_the_contract(service: Service, contract) -> None:  # type: ignore[no-untyped-def]
    """Without a token."""
    contract("auth").check(service("auth").get("/v1/whoami"))
