"""Where a live answer differs from what was recorded: neutral, each place with its kind.

Rules: an attribute is gone when every recording of that operation and status has it; of another type when no recording
shows that type; an error code has changed when the same request was refused with another one. Values that differ, and
lists in another order, are counted and not listed. What noise rules name does not count at all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from truemirror.core.mirror.live_shapes import Shapes, json_of, type_of, walked, wide_steps
from truemirror.core.mirror.model import Noise
from truemirror.core.mirror.noise_blank import blanked_body
from truemirror.core.mirror.noise_kinds import ABSENT_OR_PRESENT
from truemirror.core.mirror.noise_walk import ORDER, json_spots
from truemirror.core.mirror.pointer import escaped, steps_of
from truemirror.core.wire.exchange import Fault, Outcome, Response
from truemirror.core.wire.large import is_large, known_by_hash
from truemirror.core.wire.media import media_type

_PRESENT = ("location", "etag", "link", "retry-after", "www-authenticate", "allow", "last-modified", "content-location")
"""Header fields on whose presence clients rely."""
_SAID = ("cache-control", "vary", "allow", "www-authenticate", "access-control-allow-origin")
"""Header fields whose value clients rely on."""
_CODES = (("error", "code"), ("code",), ("error",), ("type",), ("errors", 0, "code"), ("error", "type"))
"""Where errors carry their code, the likeliest first."""


class DriftOf(StrEnum):
    """What is another one today."""

    STATUS = "status-changed"
    UNANSWERED = "unanswered"
    BODY = "body-changed"
    REMOVED = "attribute-removed"
    RETYPED = "attribute-retyped"
    EMPTIED = "attribute-emptied"
    ADDED = "attribute-added"
    CODE = "error-code-changed"
    HEADER = "header-changed"


@dataclass(frozen=True, slots=True)
class Drifted:
    """One place where the live answer is another one."""

    kind: DriftOf
    part: str
    """status, body, body /json/pointer, or header NAME."""
    recorded: str
    live: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A live answer, held against the recordings."""

    drifted: tuple[Drifted, ...] = ()
    values: int = 0
    """Places where nothing but the value differs."""
    orders: int = 0
    """Lists whose members come in another order."""


def compare(recorded: Response, live: Outcome, shapes: Shapes, noise: Sequence[Noise] = ()) -> Compared:
    """Hold a live outcome against the recorded answer and what all recordings of its kind show."""
    if isinstance(live, Fault):
        said = f"{live.kind.value}, {live.detail}" if live.detail else live.kind.value
        return Compared((Drifted(DriftOf.UNANSWERED, "answer", f"status {recorded.status}", said),))
    if recorded.status != live.status:
        return Compared((Drifted(DriftOf.STATUS, "status", str(recorded.status), str(live.status)),))
    found = [*_headers(recorded, live, shapes, noise)]
    if is_large(recorded.body):  # no more is known of it than its hash
        return Compared(tuple(found), int(known_by_hash(live.body) != recorded.body), 0)
    try:
        document = json_of(live)
    except ValueError:
        return Compared((*found, *_no_json(recorded, live)))
    found += _attributes(document, shapes, noise)
    found += _code(recorded, document) if live.status >= 400 else ()
    values, orders = _counts(recorded, live, noise)
    return Compared(tuple(found), values, orders)


def _no_json(recorded: Response, live: Response) -> Iterator[Drifted]:
    """An answer that is no JSON, where the recorded one was, or whose media type is another one."""
    old, new = media_type(recorded.headers).name, media_type(live.headers).name
    try:
        json_of(recorded)
    except ValueError:
        if bool(recorded.body) != bool(live.body) or old != new:
            yield Drifted(DriftOf.BODY, "body", _said(recorded, old), _said(live, new))
        return
    yield Drifted(DriftOf.BODY, "body", "JSON", _said(live, new) if not media_type(live.headers).is_json else "no JSON")


def _said(response: Response, media: str) -> str:
    """A body in a word."""
    return (media or "bytes without a media type") if response.body else "no body"


def _headers(recorded: Response, live: Response, shapes: Shapes, noise: Sequence[Noise]) -> Iterator[Drifted]:
    """Header fields of significance."""
    noisy = {one.part.partition(":")[2].lower() for one in noise if one.part.startswith("header:")}
    always = shapes.fields or set()
    for name in _PRESENT:
        if name in always and name not in live.headers and name not in noisy:
            yield Drifted(DriftOf.HEADER, f"header {name}", recorded.headers.get(name) or "there", "absent")
    for name in _SAID:
        then, now = recorded.headers.joined(name), live.headers.joined(name)
        if then is not None and now is not None and _words(then) != _words(now) and name not in noisy:
            yield Drifted(DriftOf.HEADER, f"header {name}", then, now)
    gone = {_cookie(one) for one in recorded.headers.all("set-cookie")} - {
        _cookie(one) for one in live.headers.all("set-cookie")
    }
    if "set-cookie" not in noisy:
        for name in sorted(gone):
            yield Drifted(DriftOf.HEADER, "header set-cookie", f"the cookie {name}", "absent")
    old, new = media_type(recorded.headers).name, media_type(live.headers).name
    if old and live.body and new not in shapes.media and old != new:
        yield Drifted(DriftOf.HEADER, "header content-type", old, new or "absent")


def _words(value: str) -> list[str]:
    """The members of a field, in no order."""
    return sorted(piece.strip().lower() for piece in value.split(","))


def _cookie(value: str) -> str:
    """A cookie's name."""
    return value.partition("=")[0].strip()


def _attributes(document: Any, shapes: Shapes, noise: Sequence[Noise]) -> Iterator[Drifted]:
    """Attributes that are gone, new, or of another type."""
    quiet = [(steps_of(one.part[5:]), one.kind) for one in noise if one.part.startswith("body:")]
    told: set[tuple[DriftOf, tuple[str, ...]]] = set()
    for steps, value in walked(document):
        wide = wide_steps(steps)
        for kind, step, then, now in _here(wide, value, shapes):
            place = (*wide, step) if step else wide
            if (kind, place) in told or _is_quiet(quiet, place, kind):
                continue
            told.add((kind, place))
            exact = (*steps, step) if step else steps
            yield Drifted(kind, f"body {_pointer(exact)}".rstrip(), then, now)


def _here(wide: tuple[str, ...], value: Any, shapes: Shapes) -> Iterator[tuple[DriftOf, str, str, str]]:
    """What is to be said of one value: kind, the key it is about, what was recorded, what is now."""
    types, mine = shapes.types.get(wide), type_of(value)
    if types is not None and mine not in types:
        if mine == "null":
            yield DriftOf.EMPTIED, "", " or ".join(sorted(types)), "null"
        elif types != {"null"}:
            yield DriftOf.RETYPED, "", " or ".join(sorted(types)), mine
        return
    if isinstance(value, dict) and wide in shapes.ever:
        for key in sorted(shapes.always[wide] - set(value)):
            if wide_steps((key,)) != ("*",):
                shown = shapes.types.get((*wide, key), {"there"})
                yield DriftOf.REMOVED, key, " or ".join(sorted(shown)), "absent"
        for key in sorted(set(value) - shapes.ever[wide]):
            if wide_steps((key,)) != ("*",):
                yield DriftOf.ADDED, key, "absent", type_of(value[key])


def _is_quiet(quiet: Sequence[tuple[list[str], str]], place: tuple[str, ...], kind: DriftOf) -> bool:
    """Whether a noise rule says that an attribute comes and goes."""
    if kind not in (DriftOf.REMOVED, DriftOf.ADDED, DriftOf.EMPTIED):
        return False
    return any(rule == ABSENT_OR_PRESENT and _leads(steps, place) for steps, rule in quiet)


def _leads(steps: Sequence[str], place: Sequence[str]) -> bool:
    """Whether a rule's steps lead to a place or to something around it."""
    if len(steps) > len(place):
        return False
    pairs = zip(steps, place, strict=False)
    return all(one in ("*", other) or (other == "*" and one.isdigit()) for one, other in pairs)


def _code(recorded: Response, document: Any) -> Iterator[Drifted]:
    """An error that carries another code."""
    try:
        before = json_of(recorded)
    except ValueError:
        return
    for steps in _CODES:
        then, now = _at(before, steps), _at(document, steps)
        if isinstance(then, str | int) and not isinstance(then, bool):
            if isinstance(now, str | int) and then != now:
                yield Drifted(DriftOf.CODE, f"body {_pointer(steps)}", str(then), str(now))
            return


def _at(document: Any, steps: Sequence[str | int]) -> Any:
    """The value that steps lead to, None where there is none."""
    for step in steps:
        if isinstance(step, int):
            document = document[step] if isinstance(document, list) and len(document) > step else None
        else:
            document = document.get(step) if isinstance(document, dict) else None
    return document


def _counts(recorded: Response, live: Response, noise: Sequence[Noise]) -> tuple[int, int]:
    """How many values differ, and how many lists are in another order, less noise."""
    if recorded.body == live.body:
        return 0, 0
    try:
        old, new = (orjson.loads(blanked_body(body, noise)) for body in (recorded.body, live.body))
        spots = list(json_spots(old, new))
    except (ValueError, TypeError, RecursionError):
        return 1, 0
    orders = sum(spot.why == ORDER for spot in spots)
    return len(spots) - orders, orders


def _pointer(steps: Sequence[str | int]) -> str:
    """Steps as a JSON pointer."""
    return "".join(f"/{escaped(str(step))}" for step in steps)
