"""Serving with the live service behind: what is asked, stored, taken in and compared."""

import asyncio
from collections.abc import Iterator
from itertools import count

import pytest

from truemirror.core.mirror.decision import Forward, Mode, Replay
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.testing.stores import MemoryMirrors
from truemirror.usecases.replay import Replayer
from truemirror.usecases.serve import Forwarding, summarise

OLD, NEW = Request("GET", "/old"), Request("GET", "/new")
SECRET = "sk_live_9aF3kLm2Qx7ZtR8vB1nC4dE6"


class Counting:
    """A live service that counts what it is asked."""

    def __init__(self) -> None:
        """Begin at one."""
        self._numbers: Iterator[int] = count(1)
        self.closed = False

    async def send(self, request: Request) -> Exchange:
        """Answer with the number."""
        return Exchange(request, Response(200, "OK", body=b"live %d" % next(self._numbers)))

    async def close(self) -> None:
        """Say so."""
        self.closed = True


@pytest.fixture
def store() -> MemoryMirrors:
    """A mirror that knows one request."""
    return MemoryMirrors(
        Mirror("tags", "1.0.0", (Scenario("default", (Exchange(OLD, Response(200, "OK", body=b"old")),)),))
    )


def forwarding(store: MemoryMirrors, mode: Mode) -> Forwarding:
    """That mirror in a mode."""
    return Forwarding(Replayer(store.load("tags"), mode=mode), Counting(), store.journal("tags", replace=False))


def answered(served: Forwarding, request: Request, session: str = "") -> bytes:
    """The body that a client gets."""
    lookup = served.find(request)
    decision = served.replayer.step(lookup, session)
    if isinstance(decision, Forward):
        exchange = asyncio.run(served.ask(request, lookup, session, decision))
    else:
        assert isinstance(decision, Replay)
        exchange = decision.exchange
    assert isinstance(exchange.outcome, Response)
    return exchange.outcome.body


def test_what_was_stored_answers_from_then_on(store: MemoryMirrors) -> None:
    """The live service is asked once; closing puts the exchange into the mirror."""
    served = forwarding(store, Mode.RECORD_MISSING)
    assert [answered(served, one) for one in (OLD, NEW, NEW, OLD)] == [b"old", b"live 1", b"live 1", b"old"]
    asyncio.run(served.close())
    assert [exchange.request.target for _, _, exchange in store.load("tags").places()] == ["/old", "/new"]


def test_what_a_session_stored_itself_does_not_lie_ahead_of_it(store: MemoryMirrors) -> None:
    """It made those writes; for another session they are ahead, as for anybody who did not make them."""
    served = forwarding(store, Mode.RECORD_MISSING)
    for request in (OLD, Request("POST", "/new"), NEW, NEW):
        answered(served, request, "mine")
    assert (served.stored, served.replayer.tally.ahead) == (2, 0)
    answered(served, NEW, "other")
    assert served.replayer.tally.ahead == 1


def test_the_index_is_built_again_only_when_somebody_asks_again(store: MemoryMirrors) -> None:
    """Recording many new requests does not index the mirror for each of them."""
    served = forwarding(store, Mode.RECORD_MISSING)
    for number in range(20):
        answered(served, Request("GET", f"/new/{number}"))
    assert served.replayer.revision == 0
    assert answered(served, Request("GET", "/new/3")) == b"live 4"
    assert served.replayer.revision == 1


def test_a_session_is_stored_as_a_scenario_of_its_own(store: MemoryMirrors) -> None:
    """Labelled as its key says."""
    served = forwarding(store, Mode.RECORD_MISSING)
    answered(served, NEW, "tests/a.py::b")
    asyncio.run(served.close())
    assert "tests-a.py-b" in {scenario.name for scenario in store.load("tags").scenarios}


def test_what_is_stored_was_redacted_and_what_is_answered_was_not(store: MemoryMirrors) -> None:
    """The client gets its answer as it came; the mirror never sees a secret."""
    served = forwarding(store, Mode.RECORD)
    request = Request("GET", "/new", Headers((("Authorization", f"Bearer {SECRET}"),)))
    assert answered(served, request) == b"live 1"
    asyncio.run(served.close())
    assert SECRET not in repr(store.load("tags"))


@pytest.mark.parametrize("mode", [Mode.SPY, Mode.REFRESH])
def test_comparing_tells_what_differs_and_only_that(store: MemoryMirrors, mode: Mode) -> None:
    """The recording that the session would have got is held against the live answer."""
    served = forwarding(store, mode)
    answered(served, OLD)
    answered(served, NEW)
    (drifted,) = served.drifted
    assert drifted.request == "GET /old"
    assert [one.part for one in drifted.differences] == ["body"]
    assert summarise(served.replayer, served).drifted == (drifted,)


def test_nothing_is_stored_or_compared_when_the_mirror_is_off(store: MemoryMirrors) -> None:
    """Everything goes through, nothing stays."""
    served = forwarding(store, Mode.OFF)
    assert [answered(served, one) for one in (OLD, NEW)] == [b"live 1", b"live 2"]
    assert (served.stored, served.drifted) == (0, [])
    assert summarise(served.replayer, served).forwarded == 2


def test_closing_closes_both_sides(store: MemoryMirrors) -> None:
    """The upstream's connections and the recording."""
    served = forwarding(store, Mode.RECORD)
    asyncio.run(served.close())
    assert isinstance(served.upstream, Counting)
    assert served.upstream.closed
    assert store.recorders == {}


def test_what_answered_before_is_counted_under_its_new_number(store: MemoryMirrors) -> None:
    """Recordings that come in between move the others' places; the summary still knows who was used."""
    served = forwarding(store, Mode.RECORD_MISSING)
    for request, session in ((OLD, ""), (NEW, "another"), (NEW, "another")):
        answered(served, request, session)
    scenarios = served.replayer.mirror.scenarios
    assert [scenario.name for scenario in scenarios] == ["another", "default"]
    assert dict(served.replayer.tally.used) == {0: 1, 1: 1}
    assert served.replayer.unused() == []
