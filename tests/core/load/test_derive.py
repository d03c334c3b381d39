"""A profile of what was recorded."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st
from tests.core.load.recorded import SECRET, call, conversation, login

from truemirror.core.load.derive import Conversation, How, Said, conversations_of, derive
from truemirror.core.load.derive_text import profile_toml
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Request

TOKEN = "tok_a1b2c3d4e5f6"
LOOKS = (login(TOKEN), call("GET /v1/deals", got={"items": [{"id": "d1"}]}, token=TOKEN), call("GET /v1/deals/d1"))


def test_a_conversation_is_a_flow_that_names_its_session() -> None:
    """So that a mirror repeats that conversation."""
    made = derive([conversation("ada-looks", *LOOKS)], How("x", rate=5.0, think=0.25)).profile
    (flow,) = made.flows
    assert (flow.name, flow.weight, flow.data, made.data["ada"]) == (
        "ada-looks",
        1.0,
        "ada",
        ({"email": "ada@x.example", "password": SECRET},),
    )
    assert [one.target for one in flow.calls] == ["/v1/login", "/v1/deals", "/v1/deals/{deal_id}"]
    assert all(("baggage", "truemirror.session=ada-looks") in one.headers for one in flow.calls)
    assert [one.think for one in flow.calls] == [0.0, 0.25, 0.25]


def test_flows_that_do_the_same_are_one_as_heavy_as_they_were_many() -> None:
    """Each keeps its row and its session."""
    zoe = (login("tok_9z8y7x6w5v", "zoe@x.example"), call("GET /v1/deals", token="tok_9z8y7x6w5v"))
    ada = (login(TOKEN), call("GET /v1/deals", token=TOKEN))
    made = derive([conversation("b", *zoe), conversation("a", *ada)], How("x")).profile
    (flow,) = made.flows
    assert (flow.name, flow.weight) == ("a", 2.0)
    assert [row["scenario"] for row in made.data[flow.data]] == ["a", "b"]
    assert ("baggage", "truemirror.session={scenario}") in flow.calls[0].headers


def test_the_order_of_conversations_does_not_matter() -> None:
    """Deriving again gives the same."""
    both = [conversation("a", *LOOKS), conversation("b", call("GET /health"))]
    assert derive(both, How("x")) == derive(both[::-1], How("x"))


def test_a_conversation_that_was_refused_is_left_out_and_told() -> None:
    """It says how to keep it."""
    refused = conversation("stranger", call("GET /v1/me", status=401))
    made = derive([refused, conversation("a", *LOOKS)], How("x"))
    assert [flow.name for flow in made.profile.flows] == ["a"]
    assert "stranger: left out, 1 of its 1 requests were refused" in made.notes[0]
    assert len(derive([refused], How("x", errors=True)).profile.flows) == 1


def test_a_repetition_with_another_status_is_left_out() -> None:
    """Many users at once cannot be told which time it is."""
    said = [call("GET /v1/a"), call("DELETE /v1/a", status=204), call("GET /v1/a", status=404)]
    made = derive([conversation("a", *said)], How("x"))
    assert [one.operation for one in made.profile.flows[0].calls] == ["GET /v1/a", "DELETE /v1/a"]
    assert "answered 404" in made.notes[0]


def test_what_had_no_answer_is_left_out() -> None:
    """A fault is nothing to repeat under load."""
    lost = Exchange(Request("GET", "/v1/b"), Fault(FaultKind.TIMEOUT))
    made = derive([conversation("a", call("GET /v1/a"), lost)], How("x"))
    assert len(made.profile.flows[0].calls) == 1
    assert "had no answer" in made.notes[0]


def test_each_service_is_a_target_with_the_mean_it_has_to_hold() -> None:
    """One without a mean has its share of errors only."""
    both = Conversation("a", (Said("public-api", call("GET /a")), Said("tags", call("GET /b"), think=1.5)))
    made = derive([both], How("x", means={"public-api": 46.0})).profile
    assert [(one.name, one.select.services, one.mean_ms) for one in made.targets] == [
        ("public_api", ("public-api",), 46.0),
        ("tags", ("tags",), None),
    ]
    assert [one.think for one in made.flows[0].calls] == [0.0, 1.5]


def test_a_mirror_is_its_scenarios() -> None:
    """Each with its session."""
    mirror = Mirror("deals", "1.0.0", (Scenario("a", LOOKS), Scenario("b", LOOKS[:1])))
    assert [(one.name, one.session, len(one.said)) for one in conversations_of(mirror)] == [
        ("a", "a", 3),
        ("b", "b", 1),
    ]


TEXTS = st.text(st.characters(codec="utf-8"))


@given(TEXTS.filter(bool), TEXTS, TEXTS)
def test_whatever_was_recorded_is_written_as_it_was(name: str, email: str, title: str) -> None:
    """The file says what the profile holds, however odd its texts."""
    said = [login(TOKEN, email), call("POST /v1/a", {"title": title}, token=TOKEN)]
    made = derive([conversation(name, *said)], How(name)).profile
    read = tomllib.loads(profile_toml(made, [f"of {name}"]))
    (flow,) = read["flows"]
    assert (read["name"], flow["name"]) == (name, name)
    assert [one.get("body", "") for one in flow["calls"]] == [one.body for one in made.flows[0].calls]
    assert [dict(row) for row in made.data[made.flows[0].data]] == read["data"][flow["data"]]
