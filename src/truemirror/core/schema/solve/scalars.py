"""Whether a single text, number, truth value or null is in a term.

Rules: three answers: it is, it is not, nobody can say (None), for a predicate that cannot be tested. Strong logic: what
one known part decides is decided.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from truemirror.core.schema import opaque
from truemirror.core.schema.constant import fraction_of, number_of
from truemirror.core.schema.language_words import accepts
from truemirror.core.schema.solve.harvest import Gathering, Harvest
from truemirror.core.schema.solve.views import Scalar, Views, kind_of
from truemirror.core.schema.terms import (
    AtLeast,
    AtMost,
    Both,
    Either,
    IsTrue,
    Json,
    Kind,
    Kinds,
    Length,
    Matches,
    MultipleOf,
    Not,
    Numbers,
    Opaque,
    Ref,
    Term,
    Words,
)


class Scalars:
    """Single scalars against terms; answers are remembered."""

    __slots__ = ("_known", "_unfolding", "views")

    def __init__(self, views: Views) -> None:
        """Scalars under the definitions of views."""
        self.views = views
        self._known: dict[tuple[Term, Kind, Scalar], bool | None] = {}
        self._unfolding: set[tuple[Term, Kind, Scalar]] = set()

    def among(self, kind: Kind, candidates: Iterable[Scalar], goal: Iterable[Term], count: int) -> Harvest:
        """Which of some scalars of a kind are in all terms; up to `count` of them, small ones first."""
        gathering = Gathering()
        terms = tuple(goal)
        for scalar in sorted(candidates, key=_smallness):
            answers = [self.holds(term, kind, scalar) for term in terms]
            if False in answers:
                continue
            if None in answers:
                gathering.doubt(f"it is not known whether {_shown(scalar)!r} conforms to {self._culprit(terms)}")
                continue
            gathering.add(Harvest((_shown(scalar),), True))
            if len(gathering.values) == count:
                gathering.doubt("there may be further values")
                break
        return gathering.harvest()

    def _culprit(self, terms: Iterable[Term]) -> str:
        """The name of a predicate that could not be tested."""
        names = sorted(term.name for term in terms if isinstance(term, Opaque))
        return names[0] if names else "a predicate that cannot be tested"

    def holds(self, term: Term, kind: Kind, scalar: Scalar) -> bool | None:
        """Whether a scalar of a kind is in a term."""
        if isinstance(term, Kinds):
            return kind in term.kinds
        key = (term, kind, scalar)
        if key in self._known:
            return self._known[key]
        self.views.budget.spend()
        if key in self._unfolding:
            return None
        self._unfolding.add(key)
        try:
            answer = self._known[key] = self._holds(term, kind, scalar)
        finally:
            self._unfolding.discard(key)
        return answer

    def _holds(self, term: Term, kind: Kind, scalar: Scalar) -> bool | None:
        """Work out whether a scalar is in a term."""
        match term:
            case Both(terms=terms):
                return _all(self.holds(part, kind, scalar) for part in terms)
            case Either(terms=terms):
                return _not(_all(_not(self.holds(part, kind, scalar)) for part in terms))
            case Ref():
                return self.holds(self.views.unfolded(term), kind, scalar)
            case Not(term=Ref() as inner):
                return _not(self.holds(inner, kind, scalar))
            case Not(term=atom):
                return False if kind_of(atom) is not kind else _not(self._is(atom, scalar))
            case _:
                return True if kind_of(term) is not kind else self._is(term, scalar)

    def _is(self, atom: Term, scalar: Scalar) -> bool | None:
        """Whether an atom holds for a scalar of its kind."""
        if isinstance(atom, Opaque):
            return opaque.test(atom, _shown(scalar))
        if isinstance(scalar, bool):
            return isinstance(atom, IsTrue) and scalar
        if isinstance(scalar, str):
            return self._is_text(atom, scalar)
        assert isinstance(scalar, Fraction)
        return _is_number(atom, scalar)

    def _is_text(self, atom: Term, text: str) -> bool:
        """Whether an atom about strings holds for a text."""
        match atom:
            case Words(values=words):
                return text in words
            case Length(shortest=low, longest=high):
                return len(text) >= low and (high is None or len(text) <= high)
            case Matches(language=language):
                return accepts(language, text)
            case _:
                raise AssertionError(f"{type(atom).__name__} does not speak of strings")


def scalar_of(value: Json) -> Scalar:
    """A JSON value that is no array and no object as a scalar."""
    if value is None or isinstance(value, bool | str):
        return value
    assert isinstance(value, int | float | Decimal)
    return fraction_of(value)


def _is_number(atom: Term, number: Fraction) -> bool:
    """Whether an atom about numbers holds for one."""
    match atom:
        case Numbers(values=numbers):
            return number in numbers
        case AtLeast(bound=bound, beyond=beyond):
            return number > bound or (number == bound and not beyond)
        case AtMost(bound=bound, beyond=beyond):
            return number < bound or (number == bound and not beyond)
        case MultipleOf(step=step):
            return (number / step).denominator == 1
        case _:
            raise AssertionError(f"{type(atom).__name__} does not speak of numbers")


def _all(answers: Iterable[bool | None]) -> bool | None:
    """Three-valued "and"."""
    result: bool | None = True
    for answer in answers:
        if answer is False:
            return False
        if answer is None:
            result = None
    return result


def _not(answer: bool | None) -> bool | None:
    """Three-valued "not"."""
    return None if answer is None else not answer


def _shown(scalar: Scalar) -> Json:
    """A scalar as a JSON value."""
    return number_of(scalar) if isinstance(scalar, Fraction) else scalar


def _smallness(scalar: Scalar) -> tuple[int | Fraction, int, str]:
    """What orders scalars of one kind: short texts and small numbers first."""
    if isinstance(scalar, str):
        return (len(scalar), 0, scalar)
    number = Fraction(scalar or 0)
    return (abs(number), int(number < 0), "")
