"""Evidence: what has been seen in one place of many samples.

Rules: evidence adds up. Taking in samples one by one, in any order, or putting together what was gathered apart, gives
the same evidence, because everything kept is a count, a set that forgets only beyond a limit, or the smallest of some
hashes. It grows with the number of places, never with the number of samples.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from truemirror.core.contract.infer.layouts import Layouts, lay, merged_layouts
from truemirror.core.contract.infer.rows import Rows
from truemirror.core.contract.infer.texts import Texts, is_token

DEEPEST = 40
"""Levels of a value that are looked at; what is deeper may be anything."""

MOST_NAMES = 256
"""Distinct attributes of objects in one place, beyond which their names are data."""

MOST_TAG_VALUES = 12
"""Distinct values of a tag, beyond which it tells no variants apart."""

TAGS = ("type", "kind", "event", "event_type", "object", "object_type", "action", "op", "variant", "discriminator")
"""Attributes that may say which variant an object is, most telling first."""

LEVELS_OF_TAGS = 2
"""How often variants may be nested in variants and are still told apart."""

_LARGEST_DOUBLE = 2**53


class Evidence:
    """What has been seen in one place."""

    __slots__ = (
        "beyond_double",
        "count",
        "depth",
        "empty_arrays",
        "items",
        "kinds",
        "objects",
        "rows",
        "tagging",
        "texts",
    )

    def __init__(self, depth: int = 0, *, tagging: int = LEVELS_OF_TAGS) -> None:
        """Nothing yet. `depth` is how far down the place is; `tagging` levels of variants are told apart."""
        self.depth = depth
        self.tagging = tagging
        self.count = 0
        self.kinds: dict[str, int] = {}
        self.beyond_double = 0
        self.texts: Texts | None = None
        self.empty_arrays = 0
        self.items: Evidence | None = None
        self.rows: Rows | None = None
        self.objects: Objects | None = None

    def add(self, value: Any, parent: int = 0) -> None:
        """Take in one sample; `parent` is the hash of the object that holds it."""
        self.count += 1
        if self.depth >= DEEPEST:
            self._kind("anything")
        elif isinstance(value, str):
            self._kind("string")
            self.texts = self.texts or Texts()
            self.texts.add(value, parent)
        elif isinstance(value, Mapping):
            self._kind("object")
            self.objects = self.objects or Objects(self.depth, tagging=self.tagging)
            self.objects.add(value)
        elif isinstance(value, list):
            self._kind("array")
            self._array(value, parent)
        else:
            self._scalar(value)

    def _kind(self, name: str) -> None:
        """Count one type."""
        self.kinds[name] = self.kinds.get(name, 0) + 1

    def _scalar(self, value: Any) -> None:
        """null, a truth value or a number."""
        if value is None:
            self._kind("null")
        elif isinstance(value, bool):
            self._kind("boolean")
        elif isinstance(value, int):
            self._kind("integer")
            self.beyond_double += abs(value) > _LARGEST_DOUBLE
        else:
            self._kind("number")

    def _array(self, value: list[Any], parent: int) -> None:
        """The items of one array; texts in it belong to the object that holds the array."""
        self.empty_arrays += not value
        self.rows = self.rows or Rows(len(value))
        self.rows.add(value)
        for item in value:
            self.items = self.items or Evidence(self.depth + 1, tagging=self.tagging)
            self.items.add(item, parent)

    def absorb(self, other: "Evidence") -> None:
        """Take in what was gathered apart, in a place of the same depth or another."""
        self.count += other.count
        self.beyond_double += other.beyond_double
        self.empty_arrays += other.empty_arrays
        for name, count in other.kinds.items():
            self.kinds[name] = self.kinds.get(name, 0) + count
        if other.texts:
            self.texts = self.texts or Texts()
            self.texts.absorb(other.texts)
        if other.items:
            self.items = self.items or Evidence(self.depth + 1, tagging=self.tagging)
            self.items.absorb(other.items)
        if other.rows:
            self.rows = self.rows or Rows(other.rows.length)
            self.rows.absorb(other.rows)
        if other.objects:
            self.objects = self.objects or Objects(self.depth, tagging=self.tagging)
            self.objects.absorb(other.objects)


@dataclass(slots=True)
class Member:
    """One attribute of the objects in a place."""

    count: int
    evidence: Evidence


class Objects:
    """The objects seen in one place."""

    __slots__ = ("count", "decided", "depth", "grouped", "layouts", "members", "tagging", "tags", "values")

    def __init__(self, depth: int, *, tagging: int = LEVELS_OF_TAGS, grouped: bool = False) -> None:
        """Nothing yet; `grouped` are objects of one variant, which has no variants itself."""
        self.depth = depth
        self.tagging = tagging
        self.grouped = grouped
        self.count = 0
        self.decided = ""
        """What a person decided: `data` for a map, `names` for attributes; empty for nothing."""
        self.members: dict[str, Member] | None = {}
        """Each attribute; None once there are too many for names."""
        self.values: Evidence | None = None
        """All attributes as one, once there are too many."""
        self.tags: dict[str, dict[str, Objects] | None] = {}
        """Per possible tag, the objects by its value; None once there are too many, or one that is no word."""
        self.layouts: Layouts = None if grouped or not tagging else {}
        """Which attributes come together, and what may explain it."""

    def add(self, value: Mapping[str, Any]) -> None:
        """Take in one object."""
        self.count += 1
        parent = _hash_of_object(value)
        for name, one in value.items():
            self._place(name, 1).add(one, parent)
        if self.layouts is not None:
            self.layouts = lay(self.layouts, value, parent)
        if self.tagging and not self.grouped:
            for tag in TAGS:
                if tag in value:
                    self._tagged(tag, value[tag], value)

    def _place(self, name: str, count: int) -> Evidence:
        """Where an attribute's evidence goes."""
        if self.members is not None and name not in self.members and len(self.members) >= MOST_NAMES:
            self._collapse()
        if self.members is None:
            self.values = self.values or Evidence(self.depth + 1, tagging=self.tagging)
            return self.values
        member = self.members.get(name)
        if member is None:
            member = self.members[name] = Member(0, Evidence(self.depth + 1, tagging=self.tagging))
        member.count += count
        return member.evidence

    def _collapse(self) -> None:
        """Forget the names and keep the values."""
        self.values = merged_values(self)
        self.members = None

    def _tagged(self, tag: str, value: Any, whole: Mapping[str, Any]) -> None:
        """Take in one object under its tag."""
        if isinstance(value, str) and is_token(value):
            group = self._group(tag, value)
            if group is not None:
                group.add(whole)
        else:
            self.tags[tag] = None

    def _group(self, tag: str, value: str) -> "Objects | None":
        """The objects with one value of a tag; None when there are too many values."""
        groups = self.tags.setdefault(tag, {})
        if groups is not None and value not in groups and len(groups) >= MOST_TAG_VALUES:
            groups = self.tags[tag] = None
        return (
            None
            if groups is None
            else groups.setdefault(value, Objects(self.depth, tagging=self.tagging - 1, grouped=True))
        )

    def absorb(self, other: "Objects") -> None:
        """Take in what was gathered apart."""
        self.count += other.count
        self.decided = self.decided or other.decided
        self.layouts = merged_layouts(self.layouts, other.layouts)
        if other.members is None and self.members is not None:
            self._collapse()
        for name, member in (other.members or {}).items():
            self._place(name, member.count).absorb(member.evidence)
        if other.values and self.values:
            self.values.absorb(other.values)
        for tag, groups in other.tags.items():
            if groups is None:
                self.tags[tag] = None
            for value, group in (groups or {}).items():
                own = self._group(tag, value)
                if own is not None:
                    own.absorb(group)

    def copy(self) -> "Objects":
        """The same evidence, apart from this."""
        made = Objects(self.depth, tagging=self.tagging, grouped=self.grouped)
        made.absorb(self)
        return made


def merged_values(objects: Objects) -> Evidence:
    """All attributes of objects as if they were one."""
    merged = Evidence(objects.depth + 1, tagging=objects.tagging)
    for member in (objects.members or {}).values():
        merged.absorb(member.evidence)
    if objects.values:
        merged.absorb(objects.values)
    return merged


def nested(evidence: Evidence) -> Iterator[tuple[str, Evidence]]:
    """The places right below one: attributes by name, items under the empty name."""
    if evidence.objects and evidence.objects.members:
        for name in sorted(evidence.objects.members):
            yield name, evidence.objects.members[name].evidence
    if evidence.items:
        yield "", evidence.items


def decide_place(evidence: Evidence | None, steps: Sequence[str], decided: str) -> None:
    """Keep what a person decided of the objects in a place below; `*` stands for items, or for every attribute."""
    if evidence is None:
        return
    if steps and steps[0].startswith("?"):  # the name of a variant, which has no evidence of its own
        decide_place(evidence, steps[1:], decided)
    elif steps:
        for name, inner in nested(evidence):
            if steps[0] in (name, "*"):
                decide_place(inner, steps[1:], decided)
    elif evidence.objects is not None:
        evidence.objects.decided = decided


def _hash_of_object(value: Mapping[str, Any]) -> int:
    """A hash of what an object says itself, so that the same one seen again is known; for this process only."""
    return hash(frozenset((name, one) for name, one in value.items() if not isinstance(one, dict | list)))
