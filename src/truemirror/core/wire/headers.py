"""Header fields as they travel: an ordered list of pairs, case and repeats kept.

Rules: names compare without case, values never change; every method returns a new value.
Field values are text in ISO 8859-1, which carries every byte (RFC 9110 §5.5).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Headers:
    """An ordered multimap of header fields."""

    pairs: tuple[tuple[str, str], ...] = ()
    """Name and value as sent, in order."""

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> "Headers":
        """Make headers from any iterable of pairs."""
        return cls(tuple((name, value) for name, value in pairs))

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """The pairs, in order."""
        return iter(self.pairs)

    def __len__(self) -> int:
        """How many fields there are, repeats counted."""
        return len(self.pairs)

    def __contains__(self, name: object) -> bool:
        """Whether a field of this name is there."""
        return isinstance(name, str) and self.get(name) is not None

    def get(self, name: str) -> str | None:
        """The first value of a name, or None."""
        wanted = name.lower()
        for key, value in self.pairs:
            if key.lower() == wanted:
                return value
        return None

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a name, in order."""
        wanted = name.lower()
        return tuple(value for key, value in self.pairs if key.lower() == wanted)

    def joined(self, name: str) -> str | None:
        """All values of a list-valued field joined by commas (RFC 9110 §5.3), or None when absent."""
        values = self.all(name)
        return ", ".join(values) if values else None

    def without(self, *names: str) -> "Headers":
        """The same fields less those of the given names."""
        gone = {name.lower() for name in names}
        return Headers(tuple(pair for pair in self.pairs if pair[0].lower() not in gone))

    def adding(self, name: str, value: str) -> "Headers":
        """The same fields and one more at the end."""
        return Headers((*self.pairs, (name, value)))

    def replacing(self, name: str, value: str) -> "Headers":
        """The first field of this name with another value (repeats dropped), or one more field when there is none."""
        wanted = name.lower()
        kept: list[tuple[str, str]] = []
        done = False
        for key, old in self.pairs:
            if key.lower() != wanted:
                kept.append((key, old))
            elif not done:
                kept.append((key, value))
                done = True
        return Headers(tuple(kept)) if done else self.adding(name, value)
