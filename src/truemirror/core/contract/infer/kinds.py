"""Judging objects: attributes with names, a map whose keys are data, or variants told apart by a tag.

Rules: the judgement follows from evidence alone, so that the order of samples cannot change it; where it is not clear,
objects are what most objects are: attributes with names.
"""

import re

from truemirror.core.contract.infer.evidence import TAGS, Evidence, Objects, merged_values

_DATA_KEY = re.compile(
    r"""(?: -?\d+                                  # 42
        | \d{4}-\d{2}(?:-\d{2})?                    # a date
        | [0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}   # a UUID
        | (?=[0-9a-fA-F]*\d)[0-9a-fA-F]{12,}        # long hex
        | [^@\s]+@[^@\s]+\.[^@\s]+                  # an email
        | https?://\S+
        )\Z""",
    re.VERBOSE,
)
_FEWEST_OBJECTS, _FEWEST_NAMES = 3, 6
_NOVELTY = 0.2
_FEWEST_PER_VARIANT = 2


def is_map(objects: Objects) -> bool:
    """Whether the names of attributes are data: they look like it, or new ones keep coming."""
    if objects.members is None:
        return True
    if not objects.members:
        return False
    if all(_DATA_KEY.match(name) for name in objects.members):
        return _alike(merged_values(objects))
    counts = [member.count for member in objects.members.values()]
    if objects.count < _FEWEST_OBJECTS or len(counts) < _FEWEST_NAMES or max(counts) > objects.count // 2:
        return False
    # The share of names that were seen only once estimates how often the next name is new (Good and Turing).
    return counts.count(1) / sum(counts) >= _NOVELTY and _alike(merged_values(objects))


def _alike(values: Evidence) -> bool:
    """Whether values are all of one type and, where they are objects, share an attribute."""
    kinds = {"number" if kind == "integer" else kind for kind in values.kinds} - {"null"}
    if len(kinds) > 1:
        return False
    objects = values.objects
    if objects is None or not objects.members:
        return True
    return any(member.count == objects.count for member in objects.members.values())


def tag_of(objects: Objects) -> str:
    """The attribute that tells variants apart; empty when there is none."""
    for tag in TAGS:
        groups = objects.tags.get(tag)
        if groups and objects.members and len(groups) > 1 and _partitions(objects, groups):
            return tag
    return ""


def _partitions(objects: Objects, groups: dict[str, Objects]) -> bool:
    """Whether knowing the tag explains which attributes are there."""
    if sum(group.count for group in groups.values()) != objects.count:
        return False
    if any(group.count < _FEWEST_PER_VARIANT for group in groups.values()):
        return False
    required = [_required(group) for group in groups.values()]
    own = {name for needed in required for name in needed if not all(name in other for other in required)}
    told_apart = any(
        name in needed and any(name not in (other.members or {}) for other in groups.values())
        for needed in required
        for name in own
    )
    soup = len(objects.members or {}) - len(_required(objects))
    left = sum(len(group.members or {}) - len(_required(group)) for group in groups.values())
    return told_apart and left < soup


def _required(objects: Objects) -> set[str]:
    """The attributes that were always there."""
    return {name for name, member in (objects.members or {}).items() if member.count == objects.count}
