"""Judging objects: attributes with names, a map whose keys are data, or variants told apart by a tag.

Rules: the judgement follows from evidence alone, so that the order of samples cannot change it; where it is not clear,
objects are what most objects are: attributes with names. What a person decided is not judged again.
"""

from truemirror.core.contract.infer.evidence import TAGS, Evidence, Objects, merged_values
from truemirror.core.contract.infer.key_shapes import is_odd, kind_of_keys

_FEWEST_OBJECTS, _FEWEST_NAMES = 3, 6
_NOVELTY = 0.2
_FEWEST_PER_VARIANT = 2
_DEEPEST_DIFFERENCE = 3
_CODES = frozenset({"locale", "currency", "country", "id"})


def is_map(objects: Objects) -> bool:
    """Whether the names of attributes are data: they look like it, or new ones keep coming."""
    if objects.members is None:
        return True
    if objects.decided or not objects.members:
        return objects.decided == "data"
    kind = kind_of_keys(objects.members)
    if kind:
        return _alike(merged_values(objects), known=kind in _CODES)
    counts = [member.count for member in objects.members.values()]
    if objects.count > 1 and max(counts) < objects.count and any(is_odd(name) for name in objects.members):
        return _alike(merged_values(objects))
    if objects.count < _FEWEST_OBJECTS or len(counts) < _FEWEST_NAMES or max(counts) > objects.count // 2:
        return False
    return novelty(objects) >= _NOVELTY and _alike(merged_values(objects))


def novelty(objects: Objects) -> float:
    """How often the next name is a new one: the share of names that were seen only once (Good and Turing)."""
    counts = [member.count for member in (objects.members or {}).values()]
    return counts.count(1) / sum(counts) if counts else 0.0


def _alike(values: Evidence, *, known: bool = False) -> bool:
    """Whether values are all of one type, objects sharing an attribute; with `known`, a type was seen at all."""
    kinds = {"number" if kind == "integer" else kind for kind in values.kinds} - {"null"}
    if len(kinds) > 1 or (known and not kinds):
        return False
    objects = values.objects
    if objects is None or not objects.members:
        return True
    return any(member.count == objects.count for member in objects.members.values())


def tag_of(objects: Objects) -> str:
    """The attribute that tells variants apart by a conventional name; empty when there is none."""
    if objects.grouped or objects.decided:
        return ""
    for tag in TAGS:
        groups = objects.tags.get(tag)
        if groups and objects.members and len(groups) > 1 and _partitions(objects, groups):
            return tag
    return ""


def _partitions(objects: Objects, groups: dict[str, Objects]) -> bool:
    """Whether knowing the tag explains which attributes are there, here or further down."""
    if sum(group.count for group in groups.values()) != objects.count:
        return False
    rare = sum(group.count < _FEWEST_PER_VARIANT for group in groups.values())
    if rare > len(groups) - 2:
        return False
    return any(_explains(objects, list(groups.values()), depth) for depth in (1, _DEEPEST_DIFFERENCE))


def _explains(objects: Objects, groups: list[Objects], depth: int) -> bool:
    """Whether variants leave fewer attributes open than the whole, down to a depth."""
    parts = [places(group, depth) for group in groups]
    return explains(places(objects, depth), parts)


def explains(whole: dict[str, bool], parts: list[dict[str, bool]]) -> bool:
    """Whether parts of objects leave less open than the whole; by place, whether it is always there."""
    required = [{name for name, always in part.items() if always} for part in parts]
    common = set.intersection(*required)
    told_apart = any(
        name in needed and any(name not in part for part in parts) for needed in required for name in needed - common
    )
    soup = sum(not always for always in whole.values())
    left = sum(not always for part in parts for always in part.values())
    return told_apart and left < soup


def places(objects: Objects, depth: int, before: str = "") -> dict[str, bool]:
    """The attributes of objects down to a depth, by place, and whether each is always there where its object is."""
    found: dict[str, bool] = {}
    for name, member in (objects.members or {}).items():
        place = f"{before}/{name}"
        found[place] = member.count == objects.count
        inner = member.evidence.objects
        if inner is not None and depth > 1 and not is_map(inner):
            found |= places(inner, depth - 1, place)
    return found
