"""A trace as a JSON document, and back.

    trace    {"began", "browser", "format": 1, "target", "test", "tries": [try]}
    try      {"calls": [call], "left", "message", "misses", "number", "outcome", "said": [line], "seconds",
              "steps": [step]}
    call     {"at_ms", "exchange": as mirrors write it, "findings", "kind", "operation", "recording", "service",
              "uncaptured", "url"}

Rules: decode(encode(x)) == x for every trace whose numbers are finite; defaults are left out; keys that are not known
are passed over, so that an older truemirror reads what a newer one added.
"""

from collections.abc import MutableMapping
from dataclasses import fields
from math import isfinite
from typing import Any, TypeVar

import orjson

from truemirror.core.contract.finding import Finding, Level
from truemirror.core.flow.trace import Call, Outcome, Said, Step, Target, Trace, Try
from truemirror.core.mirror.bodies import encode_body as mirror_body
from truemirror.core.mirror.bodies import plain_body
from truemirror.core.mirror.document import Reading, decode_exchange, encode_exchange, writable
from truemirror.core.mirror.fields import Document, listed, number, text, under, whole, wrong
from truemirror.core.mirror.strict_json import parse_json
from truemirror.errors import FormatError

FORMAT = 1
One = TypeVar("One")
_MOST = 2**53
_LISTS = frozenset({"consumers", "operations"})
"""Those attributes of a finding that are lists."""


def trace_json(trace: Trace, *, indented: bool = True) -> bytes:
    """The document of a trace, as it is written; outlines, which nobody reads line by line, without white space."""
    options = orjson.OPT_APPEND_NEWLINE | (orjson.OPT_INDENT_2 if indented else 0)
    return orjson.dumps(encode_trace(trace), option=options)


def read_trace(raw: bytes) -> Trace:
    """The trace that a text stands for. Raises FormatError."""
    return decode_trace(parse_json(raw))


def encode_trace(trace: Trace) -> Document:
    """The document of a trace, ready for orjson."""
    return {
        "began": writable(trace.began),
        "browser": writable(trace.browser),
        "format": FORMAT,
        "target": trace.target.value,
        "test": writable(trace.test),
        "tries": [_try(one) for one in trace.tries],
    }


def _try(one: Try) -> Document:
    """The document of a try."""
    return {
        "calls": [_call(call) for call in one.calls],
        "left": one.left,
        "message": writable(one.message),
        "misses": [writable(miss) for miss in one.misses],
        "number": one.number,
        "outcome": one.outcome.value,
        "said": [_plain(line) for line in one.said],
        "seconds": _finite(one.seconds),
        "steps": [_plain(step) for step in one.steps],
    }


def _call(call: Call) -> Document:
    """The document of a call."""
    document: Document = {"at_ms": _finite(call.at_ms), "exchange": encode_exchange(call.exchange, "", {}, _body)}
    if call.findings:
        document["findings"] = [_plain(finding) for finding in call.findings]
    for name in ("kind", "operation", "recording", "service", "uncaptured", "url"):
        if value := getattr(call, name):
            document[name] = writable(value)
    return document


def _body(body: bytes, _files: MutableMapping[str, bytes]) -> Document:
    """A body, always inside of its document."""
    aside: dict[str, bytes] = {}
    written = mirror_body(body, aside)
    return plain_body(body) if aside else written


def _plain(value: Any) -> Document:
    """The document of a value that holds texts, numbers and lists of texts only; what is empty is left out."""
    document: Document = {}
    for field in fields(value):
        held = getattr(value, field.name)
        match held:
            case str() if held:
                document[field.name] = writable(str(held))
            case int() | float() if held:
                document[field.name] = _finite(float(held))
            case tuple() if held:
                document[field.name] = [writable(one) for one in held]
    return document


def _finite(value: float) -> float:
    """A number as JSON can say it."""
    return value if isfinite(value) else 0.0


def decode_trace(document: object) -> Trace:
    """The trace that a document stands for. Raises FormatError with the field's path in `where`."""
    known = _object(document)
    if whole(known, "format", 0, _MOST) != FORMAT:
        raise FormatError("was written by a newer truemirror", where="format", fix="update truemirror")
    tries: list[Try] = []
    for place, one in enumerate(listed(known, "tries")):
        try:
            tries.append(_read_try(_object(one)))
        except FormatError as error:
            raise under(f"tries[{place}]", error) from None
    target = _choice(known, "target", {one.value: one for one in Target})
    return Trace(text(known, "test"), target, tuple(tries), text(known, "began", ""), text(known, "browser", ""))


def _read_try(known: Document) -> Try:
    """A try."""
    reading = Reading(_no_file)
    return Try(
        whole(known, "number", 1, _MOST),
        _choice(known, "outcome", {one.value: one for one in Outcome}),
        text(known, "message", ""),
        number(known, "seconds"),
        tuple(_read_step(_object(one)) for one in listed(known, "steps")),
        tuple(_read_call(_object(one), reading) for one in listed(known, "calls")),
        tuple(_read_line(_object(one)) for one in listed(known, "said")),
        _texts(known, "misses"),
        whole(known, "left", 0, _MOST),
    )


def _read_step(known: Document) -> Step:
    """A step."""
    told = [text(known, name, "") for name in ("name", "problem", "picture")]
    return Step(told[0], number(known, "at_ms"), number(known, "took_ms"), told[1], told[2])


def _read_line(known: Document) -> Said:
    """A line of the console."""
    return Said(text(known, "level", ""), text(known, "text", ""), number(known, "at_ms"), text(known, "url", ""))


_CALL_TEXTS = ("url", "kind", "service", "operation", "recording", "uncaptured")


def _read_call(known: Document, reading: Reading) -> Call:
    """A call."""
    told = {name: text(known, name, "") for name in _CALL_TEXTS}
    findings = tuple(_read_finding(_object(one)) for one in listed(known, "findings"))
    exchange = decode_exchange(known.get("exchange"), reading)
    return Call(exchange=exchange, at_ms=number(known, "at_ms"), findings=findings, **told)


def _read_finding(known: Document) -> Finding:
    """A finding."""
    names = [one.name for one in fields(Finding) if one.name not in _LISTS and one.name != "level"]
    level = _choice(known, "level", {one.value: one for one in Level})
    said: dict[str, Any] = {name: text(known, name, "") for name in names}
    said.update({name: _texts(known, name) for name in _LISTS})
    return Finding(level=level, **said)


def _texts(known: Document, name: str) -> tuple[str, ...]:
    """A list of texts."""
    lines = listed(known, name)
    if not all(type(line) is str for line in lines):
        raise wrong(name, "a list of texts", lines)
    return tuple(lines)


def _object(value: object) -> Document:
    """An object, whatever its keys."""
    if type(value) is not dict:
        raise wrong("", "an object", value)
    return value


def _choice(known: Document, name: str, choices: dict[str, One]) -> One:
    """One of some words."""
    word = text(known, name)
    if word not in choices:
        raise wrong(name, f"one of {', '.join(choices)}", word)
    return choices[word]


def _no_file(name: str, size: int) -> bytes:
    """Bodies have no files of their own here."""
    raise FormatError(f"names a body of {size} bytes in the file {name[:20]!r}, which is not kept here", where="file")
