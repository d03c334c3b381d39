"""The same changes in the running service: what it answers then is held against the contract that others rely on.

The service itself answers, alone; its answer is changed as the provider would change it. Nothing is recorded here.
"""

import json

import httpx
import pytest
from suites.changes import harmful as _harmful  # noqa: F401  # fills the catalogue
from suites.changes import harmless as _harmless  # noqa: F401
from suites.changes.change import Change, harmful, harmless
from suites.reference import LogIn, Service

CHANGES = [one for one in (*harmful.changes, *harmless.changes) if one.live]
pytestmark = [pytest.mark.mirror(mode="replay")]


@pytest.fixture(autouse=True)
def _not_while_recording(request: pytest.FixtureRequest) -> None:
    """Log-ins come from mirrors, which are about to be made then."""
    if request.config.getoption("--mirror-mode") != "replay":
        pytest.skip("answers are judged when the mirrors are there")


@pytest.fixture
def answer(change: Change, _not_while_recording: None, service: Service, log_in: LogIn) -> httpx.Response:
    """What the service answers as it is."""
    assert change.live
    method, _, target = change.live.asked.partition(" ")
    headers = {} if change.service == "auth" else log_in()
    asked = service(change.service)
    answers = [asked.request(method, target, json=change.live.body, headers=headers) for _ in range(change.live.times)]
    return answers[-1]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_the_old_contract_notices_what_harms_and_nothing_else(  # type: ignore[no-untyped-def]
    change: Change, answer: httpx.Response, contract
) -> None:
    """A harmful answer breaks it by the rule that was known, a harmless one does not."""
    assert change.live
    old = contract(change.service)
    old.check(answer)
    status, body = change.live.answers(answer.status_code, answer.json())
    content = b"" if body is None else json.dumps(body).encode()
    broken = {one.rule for one in old.findings(answer, status=status, body=content) if one.level == "break"}
    assert broken == ({change.live.rule} if change.live.rule else set())
