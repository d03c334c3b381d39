"""Variants that no conventional tag announces: which attribute explains the layouts of objects.

Rules: an attribute explains them only when it is always there, has few values, each seen in three different objects,
and says exactly which attributes come with it; names that identify a thing, or say how it is called, never do.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from truemirror.core.contract.infer.evidence import Objects
from truemirror.core.contract.infer.kinds import explains
from truemirror.core.mirror.operation import looks_like_parameter

_FEWEST_PARENTS = 3
_NAMES = frozenset({"id", "uuid", "name", "title", "slug", "key", "label", "email", "login", "username", "description"})


@dataclass(frozen=True, slots=True)
class Variant:
    """The objects in which a tag has one value."""

    value: str | bool
    count: int
    names: dict[str, bool]
    """The attributes that come with it, and whether each always does."""


def variants_of(objects: Objects) -> tuple[str, list[Variant]]:
    """The attribute that tells variants apart, and the variants in order; empty when there are none."""
    layouts = objects.layouts
    if not layouts or len(layouts) < 2 or objects.decided or objects.grouped:
        return "", []
    whole = {f"/{name}": member.count == objects.count for name, member in (objects.members or {}).items()}
    for name in sorted(set.intersection(*(set(names) for names in layouts))):
        if name in _NAMES or name.endswith(("_id", "_at", "_by", "Id", "At")):
            continue
        found = sorted(_variants(objects, name), key=lambda one: str(one.value))
        if len(found) < 2 or sum(one.count for one in found) != objects.count:
            continue
        parts = [{f"/{place}": always for place, always in one.names.items()} for one in found]
        if explains(whole, parts) and not any(not always for one in found for always in one.names.values()):
            return name, found
    return "", []


def _variants(objects: Objects, name: str) -> Iterator[Variant]:
    """The objects by the value of an attribute; none when it cannot be a tag."""
    counts: dict[str | bool, int] = {}
    parents: dict[str | bool, set[int]] = {}
    names: dict[str | bool, dict[str, int]] = {}
    for layout, seen in (objects.layouts or {}).items():
        values = seen.values.get(name)
        if not values:
            return
        for value, one in values.items():
            counts[value] = counts.get(value, 0) + one.count
            parents.setdefault(value, set()).update(one.parents)
            own = names.setdefault(value, {})
            for place in layout:
                own[place] = own.get(place, 0) + one.count
    if any(len(one) < _FEWEST_PARENTS for one in parents.values()) or len({type(one) for one in counts}) > 1:
        return
    if any(isinstance(value, str) and looks_like_parameter(value) for value in counts):
        return
    for value, count in counts.items():
        yield Variant(value, count, {place: number == count for place, number in names[value].items()})
