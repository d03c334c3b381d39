"""What the server remembers so that it need not do it again: bounded by bytes, forgetting what was not asked lately.

Rules: two generations; when the young one is full it becomes the old one, and what is asked for again comes back. That
costs nothing per hit, which is the point. The young dictionary is always the same object, so that callers may bind it.
"""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Memo(Generic[Key, Value]):
    """A dictionary that forgets."""

    __slots__ = ("_limit", "_spent", "cost", "old", "young")

    def __init__(self, limit: int, cost: Callable[[Key, Value], int]) -> None:
        """Remember about `limit` bytes, each entry at its cost."""
        self._limit = limit // 2
        self.cost = cost
        """How many bytes an entry takes."""
        self._spent = 0
        self.young: dict[Key, Value] = {}
        """What was put or asked for lately."""
        self.old: dict[Key, Value] = {}
        """What was put before that."""

    def get(self, key: Key) -> Value | None:
        """What was remembered, or None."""
        found = self.young.get(key)
        if found is None:
            found = self.old.pop(key, None)
            if found is not None:
                self.put(key, found)
        return found

    def put(self, key: Key, value: Value) -> None:
        """Remember; what is larger than all else together is not."""
        cost = self.cost(key, value)
        if cost > self._limit:
            return
        if self._spent + cost > self._limit:
            self.old = dict(self.young)
            self.young.clear()
            self._spent = 0
        self.young[key] = value
        self._spent += cost

    def clear(self) -> None:
        """Forget everything."""
        self.young.clear()
        self.old.clear()
        self._spent = 0

    def __len__(self) -> int:
        """How many entries there are."""
        return len(self.young) + len(self.old)
