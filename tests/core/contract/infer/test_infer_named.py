"""Names of things are no choices, wherever the thing was named."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.contract.deals_contract import exchange

from truemirror.core.contract.infer import infer_documents, infer_schema
from truemirror.core.contract.infer.gather import gather
from truemirror.core.contract.infer.named import NOBODY, Named
from truemirror.core.contract.infer.places import shapes_of
from truemirror.core.contract.infer.questions import questions_of
from truemirror.core.wire.exchange import Exchange


def _got(path: str, body: Any, status: int = 200) -> Exchange:
    return exchange("GET", path, status, body)


def _tickets() -> list[Exchange]:
    """Tickets whose watchers are two people, and whose state is one of two words."""
    return [
        _got(f"/tickets/{number}", {"n": number, "watchers": ["ada", "bob"], "state": ("open", "shut")[number % 2]})
        for number in range(12)
    ]


def _ticket(exchanges: Sequence[Exchange]) -> Any:
    """The attributes of a ticket as they are inferred."""
    found = infer_documents("desk", "1.0.0", exchanges)
    documents = [one for path, one in found.items() if "ticket" in path]
    assert len(documents) == 1
    return documents[0]["properties"]


@pytest.mark.parametrize(
    "told",
    [
        [_got(f"/users/{one}", {"mail": one[0], "town": "x", "born": 1990}) for one in ("ada", "bob")],
        [_got("/people", {"people": [{"id": "ada"}, {"id": "bob"}]})],
        [_got("/team", {"lead": {"username": "ada"}})],
        [_got("/rota", {"on_call": {"user_id": "bob"}})],
        [_got("/group", {"member_ids": ["ada", "carl"]})],
    ],
    ids=["in paths", "as ids", "as a user name", "as a reference", "in a list of references"],
)
def test_a_text_that_names_a_thing_elsewhere_is_no_choice(told: list[Exchange]) -> None:
    """Tomorrow another person watches; the words that name nothing stay choices."""
    assert _ticket(_tickets())["watchers"]["items"]["enum"] == ["ada", "bob"]
    for exchanges in ([*_tickets(), *told], [*told, *reversed(_tickets())]):
        found = _ticket(exchanges)
        assert found["watchers"]["items"] == {"type": "string"}
        assert found["state"]["enum"] == ["open", "shut"]


def test_a_path_that_led_nowhere_names_nothing() -> None:
    """Somebody guessed a word; that makes it no name."""
    lost = [_got("/tickets/open", {"error": "none"}, 404), *_tickets()]
    assert _ticket(lost)["state"]["enum"] == ["open", "shut"]


def test_nobody_is_asked_whether_names_are_all_choices() -> None:
    """The question would be whether no other person will ever come."""
    few = [*_tickets(), _got("/tickets/99", {"n": 99, "watchers": ["carl"], "state": "open"})]
    for told, asked in (([], True), ([_got("/people", [{"id": "carl"}])], False)):
        found = gather([*few, *told])
        questions = questions_of(found.operations, shapes_of(found.operations), (), found.named)
        assert any(one.kind == "choices" and "ada" in one.text for one in questions) is asked


def test_plain_samples_know_names_too() -> None:
    """Without operations, identifying attributes say which texts are names."""
    seen = [{"n": number, "owner": ("ada", "bob")[number % 2]} for number in range(12)]
    assert infer_schema(seen)["properties"]["owner"]["enum"] == ["ada", "bob"]
    assert "enum" not in infer_schema([*seen, {"n": 12, "owner": "ada", "id": "ada"}])["properties"]["owner"]


@given(st.lists(st.from_regex(r"[a-z]{1,12}", fullmatch=True), max_size=40), st.randoms())
def test_what_was_named_is_known_in_any_order(texts: list[str], random: Any) -> None:
    """The field of marks never says no to a name, whatever came before it."""
    one, other = Named(), Named()
    mixed = list(texts)
    random.shuffle(mixed)
    for first, second in zip(texts, mixed, strict=True):
        one.add(first)
        other.add(second)
    assert all(text in one and text in other for text in texts)
    assert not any(text in NOBODY for text in texts)


def test_a_word_that_is_no_name_is_hardly_ever_taken_for_one() -> None:
    """Among ten thousand names, fewer than one word in a hundred is."""
    named = Named()
    for number in range(10_000):
        named.add(f"name{number}")
    assert sum(f"word{number}" in named for number in range(10_000)) < 100
