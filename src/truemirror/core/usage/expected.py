"""What interactions of a pact say that a consumer needs.

    an example and its matchers ──▶ kinds and patterns by path ──▶ needs by operation and status

Rules: a value without a matcher, or with `equality`, is of a provider state, so what is needed of every answer is its
kind; matchers that promise more than a kind or a pattern are listed; what only some items of an example have is not
required of every item.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from truemirror.core.contract.pointer import kind as kind_of
from truemirror.core.foreign.carried import Gathering
from truemirror.core.foreign.pact import Interaction, Matcher, json_of
from truemirror.core.foreign.pact import Step as PactStep
from truemirror.core.usage.needs import Asked, Need
from truemirror.core.usage.paths import Every, Path
from truemirror.core.usage.patterns import pattern_of
from truemirror.core.wire.headers import Headers

_KINDS = {
    "integer": "integer", "decimal": "number", "number": "number", "boolean": "boolean", "null": "null",
    "regex": "string", "include": "string", "date": "string", "time": "string", "timestamp": "string",
    "datetime": "string", "semver": "string",
}  # fmt: skip
_WEAKER = ("date", "time", "timestamp", "datetime", "semver", "arrayContains", "eachKey", "notEmpty", "contentType")
"""Matchers of which only the kind of value is kept."""
_MAPS = ("eachKey", "eachValue", "values")
_DEEPEST = 100

Sample = tuple[Any, tuple[PactStep, ...]]
"""A value of the example, and where it stands."""


def requests_of(interactions: Iterable[Interaction]) -> tuple[Asked, ...]:
    """The requests that are expected to be accepted."""
    return tuple(
        Asked(one.exchange.request, one.description, one.states)
        for one in interactions
        if one.status[:1] in ("1", "2", "3")
    )


def needs_of(
    interactions: Iterable[Interaction], operation: Callable[[Interaction], str], gathering: Gathering
) -> tuple[Need, ...]:
    """What all of them need; `operation` names the operation of each."""
    found: dict[Need, None] = {}
    for one in interactions:
        is_json, value = json_of(one.exchange)
        name = operation(one)
        _leave_fields(one, gathering)
        if is_json:
            rows = _Rows(one, gathering)
            rows.walk([(value, ())], (), required=True)
            made = [Need(name, one.status, path, *told, one.description) for path, told in rows.rows]
        else:
            made = [Need(name, one.status, (), because=one.description)]
        found.update(dict.fromkeys(made))
    return tuple(found)


def _leave_fields(one: Interaction, gathering: Gathering) -> None:
    """List the header fields that an answer is expected to have; a body's media type follows from its needs."""
    names = getattr(one.exchange.outcome, "headers", Headers()).pairs
    for name in dict.fromkeys(name for name, _ in names if name.lower() != "content-type"):
        why = "that an answer has this field is not kept as a need; with --mirror the recording has it"
        gathering.leave(one.entry, f"response.headers.{name}", why)


class _Rows:
    """The needs of one interaction."""

    def __init__(self, interaction: Interaction, gathering: Gathering) -> None:
        """Nothing is found yet."""
        self._interaction = interaction
        self._gathering = gathering
        self.rows: list[tuple[Path, tuple[tuple[str, ...], str, bool]]] = []
        for one in interaction.matchers:
            if one.kind in _WEAKER or one.kind not in (*_KINDS, *_MAPS, "type", "equality"):
                part = "response.matchingRules.$" + "".join(f"[{step!r}]" for step in one.path)
                gathering.leave(
                    interaction.entry, part, f"of `{one.kind}` only the kind of the example's value is kept"
                )

    def walk(self, samples: list[Sample], path: Path, *, required: bool) -> None:
        """All values of an example that one path leads to."""
        if len(path) > _DEEPEST:
            return
        told = [self._told(value, at) for value, at in samples]
        kinds = {kind for kind, _ in told}
        kinds -= {"integer"} if "number" in kinds else set()
        patterns = {pattern for kind, pattern in told if kind == "string"}
        pattern = next(iter(patterns)) if len(patterns) == 1 else ""
        self.rows.append((path, (tuple(sorted(kinds)), pattern, required)))
        objects = [(value, at) for value, at in samples if isinstance(value, dict)]
        if objects:
            self._members(objects, path)
        items = [
            (one, (*at, number))
            for value, at in samples
            if isinstance(value, list) and not self._has(at, ("arrayContains",))
            for number, one in enumerate(value)
        ]
        if items:
            self.walk(items, (*path, Every.ITEM), required=True)

    def _members(self, objects: list[Sample], path: Path) -> None:
        """The members of all objects at one path."""
        named: defaultdict[str, list[Sample]] = defaultdict(list)
        for value, at in objects:
            for name, one in value.items():
                named[name].append((one, (*at, name)))
        if any(self._is_map(at) for _, at in objects):
            values = [one for those in named.values() for one in those]
            if values:
                self.walk(values, (*path, Every.MEMBER), required=False)
            return
        for name, those in named.items():
            self.walk(those, (*path, name), required=len(those) == len(objects))

    def _told(self, value: Any, at: tuple[PactStep, ...]) -> tuple[str, str]:
        """The kind of a value that will do, and its pattern."""
        kind = kind_of(value)
        rule = self._rule(at)
        if rule is None or rule.kind not in _KINDS:
            return ("number" if kind == "integer" else kind), ""
        if rule.kind in ("regex", "include"):
            if kind != "string":
                return ("number" if kind == "integer" else kind), ""
            return "string", pattern_of(rule.text) if rule.kind == "regex" else re.sub(r"([^\w\s])", r"\\\1", rule.text)
        return _KINDS[rule.kind], ""

    def _rule(self, at: tuple[PactStep, ...]) -> Matcher | None:
        """The matcher of a value: of those for its place the one that names it most closely."""
        own = [one for one in self._interaction.matchers if len(one.path) == len(at) and _covers(one.path, at)]
        return max(own, key=lambda one: (sum(step != "*" for step in one.path), one.kind in _KINDS), default=None)

    def _has(self, at: tuple[PactStep, ...], kinds: tuple[str, ...]) -> bool:
        """Whether a place has a matcher of one of these kinds."""
        return any(one.kind in kinds and _same(one.path, at) for one in self._interaction.matchers)

    def _is_map(self, at: tuple[PactStep, ...]) -> bool:
        """Whether the names of an object's members do not count."""
        if self._has(at, _MAPS):
            return True
        below = (one.path for one in self._interaction.matchers if len(one.path) > len(at))
        return any(path[len(at)] == "*" and _covers(path[: len(at)], at) for path in below)


def _same(path: tuple[PactStep, ...], at: tuple[PactStep, ...]) -> bool:
    """Whether a matcher's path leads to a place."""
    return len(path) == len(at) and _covers(path, at)


def _covers(path: tuple[PactStep, ...], at: tuple[PactStep, ...]) -> bool:
    """Whether each step of a matcher's path is the place's, or every one."""
    return all(one in ("*", step) for one, step in _pairs(path, at))


def _pairs(path: tuple[PactStep, ...], at: tuple[PactStep, ...]) -> Iterator[tuple[PactStep, PactStep]]:
    """Steps side by side."""
    return zip(path, at, strict=False)
