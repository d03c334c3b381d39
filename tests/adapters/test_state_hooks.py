"""Hooks that bring a provider into a state: a command, an address."""

import asyncio
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from truemirror.adapters.patience import PatientUpstream
from truemirror.adapters.state_hooks import AddressHook, CommandHook
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Outcome, Request, Response
from truemirror.errors import CouldNotRun


@dataclass
class Says:
    """An upstream that says one thing."""

    outcome: Outcome
    asked: list[Request] = field(default_factory=list)
    waits: float = 0.0

    async def send(self, request: Request) -> Exchange:
        self.asked.append(request)
        if self.waits:
            await asyncio.sleep(self.waits)
        return Exchange(request, self.outcome)

    async def close(self) -> None:
        """Nothing."""


def test_a_command_is_told_the_scenario(tmp_path: Path) -> None:
    """And where the service is."""
    (tmp_path / "hook.py").write_text(
        "import os; open('told', 'w').write('|'.join(os.environ['TRUEMIRROR_' + one] for one in "
        "('SCENARIO', 'SERVICE', 'URL')))"
    )
    hook = CommandHook(f"{sys.executable} hook.py", tmp_path, "tags", "http://127.0.0.1:1")
    asyncio.run(hook.prepare("ada; rm -rf"))
    assert (tmp_path / "told").read_text() == "ada; rm -rf|tags|http://127.0.0.1:1"


@pytest.mark.parametrize(
    ("line", "said"),
    [(f"{sys.executable} -c 'import sys; sys.exit(\"no database\")'", "no database"), ("no-such-program", "started")],
)
def test_a_failing_command_says_why(tmp_path: Path, line: str, said: str) -> None:
    """With its last words."""
    with pytest.raises(CouldNotRun, match=said):
        asyncio.run(CommandHook(line, tmp_path, "tags", "").prepare("ada"))


def test_an_address_is_told_the_scenario() -> None:
    """As JSON, by POST."""
    upstream = Says(Response(204))
    asyncio.run(AddressHook(upstream, "/_states").prepare("ada"))
    (asked,) = upstream.asked
    assert (asked.method, asked.target) == ("POST", "/_states")
    assert json.loads(asked.body) == {"scenario": "ada", "states": ["ada"]}


@pytest.mark.parametrize(("outcome", "said"), [(Response(500), "500"), (Fault(FaultKind.REFUSED), "refused")])
def test_an_address_that_fails_says_how(outcome: Outcome, said: str) -> None:
    """Its status, or that nobody was there."""
    with pytest.raises(CouldNotRun, match=said):
        asyncio.run(AddressHook(Says(outcome), "/_states").prepare("ada"))


def test_an_answer_that_never_ends_is_a_timeout() -> None:
    """However long the service takes."""
    exchange = asyncio.run(PatientUpstream(Says(Response(200), waits=3600), 0.01).send(Request("GET", "/")))
    assert isinstance(exchange.outcome, Fault)
    assert exchange.outcome.kind is FaultKind.TIMEOUT


STATES = {"Tom is there, it is night": ("Tom is there", "it is night")}


def test_an_address_is_told_each_state_of_a_pact() -> None:
    """By itself; a scenario that no pact made is its own state."""
    upstream = Says(Response(204))
    hook = AddressHook(upstream, "/_states", STATES)
    for scenario in (*STATES, "ada"):
        asyncio.run(hook.prepare(scenario))
    assert [json.loads(one.body)["states"] for one in upstream.asked] == [["Tom is there", "it is night"], ["ada"]]


def test_a_command_is_told_each_state_of_a_pact(tmp_path: Path) -> None:
    """As a list in JSON."""
    (tmp_path / "hook.py").write_text("import os; open('told', 'w').write(os.environ['TRUEMIRROR_STATES'])")
    hook = CommandHook(f"{sys.executable} hook.py", tmp_path, "pets", "", STATES)
    asyncio.run(hook.prepare(next(iter(STATES))))
    assert json.loads((tmp_path / "told").read_text()) == ["Tom is there", "it is night"]
