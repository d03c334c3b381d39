"""Questions at the edge: recursion without end, depth, cost, predicates nobody can decide, and counting."""

from fractions import Fraction

import pytest

from truemirror.core.schema.budget import Budget, OutOfSteps
from truemirror.core.schema.constant import exactly_value, number_of
from truemirror.core.schema.inclusion import Proven, Refuted, Undecided, included
from truemirror.core.schema.solve import Values, values
from truemirror.core.schema.solve.matching import match_up
from truemirror.core.schema.terms import (
    EVERYTHING,
    NOTHING,
    AtLeast,
    AtMost,
    Contains,
    Distinct,
    EveryItem,
    EveryMember,
    Has,
    ItemAt,
    Items,
    Json,
    Kind,
    Kinds,
    Length,
    Meaning,
    Members,
    MultipleOf,
    Not,
    Opaque,
    Ref,
    Term,
    Words,
    both,
    either,
    exactly_one,
    negate,
)

_STRING, _NUMBER, _ARRAY, _OBJECT, _NULL, _BOOLEAN = (
    Kinds(frozenset((kind,))) for kind in (Kind.STRING, Kind.NUMBER, Kind.ARRAY, Kind.OBJECT, Kind.NULL, Kind.BOOLEAN)
)
_DATE = Opaque(Kind.STRING, "format:date")
_UNKNOWN = Opaque(Kind.STRING, "format:nobody-knows")


def _attribute(name: str, terms: Term) -> Term:
    """An object whose attribute is in a term, if it is there."""
    return EveryMember(Words(frozenset((name,))), terms)


def _of(term: Term, count: int = 1, **definitions: Term) -> Values:
    """Values of a term."""
    return values(term, definitions, Budget(), count)


def _all(term: Term, **definitions: Term) -> list[Json]:
    """All values of a term that has few."""
    found = _of(term, 20, **definitions)
    assert found.complete
    return list(found.found)


def test_a_chain_without_an_end_has_no_value() -> None:
    """What must contain itself is empty, and that is proven."""
    endless = both(_OBJECT, Has("next"), _attribute("next", Ref("endless")))
    assert _of(Ref("endless"), endless=endless) == Values((), complete=True)


def test_two_that_need_each_other_have_no_value() -> None:
    """Mutual recursion without an end is empty, too."""
    one = both(_ARRAY, Items(1), EveryItem(0, Ref("two")))
    two = both(_OBJECT, Has("a"), _attribute("a", Ref("one")))
    assert _of(either(Ref("one"), Ref("two")), one=one, two=two) == Values((), complete=True)


def test_a_guess_that_came_too_early_is_taken_back() -> None:
    """`left` seems empty while `tree` is searched; it is not, once `tree` has a value."""
    tree = either(both(_ARRAY, Items(1), ItemAt(0, Ref("left"))), both(_OBJECT, Members(0, 0)))
    left = both(_ARRAY, Items(1), ItemAt(0, Ref("tree")))
    both_sides = both(_ARRAY, Items(2), ItemAt(0, Ref("tree")), ItemAt(1, Ref("left")))
    found = _of(both_sides, tree=tree, left=left)
    assert len(found.found) == 1


def test_recursive_values_of_growing_depth_are_found_one_by_one() -> None:
    """A chain may end anywhere."""
    chain = either(_NULL, both(_OBJECT, Has("n"), Members(1, 1), _attribute("n", Ref("chain"))))
    assert _of(Ref("chain"), 3, chain=chain).found == (None, {"n": None}, {"n": {"n": None}})


def test_a_deep_difference_in_a_recursive_schema_has_a_witness() -> None:
    """The leaf that differs lies below a node that must be there."""

    def node(leaf: Term) -> Term:
        below = both(_OBJECT, Has("below"), _attribute("below", leaf))
        return both(_OBJECT, Has("top"), _attribute("top", below))

    inner, outer = Meaning(node(_NUMBER)), Meaning(node(both(_NUMBER, AtMost(Fraction(3)))))
    answer = included(inner, outer, Budget())
    assert answer == Refuted({"top": {"below": 4}})
    assert included(outer, inner, Budget()) == Proven()


@pytest.mark.parametrize("depth", [60, 5_000])
def test_deep_nesting_ends_in_an_answer(depth: int) -> None:
    """Too deep is undecided; it is no failure, and never proven."""
    inner: Term = _STRING
    outer: Term = _NUMBER
    for _ in range(depth):
        inner, outer = both(_ARRAY, Items(1), EveryItem(0, inner)), both(_ARRAY, Items(1), EveryItem(0, outer))
    assert isinstance(included(Meaning(inner), Meaning(outer), Budget()), Refuted | Undecided)


def test_a_question_that_costs_too_much_is_undecided() -> None:
    """The budget ends the search, and the answer says so."""
    terms = [both(_attribute(f"a{number}", _STRING), Has(f"b{number}")) for number in range(8)]
    answer = included(Meaning(exactly_one(*terms)), Meaning(_OBJECT), Budget(20))
    assert isinstance(answer, Undecided)
    assert "20 steps" in answer.reason
    with pytest.raises(OutOfSteps):
        values(exactly_one(*terms), {}, Budget(20))


def test_a_predicate_and_its_negation_are_closed_without_knowing_it() -> None:
    """Whatever it means, nothing fulfils it and does not."""
    assert _of(both(_STRING, _UNKNOWN, negate(_UNKNOWN))) == Values((), complete=True)
    assert included(Meaning(both(_STRING, _UNKNOWN)), Meaning(_UNKNOWN), Budget()) == Proven()


def test_a_predicate_that_nobody_can_test_is_never_proven_empty() -> None:
    """Nor is a value of it made up."""
    found = _of(both(_STRING, _UNKNOWN))
    assert not found.found
    assert not found.complete
    assert found.unsure


def test_a_known_format_has_values_inside_and_outside() -> None:
    """Examples that were tested are values."""
    assert len(_of(both(_STRING, _DATE)).found) == 1
    assert len(_of(both(_STRING, negate(_DATE))).found) == 1
    assert isinstance(included(Meaning(_STRING), Meaning(_DATE), Budget()), Refuted)
    days = Words(frozenset(("2026-01-31", "1999-12-31")))
    assert included(Meaning(both(_STRING, days)), Meaning(_DATE), Budget()) == Proven()


def test_two_formats_together_are_left_open() -> None:
    """That no example is in both proves nothing."""
    both_formats = both(_STRING, _DATE, Opaque(Kind.STRING, "format:ipv4"))
    assert not _of(both_formats).complete


def test_whole_numbers_between_bounds_are_counted() -> None:
    """All of them, and no other."""
    whole = both(_NUMBER, MultipleOf(Fraction(1)), AtLeast(Fraction(-1), beyond=True), AtMost(Fraction(5, 2)))
    assert sorted(_all(whole)) == [0, 1, 2]
    assert _all(both(whole, negate(MultipleOf(Fraction(2))))) == [1]
    assert _all(both(whole, negate(MultipleOf(Fraction(1, 2))))) == []


def test_numbers_off_a_fine_grid_are_found() -> None:
    """A number between two others that is no multiple of a thousandth."""
    found = _of(both(_NUMBER, AtLeast(Fraction(0)), AtMost(Fraction(1, 100)), Not(MultipleOf(Fraction(1, 1000)))))
    assert len(found.found) == 1


def test_texts_of_a_window_are_short() -> None:
    """The shortest that will do."""
    assert _of(both(_STRING, Length(2, 5))).found == ("aa",)
    assert _of(both(_STRING, negate(Length(0, 3)))).found == ("aaaa",)


def test_members_share_demands_where_there_is_no_room() -> None:
    """Two demands are met by one member of an object that may have one only."""
    some_text = negate(EveryMember(EVERYTHING, negate(_STRING)))
    some_long = negate(EveryMember(EVERYTHING, negate(Length(3))))
    found = _of(both(_OBJECT, Members(0, 1), some_text, some_long))
    assert len(found.found) == 1
    assert len(found.found[0]) == 1
    apart = negate(EveryMember(EVERYTHING, negate(_NUMBER)))
    assert _of(both(_OBJECT, Members(0, 1), some_text, apart)) == Values((), complete=True)


def test_too_few_names_make_an_object_impossible() -> None:
    """Three members do not fit into two names."""
    two_names = EveryMember(negate(Words(frozenset(("a", "b")))), NOTHING)
    assert _of(both(_OBJECT, two_names, Members(3))) == Values((), complete=True)
    assert _of(both(_OBJECT, two_names, Members(2))).found == ({"a": None, "b": None},)
    short_names = EveryMember(negate(Length(0, 0)), NOTHING)
    assert _of(both(_OBJECT, short_names, Members(2))) == Values((), complete=True)


def test_items_are_kept_few_and_placed() -> None:
    """At least two texts, at most two, and three items at least: the third is none."""
    texts = both(Contains(2, _STRING), negate(Contains(3, _STRING)))
    found = _of(both(_ARRAY, Items(3), texts))
    assert sum(isinstance(item, str) for item in found.found[0]) == 2
    assert _of(both(_ARRAY, EveryItem(0, _STRING), Items(3), texts)) == Values((), complete=True)


def test_different_items_are_matched_exactly() -> None:
    """Places that want the same few values are told from those that can give way."""
    flags = both(_ARRAY, Items(3, 3), Distinct(), ItemAt(0, either(_NULL, _BOOLEAN)), EveryItem(1, _BOOLEAN))
    assert sorted(map(str, _all(flags))) == ["[None, False, True]", "[None, True, False]"]
    assert _all(both(flags, ItemAt(0, _BOOLEAN))) == []


def test_equal_items_share_what_both_places_want() -> None:
    """Two equal items are in the terms of both places."""
    places = both(_ARRAY, Items(2, 2), ItemAt(0, either(_NULL, _STRING)), ItemAt(1, either(_NULL, _NUMBER)))
    assert _all(both(places, negate(Distinct()))) == [[None, None]]


@pytest.mark.parametrize("value", [None, True, 0, 1.5, "", [1, [None]], {"a": {"b": []}}])
def test_the_term_of_a_value_has_that_value_alone(value: Json) -> None:
    """A value's term is exact."""
    assert _all(exactly_value(value)) == [value]


def test_a_fraction_without_an_end_is_no_number() -> None:
    """A third is no decimal number."""
    with pytest.raises(ValueError, match="no end"):
        number_of(Fraction(1, 3))


def test_matching_moves_others_out_of_the_way() -> None:
    """A choice that was made is changed where a later place needs it."""
    assert match_up([["x", "y"], ["x", "z"], ["x"]], Budget()) == [1, 1, 0]
    assert match_up([["x", "y"], ["x", "y"], ["y", "x"]], Budget()) is None
