"""From evidence to a schema that every sample conforms to.

Rules: a schema says no more than the evidence carries: a format needs three texts that all have it, a closed list of
choices needs saturation, items of arrays that were always empty stay unknown; what counts were behind it is kept under
`x-truemirror`, and never changes what the schema accepts. Names are sorted, so that the same evidence gives the same
text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from truemirror.core.contract.contract import EXTENSION
from truemirror.core.contract.infer.asked import NOTHING, Asked
from truemirror.core.contract.infer.evidence import Evidence, Member, Objects, merged_values
from truemirror.core.contract.infer.formats import MONEY
from truemirror.core.contract.infer.kinds import is_map, tag_of
from truemirror.core.contract.infer.named import NOBODY, Named
from truemirror.core.contract.infer.texts import Texts
from truemirror.core.contract.infer.variants import Variant, variants_of
from truemirror.core.mirror.operation import looks_like_parameter

_ORDER = ("object", "array", "string", "integer", "number", "boolean", "null")
_FEWEST_FOR_FORMAT = 3
_FEWEST_FOR_CHOICES = 10
_MOST_CHOICES = 12
_PARENTS_PER_CHOICE = 3
_FEWEST_ROWS = 3


@dataclass(frozen=True, slots=True)
class Style:
    """How a schema is written in one place."""

    shared: Mapping[int, str] = field(default_factory=dict)
    """Names of shapes that are kept in documents of their own, by the identity of their objects' evidence."""
    folder: str = "./"
    """Where those documents are, seen from here."""
    suffix: str = ".schema.json"
    """How their names end."""
    choices: bool = True
    """Whether lists of choices are closed where they are saturated."""
    fewest: int = 1
    """How many objects must all have had an attribute for it to be required."""
    asked: Asked = NOTHING
    """The attributes of whole bodies that the service asked for where they were lacking."""
    named: Named = NOBODY
    """Texts that name things, which are no choices."""


PLAIN = Style()


def schema_of(evidence: Evidence, style: Style = PLAIN) -> dict[str, Any]:
    """The schema of a place."""
    if "anything" in evidence.kinds or not evidence.kinds:
        return {}
    shape = style.shared.get(id(evidence.objects)) if evidence.objects else None
    if shape:
        return _referring(evidence, f"{style.folder}{shape}{style.suffix}", style)
    types = _types(evidence)
    if types == ["null"]:  # what it is when it is there was never seen
        return {EXTENSION: {"type": "unknown", "null": evidence.count}}
    schema: dict[str, Any] = {"type": types[0] if len(types) == 1 else types}
    notes: dict[str, Any] = {}
    if evidence.texts:
        schema |= _texts(evidence.texts, types, style, notes)
    if "array" in types:
        schema |= _arrays(evidence, style, notes)
    if evidence.objects:
        schema = _objects(schema, evidence.objects, style, notes)
    if evidence.beyond_double:
        notes["beyond-double"] = True
    if "null" in evidence.kinds and len(types) > 1:
        notes["null"] = evidence.kinds["null"]
    return schema | {EXTENSION: notes} if notes else schema


def _types(evidence: Evidence) -> list[str]:
    """The types seen, an integer being a number where both were."""
    kinds = set(evidence.kinds)
    if "number" in kinds:
        kinds.discard("integer")
    return [name for name in _ORDER if name in kinds]


def _referring(evidence: Evidence, reference: str, style: Style) -> dict[str, Any]:
    """A place that holds a shared shape, and perhaps something else at times."""
    if set(evidence.kinds) == {"object"}:
        return {"$ref": reference}
    rest = Evidence(evidence.depth)
    rest.absorb(evidence)
    rest.objects = None
    del rest.kinds["object"]
    return {"anyOf": [{"$ref": reference}, schema_of(rest, style)]}


def _texts(texts: Texts, types: list[str], style: Style, notes: dict[str, Any]) -> dict[str, Any]:
    """What is known of texts beyond their being texts."""
    if texts.stand_ins:
        return {}
    if texts.count >= _FEWEST_FOR_FORMAT:
        for named, count in texts.formats.items():
            if count == texts.count:
                return {"format": named}
        if texts.money == texts.count:
            notes["pattern"] = MONEY
    if style.choices and set(types) <= {"string", "null"}:
        choices: list[Any] = closed_choices(texts, style.named)
        if choices:
            return {"enum": [*choices, None] if "null" in types else choices}
    return {}


def closed_choices(texts: Texts, named: Named = NOBODY) -> list[str]:
    """The choices where there are few and no further one is to be expected; none where that is not sure.

    Each choice must have been seen in three different objects: when nothing was seen only once or twice, the chance
    that the next text is a new one is close to nothing (Good and Turing). Names of things are no choices: new things
    come without a change of the contract.
    """
    values = texts.values
    if not values or texts.stand_ins or texts.count < _FEWEST_FOR_CHOICES or not 2 <= len(values) <= _MOST_CHOICES:
        return []
    if any(len(seen.parents) < _PARENTS_PER_CHOICE for seen in values.values()):
        return []
    return [] if any(looks_like_parameter(text) or text in named for text in values) else sorted(values)


def _arrays(evidence: Evidence, style: Style, notes: dict[str, Any]) -> dict[str, Any]:
    """The items of arrays; unknown when all were empty."""
    if evidence.items is None:
        notes["items"] = "unknown"
        return {}
    positions = evidence.rows.positions() if evidence.rows and evidence.kinds["array"] >= _FEWEST_ROWS else []
    if positions:
        rows = [[name for name in _ORDER if name in kinds] for kinds in positions]
        return {"prefixItems": [{"type": one if len(one) > 1 else one[0]} for one in rows], "minItems": len(rows)}
    return {"items": schema_of(evidence.items, style)}


def _objects(schema: dict[str, Any], objects: Objects, style: Style, notes: dict[str, Any]) -> dict[str, Any]:
    """The attributes of objects, the values of maps, or the variants."""
    notes["seen"] = objects.count
    if is_map(objects):
        notes["keys"] = "data"
        return schema | {"additionalProperties": schema_of(objects.values or merged_values(objects), style)}
    tag = tag_of(objects) if schema["type"] == "object" else ""
    if tag:
        groups = objects.tags[tag] or {}
        notes["tag"] = tag
        return schema | {"oneOf": [_variant(tag, value, groups[value], style) for value in sorted(groups)]}
    tag, variants = variants_of(objects) if schema["type"] == "object" else ("", [])
    if tag:
        notes["tag"] = tag
        return schema | {"oneOf": [_told_variant(objects, tag, one, style) for one in variants]}
    return schema | _attributes(objects, style)


def _told_variant(objects: Objects, tag: str, variant: Variant, style: Style) -> dict[str, Any]:
    """The objects in which an attribute that explains them has one value."""
    members = objects.members or {}
    names = sorted(variant.names, key=lambda name: (name != "id", name))
    found = {name: schema_of(members[name].evidence, style) for name in names} | {tag: {"const": variant.value}}
    return {"properties": found, "required": names, EXTENSION: {"seen": variant.count}}


def _variant(tag: str, value: str, objects: Objects, style: Style) -> dict[str, Any]:
    """The objects with one value of the tag."""
    attributes = _attributes(objects, replace(style, fewest=1))
    attributes["properties"][tag] = {"const": value}
    return {**attributes, EXTENSION: {"seen": objects.count}}


def _attributes(objects: Objects, style: Style) -> dict[str, Any]:
    """Named attributes, and which of them were always there."""
    members = objects.members or {}
    if not members:
        return {}
    names = sorted(members, key=lambda name: (name != "id", name))
    always = [name for name in names if members[name].count == objects.count]
    if not always:  # a loose bag of attributes, whose values nobody has listed
        style = replace(style, choices=False)
    found: dict[str, Any] = {"properties": {name: _attribute(members[name], objects.count, style) for name in names}}
    required = [name for name in always if _is_required(name, objects, style)]
    return found | {"required": required} if required else found


def _is_required(name: str, objects: Objects, style: Style) -> bool:
    """Whether an attribute that was always there must be.

    What a service asked for must; what was lacking when it asked for another must not; of the rest, habit says.
    """
    if objects.depth == 0:
        if name in style.asked:
            return True
        if style.asked.spares(name, objects.members or {}):
            return False
    return objects.count >= style.fewest


def _attribute(member: Member, whole: int, style: Style) -> dict[str, Any]:
    """One attribute; how often it was there is noted where it was not always."""
    schema = schema_of(member.evidence, style)
    if member.count == whole:
        return schema
    return {**schema, EXTENSION: {**schema.get(EXTENSION, {}), "seen": member.count}}
