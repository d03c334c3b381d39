"""Several processes may answer from a mirror exactly where one alone would never answer otherwise."""

from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.mirror.decision import Replay
from truemirror.core.mirror.index import build_index
from truemirror.core.mirror.model import Ignore, Mirror, MirrorRules, Noise, Scenario
from truemirror.core.mirror.sharing import Several, has_flow, several_answers
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.usecases.replay import Replayer


def call(target: str, text: str, *fields: tuple[str, str]) -> Exchange:
    """A request and its answer."""
    return Exchange(Request("GET", target), Response(200, "OK", Headers(fields), text.encode()))


def mirror(*exchanges: Exchange, rules: MirrorRules | None = None) -> Mirror:
    """A mirror of one conversation."""
    return Mirror("tags", "1", (Scenario("default", exchanges),), rules=rules or MirrorRules())


IGNORED = MirrorRules(ignores=(Ignore("*", "query:at", "a time"),))
TARGETS = st.sampled_from(["/a", "/b", "/a?at=1", "/a?at=2", "/b?at=1"])
CALLS = st.builds(call, TARGETS, st.sampled_from(["x", "y"]))
MIRRORS = st.builds(
    lambda exchanges, rules: mirror(*exchanges, rules=rules),
    st.lists(CALLS, min_size=1, max_size=5),
    st.sampled_from([MirrorRules(), IGNORED]),
)


def said(replayer: Replayer, target: str) -> bytes | None:
    """What a mirror answers; None for a miss."""
    decision = replayer.answer(Request("GET", target))
    if not isinstance(decision, Replay):
        return None
    outcome = decision.exchange.outcome
    assert isinstance(outcome, Response)
    return outcome.body


@given(MIRRORS, st.lists(st.tuples(TARGETS, st.booleans()), max_size=12))
def test_workers_together_answer_as_one_would(known: Mirror, asked: list[tuple[str, bool]]) -> None:
    """Whichever of two workers a request reaches; this is said of no mirror of which it is not so."""
    if several_answers(build_index(known)) is not None:
        return
    alone, workers = Replayer(known), (Replayer(known), Replayer(known))
    for target, which in asked:
        assert said(workers[which], target) == said(alone, target)


@given(MIRRORS)
def test_what_is_refused_does_answer_in_several_ways(known: Mirror) -> None:
    """No mirror is refused without need: some request gets another answer after other requests."""
    if several_answers(build_index(known)) is None:
        return
    every = ["/a", "/b", "/a?at=1", "/a?at=2", "/b?at=1", "/a?at=3", "/b?at=3"]
    assert any(len(set(said_at_every_place(known, target))) > 1 for target in every)


def said_at_every_place(known: Mirror, target: str) -> list[bytes | None]:
    """The answers to a request of sessions that stand at each place, and nowhere."""
    found = []
    for exchange in (None, *known.scenarios[0].exchanges):
        replayer = Replayer(known)
        if exchange is not None:
            replayer.answer(exchange.request)
        found += [said(replayer, target) for _ in range(2 * len(known))]
    return found


def test_the_first_request_with_several_answers_is_the_example() -> None:
    """With how many answers it has, and how many such requests there are."""
    known = mirror(call("/a", "1"), call("/b", "x"), call("/a", "2"), call("/b", "y"), call("/b", "z"), call("/c", "1"))
    assert several_answers(build_index(known)) == Several(2, "GET /a", 2)


def test_what_varies_by_itself_is_no_other_answer() -> None:
    """A date is another one each time."""
    dates = (call("/a", "1", ("Date", "Mon, 01 Jan 2026 00:00:00 GMT")), call("/a", "1", ("Date", "later")))
    assert several_answers(build_index(mirror(*dates))) is None


def test_a_relaxation_may_make_two_requests_one() -> None:
    """Then their answers have to be equal."""
    pair = (call("/a?at=1", "x"), call("/a?at=2", "y"))
    assert several_answers(build_index(mirror(*pair))) is None
    assert several_answers(build_index(mirror(*pair, rules=IGNORED))) == Several(1, "GET /a?at=1", 2)


def test_values_flow_where_links_or_noise_of_requests_say_so() -> None:
    """What is declared not to count carries nothing."""
    one = call("/a", "x")
    assert not has_flow(build_index(mirror(one)))
    assert not has_flow(build_index(mirror(one, rules=IGNORED)))
    assert has_flow(
        build_index(mirror(one, rules=MirrorRules(noise=(Noise("*", "query:at", "integer", of="request"),))))
    )
