"""What the mirror server remembers, and what it takes for the same request."""

from hypothesis import given
from hypothesis import strategies as st
from tests.adapters.http.mirror_serving import answer, ask, body_of, call, mirror, replayer, serving, told

from truemirror.adapters.http.server.memo import Memo
from truemirror.adapters.http.server.shortcut import TRACING, shortened

tokens = st.text("abcXYZ-_/", min_size=1, max_size=8)


def memo(limit: int) -> Memo[str, str]:
    """A memo whose entries cost as much as they are long."""
    return Memo(limit, lambda key, value: len(value))


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.text("x", max_size=40)), max_size=60))
def test_a_memo_never_holds_more_than_its_limit_nor_anything_wrong(puts: list[tuple[str, str]]) -> None:
    """Whatever is put, what is found is what was put last, and all of it together is small enough."""
    kept = memo(100)
    last: dict[str, str] = {}
    for key, value in puts:
        kept.put(key, value)
        last[key] = value
        assert sum(map(len, kept.young.values())) + sum(map(len, kept.old.values())) <= 100
        assert kept.get(key) in (value, None) or len(value) > 50
    assert all(kept.young.get(key, value) == value or len(value) > 50 for key, value in last.items())


def test_what_is_asked_for_again_is_kept_and_the_rest_forgotten() -> None:
    """A new generation takes with it what is in use."""
    kept = memo(100)
    kept.put("used", "x" * 20)
    kept.put("unused", "x" * 20)
    for number in range(20):
        kept.put(str(number), "y" * 10)
        assert kept.get("used") == "x" * 20
    assert kept.get("unused") is None


def test_the_young_generation_is_always_the_same_object() -> None:
    """Callers bind its method."""
    kept = memo(10)
    young = kept.young
    for number in range(9):
        kept.put(str(number), "xxx")
    kept.clear()
    assert kept.young is young
    assert len(kept) == 0


@given(
    st.lists(st.tuples(tokens, tokens), max_size=5),
    st.lists(st.tuples(st.sampled_from(sorted(TRACING)), tokens), max_size=3),
)
def test_tracing_fields_are_taken_out_and_nothing_else(
    pairs: list[tuple[str, str]], traces: list[tuple[str, str]]
) -> None:
    """Two requests that differ in their trace have one key; all other fields stay, in their order."""
    plain = ask("GET /x", *(f"{name}: {value}" for name, value in pairs))
    traced = ask(
        "GET /x",
        *(f"{name.title()}: {value}" for name, value in traces),
        *(f"{name}: {value}" for name, value in pairs),
    )
    assert shortened(traced) == shortened(plain) == plain


def test_requests_with_a_body_are_never_shortened() -> None:
    """What looks like a field in a body is none."""
    sent = ask("POST /x", body=b"a\r\ntraceparent: 1")
    assert shortened(sent) is sent
    tricky = ask("POST /x", "Transfer-Encoding: chunked") + b"0\r\ntraceparent: 1\r\n\r\n"
    assert shortened(tricky) is tricky


def test_remembered_requests_are_bounded_and_still_answered() -> None:
    """More different requests than can be remembered are all answered right, twice."""
    exchanges = [call(f"GET /n/{number}", answer(str(number).encode())) for number in range(60)]
    requests = [ask(f"GET /n/{number}") for number in range(60)]
    expected = [str(number).encode() for number in range(60)]
    with serving(replayer(mirror(*exchanges))) as server:
        door = server.doors[0]
        door.memo = Memo(20_000, door.memo.cost)
        assert [body_of(one) for one in told(server, *requests, *requests)] == expected * 2
        assert 0 < len(door.memo) < 60
