"""Membership is exact for every sort of term, and speaks only of its kind."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from truemirror.core.schema.membership import Untestable, holds, kind_of
from truemirror.core.schema.terms import (
    AtLeast,
    AtMost,
    Contains,
    Distinct,
    EveryItem,
    EveryMember,
    Has,
    IsTrue,
    ItemAt,
    Items,
    Kind,
    Kinds,
    Length,
    Members,
    MultipleOf,
    Numbers,
    Opaque,
    Ref,
    Term,
    Words,
    negate,
)

TEXT = Kinds(frozenset((Kind.STRING,)))
A = Words(frozenset("a"))
ONE, TENTH = Fraction(1), Fraction(1, 10)

ROWS: list[tuple[Term, Any, Any]] = [
    (IsTrue(), True, False),
    (AtLeast(ONE), 1, 0.9),
    (AtLeast(ONE, True), 1.1, 1.0),
    (AtMost(ONE), 1.0, Decimal("1.0000000000000000000001")),
    (AtMost(ONE, True), 0, 1),
    (MultipleOf(TENTH), 0.3, 0.35),
    (MultipleOf(ONE), 10**40, 0.5),
    (Numbers(frozenset((TENTH,))), 0.1, Decimal("0.10000000000000000555")),
    (Words(frozenset("a")), "a", "b"),
    (Length(1, 1), "\U0001f600", "ab"),
    (Has("a"), {"a": None}, {}),
    (EveryMember(A, TEXT), {"a": "", "b": 1}, {"a": 1}),
    (Members(1, 1), {"a": 1}, {}),
    (ItemAt(1, TEXT), [1], [1, 1]),
    (EveryItem(1, TEXT), [1, ""], [1, "", 1]),
    (Items(1, 2), [1], []),
    (Contains(2, TEXT), ["", ""], ["", 1]),
    (Distinct(), [1, True, "1", [1]], [{"a": 1}, {"a": 1.0}]),
    (Opaque(Kind.STRING, "format:date"), "2026-01-02", "x"),
]


@pytest.mark.parametrize(("atom", "inside", "outside"), ROWS, ids=[type(row[0]).__name__ for row in ROWS])
def test_an_atom_and_its_negation_part_the_values_of_their_kind(atom: Term, inside: Any, outside: Any) -> None:
    """One value is in, one is not; their negation has them the other way round."""
    assert (holds(atom, {}, inside), holds(atom, {}, outside)) == (True, False)
    assert (holds(negate(atom), {}, inside), holds(negate(atom), {}, outside)) == (False, True)


@pytest.mark.parametrize("atom", [row[0] for row in ROWS], ids=[type(row[0]).__name__ for row in ROWS])
def test_values_of_other_kinds_are_in_an_atom_and_not_in_its_negation(atom: Term) -> None:
    """`minimum` lets every text pass, and so does every other atom for what it does not speak of."""
    assert holds(atom, {}, None)
    assert not holds(negate(atom), {}, None)


def test_a_reference_is_what_it_stands_for() -> None:
    """References are followed, negated ones too."""
    assert holds(Ref("t"), {"t": TEXT}, "")
    assert not holds(negate(Ref("t")), {"t": TEXT}, "")


def test_a_predicate_that_nobody_can_test_is_no_guess() -> None:
    """An unknown format ends in an error of its own."""
    with pytest.raises(Untestable):
        holds(Opaque(Kind.STRING, "format:never-heard-of"), {}, "x")


def test_what_is_no_json_value_is_refused() -> None:
    """A set has no kind."""
    with pytest.raises(TypeError):
        kind_of({1})
