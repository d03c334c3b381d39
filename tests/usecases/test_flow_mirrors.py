"""What one test asked of mirrors is told of it alone, and each call names the recording that answered it."""

from truemirror.core.flow.trace import Call
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.usecases.flow_mirrors import MirrorWatch, Replayed, with_recordings
from truemirror.usecases.replay import Replayer


def exchange(target: str, body: bytes = b"") -> Exchange:
    """A recorded answer."""
    return Exchange(Request("GET", target), Response(200, body=body))


def mirror(**scenarios: list[Exchange]) -> Replayer:
    """A mirror of tags."""
    told = tuple(Scenario(name, tuple(all_)) for name, all_ in sorted(scenarios.items()))
    return Replayer(Mirror("tags", "1.0.0", told))


def test_a_try_is_told_what_it_asked_and_nothing_of_the_one_before() -> None:
    """Hits, operations, recordings and misses are differences."""
    replayer = mirror(default=[exchange("/v1/tags"), exchange("/v1/tags/1")])
    first = MirrorWatch({"tags": replayer}, "one")
    replayer.answer(Request("GET", "/v1/tags"))
    replayer.answer(Request("GET", "/v1/nothing"))
    second = MirrorWatch({"tags": replayer}, "two")
    replayer.answer(Request("GET", "/v1/tags/1"))
    assert first.told().hits == [("tags", 2)]
    told = second.told()
    assert (told.hits, told.missed, told.planned) == ([("tags", 1)], [], [("tags", 0)])
    assert told.uses == [("tags", "GET /v1/tags/{}")]
    assert told.answers == [("tags", "default", 2)]


def test_a_miss_is_told_with_its_operation_and_its_report() -> None:
    """As the mirror says it."""
    replayer = mirror(default=[exchange("/v1/tags")])
    watch = MirrorWatch({"tags": replayer}, "one")
    replayer.answer(Request("GET", "/v1/tagz"))
    told = watch.told()
    assert told.uses == [("tags", "GET /v1/tagz")]
    assert told.missed[0][1].startswith("no recording answers GET /v1/tagz")


def test_each_try_walks_its_own_scenario_from_the_beginning() -> None:
    """Clients that name no session ask in its name."""
    replayer = mirror(one=[exchange("/n", b"1"), exchange("/n", b"2")], two=[exchange("/n", b"3")])
    bodies = []
    for session in ("one", "one", "two"):
        MirrorWatch({"tags": replayer}, session)
        bodies.append(replayer.answer(Request("GET", "/n")).exchange.outcome.body)  # type: ignore[union-attr]
    assert bodies == [b"1", b"1", b"3"]


def call(path: str, at_ms: float, service: str = "tags") -> Call:
    """A call of a page."""
    return Call(f"http://tags.internal{path}", exchange(path), at_ms, service=service)


def test_the_kth_answer_to_a_request_belongs_to_its_kth_call() -> None:
    """In the order of time, whatever order calls are listed in; what a live service answered has none."""
    calls = (call("/a?x=1", 30), call("/a", 10), call("/b", 20), call("/a", 40), call("/a", 5, service=""))
    replayed = [Replayed("tags", "GET", "/a", f"s/{number}") for number in (1, 2)]
    replayed.append(Replayed("tags", "POST", "/b", "s/3"))
    assert [one.recording for one in with_recordings(calls, replayed)] == ["s/2", "s/1", "", "", ""]
