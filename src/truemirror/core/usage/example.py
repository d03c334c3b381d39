"""An answer as an example: one value that stands for many, and matchers that say what of it counts.

    the values seen at one place ──▶ what they have in common ──▶ as far as the consumer needs it

Rules: an example is true of every value that it was made from. One item stands for all items of a list, one member for
all members of a map. What an example has no word for is told with its path.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from truemirror.core.contract.pointer import kind as kind_of
from truemirror.core.foreign.pact import Matcher
from truemirror.core.foreign.pact import Step as PactStep
from truemirror.core.schema.budget import STEPS, Budget, OutOfSteps
from truemirror.core.schema.language_reading import NotRegular, read_pattern
from truemirror.core.schema.language_words import accepts, find
from truemirror.core.usage.needs import Need
from truemirror.core.usage.paths import Every, Path, Step, spelled
from truemirror.core.usage.patterns import regex_of

ABSENT: Final = object()
"""There is nothing to show."""
_MADE: Final[dict[str, Any]] = {
    "string": "text", "number": 1.5, "integer": 1, "boolean": True, "null": None, "array": [], "object": {},
}  # fmt: skip


@dataclass(slots=True)
class Wanted:
    """What is needed of one place and of those below it."""

    need: Need | None = None
    below: dict[Step, "Wanted"] = field(default_factory=dict)


def wanted_of(needs: Iterable[Need]) -> Wanted:
    """The needs of one body, one for each path, by their places."""
    root = Wanted()
    for need in needs:
        at = root
        for step in need.path:
            at = at.below.setdefault(step, Wanted())
        at.need = need
    return root


def made_up(wanted: Wanted) -> Any:
    """A value that has all that is wanted."""
    for every, one in wanted.below.items():
        if every is Every.ITEM:
            return [made_up(one)]
        if every is Every.MEMBER:
            return {"key": made_up(one)}
    if wanted.below:
        return {str(name): made_up(one) for name, one in wanted.below.items()}
    need = wanted.need
    if need and need.pattern and (not need.kinds or "string" in need.kinds):
        return _word(need.pattern)
    return _MADE[need.kinds[-1]] if need and need.kinds else _MADE["string"]


def _word(pattern: str) -> str:
    """A text in which a pattern is found; any text where nobody finds one."""
    try:
        found = find(read_pattern(pattern), Budget(STEPS)).words
    except (NotRegular, OutOfSteps):
        return str(_MADE["string"])
    return found[0] if found else str(_MADE["string"])


class Example:
    """One example being made."""

    def __init__(self, tell: Callable[[str, str], None]) -> None:
        """`tell` is given the path and the reason of what is left out."""
        self._tell = tell
        self.matchers: list[Matcher] = []

    def of(self, values: list[Any], wanted: Wanted | None, at: tuple[PactStep, ...] = (), path: Path = ()) -> Any:
        """What values have in common, everything where nobody knows what is wanted; ABSENT for nothing."""
        kinds = {kind_of(one) for one in values}
        kinds -= {"integer"} if "number" in kinds else set()
        if len(kinds) != 1:
            return self._left(path, f"the recordings show it as {' and as '.join(sorted(kinds))}")
        (kind,) = kinds
        if wanted and wanted.need and not self._is_readable(kind, wanted.need):
            return ABSENT
        if kind == "object":
            return self._object(values, wanted, at, path)
        if kind == "array":
            return self._array(values, wanted, at, path)
        return self._scalar(values, wanted.need if wanted else None, at)

    def _left(self, path: Path, why: str) -> Any:
        """Nothing, and why."""
        self._tell(spelled(path), why)
        return ABSENT

    def _is_readable(self, kind: str, need: Need) -> bool:
        """Whether the consumer can read a value of this kind; what is said of it more than that is told."""
        fitting = ("number", "integer") if kind == "integer" else (kind,)
        if need.kinds and not set(fitting) & set(need.kinds):
            self._left(need.path, f"the recordings show it as {kind}, and it is needed as {' or '.join(need.kinds)}")
            return False
        if len(need.kinds) != 1:
            kinds = " or ".join(need.kinds) or "any value"
            self._tell(spelled(need.path), f"it may be {kinds}; a pact tells the kind of its example alone")
        return True

    def _object(self, values: list[Any], wanted: Wanted | None, at: tuple[PactStep, ...], path: Path) -> Any:
        """What objects have in common."""
        if wanted and Every.MEMBER in wanted.below:
            return self._map(values, wanted.below[Every.MEMBER], at, path)
        shown: dict[str, Any] = {}
        first = values[0]
        names = [*first] if wanted is None else [name for name in wanted.below if isinstance(name, str)]
        for name in names:
            own, here = wanted.below[name] if wanted else None, (*path, name)
            if own and own.need and not own.need.required:
                self._tell(spelled(here), "it may be missing; a pact has no word for that")
            elif all(name in one for one in values):
                found = self.of([one[name] for one in values], own, (*at, name), here)
                shown |= {} if found is ABSENT else {name: found}
            else:
                self._tell(spelled(here), "not every recording shows it")
        return shown

    def _map(self, values: list[Any], wanted: Wanted, at: tuple[PactStep, ...], path: Path) -> Any:
        """What maps have in common: their members."""
        self.matchers.append(Matcher(at, "values"))
        members = [(name, value) for one in values for name, value in one.items()]
        if not members:
            return {}
        self.matchers.append(Matcher((*at, "*"), "type"))
        found = self.of([value for _, value in members], wanted, (*at, "*"), (*path, Every.MEMBER))
        return {} if found is ABSENT else {members[0][0]: found}

    def _array(self, values: list[Any], wanted: Wanted | None, at: tuple[PactStep, ...], path: Path) -> Any:
        """What lists have in common: one item."""
        items = [item for one in values for item in one]
        own = wanted.below.get(Every.ITEM) if wanted else None
        if wanted and own is None:
            return []
        if not items:
            if own:
                self._tell(spelled((*path, Every.ITEM)), "no recording shows an item")
            return []
        found = self.of(items, own, (*at, "*"), (*path, Every.ITEM))
        return [] if found is ABSENT else [found]

    def _scalar(self, values: list[Any], need: Need | None, at: tuple[PactStep, ...]) -> Any:
        """One of the values, with the matcher of what is needed of it."""
        value = values[0]
        if need is None:
            return value
        if need.pattern and isinstance(value, str):
            if not all(_is_found(need.pattern, one) for one in values):
                return self._left(need.path, f"the recordings show it otherwise than {need.pattern}")
            self.matchers.append(Matcher(at, "regex", regex_of(need.pattern)))
        elif need.kinds == ("integer",):
            self.matchers.append(Matcher(at, "integer"))
        return value


def _is_found(pattern: str, text: str) -> bool:
    """Whether a pattern is surely found in a text."""
    try:
        return accepts(read_pattern(pattern), text, Budget(STEPS))
    except (NotRegular, OutOfSteps):
        return False
