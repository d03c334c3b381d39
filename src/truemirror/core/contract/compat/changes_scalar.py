"""What two schemas say differently about single values: types, listed values, bounds, texts, words for people.

Rules: `integer` is part of `number`; a bound is a number with a yes or no to itself, whatever draft wrote it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from truemirror.core.contract.compat.change import Act, Change, Edit
from truemirror.core.contract.compat.view import View

_COUNTS: Final = (
    ("length", "minLength", "maxLength"),
    ("items-count", "minItems", "maxItems"),
    ("members-count", "minProperties", "maxProperties"),
    ("contains-count", "minContains", "maxContains"),
)
_FLAGS: Final = (
    ("uniqueItems", "unique"),
    ("readOnly", "read-only"),
    ("writeOnly", "write-only"),
    ("deprecated", "deprecated"),
)
_TEXTS: Final = (
    ("pattern", "pattern"),
    ("format", "format"),
    ("discriminator", "discriminator"),
    ("contentEncoding", "content"),
    ("contentMediaType", "content"),
    ("title", "description"),
    ("description", "description"),
    ("default", "default"),
    ("example", "example"),
    ("examples", "example"),
    ("$dynamicRef", "reference"),
    ("$recursiveRef", "reference"),
    ("$ref", "reference"),
)
_ABSENT: Final = object()


def type_changes(old: View, new: View, path: str) -> Iterator[Change]:
    """Types, and null apart from them."""
    if _allows_null(old) != _allows_null(new) and _typed(old) and _typed(new):
        kind = "null-added" if _allows_null(new) else "null-removed"
        edit = Edit(Act.NULL, old.home, new.home, value=_allows_null(new))
        yield Change(kind, path, old.home, new.home, keyword="type", edits=(edit,))
    before, after = _spelled(old), _spelled(new)
    if before == after:
        return
    narrower, wider = _within(after, before), _within(before, after)
    kind = "type-narrowed" if narrower else "type-widened" if wider else "type-changed"
    edit = Edit(Act.COPY, old.keywords.get("type", old.home), new.keywords.get("type", new.home), ("type",))
    told = (sorted(before), sorted(after))
    yield Change(kind, path, old.home, new.home, *told, keyword="type", edits=(edit,))


def _typed(one: View) -> bool:
    """Whether it says its types."""
    return "type" in one.keywords


def _allows_null(one: View) -> bool:
    """Whether null is among the types."""
    return bool(one.null) if _typed(one) else True


def _spelled(one: View) -> frozenset[str]:
    """The types without null; all of them where none is said."""
    found = one.types
    if found == {"boolean", "number", "string", "array", "object", "null"}:
        return found - {"null"}
    return found - {"integer"} if "number" in found else found


def _within(inner: frozenset[str], outer: frozenset[str]) -> bool:
    """Whether all values of some types are of others."""
    return all(one in outer or (one == "integer" and "number" in outer) for one in inner)


def value_changes(old: View, new: View, path: str) -> Iterator[Change]:
    """Listed values, `const` being a list of one."""
    before, after = old.values, new.values
    ends = (old.home, new.home)
    both_listed = before is not None and after is not None
    keyword = "const" if "const" in {**old.keywords, **new.keywords} else "enum"
    edits = tuple(
        Edit(Act.COPY, old.keywords.get(key, old.home), new.keywords.get(key, new.home), (key,))
        for key in ("enum", "const")
    )
    if not both_listed:
        if before is not None or after is not None:
            kind = "values-listed" if before is None else "values-freed"
            yield Change(kind, path, *ends, before, after, keyword=keyword, edits=edits)
        return
    gone, come = ({_text(one): one for one in side or ()} for side in (before, after))
    for kind, these, those in (("values-removed", gone, come), ("values-added", come, gone)):
        found = [one for text, one in these.items() if text not in those]
        if not found:
            continue
        single = "enum" in old.keywords and "enum" in new.keywords
        made = (
            tuple(Edit(Act.MEMBER, old.keywords["enum"], new.keywords["enum"], ("enum",), one) for one in found)
            if single
            else edits
        )
        told = (found, None) if kind == "values-removed" else (None, found)
        yield Change(kind, path, old.home, new.home, told[0], told[1], keyword, edits=made)


def _text(value: Any) -> str:
    """A value as text that equal values share; 1.0 is 1."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return json.dumps(value, sort_keys=True, default=str)
    return str(Fraction(value)) if value == value and abs(value) != float("inf") else str(value)


def scalar_changes(old: View, new: View, path: str) -> Iterator[Change]:
    """Everything else that is a plain value."""
    yield from _bounds(old, new, path)
    yield from _steps(old, new, path)
    for family, low, high in _COUNTS:
        for keyword, sign in ((low, 1), (high, -1)):
            before, after = _number(old.value(keyword)), _number(new.value(keyword))
            if keyword.startswith("min") and keyword != "minContains":
                before, after = before or Fraction(0), after or Fraction(0)
            if before != after:
                yield _moved(family, keyword, sign, before, after, old, new, path)
    for keyword, family in _FLAGS:
        if (old.value(keyword) is True) != (new.value(keyword) is True):
            kind = f"{family}-{'added' if new.value(keyword) is True else 'removed'}"
            yield _change(kind, old, new, path, keyword)
    for keyword, family in _TEXTS:
        sides = [one.keywords[keyword].schema[keyword] if keyword in one.keywords else _ABSENT for one in (old, new)]
        if sides[0] is sides[1] or _text_or_none(sides[0]) == _text_or_none(sides[1]):
            continue
        kind = f"{family}-{'added' if sides[0] is _ABSENT else 'removed' if sides[1] is _ABSENT else 'changed'}"
        yield _change(kind, old, new, path, keyword)


def _text_or_none(value: Any) -> str | None:
    """A value as text; None where it is absent."""
    return None if value is _ABSENT else _text(value)


def _change(kind: str, old: View, new: View, path: str, *keywords: str) -> Change:
    """A change of some keywords that are taken over together."""
    edits = tuple(
        Edit(Act.COPY, old.keywords.get(key, old.home), new.keywords.get(key, new.home), (key,)) for key in keywords
    )
    told = (old.value(keywords[0]), new.value(keywords[0]))
    return Change(kind, path, old.home, new.home, *told, keyword=keywords[0], edits=edits)


def _moved(
    family: str,
    keyword: str,
    sign: int,
    before: Fraction | None,
    after: Fraction | None,
    old: View,
    new: View,
    path: str,
) -> Change:
    """A count that allows more or less than it did."""
    tighter = before is None or (after is not None and (after - before) * sign > 0)
    return _change(f"{family}-{'tightened' if tighter else 'loosened'}", old, new, path, keyword)


def _bounds(old: View, new: View, path: str) -> Iterator[Change]:
    """The least and the greatest number."""
    for plain, beyond, sign in (("minimum", "exclusiveMinimum", 1), ("maximum", "exclusiveMaximum", -1)):
        before, after = (_bound(one, plain, beyond, sign) for one in (old, new))
        if before == after:
            continue
        tighter = before is None or (after is not None and after > before)
        yield _change(
            f"bounds-{'tightened' if tighter else 'loosened'}", old, new, path, *_order(old, new, plain, beyond)
        )


def _order(old: View, new: View, plain: str, beyond: str) -> tuple[str, str]:
    """Both spellings of a bound, the one that is written first."""
    return (plain, beyond) if plain in {**old.keywords, **new.keywords} else (beyond, plain)


def _bound(one: View, plain: str, beyond: str, sign: int) -> tuple[Fraction, bool] | None:
    """A bound that is greater the tighter it is; None without one."""
    found: list[tuple[Fraction, bool]] = []
    number, other = _number(one.value(plain)), one.value(beyond)
    if number is not None:
        found.append((number * sign, other is True))
    if (number := _number(other)) is not None:
        found.append((number * sign, True))
    if not found:
        return None
    edge, exclusive = max(found)
    if one.types == {"integer"}:
        floor = edge.numerator // edge.denominator
        return (Fraction(floor + 1), False) if exclusive or floor != edge else (edge, False)
    return edge, exclusive


def _steps(old: View, new: View, path: str) -> Iterator[Change]:
    """The step that numbers are multiples of."""
    before, after = _number(old.value("multipleOf")), _number(new.value("multipleOf"))
    if before == after:
        return
    if before is None or (after and before and (after / before).denominator == 1):
        kind = "step-tightened"
    elif after is None or (before and after and (before / after).denominator == 1):
        kind = "step-loosened"
    else:
        kind = "step-changed"
    yield _change(kind, old, new, path, "multipleOf")


def _number(value: Any) -> Fraction | None:
    """A number as it is; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        return Fraction(value)
    except (ValueError, OverflowError):
        return None
