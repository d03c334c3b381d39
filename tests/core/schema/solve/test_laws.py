"""What holds for every question about terms, whatever they are."""

from hypothesis import given
from tests.core.schema.solve.worlds import OF_ONE_KIND, TERMS, WORLD

from truemirror.core.schema.budget import Budget
from truemirror.core.schema.inclusion import Proven, Refuted, included
from truemirror.core.schema.membership import distinct_key, holds
from truemirror.core.schema.solve import values
from truemirror.core.schema.terms import Meaning, Term, both, negate

_ANY = TERMS | OF_ONE_KIND


@given(_ANY)
def test_what_is_given_as_a_value_is_one(term: Term) -> None:
    """Values are in the term, and different from each other."""
    found = values(term, {}, Budget(), 4)
    assert all(holds(term, {}, value) for value in found.found)
    assert len({distinct_key(value) for value in found.found}) == len(found.found)
    assert "check" not in found.unsure


@given(_ANY)
def test_a_complete_list_leaves_nothing_out(term: Term) -> None:
    """Where there are no others, every value of the small world that is in the term is in the list."""
    found = values(term, {}, Budget(), 6)
    listed = {distinct_key(value) for value in found.found}
    if found.complete:
        assert all(distinct_key(value) in listed for value in WORLD if holds(term, {}, value))
    elif not found.unsure:
        assert len(found.found) == 6


@given(_ANY)
def test_every_term_lies_in_itself(term: Term) -> None:
    """Nothing is in a term and not in it."""
    assert included(Meaning(term), Meaning(term), Budget()) == Proven()


@given(_ANY)
def test_nothing_is_in_a_term_and_its_negation(term: Term) -> None:
    """Together they are empty."""
    found = values(both(term, negate(term)), {}, Budget())
    assert (found.found, found.complete) == ((), True)


@given(_ANY, _ANY)
def test_an_answer_is_never_wrong_in_the_small_world(inner: Term, outer: Term) -> None:
    """Proven, and no value refutes it; refuted, and the witness does."""
    answer = included(Meaning(inner), Meaning(outer), Budget())
    if answer == Proven():
        assert not [value for value in WORLD if holds(inner, {}, value) and not holds(outer, {}, value)]
    elif isinstance(answer, Refuted):
        assert holds(inner, {}, answer.witness)
        assert not holds(outer, {}, answer.witness)


@given(OF_ONE_KIND, _ANY)
def test_a_narrower_term_lies_in_the_wider_one(term: Term, other: Term) -> None:
    """What is in both is in each."""
    answer = included(Meaning(both(term, other)), Meaning(term), Budget())
    assert answer == Proven()


@given(OF_ONE_KIND, OF_ONE_KIND, OF_ONE_KIND)
def test_inclusion_is_transitive(one: Term, two: Term, three: Term) -> None:
    """What is inside a part is inside the whole."""
    whole = both(one, two)
    if included(Meaning(one), Meaning(three), Budget()) == Proven():
        assert not isinstance(included(Meaning(whole), Meaning(three), Budget()), Refuted)


@given(_ANY, _ANY)
def test_inside_is_where_nothing_is_left_outside(inner: Term, outer: Term) -> None:
    """Inclusion and emptiness say the same."""
    left = values(both(inner, negate(outer)), {}, Budget())
    proven = included(Meaning(inner), Meaning(outer), Budget()) == Proven()
    assert proven == (left.complete and not left.found)


@given(_ANY, _ANY)
def test_the_same_question_has_the_same_answer_and_cost(inner: Term, outer: Term) -> None:
    """Nothing is carried over from one question to the next."""
    budgets = (Budget(), Budget())
    first, second = (included(Meaning(inner), Meaning(outer), budget) for budget in budgets)
    assert first == second
    assert budgets[0].left == budgets[1].left
