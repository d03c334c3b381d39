"""Differences between two requests, or two bodies, part by part.

Rules: neutral: what differs, never whether it matters. A part is named in the grammar that ignore rules use, values are
cut to what a line can hold. What is absent is shown as absent, not as empty.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import orjson

from truemirror.core.mirror.parts import Parts
from truemirror.core.mirror.pointer import escaped
from truemirror.core.mirror.relax import FORM, form_pairs
from truemirror.core.wire.canonical import multipart_parts

ABSENT = "(absent)"
_SHOWN = 160


@dataclass(frozen=True, slots=True)
class Difference:
    """One part in which a request and a recording differ."""

    part: str
    """query:NAME, header:NAME, credentials:NAME, body:/pointer, body, path or method."""
    recorded: str
    got: str

    @property
    def weight(self) -> int:
        """How much it matters for nearness: the address counts more than its details."""
        return {"path": 8, "method": 8, "credentials": 3, "body": 2, "query": 2}.get(self.part.partition(":")[0], 1)


def differences_of(recorded: Parts, got: Parts) -> Iterator[Difference]:
    """Every part in which two requests differ, in the grammar that ignore rules use."""
    if recorded.method != got.method:
        yield Difference("method", recorded.method, got.method)
    if recorded.path != got.path:
        yield Difference("path", short(recorded.path), short(got.path))
    yield from _pairs("query", recorded.query, got.query)
    yield from _pairs("header", recorded.selectors, got.selectors)
    yield from _pairs("credentials", recorded.credentials, got.credentials)
    if recorded.media != got.media:
        yield Difference("header:content-type", recorded.media or ABSENT, got.media or ABSENT)
    if recorded.body != got.body:
        if recorded.media == got.media == FORM:
            yield from _pairs("body", _fields(recorded.body), _fields(got.body))
        elif (ones := multipart_parts(recorded.body)) and (others := multipart_parts(got.body)):
            yield Difference("body", *_unlike_parts(ones, others))
        else:
            yield from body_differences(recorded.body, got.body)


def _fields(canonical: bytes) -> tuple[tuple[str, str | None], ...]:
    """The fields of a form, by pointers."""
    return tuple((f"/{escaped(key)}", value) for key, value in form_pairs(canonical))


def _unlike_parts(ones: Sequence[tuple[str, str]], others: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """Those parts of two multipart bodies that differ, or are in one only, for people."""
    pairs = [pair for pair in zip_longest(ones, others) if pair[0] != pair[1]]
    old, new = ("; ".join(_part(pair[side]) for pair in pairs) for side in (0, 1))
    return old, new


def _part(part: tuple[str, str] | None) -> str:
    """One part of a multipart body: its headers, and enough of a hash to tell its content from another."""
    if part is None:
        return ABSENT
    head, digest = part
    told = head.replace("Content-Disposition: form-data; ", "").replace("\n", ", ")
    return f"{short(told)} (content {digest[:8]})"


def _pairs(
    kind: str, recorded: Sequence[tuple[str, str | None]], got: Sequence[tuple[str, str | None]]
) -> Iterator[Difference]:
    """Differences between two multimaps, by name."""
    for name in dict.fromkeys(key for key, _ in (*recorded, *got)):
        old = [value for key, value in recorded if key == name]
        new = [value for key, value in got if key == name]
        if old != new:
            yield Difference(f"{kind}:{name}", _values(old), _values(new))


def _values(values: Sequence[str | None]) -> str:
    """The values of one name, for people."""
    return ", ".join("(no value)" if value is None else short(value) for value in values) if values else ABSENT


def body_differences(recorded: bytes, got: bytes) -> Iterator[Difference]:
    """Differences of two bodies: by pointer when both are JSON, else as a whole."""
    try:
        old, new = orjson.loads(recorded), orjson.loads(got)
    except orjson.JSONDecodeError:
        yield Difference("body", short(recorded.decode("utf-8", "replace")), short(got.decode("utf-8", "replace")))
        return
    yield from _json("", old, new)


def _json(pointer: str, old: Any, new: Any) -> Iterator[Difference]:
    """Differences of two JSON values, deepest pointer first found."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            step = f"{pointer}/{escaped(key)}"
            if key not in old:
                yield Difference(f"body:{step}", ABSENT, _text(new[key]))
            elif key not in new:
                yield Difference(f"body:{step}", _text(old[key]), ABSENT)
            elif old[key] != new[key]:
                yield from _json(step, old[key], new[key])
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for place, (one, other) in enumerate(zip(old, new, strict=True)):
            if one != other:
                yield from _json(f"{pointer}/{place}", one, other)
    else:
        yield Difference(f"body:{pointer}" if pointer else "body", _text(old), _text(new))


def _text(value: Any) -> str:
    """A JSON value in short."""
    return short(orjson.dumps(value).decode())


def short(text: str) -> str:
    """A text cut to what a line can hold."""
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
