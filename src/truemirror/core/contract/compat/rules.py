"""The table of compatibility: what each change between two schemas means, and how much it weighs.

Rules: a family per file; every kind of change has a row, every row a mirror or a reason why not; a level is computed
from effect, direction and usage, and the example of the row, run in every direction, has to come out as the row says.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from truemirror.core.contract.compat import rules_arrays, rules_combining, rules_objects, rules_values, rules_words
from truemirror.core.contract.compat.policy import Direction
from truemirror.core.contract.compat.row import Row
from truemirror.core.contract.finding import Level

_FAMILIES: Final = (rules_objects, rules_values, rules_arrays, rules_combining, rules_words)
ROWS: Final[Mapping[str, Row]] = MappingProxyType({row.id: row for family in _FAMILIES for row in family.ROWS})
"""All rules about schemas by id, in the order in which people should read them."""


def level(row: Row, direction: Direction, *, breaks: bool, is_read: bool | None = None) -> Level:
    """How much a change weighs.

    `breaks` is whether a value shows that it breaks somebody in this direction; `is_read` whether anybody reads what
    it is about, None where nobody knows.
    """
    if breaks:
        return Level.BREAK
    return Level.WARN if direction in row.warns and is_read is not False else Level.INFO
