"""Keywords that apply other schemas to the same value: references, all, any, one, not, if; and the unevaluated rest.

Rules: what is excluded is read as it stands, by no policy; `then` and `else` mean nothing without `if`.
"""

from typing import Final

from truemirror.core.schema.reading.marks import evaluated, rest_of_items, rest_of_members
from truemirror.core.schema.reading.members import is_ignored
from truemirror.core.schema.reading.spot import ReadKeyword, Reads, Spot
from truemirror.core.schema.terms import EVERYTHING, Json, Term, both, either

REFERENCES: Final = ("$ref", "$dynamicRef", "$recursiveRef")


def read_reference(keyword: str) -> ReadKeyword:
    """A reference: what it leads to."""

    def read(reads: Reads, spot: Spot, argument: Json) -> Term:
        """The schema at the end of the reference."""
        return reads.here(reads.target(spot, keyword))

    return read


def read_all_of(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`allOf`: in all of these."""
    return both(*_each(reads, spot, "allOf", len(argument)))


def read_any_of(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`anyOf`: in any of these."""
    return either(*_each(reads, spot, "anyOf", len(argument)))


def _each(reads: Reads, spot: Spot, keyword: str, count: int) -> list[Term]:
    """What each schema of a list demands."""
    return [reads.here(reads.branch(spot, keyword, str(number))) for number in range(count)]


def read_one_of(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`oneOf`: in one of these and in no other."""
    count = len(argument)
    reads.budget.spend(count * count)
    held = _each(reads, spot, "oneOf", count)
    others = [reads.negated(term) for term in _each(reads, spot.exactly(), "oneOf", count)]
    return either(*(both(term, *others[:number], *others[number + 1 :]) for number, term in enumerate(held)))


def read_not(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`not`: not in this."""
    return reads.negated(reads.here(reads.branch(spot.exactly(), "not")))


def condition(reads: Reads, spot: Spot) -> Term:
    """What `if` asks."""
    return reads.here(reads.branch(spot.exactly(), "if"))


def read_if(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`if`: then `then`, else `else`."""
    asked = condition(reads, spot)
    if not spot.has("then") and not spot.has("else"):
        return EVERYTHING
    then = reads.here(reads.branch(spot, "then")) if spot.has("then") else EVERYTHING
    other = reads.here(reads.branch(spot, "else")) if spot.has("else") else EVERYTHING
    return both(either(reads.negated(asked), then), either(asked, other))


def read_unevaluated_properties(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`unevaluatedProperties`: every member that nothing here has evaluated is in this schema."""
    if is_ignored(reads, spot, "unevaluatedProperties"):
        return EVERYTHING
    values = reads.value(reads.inner(spot, "unevaluatedProperties"))
    return rest_of_members(evaluated(reads.marks(spot, own=False)), values, reads.budget)


def read_unevaluated_items(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`unevaluatedItems`: every item that nothing here has evaluated is in this schema."""
    values = reads.value(reads.inner(spot, "unevaluatedItems"))
    return rest_of_items(evaluated(reads.marks(spot, own=False)), values, reads.budget)


KEYWORDS: Final[dict[str, ReadKeyword]] = {
    **{keyword: read_reference(keyword) for keyword in REFERENCES},
    "allOf": read_all_of,
    "anyOf": read_any_of,
    "oneOf": read_one_of,
    "not": read_not,
    "if": read_if,
    "unevaluatedProperties": read_unevaluated_properties,
    "unevaluatedItems": read_unevaluated_items,
}
