"""Values that flow through a conversation become variables, and nothing else does."""

from tests.core.load.recorded import SECRET, call, login

from truemirror.core.load.derive_values import Use, find_values

TOKEN = "tok_a1b2c3d4e5f6"


def test_a_token_is_carried_from_the_log_in() -> None:
    """What the log-in's answer gives, later requests carry."""
    found = find_values([login(TOKEN), call("GET /v1/me", token=TOKEN)])
    assert found.takes == [{"token": "body:/token"}, {}]
    assert list(found.uses[1]) == [Use("header:Authorization", "token")]


def test_an_id_is_called_after_what_it_is_the_id_of() -> None:
    """An id in a path is taken from the answer that made it."""
    found = find_values([call("POST /v1/deals", {}, {"id": "d42"}), call("GET /v1/deals/d42")])
    assert found.takes[0] == {"deal_id": "body:/id"}
    assert list(found.uses[1]) == [Use("path:2", "deal_id")]


def test_a_short_id_flows_by_its_address() -> None:
    """7 says nothing by itself; /v1/deals/7 after a Location does."""
    found = find_values([call("POST /v1/deals", {}, {}, 201, Location="/v1/deals/7"), call("GET /v1/deals/7")])
    assert found.takes[0] == {"deal_address": "header:Location"}
    assert list(found.uses[1]) == [Use("path:2", "deal_address", is_address=True)]


def test_the_same_number_elsewhere_is_no_variable() -> None:
    """A limit of 7 is not the deal 7."""
    found = find_values([call("POST /v1/deals", {}, {"id": 7}), call("GET /v1/notes?limit=7")])
    assert list(found.uses[1]) == []


def test_the_last_answer_before_its_use_gives_a_value() -> None:
    """Of two lists that hold it, the one that was looked at last."""
    first = call("GET /v1/deals?limit=20", got={"items": [{"id": "d1"}, {"id": "d9"}]})
    last = call("GET /v1/deals?limit=1", got={"items": [{"id": "d9"}]})
    found = find_values([first, last, call("GET /v1/deals/d9")])
    assert found.takes == [{}, {"deal_id": "body:/items/0/id"}, {}]


def test_a_secret_and_the_name_beside_it_are_a_row() -> None:
    """Who logs in with what comes from a pool, since a stand-in is no password."""
    found = find_values([login()])
    assert found.row == {"email": "ada@x.example", "password": SECRET}
    assert {use.name for use in found.uses[0]} == {"email", "password"}


def test_two_people_in_one_conversation_are_told_apart() -> None:
    """Their variables have names of their own."""
    found = find_values([login("tok_1a2b3c4d5e"), login("tok_9z8y7x6w5v", "zoe@x.example")])
    assert set(found.row) == {"email", "password", "email_2"}


def test_what_the_client_said_first_stays_as_it_was() -> None:
    """A value that an answer only echoes is the client's own."""
    key = {"key": "0c1f7c32-5c1f-4b8e-9a51-3f0f3d2f6d01"}
    found = find_values([call("POST /v1/a", key, key), call("POST /v1/b", key)])
    assert [list(uses) for uses in found.uses] == [[], []]
