"""Keywords about the members of objects, but for unevaluated ones.

Rules: one function per keyword; attributes that are not there on this side are neither demanded nor looked at.
"""

from collections.abc import Mapping
from typing import Final

from truemirror.core.schema.reading.marks import every_member, names_of
from truemirror.core.schema.reading.patterns import matching
from truemirror.core.schema.reading.policy import Undeclared
from truemirror.core.schema.reading.scalars import whole
from truemirror.core.schema.reading.spot import ReadKeyword, Reads, Spot
from truemirror.core.schema.terms import (
    ALL_KINDS,
    EVERYTHING,
    NOTHING,
    Has,
    Json,
    Kind,
    Kinds,
    Members,
    Term,
    Words,
    both,
    either,
    negate,
)

NO_OBJECT: Final = Kinds(ALL_KINDS - {Kind.OBJECT})


def read_properties(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`properties`: each attribute in its schema."""
    names = (name for name in argument if name not in spot.hidden)
    return both(*(_one(reads, spot, name) for name in names))


def _one(reads: Reads, spot: Spot, name: str) -> Term:
    """One attribute in its schema."""
    return every_member(Words(frozenset((name,))), reads.value(reads.inner(spot, "properties", name)))


def read_pattern_properties(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`patternProperties`: attributes of matching names in their schema."""
    return both(
        *(
            every_member(_visible(spot, matching(text)), reads.value(reads.inner(spot, "patternProperties", text)))
            for text in argument
        )
    )


def _visible(spot: Spot, names: Term) -> Term:
    """The names without those of attributes that are not there."""
    return both(names, negate(Words(spot.hidden))) if spot.hidden else names


def declared_names(spot: Spot) -> Term:
    """The names that `properties` and `patternProperties` of a schema are about."""
    patterns = frozenset(matching(text) for text in spot.node.get("patternProperties", ()))
    return names_of(frozenset(spot.node.get("properties", ())), patterns)


def is_ignored(reads: Reads, spot: Spot, keyword: str) -> bool:
    """Whether a reader does not mind what a schema forbids."""
    return not spot.strict and reads.policy.undeclared is Undeclared.OPEN and spot.node.get(keyword) is False


def read_additional(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`additionalProperties`: all other attributes in this schema."""
    if is_ignored(reads, spot, "additionalProperties"):
        return EVERYTHING
    values = reads.value(reads.inner(spot, "additionalProperties"))
    return every_member(_visible(spot, negate(declared_names(spot))), values)


def read_property_names(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`propertyNames`: every name in this schema."""
    names = reads.value(reads.inner(spot.exactly(), "propertyNames"))
    return every_member(_visible(spot, reads.negated(names)), NOTHING)


def read_required(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`required`: has all of these."""
    return both(*(Has(name) for name in argument if name not in spot.hidden))


def read_min_properties(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`minProperties`: at least so many members."""
    return Members(whole(argument)) if argument > 0 else EVERYTHING


def read_max_properties(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`maxProperties`: at most so many members."""
    return Members(0, whole(argument))


def read_dependent_required(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`dependentRequired`: who has this has those."""
    return both(*(either(negate(Has(name)), read_required(reads, spot, needed)) for name, needed in argument.items()))


def read_dependent_schemas(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`dependentSchemas`: who has this is in that schema."""
    return both(*(_dependent(reads, spot, "dependentSchemas", name) for name in argument))


def _dependent(reads: Reads, spot: Spot, keyword: str, name: str) -> Term:
    """Who has this is in that schema."""
    return either(NO_OBJECT, negate(Has(name)), reads.here(reads.branch(spot, keyword, name)))


def read_dependencies(reads: Reads, spot: Spot, argument: Json) -> Term:
    """`dependencies`: who has this has those, or is in that schema."""
    lists = {name: needed for name, needed in argument.items() if isinstance(needed, list)}
    schemas = (_dependent(reads, spot, "dependencies", name) for name in argument if name not in lists)
    return both(read_dependent_required(reads, spot, lists), *schemas)


def dependent_schemas(spot: Spot) -> tuple[tuple[str, str], ...]:
    """The keyword and the name of each schema that holds where an attribute is there."""
    keyword = "dependentSchemas" if spot.has("dependentSchemas") else "dependencies"
    held = spot.node.get(keyword) if spot.has(keyword) else None
    if not isinstance(held, Mapping):
        return ()
    return tuple((keyword, name) for name, one in held.items() if not isinstance(one, list))


KEYWORDS: Final[dict[str, ReadKeyword]] = {
    "properties": read_properties,
    "patternProperties": read_pattern_properties,
    "additionalProperties": read_additional,
    "propertyNames": read_property_names,
    "required": read_required,
    "minProperties": read_min_properties,
    "maxProperties": read_max_properties,
    "dependentRequired": read_dependent_required,
    "dependentSchemas": read_dependent_schemas,
    "dependencies": read_dependencies,
}
