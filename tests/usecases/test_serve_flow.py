"""Where a live service gives ids of its own, later requests are still held against their recordings."""

import asyncio
import json

import pytest

from truemirror.core.mirror.decision import Forward, Mode
from truemirror.core.mirror.model import Link, Mirror, MirrorRules, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.testing.stores import MemoryMirrors
from truemirror.usecases.replay import Replayer
from truemirror.usecases.serve import Forwarding

JSON = Headers((("Content-Type", "application/json"),))
LINK = Link("POST /v1/deals", given="body:/id", to="GET /v1/deals/{}", used="path:2")
CREATE = Request("POST", "/v1/deals", JSON, b'{"title":"Big"}')


def deal(number: object, **more: object) -> Response:
    """A deal as the service tells it."""
    return Response(200, "OK", JSON, json.dumps({"id": number, "title": "Big", **more}).encode())


class Live:
    """A service that numbers deals as it likes."""

    def __init__(self, number: object, **more: object) -> None:
        """Every deal gets this number, and looks like this."""
        self.number = number
        self.more = more

    async def send(self, request: Request) -> Exchange:
        """Answer with the deal."""
        return Exchange(request, deal(self.number, **self.more))

    async def close(self) -> None:
        """Nothing to let go of."""


def served(mode: Mode, then: object, live: Live, *links: Link, stale: str = "") -> Forwarding:
    """A mirror in which a deal with that number was created and read, in front of a live service."""
    recorded = (Exchange(CREATE, deal(then)), Exchange(Request("GET", f"/v1/deals/{then}"), deal(then)))
    mirror = Mirror("deals", "1.0.0", (Scenario("s", recorded),), MirrorRules(links=links))
    store = MemoryMirrors(mirror)
    return Forwarding(Replayer(mirror, mode=mode, stale=stale), live, store.journal("deals", replace=False))


def ask(forwarding: Forwarding, request: Request, session: str = "") -> None:
    """A request that is forwarded."""
    lookup = forwarding.find(request)
    decision = forwarding.replayer.step(lookup, session)
    assert isinstance(decision, Forward)
    asyncio.run(forwarding.ask(request, lookup, session, decision))


@pytest.mark.parametrize(("then", "now"), [("d42", "d7"), (4, 977), ("4c0ffee1-long-id", "9c0ffee1-long-id")])
@pytest.mark.parametrize(("mode", "stale"), [(Mode.SPY, ""), (Mode.REFRESH, ""), (Mode.RECORD_MISSING, "old")])
def test_a_request_with_a_live_id_finds_the_recording_of_the_recorded_one(
    mode: Mode, stale: str, then: object, now: object
) -> None:
    """And what else differs there is found; the id itself is no difference, and its use is counted as relaxed."""
    forwarding = served(mode, then, Live(now, owner="u1"), LINK, stale=stale)
    ask(forwarding, CREATE)
    ask(forwarding, Request("GET", f"/v1/deals/{now}"))
    told = [(one.request, [difference.part for difference in one.differences]) for one in forwarding.drifted]
    assert told == [
        ("POST /v1/deals", ["body:/owner"]),
        (f"GET /v1/deals/{now}", ["body:/owner"]),
    ]
    assert forwarding.replayer.tally.relaxations == {"GET /v1/deals/{} path:2 (value flow)": 1}


def test_without_a_link_the_request_is_unknown() -> None:
    """Nothing is guessed."""
    forwarding = served(Mode.SPY, "d42", Live("d7", owner="u1"))
    ask(forwarding, CREATE)
    ask(forwarding, Request("GET", "/v1/deals/d7"))
    assert [one.request for one in forwarding.drifted] == ["POST /v1/deals"]


def test_a_live_service_that_answers_alike_does_not_drift() -> None:
    """Other ids only."""
    forwarding = served(Mode.SPY, "d42", Live("d7"), LINK)
    ask(forwarding, CREATE)
    ask(forwarding, Request("GET", "/v1/deals/d7"))
    assert forwarding.drifted == []


def test_sessions_keep_their_ids_to_themselves() -> None:
    """Another session has not got this id."""
    forwarding = served(Mode.SPY, "d42", Live("d7", owner="u1"), LINK)
    ask(forwarding, CREATE, "one")
    ask(forwarding, Request("GET", "/v1/deals/d7"), "other")
    assert [one.request for one in forwarding.drifted] == ["POST /v1/deals"]
