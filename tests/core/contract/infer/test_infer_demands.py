"""What a service demands of requests: attributes that it asked for, and credentials without which it turned away."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.contract.deals_contract import error, exchange

from truemirror.core.contract.infer import infer_documents
from truemirror.core.contract.infer.asked import MOST_NAMES, Asked
from truemirror.core.contract.infer.keeping import keep
from truemirror.core.wire.exchange import Exchange
from truemirror.core.wire.headers import Headers

BEARER = Headers((("Authorization", "Bearer 7e57ab1e"),))
TAG = {"label": "x", "colour": "red"}


def _paths(*seen: Exchange) -> Any:
    return infer_documents("tags", "1.0.0", seen)["openapi.yaml"]["paths"]


def _required(*seen: Exchange) -> list[str]:
    """The attributes that a new tag must have."""
    schema = _paths(*seen)["/tags"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    found: list[str] = schema.get("required", [])
    return found


def _made(times: int) -> list[Exchange]:
    return [exchange("POST", "/tags", 201, {"id": "t", **TAG}, sent=TAG) for _ in range(times)]


def _refused(sent: Any, said: Any, status: int = 422) -> Exchange:
    return exchange("POST", "/tags", status, said, sent=sent)


@pytest.mark.parametrize(
    "said",
    [
        error("invalid", details=[{"field": "label", "code": "missing"}]),
        {"detail": [{"loc": ["body", "label"], "msg": "Field required", "type": "missing"}]},
        {"label": ["This field is required."]},
        {"errors": {"label": ["can't be blank"]}},
        {"type": "about:blank", "errors": [{"pointer": "#/label", "detail": "not there"}]},
        {"message": "'label' is a required property"},
        {"error": "label is required"},
    ],
    ids=["fields", "locations", "keys", "keys further down", "pointers", "quoted", "prose"],
)
def test_what_was_lacking_when_another_was_asked_for_is_optional(said: Any) -> None:
    """However the service names what it asks for, the one that it does not name may be left out."""
    assert _required(*_made(5)) == ["colour", "label"]
    assert _required(*_made(5), _refused({}, said)) == ["label"]


def test_what_was_asked_for_is_required_after_one_request() -> None:
    """A demand needs no habit beside it."""
    asking = _refused({}, error("invalid", details=[{"field": "label"}]))
    assert _required(*_made(1), asking) == ["label"]


def test_a_wrong_value_asks_for_nothing() -> None:
    """The attribute that is named was there, so that nothing is known of those that were not."""
    wrong = _refused({"label": 5}, error("invalid", details=[{"field": "label"}]))
    assert _required(*_made(3), wrong) == ["colour", "label"]
    assert _required(*_made(2), wrong) == []


def test_a_service_that_names_one_at_a_time_is_heard_to_the_end() -> None:
    """What is asked for later is required too, whichever refusal came first."""
    first = _refused({}, error("invalid", details=[{"field": "label"}]))
    second = _refused({"label": "x"}, error("invalid", details=[{"field": "colour"}]))
    for order in permutations([first, second, *_made(1)]):
        assert _required(*order) == ["colour", "label"]


def test_words_of_an_error_that_are_no_attributes_spare_nothing() -> None:
    """An error code is no attribute that was asked for."""
    assert _required(*_made(3), _refused({}, error("validation_failed"))) == ["colour", "label"]


@given(st.lists(st.tuples(st.sets(st.sampled_from("abcd")), st.sampled_from("abcde")), max_size=6), st.randoms())
def test_the_order_of_refusals_is_irrelevant(refusals: list[tuple[set[str], str]], random: Any) -> None:
    """Evidence of refusals adds up in any order."""
    one, other = Asked(), Asked()
    for had, named in refusals:
        one.refuse(dict.fromkeys(had), {"field": named})
    for had, named in random.sample(refusals, len(refusals)):
        other.refuse(dict.fromkeys(had), {"field": named})
    for name in "abcde":
        assert (name in one, one.spares(name, "abcde")) == (name in other, other.spares(name, "abcde"))


def test_very_many_names_are_bounded_and_still_in_no_order() -> None:
    """Of names that an error repeats without end the first in order are kept."""
    names = [f"n{number:05}" for number in range(2 * MOST_NAMES)]
    for order in (names, names[::-1]):
        asked = Asked()
        for name in order:
            asked.refuse({}, name)
        assert [name for name in names if name in asked] == names[:MOST_NAMES]


def _security(*seen: Exchange) -> set[str]:
    """The operations that ask for a token."""
    return {
        f"{method} {path}"
        for path, item in _paths(*seen).items()
        for method, one in item.items()
        if isinstance(one, dict) and one.get("security") == [{"bearer": []}]
    }


def _with_token(*operations: str) -> list[Exchange]:
    asked = [one.split(" ") for one in operations]
    return [exchange(method, path, 200, {"ok": True}, headers=BEARER) for method, path in asked]


def _stranger(operation: str, headers: Headers = Headers()) -> Exchange:  # noqa: B008
    method, path = operation.split(" ")
    return exchange(method, path, 401, error("unauthenticated"), headers=headers)


def test_a_token_that_is_always_sent_is_no_demand() -> None:
    """A client sends its token everywhere, also where nobody looks at it."""
    seen = _with_token("GET /healthz", "GET /tags")
    assert _security(*seen) == set()
    assert _security(*seen, _stranger("GET /tags")) == {"get /tags"}


def test_what_may_not_be_read_may_not_be_changed() -> None:
    """A closed collection is closed for its members and for writers; an operation beside it is not."""
    seen = _with_token("GET /tags", "POST /tags", "DELETE /tags/t1", "GET /tags/t1", "GET /tagslist", "GET /")
    found = _security(*seen, _stranger("GET /tags"))
    assert found == {"get /tags", "post /tags", "delete /tags/{tag_id}", "get /tags/{tag_id}"}
    assert _security(*seen, _stranger("POST /tags")) == {"post /tags"}
    assert _security(*seen, _stranger("GET /")) == {"get /"}


def test_a_wrong_token_that_was_turned_away_shows_no_demand() -> None:
    """A service may look at a token that it is given and still not ask for one."""
    assert _security(*_with_token("GET /tags"), _stranger("GET /tags", BEARER)) == set()


def test_an_operation_that_took_requests_without_a_token_asks_for_none() -> None:
    """A sign-up below a closed collection."""
    seen = [*_with_token("GET /users"), exchange("POST", "/users", 201, {"ok": True}, sent={"name": "x"})]
    assert _security(*seen, _stranger("GET /users")) == {"get /users"}


def test_a_person_may_say_that_a_token_is_asked_for() -> None:
    """A locked `security` survives, with the scheme that it names."""
    documents = infer_documents("tags", "1.0.0", _with_token("GET /tags"))
    said = {"security": [{"bearer": []}], "x-truemirror": {"locked": ["security"]}}
    old = infer_documents("tags", "1.0.0", _with_token("GET /tags"))
    old["openapi.yaml"]["paths"]["/tags"]["get"] |= said
    old["openapi.yaml"]["components"] = {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}}
    kept = keep(old, documents).documents["openapi.yaml"]
    assert kept["paths"]["/tags"]["get"]["security"] == [{"bearer": []}]
    assert kept["components"] == old["openapi.yaml"]["components"]
