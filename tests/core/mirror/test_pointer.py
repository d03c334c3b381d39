"""JSON pointers with stars."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.mirror.pointer import GONE, change_at, escaped, is_meant, located, number_of, steps_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab01/~*"), inner, max_size=3),
    max_leaves=8,
)
STEPS = st.lists(st.sampled_from(["a", "b", "0", "1", "2", "/", "~", "*"]), max_size=3)


def every_place(value: Any, steps: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    """Every value in a document, with the steps to it."""
    found = [(steps, value)]
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        found += every_place(child, (*steps, str(key)))
    return found


@given(JSON, STEPS)
def test_located_are_exactly_the_places_that_are_meant(document: Any, steps: list[str]) -> None:
    """Walking a pointer and asking for each place whether it is meant are one rule."""
    asked = [value for place, value in every_place(document) if is_meant(steps, place)]
    assert list(located(document, steps)) == asked


@given(JSON, STEPS)
def test_a_change_reaches_what_is_located_and_nothing_else(document: Any, steps: list[str]) -> None:
    """As many values change as are located; with no change the document is the same."""
    assert change_at(copy.deepcopy(document), steps, lambda value: value) == document
    seen: list[Any] = []
    change_at(copy.deepcopy(document), steps, lambda value: seen.append(value) or value)
    assert sorted(map(repr, seen)) == sorted(map(repr, located(document, steps)))


@given(JSON, STEPS.map(lambda steps: [*steps, "*"]))
def test_what_is_taken_out_is_gone_whole(document: Any, steps: list[str]) -> None:
    """Members of lists that move up do not escape."""
    assert not list(located(change_at(copy.deepcopy(document), steps, lambda _value: GONE), steps))


@given(st.lists(st.text(max_size=4), min_size=1))
def test_steps_come_back_from_their_pointer(steps: list[str]) -> None:
    """Slashes and tildes in names are told from those of the pointer."""
    assert steps_of("".join(f"/{escaped(step)}" for step in steps)) == steps


def test_a_forgotten_slash_is_added() -> None:
    """`id` is `/id`; nothing is the whole document."""
    assert steps_of("id/x") == steps_of("/id/x") == ["id", "x"]
    assert steps_of("") == []


@pytest.mark.parametrize(("step", "number"), [("0", 0), ("17", 17), ("-1", None), ("", None), ("9" * 5000, None)])
def test_an_index_is_a_number_that_a_list_can_have(step: str, number: int | None) -> None:
    """Neither counted from behind nor beyond all lists."""
    assert number_of(step) == number
