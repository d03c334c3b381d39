"""Messages less what varies by itself: a noisy attribute is replaced by its kind, as long as it is of that kind.

Rules: what is not of its kind stays as it is and counts, so a time that becomes a number (or "soon") is another answer.
An attribute that may be absent is taken out; has it a kind besides, then only while it is of that kind. Of several
rules for one attribute the widest kind speaks first, so that more rules never tell apart what fewer held for the same.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from truemirror.core.mirror.model import Noise
from truemirror.core.mirror.noise_kinds import ABSENT_OR_PRESENT, WIDE_FIRST, is_text_of, is_value_of

_ORDER = {kind: place for place, kind in enumerate((*WIDE_FIRST, ABSENT_OR_PRESENT))}
_BODY = "body:"
_MOST_DIGITS = 18


class _Kind(str):
    """What stands where a noisy value was; of no kind itself, and no JSON text of a service."""

    __slots__ = ()


def noise_of(rules: Iterable[Noise], operation: str, of: str = "answer") -> tuple[Noise, ...]:
    """The rules that hold for one side of an operation."""
    return tuple(one for one in rules if one.of == of and one.operation in ("*", operation))


def steps_of(pointer: str) -> list[str]:
    """The steps of a JSON pointer; none for the whole document. A slash that was forgotten in front is added."""
    steps = pointer.removeprefix("/").split("/") if pointer else []
    return [step.replace("~1", "/").replace("~0", "~") for step in steps]


def number_of(step: str) -> int | None:
    """The number that a step is; None for what is none, or has more digits than any list has members."""
    return int(step) if len(step) <= _MOST_DIGITS and step.isdecimal() else None


def has_noisy_body(noise: Iterable[Noise]) -> bool:
    """Whether something in the body varies."""
    return any(one.part.startswith(_BODY) for one in noise)


def kinds_of(noise: Iterable[Noise], what: str) -> Mapping[str, Sequence[str]]:
    """For `header` or `query`: the kinds of each noisy name, the widest first; names of headers in lower case."""
    found: dict[str, list[str]] = {}
    for one in sorted(noise, key=lambda one: _ORDER.get(one.kind, -1)):
        kind, _, name = one.part.partition(":")
        if kind == what:
            found.setdefault(name.lower() if what == "header" else name, []).append(one.kind)
    return found


def blanked_text(text: str, kinds: Sequence[str]) -> str | None:
    """The kind in place of a text of that kind, None where it does not count whether it is there, else the text."""
    matching = next((kind for kind in kinds if is_text_of(kind, text)), "")
    if ABSENT_OR_PRESENT in kinds and (matching or len(kinds) == 1):
        return None
    return f"\0{matching}" if matching else text


def blanked_body(body: bytes, noise: Iterable[Noise]) -> bytes:
    """A JSON body with noisy attributes replaced by their kinds; untouched where it is not JSON."""
    rules = [(one.part[len(_BODY) :], one.kind) for one in noise if one.part.startswith(_BODY)]
    if not rules or not body:
        return body
    try:
        document = orjson.loads(body)
        for pointer, kind in sorted(rules, key=lambda rule: (_ORDER.get(rule[1], -1), rule[0])):
            alone = not any(other[0] == pointer and other[1] != kind for other in rules)
            document = _blank(document, steps_of(pointer), kind, alone=alone)
        return orjson.dumps(document, default=lambda value: f"\0{value}", option=orjson.OPT_PASSTHROUGH_SUBCLASS)
    except (ValueError, TypeError, RecursionError):  # no JSON, or nested deeper than it can be walked or written
        return body


def _blank(value: Any, steps: list[str], kind: str, *, alone: bool) -> Any:
    """A value with its kind wherever the steps lead, `*` being every index or key."""
    if not steps:
        return _Kind(kind) if is_value_of(kind, value) else value
    step, rest = steps[0], steps[1:]
    for place in tuple(_places(value, step)):
        if kind != ABSENT_OR_PRESENT or rest:
            value[place] = _blank(value[place], rest, kind, alone=alone)
        elif isinstance(value, dict) and (alone or type(value[place]) is _Kind):
            del value[place]
    return value


def _places(value: Any, step: str) -> Iterator[Any]:
    """The keys or indexes of a container that a step names."""
    if isinstance(value, dict):
        yield from value if step == "*" else [step] if step in value else []
    elif isinstance(value, list):
        if step == "*":
            yield from range(len(value))
        else:
            place = number_of(step)
            if place is not None and place < len(value):
                yield place


def located(value: Any, steps: Sequence[str]) -> Iterator[Any]:
    """The values of a document that steps lead to, in order."""
    if not steps:
        yield value
        return
    for place in _places(value, steps[0]):
        yield from located(value[place], steps[1:])
