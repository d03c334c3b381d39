"""Relaxations: which parts of a request a person said do not count.

Rules: strict identity is always tried first; a relaxed hit is always reported with what was relaxed. A rule names its
operation (or `*`) and one part; the part's grammar is the one that miss reports print, so that it can be pasted.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import orjson

from truemirror.core.mirror.model import Ignore
from truemirror.core.mirror.parts import Parts


def rules_for(operation: str, ignores: Iterable[Ignore]) -> tuple[Ignore, ...]:
    """The rules that hold for an operation, in their declared order."""
    return tuple(rule for rule in ignores if rule.operation in ("*", operation))


def relax(parts: Parts, rules: Iterable[Ignore]) -> Parts:
    """The parts without those that the rules name."""
    for rule in rules:
        parts = _without(parts, rule.part)
    return parts


def _without(parts: Parts, part: str) -> Parts:
    """The parts less one."""
    kind, _, name = part.partition(":")
    match kind:
        case "query":
            return replace(parts, query=tuple(pair for pair in parts.query if name and pair[0] != name))
        case "header":
            kept = tuple(pair for pair in parts.selectors if pair[0] != name.lower())
            return replace(parts, selectors=kept, media="" if name.lower() == "content-type" else parts.media)
        case "credentials":
            return replace(parts, credentials=tuple(pair for pair in parts.credentials if name and pair[0] != name))
        case "body":
            return replace(parts, body=_without_pointer(parts.body, name), media=parts.media if name else "")
        case _:
            return parts


def _without_pointer(body: bytes, pointer: str) -> bytes:
    """A canonical JSON body less what a JSON pointer (with `*` for every index or key) names; all of it for none."""
    if not pointer:
        return b""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body
    _drop(document, pointer.lstrip("/").split("/"))
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


def _drop(document: Any, steps: list[str]) -> None:
    """Take out what the steps of a pointer name, wherever they lead."""
    step, rest = steps[0].replace("~1", "/").replace("~0", "~"), steps[1:]
    if isinstance(document, dict):
        keys = list(document) if step == "*" else [step] if step in document else []
        for key in keys:
            if rest:
                _drop(document[key], rest)
            else:
                del document[key]
    elif isinstance(document, list):
        places = range(len(document)) if step == "*" else [int(step)] if step.isdigit() else []
        for place in sorted((place for place in places if place < len(document)), reverse=True):
            if rest:
                _drop(document[place], rest)
            else:
                del document[place]
