"""Values of a term, or the proof that there are none.

Rules: every value given has been checked by itself against the term; that there are no (further) values is said only
where every way was tried and none was unsure. The same question always ends in the same way.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from truemirror.core.schema.budget import Budget
from truemirror.core.schema.membership import Untestable, holds
from truemirror.core.schema.solve.solver import Solver
from truemirror.core.schema.terms import Json, Term


@dataclass(frozen=True, slots=True)
class Values:
    """Distinct values of a term; `complete` when there are no others; else why fewer were found than asked for."""

    found: tuple[Json, ...]
    complete: bool
    unsure: str = ""


def values(term: Term, definitions: Mapping[str, Term], budget: Budget, count: int = 1) -> Values:
    """Up to `count` distinct values of a term. Raises OutOfSteps when that costs more than the budget."""
    return values_of((term,), (), definitions, budget, count)


def values_of(
    terms: tuple[Term, ...],
    without: tuple[Term, ...],
    definitions: Mapping[str, Term],
    budget: Budget,
    count: int = 1,
) -> Values:
    """Up to `count` distinct values that are in all terms, and in none of those they are to be without.

    Raises OutOfSteps as `values` does.
    """
    try:
        solver = Solver(definitions, budget)
        views = solver.views
        wanted = [views.shared(term) for term in terms]
        harvest = solver.harvest(frozenset((*wanted, *(views.negation(views.shared(term)) for term in without))), count)
        checked = tuple(one for one in harvest.values if _is_in(one, terms, without, definitions, budget))
    except Untestable as problem:
        return Values((), False, f"nobody can say whether a value conforms to {problem}")
    except RecursionError:
        return Values((), False, "the schemas are nested too deep in one another")
    if len(checked) < len(harvest.values):
        return Values(checked, False, "a value that was found does not pass the check")
    missing = len(checked) < count and not harvest.complete
    complete = harvest.complete and len(checked) <= count
    return Values(checked[:count], complete, harvest.unsure if missing else "")


def _is_in(
    value: Json,
    terms: tuple[Term, ...],
    without: tuple[Term, ...],
    definitions: Mapping[str, Term],
    budget: Budget,
) -> bool:
    """Whether a value is in all terms and in none of the others. Raises Untestable, OutOfSteps."""
    return all(holds(term, definitions, value, budget=budget) for term in terms) and not any(
        holds(term, definitions, value, budget=budget) for term in without
    )
