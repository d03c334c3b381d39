"""Conversations of an attack: what made a value comes before what carries it, and is never left out."""

import json

from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.attack_chain import LONGEST, Givers, is_alike, links_of, shorter
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers

JSON = Headers((("Content-Type", "application/json"),))


def _made(name: str, path: str = "/v1/things", status: int = 201, **body: str) -> Exchange:
    """A thing is made."""
    answer = Response(status, "", JSON, json.dumps({"id": name}).encode())
    return Exchange(Request("POST", path, JSON, json.dumps(body).encode()), answer)


def _seen(path: str, status: int = 500) -> Exchange:
    """It is looked at."""
    return Exchange(Request("GET", path), Response(status))


def _givers(*heard: Exchange) -> Givers:
    givers = Givers()
    for one in heard:
        givers.hear(one)
    return givers


def test_what_made_an_id_comes_before_the_request_that_names_it() -> None:
    """However short the id is."""
    made, seen = _made("7"), _seen("/v1/things/7")
    assert _givers(_made("6"), made).conversation([seen]) == (made, seen)


def test_a_giver_brings_what_it_needs_itself() -> None:
    """The owner first, then what it owns."""
    owner = _made("owner-1", "/v1/owners")
    thing = _made("t1", "/v1/owners/owner-1/things")
    seen = _seen("/v1/things/t1")
    assert _givers(owner, thing).conversation([seen]) == (owner, thing, seen)


def test_what_was_refused_or_only_read_gives_nothing() -> None:
    """Only an accepted write makes something."""
    seen = _seen("/v1/things/7")
    read = Exchange(Request("GET", "/v1/things"), Response(200, "", JSON, b'{"id": "7"}'))
    assert _givers(_made("7", status=409), read).conversation([seen]) == (seen,)


def test_a_step_that_gives_is_never_left_out() -> None:
    """All others may be."""
    made, other, seen = _made("7"), _made("8"), _seen("/v1/things/7")
    steps = [one for one in shorter((made, other, seen)) if len(one) == 2]
    assert steps == [(made, seen)]


def test_short_ids_have_links() -> None:
    """From the part that gave one to the step of the path that carries it."""
    (link,) = links_of((_made("7"), _seen("/v1/things/7")))
    assert (link.operation, link.given, link.to, link.used) == (
        "POST /v1/things",
        "body:/id",
        "GET /v1/things/{}",
        "path:2",
    )


def test_only_the_way_has_to_be_alike() -> None:
    """The end may be another one: that is the question."""
    made = _made("7")
    assert is_alike((made, _seen("/7")), (made, _seen("/7", 200)))
    assert not is_alike((made, _seen("/7")), (_made("7", status=409), _seen("/7")))


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=40), st.integers(0, 9))
def test_a_conversation_ends_with_what_failed_and_has_an_end(pairs: list[tuple[int, int]], last: int) -> None:
    """Whatever names what, in circles too."""
    givers = _givers(*(_made(f"t{one}", f"/v1/things/t{other}/parts") for one, other in pairs))
    seen = _seen(f"/v1/things/t{last}")
    conversation = givers.conversation([seen])
    assert conversation[-1] == seen
    assert len(conversation) <= LONGEST
