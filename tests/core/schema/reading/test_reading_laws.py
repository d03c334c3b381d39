"""Laws of reading, for schemas that nobody thought of."""

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.schema.reading.schemas import VALUES, schemas

from truemirror.core.schema.membership import holds
from truemirror.core.schema.reading import (
    Dialect,
    Reading,
    SchemaError,
    Source,
    Undeclared,
    Unreadable,
    meaning,
)
from truemirror.core.schema.reading.validator import validator
from truemirror.core.schema.terms import Meaning

_COMPILED = {
    Dialect.DRAFT4: jsonschema_rs.Draft4Validator,
    Dialect.DRAFT6: jsonschema_rs.Draft6Validator,
    Dialect.DRAFT7: jsonschema_rs.Draft7Validator,
    Dialect.DRAFT201909: jsonschema_rs.Draft201909Validator,
    Dialect.DRAFT202012: jsonschema_rs.Draft202012Validator,
}


def _read(schema: Any, dialect: Dialect, policy: Reading = Reading()) -> Meaning | None:  # noqa: B008  # a frozen value
    """What a schema means; None where its references never end, or it is said to be unreadable."""
    try:
        return meaning(Source(schema, dialect), policy)
    except SchemaError as error:
        if "never ends" not in error.what:
            raise
    except Unreadable:
        pass
    return None


@pytest.mark.parametrize("dialect", list(Dialect))
@settings(max_examples=60, deadline=None)
@given(told=st.data())
def test_terms_say_what_independent_validators_agree_upon(dialect: Dialect, told: st.DataObject) -> None:
    """A value is in a schema's term exactly where two libraries accept it; where they disagree nothing is proven."""
    schema = told.draw(schemas(dialect))
    said = _read(schema, dialect)
    if said is not None:
        reason, other = validator(Source(schema, dialect)), _COMPILED[dialect](schema, offline=True)
        for value in told.draw(st.lists(VALUES, min_size=1, max_size=5)):
            accepted = reason(value) == ""
            if other.is_valid(value) is accepted:
                assert holds(said.term, said.definitions, value) is accepted, value


@settings(max_examples=60, deadline=None)
@given(schema=schemas(Dialect.DRAFT202012), values=st.lists(VALUES, min_size=1, max_size=5))
def test_a_writer_has_fewer_values_and_a_reader_more(schema: Any, values: list[Any]) -> None:
    """Whatever a closed writer may send is valid as declared; whatever is valid as declared an open reader takes."""
    dialect = Dialect.DRAFT202012
    closed, declared, opened = (_read(schema, dialect, Reading(undeclared=one)) for one in _FROM_NARROW_TO_WIDE)
    for narrow, wide in ((closed, declared), (declared, opened)):
        if narrow is not None and wide is not None:
            for value in values:
                inside = holds(narrow.term, narrow.definitions, value)
                assert not inside or holds(wide.term, wide.definitions, value), value


_FROM_NARROW_TO_WIDE = (Undeclared.CLOSED, Undeclared.DECLARED, Undeclared.OPEN)


@settings(max_examples=60, deadline=None)
@given(schema=schemas(Dialect.DRAFT202012))
def test_a_schema_behind_a_reference_means_the_same(schema: Any) -> None:
    """Moving a schema into a definition and referring to it changes nothing, not even the names in its meaning."""
    moved = {"$ref": "#/$defs/moved", "$defs": {"moved": {"$id": "urn:moved", **schema}}}
    first, second = _read(schema, Dialect.DRAFT202012), _read(moved, Dialect.DRAFT202012)
    if first is not None and second is not None:
        assert first.term == second.term
        assert dict(first.definitions) == dict(second.definitions)
