"""A schema as its readers see it: references followed, `allOf` laid together, spellings of one idea made one.

Rules: two schemas that say the same in other words have equal views wherever that is plain; this serves explanations
only, and what is not plain is left to stand as it is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from truemirror.core.contract.compat.spots import Side, Spot

TYPES: Final = frozenset({"null", "boolean", "number", "string", "array", "object"})
_CHAIN: Final = 60
"""References and nested `allOf` that are laid together."""
_SPECIAL: Final = frozenset({"$ref", "allOf", "properties", "patternProperties", "required", "$defs", "definitions"})
_SILENT: Final = frozenset({"$id", "id", "$schema", "$anchor", "$dynamicAnchor", "$vocabulary", "$comment"})


@dataclass(slots=True)
class View:
    """What one schema says, keyword by keyword, each with the place that says it."""

    home: Spot
    """Where a further keyword would be written."""
    keywords: dict[str, Spot] = field(default_factory=dict)
    properties: dict[str, Spot] = field(default_factory=dict)
    refined: dict[str, Spot] = field(default_factory=dict)
    """Attributes of what a reference led to of which more is said beside it."""
    patterns: dict[str, Spot] = field(default_factory=dict)
    required: dict[str, Spot] = field(default_factory=dict)
    branches: list[Spot] = field(default_factory=list)
    """Branches of `allOf` that say again what was said."""
    null: bool | None = None
    """Whether null is expressly allowed beside the other types; None where nothing says so."""
    wrapped: bool = False
    """Whether null is a branch of its own."""
    reference: str = ""
    """The name of what a reference led to."""

    def value(self, keyword: str) -> Any:
        """What a keyword says; None where it is absent."""
        holder = self.keywords.get(keyword)
        return None if holder is None else holder.schema[keyword]

    def child(self, keyword: str, *steps: str | int) -> Spot:
        """A schema below a keyword that is there."""
        return self.keywords[keyword].below(keyword, *steps)

    @property
    def plain(self) -> Any:
        """True or False where the whole schema is that; else None."""
        schema = self.home.schema
        return schema if isinstance(schema, bool) else None

    @property
    def types(self) -> frozenset[str]:
        """The types that it allows without null; all of them where it does not say."""
        said = self.value("type")
        names = {said} if isinstance(said, str) else {one for one in said or () if isinstance(one, str)}
        if not names:
            return TYPES - {"null"} if self.null is not None else TYPES
        return frozenset(names - {"null"})

    @property
    def values(self) -> list[Any] | None:
        """The values that it lists; None where it lists none."""
        if "const" in self.keywords:
            return [self.value("const")]
        listed = self.value("enum")
        return listed if isinstance(listed, list) else None


def view(side: Side, spot: Spot) -> View:
    """A schema with all that it refers to."""
    made = View(spot)
    _take(side, spot, made, [_CHAIN], set())
    _unwrap_null(side, made)
    said = made.value("type")
    if isinstance(said, list | str):
        made.null = (
            "null" in ([said] if isinstance(said, str) else said) or made.value("nullable") is True or made.wrapped
        )
    return made


def _take(side: Side, spot: Spot, made: View, left: list[int], seen: set[Spot]) -> None:
    """Add what one place says, and what it refers to."""
    left[0] -= 1
    if spot in seen or left[0] < 0 or not isinstance(spot.schema, Mapping):
        return
    seen.add(spot)
    if isinstance(reference := spot.get("$ref"), str):
        found = side.follow(spot, reference)
        if found is None:
            made.keywords["$ref"] = spot
        else:
            made.reference = made.reference or reference.rpartition("/")[2]
            made.home = found if len(spot.schema) == 1 or not isinstance(found.schema, Mapping) else made.home
            _take(side, found, made, left, seen)
    for keyword in spot.schema:
        if keyword not in _SPECIAL and keyword not in _SILENT:
            made.keywords.setdefault(keyword, spot)
    _take_members(spot, made)
    branches = spot.get("allOf")
    for number in range(len(branches) if isinstance(branches, list) else 0):
        _take_branch(side, spot.below("allOf", number), made, left, seen)


def _take_members(spot: Spot, made: View) -> None:
    """The attributes that one place declares or asks for."""
    for keyword, kept in (("properties", made.properties), ("patternProperties", made.patterns)):
        declared = spot.get(keyword)
        for name in declared if isinstance(declared, Mapping) else ():
            here = spot.below(keyword, name)
            if kept.setdefault(name, here) != here and keyword == "properties":
                made.refined.setdefault(name, here)
    asked = spot.get("required")
    for name in asked if isinstance(asked, list) else ():
        if isinstance(name, str):
            made.required.setdefault(name, spot)


def _take_branch(side: Side, spot: Spot, made: View, left: list[int], seen: set[Spot]) -> None:
    """Lay a branch of `allOf` in where it says nothing again; else keep it as a branch."""
    alone = View(spot)
    _take(side, spot, alone, left, set(seen))
    clash = (
        spot.schema is False
        or alone.branches
        or any(alone.value(one) != made.value(one) for one in alone.keywords.keys() & made.keywords.keys())
        or (alone.properties.keys() & made.properties.keys())
        or (alone.patterns.keys() & made.patterns.keys())
        or ("additionalProperties" in {*alone.keywords, *made.keywords} and (alone.properties or made.properties))
    )
    if clash:
        made.branches.append(spot)
        return
    made.keywords = {**alone.keywords, **made.keywords}
    made.properties.update(alone.properties)
    made.refined.update(alone.refined)
    made.patterns.update(alone.patterns)
    for name, holder in alone.required.items():
        made.required.setdefault(name, holder)


def _unwrap_null(side: Side, made: View) -> None:
    """Read "this or null" as this, with null allowed."""
    for keyword in ("anyOf", "oneOf"):
        branches = made.value(keyword)
        if not isinstance(branches, list) or len(branches) != 2 or made.properties or "type" in made.keywords:
            continue
        nulls = [number for number, one in enumerate(branches) if _is_null(one)]
        if len(nulls) != 1:
            continue
        inner = view(side, made.child(keyword, 1 - nulls[0]))
        if inner.plain is not None or (inner.keywords.keys() & made.keywords.keys()):
            continue
        del made.keywords[keyword]
        made.keywords = {**inner.keywords, **made.keywords}
        made.properties, made.patterns, made.required = inner.properties, inner.patterns, inner.required
        made.branches, made.reference = [*made.branches, *inner.branches], made.reference or inner.reference
        made.home, made.null, made.wrapped = inner.home, True, True
        return


def _is_null(schema: Any) -> bool:
    """Whether a schema is null and nothing else."""
    if not isinstance(schema, Mapping):
        return False
    rest = {key: value for key, value in schema.items() if key not in ("title", "description")}
    return rest in ({"type": "null"}, {"type": ["null"]}, {"const": None}, {"enum": [None]})
