"""Keywords about the items of arrays, but for unevaluated ones.

Rules: one function per keyword; which keyword holds the items by place depends on the draft.
"""

from typing import Final

from truemirror.core.schema.reading.dialect import Dialect
from truemirror.core.schema.reading.scalars import whole
from truemirror.core.schema.reading.spot import ReadKeyword, Reads, Spot
from truemirror.core.schema.terms import (
    ALL_KINDS,
    EVERYTHING,
    NOTHING,
    Contains,
    Distinct,
    EveryItem,
    ItemAt,
    Items,
    Json,
    Kind,
    Kinds,
    Term,
    both,
    either,
    negate,
)

_NO_ARRAY: Final = Kinds(ALL_KINDS - {Kind.ARRAY})


def placed(spot: Spot) -> int:
    """So many items from the first have a schema of their own."""
    if spot.place.dialect is Dialect.DRAFT202012:
        return len(spot.node.get("prefixItems", ()))
    listed = spot.node.get("items")
    return len(listed) if isinstance(listed, list) else 0


def covers_all(spot: Spot) -> bool:
    """Whether all items have a schema."""
    listed = spot.node.get("items")
    if isinstance(listed, list):
        return spot.has("additionalItems")
    return listed is not None


def _by_place(reads: Reads, spot: Spot, keyword: str, count: int) -> Term:
    """Each item in the schema of its place."""
    terms = (reads.value(reads.inner(spot, keyword, str(place))) for place in range(count))
    return both(*(ItemAt(place, term) for place, term in enumerate(terms) if term != EVERYTHING))


def _from(start: int, values: Term) -> Term:
    """Every item from a place on in `values`."""
    return EVERYTHING if values == EVERYTHING else EveryItem(start, values)


def read_items(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`items`: each in the schema of its place, or all that have none."""
    if isinstance(argument, list):
        return _by_place(reads, spot, "items", len(argument))
    return _from(placed(spot), reads.value(reads.inner(spot, "items")))


def read_prefix_items(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`prefixItems`: each in the schema of its place."""
    return _by_place(reads, spot, "prefixItems", len(argument))


def read_additional_items(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`additionalItems`: all that have no place of their own; nothing where `items` is no array."""
    if not isinstance(spot.node.get("items"), list):
        return EVERYTHING
    return _from(placed(spot), reads.value(reads.inner(spot, "additionalItems")))


def read_contains(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`contains`: so many items in this schema as `minContains` and `maxContains` say, one or more without them."""
    values = contained(reads, spot)
    fewest = whole(spot.node["minContains"]) if spot.has("minContains") else 1
    most = whole(spot.node["maxContains"]) if spot.has("maxContains") else None
    if values == EVERYTHING:
        return EVERYTHING if fewest == 0 and most is None else Items(fewest, most)
    if values == NOTHING:
        return EVERYTHING if fewest == 0 else _NO_ARRAY
    least = Contains(fewest, values) if fewest else EVERYTHING
    return both(least, EVERYTHING if most is None else either(_NO_ARRAY, negate(Contains(most + 1, values))))


def contained(reads: Reads, spot: Spot) -> Term:
    """What `contains` looks for."""
    return reads.value(reads.inner(spot.exactly(), "contains"))


def read_min_items(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`minItems`: at least so many."""
    return Items(whole(argument)) if argument > 0 else EVERYTHING


def read_max_items(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`maxItems`: at most so many."""
    return Items(0, whole(argument))


def read_unique_items(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`uniqueItems`: no two are equal."""
    return Distinct() if argument else EVERYTHING


KEYWORDS: Final[dict[str, ReadKeyword]] = {
    "prefixItems": read_prefix_items,
    "items": read_items,
    "additionalItems": read_additional_items,
    "contains": read_contains,
    "minItems": read_min_items,
    "maxItems": read_max_items,
    "uniqueItems": read_unique_items,
}
