"""Helpers of tests: which attributes are missing, and whether an error is one.

Rules: pure; they give back what is wrong and leave it to the test framework how to fail.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from truemirror.core.contract.finding import Finding
from truemirror.core.contract.json_text import read_json
from truemirror.core.contract.pointer import clipped, short
from truemirror.core.contract.rules import finding
from truemirror.errors import UsageError

_STEP = re.compile(r"(?:([^.\[\]]+)|)((?:\[\d*\])*)(?:\.|\Z)")
_INDEX = re.compile(r"\[(\d*)\]")
_CODES = (("error", "code"), ("code",))


def missing_attributes(value: Any, paths: str | Sequence[str]) -> tuple[str, ...]:
    """The attributes that are not there, as `owner.email` and `items[2].id`.

    `paths` names them, separated by blanks: `id owner.email items[].id items[0].tags[]`. `items[]` stands for every
    item, and for the list itself: a list that is not there is missing, an empty one has nothing missing in it. An
    attribute that is null is there. Raises UsageError for a path that is none.
    """
    wanted = paths.split() if isinstance(paths, str) else list(paths)
    found = (place for path in wanted for place in _missing(value, _steps(path), ""))
    return tuple(dict.fromkeys(found))


def _steps(path: str) -> list[str | int | None]:
    """The steps of a path: names, indexes, and None for every item."""
    steps: list[str | int | None] = []
    at = 0
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None or path.endswith(".") or not (step[1] or step[2]):
            raise UsageError(f"{path!r} is no path to an attribute", nearest="owner.email, items[].id, items[0].name")
        steps += [step[1]] if step[1] else []
        steps += [int(index) if index else None for index in _INDEX.findall(step[2])]
        at = step.end()
    return steps


def _missing(value: Any, steps: Sequence[str | int | None], place: str) -> Iterator[str]:
    """Where a path leads nowhere."""
    if not steps:
        return
    step, rest = steps[0], steps[1:]
    if isinstance(step, str):
        at = f"{place}.{step}" if place else step
        if isinstance(value, dict) and step in value:
            yield from _missing(value[step], rest, at)
        else:
            yield at
    elif not isinstance(value, list):
        yield f"{place}[{'' if step is None else step}]"
    elif step is None:
        for number, item in enumerate(value):
            yield from _missing(item, rest, f"{place}[{number}]")
    elif step < len(value):
        yield from _missing(value[step], rest, f"{place}[{step}]")
    else:
        yield f"{place}[{step}]"


def error_code(value: Any) -> str | None:
    """The code of an error body; None when it has none."""
    for path in _CODES:
        one = value
        for name in path:
            one = one.get(name) if isinstance(one, dict) else None
        if isinstance(one, str) and one:
            return one
    return None


def error_shape_findings(
    status: int, body: bytes, code: str | None = None, *, expected_status: int | None = None, service: str = ""
) -> tuple[Finding, ...]:
    """What is wrong with an answer that should be an error: its status, its shape, its code.

    Needs no contract: an error is JSON that carries a stable code, as `{"error": {"code": ...}}` or `{"code": ...}`.
    """
    location = f"response {status} body"
    found: list[Finding] = []
    if status < 400 or expected_status not in (None, status):
        wanted = str(expected_status or "an error")
        said = f"answered with {status} instead of {wanted}"
        found.append(
            finding(
                "error-shape-broken", service, said, location=f"response {status}", expected=wanted, actual=str(status)
            )
        )
    try:
        value = read_json(body)
    except ValueError:
        actual = clipped(body[:200].decode("utf-8", "replace")) or "empty"
        said = "the error is not JSON"
        return (*found, finding("response-not-json", service, said, location=location, expected="JSON", actual=actual))
    known = error_code(value)
    if known is None:
        said, wanted = "the error carries no code", '{"error": {"code": "...", "message": "..."}}'
        found.append(
            finding("error-shape-broken", service, said, location=location, expected=wanted, actual=short(value))
        )
    elif code is not None and known != code:
        said = f"the error's code is {known!r}, not {code!r}"
        found.append(finding("error-code-unknown", service, said, location=location, expected=code, actual=known))
    return tuple(found)
