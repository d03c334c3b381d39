"""Evidence of which attributes come together, and of the values that may explain it.

Rules: evidence adds up in any order; beyond a number of layouts or values nothing is kept, so that it stays small.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from truemirror.core.contract.infer.texts import Seen, look_at

MOST_LAYOUTS = 24
"""Distinct sets of attributes in one place, beyond which there are no variants."""

MOST_ATTRIBUTES = 64
"""Attributes of one object, beyond which nothing is explained."""

MOST_VALUES = 6
"""Distinct values of an attribute, beyond which it explains nothing."""


@dataclass(slots=True)
class Layout:
    """The objects in one place that have one set of attributes."""

    count: int = 0
    values: dict[str, dict[str | bool, Seen] | None] = field(default_factory=dict)
    """The values of each attribute that may explain the layout; None for too many, or one that is no word."""

    def note(self, name: str, value: str | bool, count: int, parents: tuple[int, ...]) -> None:
        """Count a value of an attribute."""
        known = self.values.setdefault(name, {})
        if known is None:
            return
        if value not in known and len(known) >= MOST_VALUES:
            self.values[name] = None
            return
        known.setdefault(value, Seen()).note(count, parents)


Layouts = dict[frozenset[str], Layout] | None
"""Layouts by their attributes; None when there are too many."""


def lay(layouts: dict[frozenset[str], Layout], value: Mapping[str, Any], parent: int) -> Layouts:
    """Take in one object; gives back None when that is one layout too many."""
    names = frozenset(value)
    layout = layouts.get(names)
    if layout is None:
        if len(layouts) >= MOST_LAYOUTS or len(names) > MOST_ATTRIBUTES:
            return None
        layout = layouts[names] = Layout()
    layout.count += 1
    for name, one in value.items():
        if layout.values.get(name, layouts) is None:
            continue
        if isinstance(one, bool) or (isinstance(one, str) and look_at(one).token):
            layout.note(name, one, 1, (parent,))
        else:
            layout.values[name] = None
    return layouts


def merged_layouts(one: Layouts, other: Layouts) -> Layouts:
    """Two gathered apart, put together in the first."""
    if one is None or other is None:
        return None
    for names, layout in other.items():
        own = one.get(names)
        if own is None:
            if len(one) >= MOST_LAYOUTS:
                return None
            own = one[names] = Layout()
        own.count += layout.count
        for name, values in layout.values.items():
            if values is None:
                own.values[name] = None
            for value, seen in (values or {}).items():
                own.note(name, value, seen.count, seen.parents)
    return one
