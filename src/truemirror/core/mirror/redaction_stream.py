"""Secrets that a streamed body says piece by piece: half in one event, half in the next.

Server-sent events and lines of JSON are read as their client reads them: what the same attribute says in one event
after the other is one running text, a *channel*. A secret found there is cut where the pieces are cut, and so is its
stand-in, so that events and their order stay as they were and a client that joins them gets the whole stand-in.

Rules: in a channel only sure signs count, not chance, because identifiers that are joined look like chance. Tokens that
fill their own events are left to those who look at events one by one.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from truemirror.core.mirror.redaction_spots import Escapes, Place, Portion, Spot, Why, secrets_of, view_of
from truemirror.core.wire.media import MediaType

_STREAMS = frozenset(
    {"text/event-stream", "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"}
    | {"application/json-seq", "application/stream+json", "application/x-json-stream"}
)
_LINE = re.compile(r"[^\r\n]+")
_DATA = re.compile(r"data: ?")
_TOKEN = re.compile(r'"((?:[^"\\]++|\\.)*+)"(\s*:)?|([\[\]{},])', re.DOTALL)
_MOST_PIECES = 100_000


@dataclass(frozen=True, slots=True)
class Piece:
    """What one event says in a channel, and where."""

    start: int
    raw: str
    """As it stands, escapes and all."""
    text: str
    """What it says."""
    starts: tuple[int, ...]
    """Where in the raw text each character begins, and where the last one ends; empty when there are no escapes."""

    def place(self, offset: int) -> int:
        """Where in the body a character of this piece begins."""
        return self.start + (self.starts[offset] if self.starts else offset)


@dataclass(frozen=True, slots=True)
class Channel:
    """One running text that a stream says."""

    text: str
    pieces: tuple[Piece, ...]
    offsets: tuple[int, ...]
    """Where in the running text each piece begins."""

    def cut(self, start: int, end: int) -> Iterator[tuple[int, int, Portion]]:
        """The stretches of the body that say a stretch of the running text, each with its portion of it."""
        number = bisect_right(self.offsets, start) - 1
        while number < len(self.pieces) and self.offsets[number] < end:
            piece, begin = self.pieces[number], self.offsets[number]
            first, last = max(start, begin), min(end, begin + len(piece.text))
            if first < last:
                yield piece.place(first - begin), piece.place(last - begin), (first - start, last - start, end - start)
            number += 1


def is_stream(media: MediaType) -> bool:
    """Whether a body of this type is a row of events."""
    return media.name in _STREAMS


def contents(text: str) -> Iterator[tuple[int, str, bool]]:
    """Every line's content, its place, and whether it is an event's; fields of events but `data` are lines as well."""
    for line in _LINE.finditer(text):
        found = _DATA.match(line[0])
        start = found.end() if found else 0
        yield line.start() + start, line[0][start:], found is not None


def channels(text: str) -> tuple[Channel, ...]:
    """The running texts of a stream: one for each attribute, and one for all that is no JSON."""
    said: dict[tuple[object, ...], list[Piece]] = {}
    count = 0
    for start, content, is_event in contents(text):
        if content[:1] in ("{", "["):
            for path, offset, raw in _strings(content):
                view = view_of(raw, Escapes.JSON)
                piece = Piece(start + offset, raw, view.text, tuple(view.starts)) if view else None
                said.setdefault(path, []).append(piece or Piece(start + offset, raw, raw, ()))
                count += 1
        elif is_event:
            said.setdefault((), []).append(Piece(start, content, content, ()))
            count += 1
        if count > _MOST_PIECES:
            break
    return tuple(_joined(pieces) for pieces in said.values() if len({piece.raw for piece in pieces}) > 1)


def _joined(pieces: list[Piece]) -> Channel:
    """The running text of some pieces."""
    offsets: list[int] = []
    length = 0
    for piece in pieces:
        offsets.append(length)
        length += len(piece.text)
    return Channel("".join(piece.text for piece in pieces), tuple(pieces), tuple(offsets))


def _strings(content: str) -> Iterator[tuple[tuple[object, ...], int, str]]:
    """Every text of a JSON document, with the names and indexes that lead to it and its place."""
    path: list[object] = []
    for found in _TOKEN.finditer(content):
        sign = found[3]
        if sign is None:
            if found[2] and path and not isinstance(path[-1], int):
                path[-1] = found[1]
            elif found[1]:
                yield tuple(path), found.start(1), found[1]
        elif sign in "{[":
            path.append("" if sign == "{" else 0)
        elif sign in "}]":
            del path[-1:]
        elif path and isinstance(path[-1], int):
            path[-1] += 1


def running_texts(text: str) -> str:
    """What a stream says channel by channel, for a look whether there is something in it."""
    return "\n".join(channel.text for channel in channels(text))


def stream_places(text: str, find: Callable[[str], Iterable[Place]], alone: Iterable[Place] = ()) -> tuple[Place, ...]:
    """The places of a stream's secrets that go over several events, or are told by another event than theirs.

    `find` finds the secrets of a running text; `alone` are the places that were found without joining anything.
    """
    single = {(place.start, place.end) for place in alone}
    found: list[Place] = []
    for channel in channels(text):
        for place in find(channel.text):
            spot = _as_spot(place, channel)
            parts = list(channel.cut(spot.start, spot.end)) if spot.why is not Why.RANDOM else []
            if not all((start, end) in single for start, end, _ in parts):
                found += [replace(spot, start=start, end=end, portion=portion) for start, end, portion in parts]
    return tuple(found)


def _as_spot(place: Place, channel: Channel) -> Spot:
    """A place as one secret; what is encoded over several events is replaced as a whole."""
    if isinstance(place, Spot):
        return place
    why = max((why for _, why in secrets_of(place.spots)), default=Why.RANDOM)
    return Spot(place.start, place.end, channel.text[place.start : place.end], why)
