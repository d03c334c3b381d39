"""In process: a client's own values come back to it, prepared answers or not."""

import json

import pytest

from truemirror.adapters.inprocess.answer import answer_to
from truemirror.adapters.inprocess.neighbour import Neighbour, outcome_for_client
from truemirror.core.mirror.decision import Replay
from truemirror.core.mirror.model import Link, Mirror, MirrorRules, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.usecases.replay import Replayer
from truemirror.usecases.serve import Forwarding

JSON = Headers((("Content-Type", "application/json"),))
IDS = [f"{number:08x}-1111-4222-8333-abcdefabcdef" for number in range(3)]


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 1), (2, 2, 0)])
def test_each_client_gets_its_own_value(order: tuple[int, ...]) -> None:
    """The recorded one, too, whoever asked before."""

    def create(thing: str) -> Exchange:
        """A thing."""
        body = json.dumps({"id": thing}).encode()
        return Exchange(Request("POST", "/v1/things", JSON, body), Response(201, "", JSON, body))

    rules = MirrorRules(links=(Link("POST /v1/things", made="body:/id", given="body:/id", kind="uuid"),))
    replayer = Replayer(Mirror("things", scenarios=(Scenario("s", (create(IDS[0]),)),), rules=rules))
    neighbour = Neighbour("things", Forwarding(replayer))
    for number in order:
        expected = create(IDS[number])
        decision = neighbour.decide(neighbour.known(expected.request), "")
        assert isinstance(decision, Replay)
        outcome = outcome_for_client(decision)
        made = neighbour.prepared("test", decision, outcome, expected.request, lambda answer: answer.body)
        assert made == answer_to(expected.request, expected.outcome, expected.request).body  # type: ignore[arg-type]
