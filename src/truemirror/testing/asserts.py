"""Assertions of suites: attributes are there, errors are the ones that were promised.

    assert has_attributes(answer.json(), "items[].id items[].owner.email metadata.total")
    assert is_error(answer, 404, code="not_found")

Rules: they are true, or they raise an AssertionError that shows expected against actual, what is missing marked, and
the nearest name that is there.
"""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any, Literal

from truemirror.core.contract.assertions import error_code, error_shape_findings, missing_attributes
from truemirror.core.contract.json_text import read_json
from truemirror.testing.answers import heard

_SHOWN = 300


def has_attributes(value: Any, paths: str | Sequence[str]) -> Literal[True]:
    """A JSON value (or an answer whose body is one) has these attributes, null or not.

    `paths` names them, separated by blanks: `id owner.email items[].id items[0].tags[]`. Raises AssertionError;
    UsageError for a path that is none.
    """
    __tracebackhide__ = True
    found = _value(value)
    missing = missing_attributes(found, paths)
    if not missing:
        return True
    wanted = paths.split() if isinstance(paths, str) else list(paths)
    told = {path: missing_attributes(found, [path]) for path in wanted}
    gone = sum(bool(places) for places in told.values())
    lines = [f"{gone} of {len(wanted)} attributes {'is' if gone == 1 else 'are'} missing"]
    for path, places in told.items():
        lines.append(f"  {'✗' if places else '✓'} {path}{_where(path, places)}")
        lines += [f"      {there}" for there in _nearest(found, places)]
    raise AssertionError("\n".join([*lines, f"  actual: {_short(found)}"]))


def is_error(answer: Any, status: int | None = None, code: str | None = None) -> Literal[True]:
    """An answer is an error of the promised shape, with this status and this stable code where they are given.

    Raises AssertionError.
    """
    __tracebackhide__ = True
    one = heard(answer)
    found = error_shape_findings(one.status, one.body, code, expected_status=status)
    if not found:
        return True
    lines = [f"{one} is not the error that was expected"]
    for finding in found:
        lines.append(f"  {finding.message}")
        lines.append(f"    expected  {finding.expected}")
        lines.append(f"    actual    {finding.actual}")
    if code is not None and (near := _near_code(one.body, code)):
        lines.append(f"    nearest   {near}")
    text = one.body.decode("utf-8", "replace")
    raise AssertionError("\n".join([*lines, f"  body: {text[:_SHOWN]}{'…' if len(text) > _SHOWN else ''}"]))


def _value(value: Any) -> Any:
    """The JSON value; of an answer, its body's."""
    if not (hasattr(value, "status_code") or hasattr(value, "status")):
        return value
    one = heard(value)
    try:
        return read_json(one.body)
    except ValueError:
        raise AssertionError(f"{one} has no JSON body: {one.body[:_SHOWN].decode('utf-8', 'replace')!r}") from None


def _where(path: str, gone: Sequence[str]) -> str:
    """Which of several items lack an attribute."""
    if not gone or list(gone) == [path]:
        return ""
    shown = ", ".join(gone[:3])
    return f"  at {shown}{f' and {len(gone) - 3} more' if len(gone) > 3 else ''}"


def _nearest(value: Any, gone: Sequence[str]) -> Iterator[str]:
    """What is there in place of the first missing attribute."""
    if not gone:
        return
    parent, _, name = gone[0].rpartition(".")
    there = _at(value, parent)
    if not isinstance(there, dict):
        return
    near = get_close_matches(name, list(there), n=1, cutoff=0.5)
    place = parent or "the value"
    yield f"nearest: {near[0]}" if near else f"{place} has {', '.join(list(there)[:12]) or 'no attributes'}"


def _at(value: Any, path: str) -> Any:
    """What lies at a place, as `items[2].owner`; None when nothing does."""
    for step in path.replace("]", "").replace("[", ".").split("."):
        if not step:
            continue
        if isinstance(value, list):
            value = value[int(step)] if step.isdigit() and int(step) < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


def _near_code(body: bytes, code: str) -> str:
    """The code that is there, when it is a near miss."""
    try:
        known = error_code(read_json(body))
    except ValueError:
        return ""
    return known if known and get_close_matches(code, [known], cutoff=0.6) else ""


def _short(value: Any) -> str:
    """A JSON value, cut to what a screen can hold."""
    import json

    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
