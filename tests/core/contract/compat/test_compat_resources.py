"""A document that says where it is: whoever confirms a witness follows references that start from there, too."""

from typing import Any

import pytest

from truemirror.core.contract.compat.judge import Verdict, judge
from truemirror.core.contract.compat.policy import Direction
from truemirror.core.schema.reading import Dialect, Source

_WORDS = {
    Dialect.DRAFT4: ("id", "definitions"),
    Dialect.DRAFT7: ("$id", "definitions"),
    Dialect.DRAFT201909: ("$id", "$defs"),
    Dialect.DRAFT202012: ("$id", "$defs"),
}


def _deal(dialect: Dialect, place: str, longest: int) -> Any:
    """A deal whose name is described by a part with an identifier of its own, relative to that of the whole."""
    identifier, inside = _WORDS[dialect]
    name = {identifier: "name.json", "type": "string", "maxLength": longest}
    whole = {"type": "object", "properties": {"name": {"$ref": "name.json"}}, inside: {"name": name}}
    return {identifier: place, **whole}


@pytest.mark.parametrize("dialect", _WORDS)
@pytest.mark.parametrize("place", ["https://api.example.com/schemas/deal.json", "schemas/deal.json"])
def test_a_break_behind_a_relative_reference_is_confirmed(dialect: Dialect, place: str) -> None:
    """Breaking with a witness one way, compatible the other."""
    wide, narrow = (Source(_deal(dialect, place, longest), dialect) for longest in (9, 5))
    found = judge(wide, narrow, Direction.BACKWARD)
    assert found.verdict is Verdict.BREAKING
    assert found.findings[0].witness
    assert judge(narrow, wide, Direction.BACKWARD).verdict is Verdict.COMPATIBLE
