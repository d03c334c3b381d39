"""Strategies for whole schemas: what conforms, and what breaks one promise.

Rules: every value has passed a compiled validator that knows nothing of how it was drawn; a schema without values is an
error before the first draw.
"""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import jsonschema_rs
from hypothesis import note
from hypothesis import strategies as st

from truemirror.core.schema.budget import OutOfSteps
from truemirror.core.schema.opaque import FORMATS
from truemirror.core.schema.reading import Dialect, Reading, Source, Unreadable, dialect_of, meaning
from truemirror.core.schema.shapes.breaking import Break, breaks
from truemirror.core.schema.terms import Meaning
from truemirror.errors import UsageError
from truemirror.testing.drawing.trying import Draw, Strategy, tried
from truemirror.testing.drawing.values import Drawing

_SPARE: Final = 8
_VALIDATORS: Final[Mapping[Dialect, Any]] = {
    Dialect.DRAFT4: jsonschema_rs.Draft4Validator,
    Dialect.DRAFT6: jsonschema_rs.Draft6Validator,
    Dialect.DRAFT7: jsonschema_rs.Draft7Validator,
    Dialect.DRAFT201909: jsonschema_rs.Draft201909Validator,
    Dialect.DRAFT202012: jsonschema_rs.Draft202012Validator,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A schema as somebody asks for it."""

    schema: Any
    dialect: str | None
    formats: bool
    documents: Mapping[str, Any]

    @property
    def source(self) -> Source:
        """The schema and its surroundings. Raises UsageError for a draft that there is none of."""
        try:
            draft = Dialect(self.dialect) if self.dialect else dialect_of(self.schema, *self.documents.values())
        except ValueError:
            drafts = ", ".join(Dialect)
            raise UsageError(f"there is no draft {self.dialect!r} of JSON Schema", nearest=drafts) from None
        return Source(self.schema, draft, documents=self.documents)

    @property
    def reading(self) -> Reading:
        """How it is read."""
        return Reading(formats=FORMATS if self.formats else frozenset())


def conforming(wanted: Wanted) -> Strategy:
    """Values that conform. Raises SchemaError, UsageError."""
    source = wanted.source
    return drawn(understood(source, wanted.reading), look(source, formats=wanted.formats))


def breaking(wanted: Wanted) -> Strategy:
    """Values that break one promise. Raises SchemaError, UsageError."""
    source = wanted.source
    return broken(understood(source, wanted.reading), look(source, formats=wanted.formats))


def understood(source: Source, reading: Reading) -> Meaning:
    """What a schema means. Raises SchemaError, and UsageError for what cannot be drawn from."""
    try:
        return meaning(source, reading)
    except Unreadable as problem:
        raise UsageError(f"no values can be drawn from this schema: {problem}", where=source.uri) from None
    except OutOfSteps:
        raise UsageError("this schema is too large to draw values from", where=source.uri) from None


def look(source: Source, *, formats: bool) -> Callable[[Any], bool]:
    """Whether a value conforms, by the compiled validator; any does where that cannot read the schema."""
    documents = {source.uri or "json-schema:///": source.root, **source.documents}
    schema = {"$ref": f"{source.uri}#{source.pointer}"} if source.pointer or source.uri else source.root
    try:
        registry = jsonschema_rs.Registry(list(documents.items()), draft=_draft(source.dialect))
        validator = _VALIDATORS[source.dialect](schema, registry=registry, offline=True, validate_formats=formats)
    except (ValueError, jsonschema_rs.ReferencingError):
        return lambda value: True

    def conforms(value: Any) -> bool:
        """Whether a value conforms."""
        try:
            return bool(validator.is_valid(value))
        except ValueError:  # a pattern that takes too long, or a value that is too deep
            return False

    return conforms


def _draft(dialect: Dialect) -> int:
    """What the validator calls a draft."""
    name = f"Draft{dialect.value.removeprefix('draft').replace('-', '')}"
    return int(getattr(jsonschema_rs, name))


def drawn(meant: Meaning, is_good: Callable[[Any], bool], where: str = "") -> Strategy:
    """Values of a meaning that are good. Raises UsageError when there are none."""
    drawing = Drawing(meant.definitions)
    goal = frozenset((meant.term,))
    if drawing.known.is_empty(goal):
        raise UsageError(
            "no value conforms to this schema", where=where, fix="see which of its promises exclude another"
        )
    values = drawing.of(goal)
    return tried(values, is_good, _spare(drawing, goal, is_good))


def broken(meant: Meaning, is_good: Callable[[Any], bool], where: str = "") -> Strategy:
    """Values that break one promise of a meaning. Raises UsageError when nothing does."""
    drawing = Drawing(meant.definitions)
    ways = []
    for one in breaks(drawing.known, meant.term):
        goal = frozenset((one.term,))
        spare = _spare(drawing, goal, lambda value: not is_good(value))
        ways.append((one, tried(drawing.of(goal), lambda value: not is_good(value), spare)))
    if not ways:
        raise UsageError(
            "every value conforms to this schema", where=where, fix="draw from one that promises something"
        )
    return _told(ways)


@st.composite
def _told(draw: Draw, ways: Sequence[tuple[Break, Strategy]]) -> Any:
    """A value that breaks one of some promises, which is noted."""
    one, values = draw(st.sampled_from(ways))
    value = draw(values)
    note(f"breaks one promise: {one.place or 'the value'} {one.what}")
    return value


def _spare(drawing: Drawing, goal: Any, is_good: Callable[[Any], bool]) -> Callable[[], Sequence[Any]]:
    """The good ones among the values that the solver knows."""

    def spare() -> Sequence[Any]:
        """Look when they are needed."""
        found = drawing.known.values(goal, _SPARE).found or drawing.known.values(goal).found
        return [one for one in found if is_good(copy.deepcopy(one))]

    return spare
