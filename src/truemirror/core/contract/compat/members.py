"""What two schemas say differently about the members of objects.

Rules: an attribute is known by its name; one that went and one that came are a rename where their schemas are the same
and either their names are alike or they are the only ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from truemirror.core.contract.compat.change import Act, Change, Edit
from truemirror.core.contract.compat.view import View, view

if TYPE_CHECKING:
    from truemirror.core.contract.compat.changes import Walk

_ALIKE = 0.6
"""How alike two names have to be for a rename; 1 is the same."""


def member_changes(walk: Walk, old: View, new: View, path: str) -> Iterator[Change]:
    """The changes of one pair of schemas, as far as they are about objects."""
    if kind := _shape_change(old, new):
        edits = (Edit(Act.REPLACE, old.home, new.home),)
        yield Change(kind, path, old.home, new.home, edits=edits, keyword="additionalProperties")
        return
    renamed = dict(_renames(old, new))
    for name in dict.fromkeys((*old.properties, *new.properties)):
        at = path + spoken_name(name)
        if name in old.properties and name in new.properties:
            walk.later(old.properties[name], new.properties[name], at)
        elif name in renamed:
            yield _renamed(old, new, path, name, renamed[name])
        elif name not in renamed.values():
            yield _one_sided(walk, old, new, path, name)
    yield from _required(walk, old, new, path, set(renamed) | set(renamed.values()))
    for pattern in dict.fromkeys((*old.patterns, *new.patterns)):
        if pattern in old.patterns and pattern in new.patterns:
            walk.later(old.patterns[pattern], new.patterns[pattern], f"{path}.{{{pattern}}}")
            continue
        kind = f"pattern-attributes-{'added' if pattern in new.patterns else 'removed'}"
        edit = Edit(Act.COPY, old.home, new.home, ("patternProperties", pattern))
        yield Change(kind, f"{path}.{{{pattern}}}", old.home, new.home, keyword="patternProperties", edits=(edit,))
    for keyword, family in (("additionalProperties", "undeclared"), ("unevaluatedProperties", "unevaluated")):
        yield from _rest(walk, keyword, family, old, new, path)
    yield from _dependencies(walk, old, new, path)


def spoken_name(name: str) -> str:
    """A member's name as a step of a path."""
    from truemirror.core.contract.pointer import printable

    return f".{printable(name)}"


def _shape_change(old: View, new: View) -> str:
    """Whether declared attributes turned into a map, or the other way round."""
    shapes = []
    for one in (old, new):
        has_map = isinstance(one.value("additionalProperties"), Mapping) and bool(one.value("additionalProperties"))
        shapes.append("object" if one.properties and not has_map else "map" if has_map and not one.properties else "")
    return f"{shapes[0]}-became-{shapes[1]}" if sorted(shapes) == ["map", "object"] else ""


def _renames(old: View, new: View) -> Iterator[tuple[str, str]]:
    """Attributes that went, with the name they came back under."""
    gone = [name for name in old.properties if name not in new.properties]
    come = [name for name in new.properties if name not in old.properties]
    only = len(gone) == len(come) == 1
    for name in gone[:50]:
        alike = [
            other
            for other in come[:50]
            if old.properties[name].schema == new.properties[other].schema
            and (name in old.required) == (other in new.required)
            and (only or SequenceMatcher(None, name.lower(), other.lower()).ratio() >= _ALIKE)
        ]
        if alike:
            best = max(alike, key=lambda other: SequenceMatcher(None, name, other).ratio())
            come.remove(best)
            yield name, best


def _declared(old: View, new: View, name: str) -> tuple[Edit, ...]:
    """The edits that take over an attribute, and whether it is required."""
    ends = [one.properties.get(name) for one in (old, new)]
    homes = [_holder(end, one) for end, one in zip(ends, (old, new), strict=True)]
    taken = Edit(Act.COPY, homes[0], homes[1], ("properties", name))
    if (name in old.required) == (name in new.required):
        return (taken,)
    return (taken, _asked(old, new, name))


def _holder(spot: Any, one: View) -> Any:
    """The schema whose `properties` declare an attribute; the view's home where none does."""
    return one.home if spot is None else _parents(one).get(spot.steps[:-2], one.home)


def _parents(one: View) -> dict[Any, Any]:
    """The places that a view is made of, by their steps."""
    places = [one.home, *one.keywords.values(), *one.required.values()]
    return {spot.steps: spot for spot in places}


def _asked(old: View, new: View, name: str) -> Edit:
    """The edit that takes over whether an attribute is required."""
    return Edit(Act.MEMBER, old.required.get(name, old.home), new.required.get(name, new.home), ("required",), name)


def _renamed(old: View, new: View, path: str, before: str, after: str) -> Change:
    """An attribute has another name."""
    edits = (*_declared(old, new, before), *_declared(old, new, after))
    ends = (old.properties[before], new.properties[after])
    at = path + spoken_name(before)
    return Change("attribute-renamed", at, *ends, before, after, keyword="properties", name=before, edits=edits)


def _one_sided(walk: Walk, old: View, new: View, path: str, name: str) -> Change:
    """An attribute is declared on one side only."""
    is_new = name in new.properties
    side, seen = (walk.new, new) if is_new else (walk.old, old)
    asked = name in seen.required and name not in (old if is_new else new).required
    kind = f"{'required-' if asked else ''}attribute-{'added' if is_new else 'removed'}"
    spot = seen.properties[name]
    one, other = (old.home, spot) if is_new else (spot, new.home)
    default = "default" in view(side, spot).keywords
    edits = _declared(old, new, name)
    before, after = (None, spot.schema) if is_new else (spot.schema, None)
    at = path + spoken_name(name)
    if is_new and asked and default:
        kind = "required-attribute-with-default-added"
    return Change(kind, at, one, other, before, after, keyword="properties", name=name, edits=edits, default=default)


def _required(walk: Walk, old: View, new: View, path: str, renamed: set[str]) -> Iterator[Change]:
    """Attributes that are asked for on one side only, as far as that is not told with the attribute."""
    for name in dict.fromkeys((*old.required, *new.required)):
        one_sided = (name in old.properties) != (name in new.properties)
        if (name in old.required) == (name in new.required) or one_sided or name in renamed:
            continue
        kind = "attribute-now-required" if name in new.required else "attribute-now-optional"
        ends = (old.properties.get(name, old.home), new.properties.get(name, new.home))
        at = path + spoken_name(name)
        yield Change(kind, at, *ends, keyword="required", name=name, edits=(_asked(old, new, name),))


def _rest(walk: Walk, keyword: str, family: str, old: View, new: View, path: str) -> Iterator[Change]:
    """Members that are not declared: allowed, forbidden, or of a schema."""
    before, after = (True if keyword not in one.keywords else one.value(keyword) for one in (old, new))
    before, after = (True if one == {} else one for one in (before, after))
    if before is after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        walk.later(old.child(keyword), new.child(keyword), f"{path}.*")
        return
    kind = {
        (False, True): "opened",
        (False, None): "opened",
        (True, False): "closed",
        (None, False): "closed",
        (True, None): "constrained",
        (None, True): "freed",
    }[before if isinstance(before, bool) else None, after if isinstance(after, bool) else None]
    ends = [one.keywords.get(keyword, one.home) for one in (old, new)]
    edit = Edit(Act.COPY, ends[0], ends[1], (keyword,))
    at = path if kind in ("opened", "closed") else f"{path}.*"
    yield Change(f"{family}-{kind}", at, old.home, new.home, before, after, keyword=keyword, edits=(edit,))


def _dependencies(walk: Walk, old: View, new: View, path: str) -> Iterator[Change]:
    """What the presence of one attribute asks for."""
    before, after = _asked_by(old), _asked_by(new)
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) == after.get(name):
            continue
        if name in before and name in after and {type(before[name][1]), type(after[name][1])} == {dict}:
            ends = [one.child(found[name][0], name) for one, found in ((old, before), (new, after))]
            walk.later(ends[0], ends[1], path)
            continue
        kind = (
            f"dependency-{'changed' if name in before and name in after else 'added' if name in after else 'removed'}"
        )
        keys = dict.fromkeys(found[name][0] for found in (before, after) if name in found)
        edits = tuple(
            Edit(Act.COPY, old.keywords.get(key, old.home), new.keywords.get(key, new.home), (key, name))
            for key in keys
        )
        told = tuple(found[name][1] if name in found else None for found in (before, after))
        yield Change(kind, path, old.home, new.home, told[0], told[1], keyword=next(iter(keys)), name=name, edits=edits)


def _asked_by(one: View) -> dict[str, tuple[str, Any]]:
    """By attribute: the keyword that says what it asks for, and what that is."""
    found: dict[str, tuple[str, Any]] = {}
    for keyword in ("dependencies", "dependentRequired", "dependentSchemas"):
        said = one.value(keyword)
        for name, asked in said.items() if isinstance(said, Mapping) else ():
            found.setdefault(name, (keyword, sorted(map(str, asked)) if isinstance(asked, list) else asked))
    return found
