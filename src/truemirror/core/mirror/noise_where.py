"""Where two answers, or two requests, differ: each place as a part that a rule can name.

    answer     header:NAME, body:/json/pointer                       status, outcome and the like for what no rule names
    request    query:NAME, header:NAME, path:N, body:/json/pointer   (body:/NAME of a form)

Rules: an index becomes `*` where every member of the list varies, or may: where all that is there is of the same kind.
Members that are plain values of a list, and did not vary, are no members of that kind only because they are numbers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import orjson

from truemirror.core.mirror.difference import short
from truemirror.core.mirror.exchange_id import COOKIE_EXPIRES, VOLATILE
from truemirror.core.mirror.noise_kinds import ABSENT_OR_PRESENT, DEPENDENT, holds, is_meaning, kind_of_values
from truemirror.core.mirror.noise_walk import TYPE, Spot, json_spots, text_spots
from truemirror.core.mirror.parts import Parts
from truemirror.core.mirror.pointer import located
from truemirror.core.wire.canonical import canonical_query
from truemirror.core.wire.exchange import Outcome, Request, Response
from truemirror.core.wire.headers import Headers

Placed = tuple[str, Spot]
"""A part, and how it differs."""
Known = dict[tuple[tuple[str | int, ...], str], str]
"""What general steps lead to, by steps and kind."""

OUTCOME = "another outcome"
NO_JSON = "a body that is no JSON"
DEEP = "nested too deeply"


def answer_spots(one: Outcome, other: Outcome) -> Iterator[Placed]:
    """Where two outcomes differ. Of answers with different statuses nothing else is told."""
    if not isinstance(one, Response) or not isinstance(other, Response):
        yield "outcome", Spot((), _name(one), _name(other), why=OUTCOME)
        return
    if one.status != other.status:
        yield "status", Spot((), str(one.status), str(other.status), why=OUTCOME)
        return
    for part, its, others in (
        ("reason", one.reason, other.reason),
        ("framing", one.framing.value, other.framing.value),
        ("codings", [coding.name for coding in one.codings], [coding.name for coding in other.codings]),
    ):
        if its != others:
            yield part, Spot((), str(its), str(others), why=OUTCOME)
    untold = VOLATILE if one.body == other.body else VOLATILE | {"content-length"}  # it follows from the body
    for side, its_other in ((one.headers, other.headers), (one.trailers, other.trailers)):
        for spot in text_spots(_fields(side, untold), _fields(its_other, untold)):
            yield f"header:{spot.steps[0]}", spot
    if one.body != other.body:
        yield from _body_spots(one.body, other.body)


def _fields(headers: Headers, untold: frozenset[str]) -> list[tuple[str, str | None]]:
    """Header fields that count, names in lower case."""
    fields = ((name.lower(), value) for name, value in headers)
    return [
        (name, COOKIE_EXPIRES.sub("; expires", value) if name == "set-cookie" else value)
        for name, value in fields
        if name not in untold
    ]


def _body_spots(one: bytes, other: bytes) -> Iterator[Placed]:
    """Where two JSON bodies differ, indexes made general where they are."""
    try:
        documents = orjson.loads(one), orjson.loads(other)
        spots = list(json_spots(*documents))
    except orjson.JSONDecodeError:
        shown, its_shown = (short(body.decode("utf-8", "replace")) for body in (one, other))
        yield "body", Spot((), shown, its_shown, why=NO_JSON)
        return
    except (RecursionError, TypeError):
        yield "body", Spot((), "", "", why=DEEP)
        return
    known: Known = {}
    for spot in spots:
        general = _general(spot, documents, known) if spot.kind else spot
        yield _pointer(general.steps), general


def _general(spot: Spot, documents: Sequence[Any], known: Known) -> Spot:
    """The spot with `*` for every index that does not matter; its kind may become a wider one by that.

    `known` remembers what general steps lead to, so that a list is looked through once and not for each member.
    """
    for place, step in enumerate(spot.steps):
        if isinstance(step, int):
            wide = (*spot.steps[:place], "*", *spot.steps[place + 1 :])
            if (wide, spot.kind) not in known:
                known[wide, spot.kind] = _kind_at(wide, spot.kind, documents)
            kind = known[wide, spot.kind]
            if kind:
                spot = replace(spot, steps=wide, kind=kind)
    return spot


def _kind_at(steps: tuple[str | int, ...], kind: str, documents: Sequence[Any]) -> str:
    """The kind of everything that general steps lead to, if a spot of that kind may stand for it; else empty."""
    if kind == ABSENT_OR_PRESENT:
        return kind
    one, other = (list(located(document, [str(step) for step in steps])) for document in documents)
    shared = kind_of_values((*one, *other))
    if not shared or not holds(shared, kind, text=False):
        return ""
    if len(one) == len(other) and all(a != b for a, b in zip(one, other, strict=True)):
        return shared
    if shared not in DEPENDENT:
        return shared
    if steps[-1] == "*" or any(is_meaning(value, value) for value in (*one, *other)):
        return ""
    return shared if shared == kind or shared == "number" else ""


def _pointer(steps: Sequence[str | int]) -> str:
    """The part that steps lead to."""
    return "body:" + "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def request_spots(one: Request, other: Request, parts: Parts, others: Parts) -> Iterator[Placed]:
    """Where two requests of one operation differ; `parts` are theirs."""
    for part, its, its_other in (
        ("credentials", str(parts.credentials), str(others.credentials)),
        ("header:content-type", parts.media, others.media),
    ):
        if its != its_other:
            yield part, Spot((), its, its_other, why=TYPE)
    yield from _path_spots(parts.path, others.path)
    for what, pairs, its_pairs in (
        ("query", parts.query, others.query),
        ("header", parts.selectors, others.selectors),
    ):
        for spot in text_spots(pairs, its_pairs):
            yield f"{what}:{spot.steps[0]}", spot
    if parts.body == others.body or parts.media != others.media:
        return
    if parts.media == "application/x-www-form-urlencoded":
        forms = [canonical_query(request.body.decode("latin-1")) for request in (one, other)]
        for spot in text_spots(*forms):
            yield _pointer(spot.steps), spot
    else:
        yield from _body_spots(parts.body, others.body)


def _path_spots(path: str, other: str) -> Iterator[Placed]:
    """Where two paths of one operation differ: step by step, the first being 0."""
    steps, others = path.split("/")[1:], other.split("/")[1:]
    for number, (step, its_other) in enumerate(zip(steps, others, strict=False)):
        for spot in text_spots([(str(number), step)], [(str(number), its_other)]):
            yield f"path:{number}", spot


def _name(outcome: Outcome) -> str:
    """An outcome in a word."""
    return f"status {outcome.status}" if isinstance(outcome, Response) else f"fault {outcome.kind.value}"
