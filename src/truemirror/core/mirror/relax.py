"""Relaxations: under which looser views a request is the same as a recorded one.

    1  noise      a part that varies by itself counts only by its kind (a uuid for a uuid)
    2  ignores    further, what a person declared does not count at all
    3  made       further, values that the client makes, as links of the mirror show, count only by their kind

Rules: strict identity is always tried first, then the levels in this order, each with an index of its own; a relaxed
hit is always reported with what was relaxed. A rule names its operation (or `*`) and one part; the part's grammar is
the one that miss reports print, so that it can be pasted. A part whose value is not of its kind counts as it is.
"""

import ast
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import orjson

from truemirror.core.mirror.model import Ignore, Link, MirrorRules, Noise
from truemirror.core.mirror.noise_kinds import ABSENT_OR_PRESENT, is_text_of, is_value_of
from truemirror.core.mirror.parts import Parts
from truemirror.core.mirror.pointer import GONE, Change, change_at, number_of, steps_of

Relaxation = Ignore | Noise | Link
"""What lets a request be the same as another: all of a part, its value within a kind, or a value that clients make."""
Pairs = tuple[tuple[str, str | None], ...]

FORM = "application/x-www-form-urlencoded"


def levels_of(rules: MirrorRules) -> tuple[tuple[Relaxation, ...], ...]:
    """The levels that a mirror's rules make, each holding all that the one before holds; none without rules."""
    noise = tuple(one for one in rules.noise if one.of == "request")
    made = tuple(one for one in rules.links if one.made)
    levels: list[tuple[Relaxation, ...]] = []
    for more in (noise, rules.ignores, made):
        if more:
            levels.append((*(levels[-1] if levels else ()), *more))
    return tuple(levels)


def rules_for(operation: str, rules: Iterable[Relaxation]) -> tuple[Relaxation, ...]:
    """The rules that hold for an operation, in their declared order."""
    return tuple(rule for rule in rules if rule.operation in ("*", operation))


def is_typed(rule: Relaxation) -> bool:
    """Whether a rule lets a value vary within its kind, so that today's value stands for the recorded one."""
    return not isinstance(rule, Ignore)


def relax(parts: Parts, rules: Iterable[Relaxation]) -> Parts:
    """The parts as the rules leave them: less what does not count, and only the kind of what varies."""
    for rule in rules:
        match rule:
            case Ignore(part=part):
                parts = _with(parts, part, _drop, _drop)
            case Noise(kind=kind, part=part) if kind == ABSENT_OR_PRESENT:
                parts = _with(parts, part, _drop, _drop)
            case Noise(kind=kind, part=part) | Link(kind=kind, made=part):
                parts = _with(parts, part, *_blank(kind or "string"))
    return parts


def _drop(_value: Any) -> Any:
    """Nothing is left of it."""
    return GONE


def _blank(kind: str) -> tuple[Change, Change]:
    """What becomes of a text and of a JSON value: of one of that kind only the kind stays."""
    return (
        lambda text: f"\0{kind}" if text is not None and is_text_of(kind, text) else text,
        lambda value: f"\0{kind}" if is_value_of(kind, value) else value,
    )


def _with(parts: Parts, part: str, change: Change, change_json: Change) -> Parts:
    """The parts with one changed."""
    kind, _, name = part.partition(":")
    match kind:
        case "query":
            return replace(parts, query=_pairs(parts.query, name, change))
        case "header":
            lower = name.lower()
            media = parts.media
            if lower == "content-type" and media:
                changed = change(media)
                media = "" if changed is GONE else changed
            return replace(parts, selectors=_pairs(parts.selectors, lower, change), media=media)
        case "credentials":
            return replace(parts, credentials=_pairs(parts.credentials, name, change))
        case "path":
            number = number_of(name)
            return parts if number is None else replace(parts, path=_step(parts.path, number, change))
        case "body" if not name:
            return replace(parts, body=b"", media="") if change(None) is GONE else parts
        case "body":
            return replace(parts, body=_body(parts, name, change, change_json))
        case _:
            return parts


def _pairs(pairs: Sequence[tuple[str, Any]], name: str, change: Change) -> tuple[tuple[str, Any], ...]:
    """Pairs with the values of one name changed, of all names for none."""
    changed = ((key, change(value) if not name or key == name else value) for key, value in pairs)
    return tuple(pair for pair in changed if pair[1] is not GONE)


def _step(path: str, number: int, change: Change) -> str:
    """A path with its step of that number changed; the first one after the slash is 0. A path never loses a step."""
    steps = path.split("/")
    if number + 1 < len(steps):
        changed = change(steps[number + 1])
        steps[number + 1] = "\0" if changed is GONE else changed
    return "/".join(steps)


def _body(parts: Parts, pointer: str, change: Change, change_json: Change) -> bytes:
    """A canonical body with what a pointer names changed; as it is where it is neither JSON nor a form."""
    steps = steps_of(pointer)
    if parts.media == FORM:
        return repr(_pairs(form_pairs(parts.body), steps[0], change)).encode() if len(steps) == 1 else parts.body
    try:
        document = orjson.loads(parts.body)
    except orjson.JSONDecodeError:
        return parts.body
    try:
        changed = change_at(document, steps, change_json)
        return b"" if changed is GONE else orjson.dumps(changed, option=orjson.OPT_SORT_KEYS)
    except (TypeError, RecursionError):  # nested deeper than it can be walked or written
        return parts.body


def form_pairs(canonical: bytes) -> Pairs:
    """The fields of a form in its canonical form; none where it is another one."""
    try:
        pairs: Pairs = ast.literal_eval(canonical.decode("utf-8", "surrogatepass"))
    except (ValueError, SyntaxError):
        return ()
    return pairs
