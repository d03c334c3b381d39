"""JSON pointers with stars: where one leads in a document, and whether it means a place.

Rules: `*` stands for every index or key at its step. A pointer that leads nowhere is no error. The empty pointer is the
whole document; a slash that was forgotten in front is added.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

STAR: Final = "*"
GONE: Final = object()
"""What a change gives for a value that is to be taken out."""
Change = Callable[[Any], Any]
"""What becomes of a value; `GONE` takes it out."""

_MOST_DIGITS = 18


def steps_of(pointer: str) -> list[str]:
    """The steps of a JSON pointer, unescaped; none for the whole document."""
    steps = pointer.removeprefix("/").split("/") if pointer else []
    return [step.replace("~1", "/").replace("~0", "~") for step in steps]


def escaped(step: str) -> str:
    """A step as a JSON pointer writes it."""
    return step.replace("~", "~0").replace("/", "~1")


def number_of(step: str) -> int | None:
    """The number that a step is; None for what is none, or has more digits than any list has members."""
    return int(step) if len(step) <= _MOST_DIGITS and step.isdecimal() else None


def is_meant(pattern: Sequence[str], steps: Sequence[str | int]) -> bool:
    """Whether steps lead to a place that a pattern with stars means."""
    return len(pattern) == len(steps) and all(
        one in (STAR, str(other)) for one, other in zip(pattern, steps, strict=True)
    )


def located(value: Any, steps: Sequence[str]) -> Iterator[Any]:
    """The values of a document that steps lead to, in order."""
    if not steps:
        yield value
        return
    for place in _places(value, steps[0]):
        yield from located(value[place], steps[1:])


def change_at(value: Any, steps: Sequence[str], change: Change) -> Any:
    """A JSON value, changed in place wherever the steps lead; `GONE` where all of it is taken out."""
    if not steps:
        return change(value)
    for place in reversed(tuple(_places(value, steps[0]))):  # from behind, as what is taken out moves what follows
        new = change_at(value[place], steps[1:], change)
        if new is GONE:
            del value[place]
        else:
            value[place] = new
    return value


def _places(value: Any, step: str) -> Iterator[Any]:
    """The keys or indexes of a container that a step names."""
    if isinstance(value, dict):
        yield from value if step == STAR else [step] if step in value else []
    elif isinstance(value, list):
        if step == STAR:
            yield from range(len(value))
        else:
            place = number_of(step)
            if place is not None and place < len(value):
                yield place
