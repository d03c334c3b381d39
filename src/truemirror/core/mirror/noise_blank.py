"""Messages less what varies by itself: a noisy attribute is replaced by its kind, as long as it is of that kind.

Rules: what is not of its kind stays as it is and counts, so a time that becomes a number (or "soon") is another answer.
An attribute that may be absent is taken out; has it a kind besides, then only while it is of that kind. Of several
rules for one attribute the widest kind speaks first, so that more rules never tell apart what fewer held for the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from truemirror.core.mirror.model import Noise
from truemirror.core.mirror.noise_kinds import ABSENT_OR_PRESENT, WIDE_FIRST, is_text_of, is_value_of
from truemirror.core.mirror.pointer import GONE, change_at, located, steps_of

_ORDER = {kind: place for place, kind in enumerate((*WIDE_FIRST, ABSENT_OR_PRESENT))}
_BODY = "body:"


class _Kind(str):
    """What stands where a noisy value was; of no kind itself, and no JSON text of a service."""

    __slots__ = ()


def noise_of(rules: Iterable[Noise], operation: str, of: str = "answer") -> tuple[Noise, ...]:
    """The rules that hold for one side of an operation."""
    return tuple(one for one in rules if one.of == of and one.operation in ("*", operation))


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


def _blank(document: Any, steps: list[str], kind: str, *, alone: bool) -> Any:
    """A document with its kind wherever the steps lead; what may be absent is taken out of its object.

    With further kinds for the same place (not `alone`) that is only where one of them stands already.
    """

    def absent(value: Any) -> Any:
        """Nothing in a value's place."""
        return GONE if alone or type(value) is _Kind else value

    if kind != ABSENT_OR_PRESENT or not steps:
        return change_at(document, steps, lambda value: _Kind(kind) if is_value_of(kind, value) else value)
    for holder in located(document, steps[:-1]):
        if isinstance(holder, dict):  # members of a list have no name that could be absent
            change_at(holder, steps[-1:], absent)
    return document
