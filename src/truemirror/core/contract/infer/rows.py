"""Evidence of arrays that are rows: always as long, with a type for each position.

Rules: evidence adds up in any order; rows hold plain values only.
"""

from typing import Any

LONGEST = 8
"""Items of a row."""

_VARIES = -1


class Rows:
    """The arrays in one place, as far as they are rows."""

    __slots__ = ("kinds", "length")

    def __init__(self, length: int) -> None:
        """Nothing yet, of rows with so many items."""
        self.length = length if 2 <= length <= LONGEST else _VARIES
        self.kinds: list[dict[str, int]] = [{} for _ in range(max(self.length, 0))]

    def add(self, value: list[Any]) -> None:
        """Take in one array."""
        if self.length == _VARIES:
            return
        if len(value) != self.length:
            self._give_up()
            return
        for item, kinds in zip(value, self.kinds, strict=True):
            kind = _kind(item)
            if not kind:
                self._give_up()
                return
            kinds[kind] = kinds.get(kind, 0) + 1

    def absorb(self, other: "Rows") -> None:
        """Take in what was gathered apart."""
        if self.length != other.length:
            self._give_up()
        for mine, theirs in zip(self.kinds, other.kinds, strict=False):
            for kind, count in theirs.items():
                mine[kind] = mine.get(kind, 0) + count

    def _give_up(self) -> None:
        """These arrays are no rows."""
        self.length, self.kinds = _VARIES, []

    def positions(self) -> list[set[str]]:
        """The types of each position; empty when all are the same, which is a list."""
        found = [set(kinds) - {"integer"} if "number" in kinds else set(kinds) for kinds in self.kinds]
        plain = [{"number" if kind == "integer" else kind for kind in kinds} - {"null"} for kinds in found]
        return found if any(kinds != plain[0] for kinds in plain) else []


def _kind(value: Any) -> str:
    """The type of a plain value; empty for others."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    return {int: "integer", float: "number"}.get(type(value), "")
