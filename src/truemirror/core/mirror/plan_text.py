"""How fault plans are written: a rule as one line, or as an object of JSON or TOML.

    line       WHICH [of OPERATION]: EFFECT[, EFFECT]
    WHICH      call 3 | calls 2-4 | calls 3- | every call | every 2nd call
    OPERATION  GET /v1/tags | POST /v1/deals/{id} | * /v1/deals | *
    EFFECT     a fault | a status and perhaps a body | delay 200ms
    object     {"calls": 3 or "2-4", "operation": OPERATION, "fault": ..., "delay": "200ms"}
               {"every": 2, "operation": OPERATION, "status": 503, "body": ..., "headers": {...}}

Rules: what is not understood is a UsageError that names the nearest word. A body reaches to the end of its line.
"""

import json
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from truemirror.core.mirror.latency import parse_ms
from truemirror.core.mirror.operation import nameless
from truemirror.core.mirror.plan import ANY, Effect, Plan, Rule, Which
from truemirror.core.wire.exchange import FaultKind
from truemirror.errors import UsageError

_LINE = re.compile(r"(?P<which>[^:]*?)(?:\s+of\s+(?P<operation>.+?))?\s*:\s+(?P<effect>\S.*)", re.DOTALL)
_CALL = re.compile(r"call ([1-9]\d{0,8})")
_CALLS = re.compile(r"(?:calls )?([1-9]\d{0,8})(-)([1-9]\d{0,8})?")
_EVERY = re.compile(r"every(?: ([1-9]\d{0,8})(?:st|nd|rd|th))? call")
_OPERATION = re.compile(r"\*|(?:\*|[A-Z]+) /\S*")
_STATUS = re.compile(r"([2-5]\d\d)(?:\s+(.+))?", re.DOTALL)
_DELAY = re.compile(r"delay\s+([^,]*?)\s*(?:,\s*(.+))?", re.DOTALL)
_FIELD_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")
_WORDS = ("call", "calls", "every", "of")
_KEYS = ("calls", "every", "operation", "fault", "status", "body", "headers", "delay")
_EXAMPLE = "call 3: reset"
_WHICH = "call 3, calls 2-4, calls 3-, every call, every 2nd call"
_FAULTS = ", ".join(FaultKind)
_MOST = 1_000


def parse_plan(value: object, where: str = "") -> Plan:
    """A plan from a line, an object, or a list of both; `where` is told in errors. Raises UsageError."""
    items = value if isinstance(value, list | tuple) else [value]
    if len(items) > _MOST:
        raise UsageError(f"a plan of {len(items):,} rules", where=where, fix=f"write {_MOST:,} at most")
    return Plan(tuple(_rule(item, where) for item in items))


def _rule(item: object, where: str) -> Rule:
    """One rule. Raises UsageError."""
    if isinstance(item, str):
        return _line(item.strip(), where)
    if isinstance(item, Mapping):
        return _object(item, where)
    raise UsageError(f"a rule of a plan is no {type(item).__name__}", where=where, nearest=_EXAMPLE)


# lines


def _line(text: str, where: str) -> Rule:
    """A rule in one line. Raises UsageError."""
    found = _LINE.fullmatch(text)
    if found is None:
        near = f"call 1: {text}" if text in tuple(FaultKind) else _EXAMPLE
        raise UsageError(f"'{_short(text)}' does not say WHICH: EFFECT", where=where, nearest=near)
    which = _which(found["which"].strip(), where)
    operation = _operation(found["operation"] or ANY, where)
    return _made(which, operation, _effect(found["effect"].strip(), where))


def _which(text: str, where: str) -> Which:
    """Which calls. Raises UsageError."""
    which = _read_which(text)
    if which is None:
        words = [(get_close_matches(word, _WORDS, n=1, cutoff=0.6) or [word])[0] for word in text.split()]
        corrected = " ".join(words)
        near = corrected if _read_which(corrected) else f"call {text}" if text.isdecimal() else _WHICH
        raise UsageError(f"'{_short(text)}' does not say which calls", where=where, nearest=near)
    return which


def _read_which(text: str) -> Which | None:
    """Which calls; None where that cannot be read."""
    if found := _CALL.fullmatch(text):
        return Which(int(found[1]), int(found[1]))
    if found := _CALLS.fullmatch(text):
        last = int(found[3]) if found[3] else None
        return Which(int(found[1]), last) if last is None or last >= int(found[1]) else None
    if found := _EVERY.fullmatch(text):
        step = int(found[1] or 1)
        return Which(step, None, step)
    return None


def _operation(text: str, where: str) -> str:
    """An operation, its parameters without names. Raises UsageError."""
    if not _OPERATION.fullmatch(text):
        verb, _, path = text.partition(" ")
        upper = f"{verb.upper()} {path}"
        near = upper if _OPERATION.fullmatch(upper) else f"* {text}" if text.startswith("/") else "GET /v1/tags"
        raise UsageError(f"'{_short(text)}' is no operation", where=where, nearest=near)
    return nameless(text)


def _effect(text: str, where: str) -> Effect:
    """What happens. Raises UsageError."""
    if found := _DELAY.fullmatch(text):
        delay = parse_ms(found[1], where)
        rest = _effect(found[2].strip(), where) if found[2] else Effect()
        return Effect(rest.fault, rest.status, rest.body, rest.headers, delay + rest.delay_ms)
    if found := _STATUS.fullmatch(text):
        return Effect(status=int(found[1]), body=found[2].encode("utf-8", "surrogatepass") if found[2] else None)
    return Effect(fault=_fault(text, where))


def _fault(text: str, where: str) -> FaultKind:
    """A fault by its name. Raises UsageError."""
    try:
        return FaultKind(text)
    except ValueError:
        near = get_close_matches(text, [*FaultKind, "delay 200ms"], n=1, cutoff=0.5)
        raise UsageError(
            f"'{_short(text)}' is no effect",
            where=where,
            nearest=near[0] if near else "",
            fix=f"write a fault ({_FAULTS}), a status such as 503, or delay 200ms",
        ) from None


# objects


def _object(item: Mapping[str, Any], where: str) -> Rule:
    """A rule as an object. Raises UsageError."""
    for key in item:
        if key not in _KEYS:
            near = get_close_matches(str(key), _KEYS, n=1, cutoff=0.5)
            known = f"known are {', '.join(_KEYS)}"
            raise UsageError(f"a rule has no '{key}'", where=where, nearest=near[0] if near else "", fix=known)
    if ("calls" in item and "every" in item) or ("fault" in item and "status" in item):
        raise UsageError("a rule has calls or every, and fault or status", where=where, fix="write two rules")
    effect = _object_effect(item, where)
    if not effect.answers and not effect.delay_ms:
        raise UsageError("a rule without an effect", where=where, fix="add fault, status or delay")
    return _made(_object_which(item, where), _operation(str(item.get("operation", ANY)), where), effect)


def _object_which(item: Mapping[str, Any], where: str) -> Which:
    """`calls` or `every`; all calls without either. Raises UsageError."""
    if "calls" in item:
        calls = item["calls"]
        return _which(f"call {calls}" if str(calls).isdecimal() else str(calls), where)
    every = item.get("every", 1)
    if isinstance(every, bool) or not isinstance(every, int) or every < 1:
        raise UsageError(f"every {every!r} call", where=where, fix="write every = 2 for each second call")
    return Which(every, None, every)


def _object_effect(item: Mapping[str, Any], where: str) -> Effect:
    """Fault or status, and delay. Raises UsageError."""
    status = item.get("status")
    if status is not None and (isinstance(status, bool) or not isinstance(status, int) or not 200 <= status < 600):
        raise UsageError(f"{status!r} is no status", where=where, nearest="503")
    delay = item.get("delay", "0ms")
    return Effect(
        fault=_fault(str(item["fault"]), where) if "fault" in item else None,
        status=status,
        body=_body(item["body"]) if "body" in item else None,
        headers=tuple(_headers(item.get("headers", {}), where)),
        delay_ms=parse_ms(str(delay), where),
    )


def _body(value: object) -> bytes:
    """A body: text as it is, anything else as JSON."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text.encode("utf-8", "surrogatepass")


def _headers(value: object, where: str) -> Iterator[tuple[str, str]]:
    """Header fields from an object. Raises UsageError."""
    if not isinstance(value, Mapping):
        raise UsageError("headers is no object", where=where, nearest='{"Retry-After": "1"}')
    for name, text in value.items():
        if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", str(name)):
            raise UsageError(f"'{name}' is no header's name", where=where, nearest="Retry-After")
        if not _FIELD_VALUE.fullmatch(str(text)):
            raise UsageError(
                f"the value of the header {name} would break the message", where=where, fix="write one line"
            )
        yield str(name), str(text)


# telling


def _made(which: Which, operation: str, effect: Effect) -> Rule:
    """A rule that can tell what it says."""
    return Rule(which, effect, operation, rule_line(which, operation, effect))


def rule_line(which: Which, operation: str, effect: Effect) -> str:
    """A rule as a line, without the body."""
    told = [f"delay {effect.delay_ms:g}ms"] if effect.delay_ms else []
    told += [str(effect.fault)] if effect.fault else [str(effect.status)] if effect.status else []
    of = "" if operation == ANY else f" of {operation}"
    return f"{_which_line(which)}{of}: {', '.join(told)}"


def _which_line(which: Which) -> str:
    """Which calls, as they are written."""
    if which.step > 1:
        ending = {1: "st", 2: "nd", 3: "rd"}.get(which.step % 10 if which.step % 100 // 10 != 1 else 0, "th")
        return f"every {which.step}{ending} call"
    if which.last is None:
        return "every call" if which.first == 1 else f"calls {which.first}-"
    return f"call {which.first}" if which.first == which.last else f"calls {which.first}-{which.last}"


def _short(text: str) -> str:
    """A text for a message."""
    return text if len(text) <= 60 else f"{text[:57]}..."
