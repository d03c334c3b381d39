"""Where secrets stand in a text, and how to write the text again without them.

A *spot* is a stretch of a text that says a secret. A *box* is a stretch that hides spots behind an encoding that must
be done anew (base64). A *view* shows a text as what it says (JSON escapes, percent escapes and entities undone) and
knows where each character came from, so that spots found in it lead back to the very bytes.

Rules: what is not a spot keeps its bytes. Stand-ins are made of letters, digits, `-`, `_` and `.` only, so they can be
written inside JSON strings, queries and markup without escapes.
"""

import html
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, IntEnum

from truemirror.core.mirror.redaction_names import Kind


class Why(IntEnum):
    """Why a spot is a secret; the greater, the surer."""

    POSITION = 1
    """Only where it stands says so: the value of a cookie."""
    RANDOM = 2
    """It looks like chance."""
    LIKELY = 3
    """It looks like chance where one expects a key."""
    ONCE = 4
    """A part of a credential that is made anew for each request: a signature, a nonce of the client's."""
    NAME = 5
    """Its name says so."""
    SHAPE = 6
    """It has the shape of a token or key."""


Portion = tuple[int, int, int]
"""Which part of a secret a place says: from, to, of how many characters."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A secret's place in a text."""

    start: int
    end: int
    secret: str
    """What the place says, encodings undone."""
    why: Why
    portion: Portion | None = None
    """Where the secret is said piece by piece: the piece that this place says. `secret` is the whole then."""


@dataclass(frozen=True, slots=True)
class Box:
    """A place whose content must be decoded to be read, and encoded again when it changes."""

    start: int
    end: int
    content: str
    spots: "tuple[Place, ...]"
    encode: Callable[[str], str]


Place = Spot | Box
NOWHERE: tuple[Place, ...] = ()


def shifted(places: Iterable[Place], offset: int) -> tuple[Place, ...]:
    """The same places in a text that has `offset` more characters before."""
    if not offset:
        return tuple(places)
    return tuple(replace(place, start=place.start + offset, end=place.end + offset) for place in places)


def ordered(places: Iterable[Place]) -> tuple[Place, ...]:
    """Places from left to right, none overlapping: of two that do, the longer, then the surer stays."""
    kept: list[Place] = []
    for place in sorted(places, key=lambda place: (place.start, -place.end, -_sureness(place))):
        if kept and place.start < kept[-1].end:
            if place.end - place.start > kept[-1].end - kept[-1].start:
                kept[-1] = place
        else:
            kept.append(place)
    return tuple(kept)


def _sureness(place: Place) -> int:
    """How sure a place is a secret; a box is as sure as the surest place in it."""
    if isinstance(place, Spot):
        return place.why
    return max((_sureness(one) for one in place.spots), default=0)


def secrets_of(places: Iterable[Place]) -> Iterable[tuple[str, Why]]:
    """Every secret in order of its place, those in boxes too."""
    for place in places:
        if isinstance(place, Spot):
            yield place.secret, place.why
        else:
            yield from secrets_of(place.spots)


def render(
    text: str,
    places: Sequence[Place],
    stand: Callable[[str, Why], str | None],
    between: Callable[[str], str] | None = None,
) -> str:
    """The text with each secret replaced by what `stand` gives (None leaves it); `between` treats all other text."""
    pieces: list[str] = []
    done = 0
    for place in places:
        gap = text[done : place.start]
        pieces.append(between(gap) if between and gap else gap)
        old = text[place.start : place.end]
        if isinstance(place, Spot):
            new = stand(place.secret, place.why)
            pieces.append(old if new is None else share(new, place.portion))
        else:
            content = render(place.content, place.spots, stand, between)
            pieces.append(old if content == place.content else place.encode(content))
        done = place.end
    gap = text[done:]
    pieces.append(between(gap) if between and gap else gap)
    return "".join(pieces)


def share(text: str, portion: Portion | None) -> str:
    """As much of a stand-in as a piece says of the secret; all pieces together say all of it."""
    if portion is None:
        return text
    first, last, whole = portion
    return text[first * len(text) // whole : last * len(text) // whole]


class Escapes(Enum):
    """How a value is escaped where it stands."""

    NONE = 1
    JSON = 2
    PERCENT = 3
    QUERY = 4
    """Percent-escapes, and `+` for a blank."""
    ENTITIES = 5


@dataclass(frozen=True, slots=True)
class Labelled:
    """A value, where it stands, and what its name says of it."""

    start: int
    raw: str
    """As it stands, escapes and all."""
    kind: Kind
    escapes: Escapes


@dataclass(frozen=True, slots=True)
class View:
    """A text as what it says, and where each of its characters began in the original."""

    text: str
    starts: Sequence[int]
    """One more than characters: the last is the end of the original."""

    def back(self, places: Iterable[Place]) -> tuple[Place, ...]:
        """Places of this view as places of the original."""
        starts = self.starts
        return tuple(replace(place, start=starts[place.start], end=starts[place.end]) for place in places)


_JSON_UNIT = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\[^u]|[^\\]|\\", re.DOTALL
)
_PERCENT_UNIT = re.compile(r"(?:%[0-9A-Fa-f]{2})+|.", re.DOTALL)
_ENTITY_UNIT = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});|.", re.DOTALL)


def view_of(text: str, escapes: Escapes) -> View | None:
    """A text with its escapes undone; None when it has none."""
    match escapes:
        case Escapes.JSON if "\\" in text:
            return json_view(text)
        case Escapes.PERCENT | Escapes.QUERY if "%" in text or (escapes is Escapes.QUERY and "+" in text):
            return percent_view(text, plus=escapes is Escapes.QUERY)
        case Escapes.ENTITIES if "&" in text:
            return entity_view(text)
        case _:
            return None


def json_view(text: str) -> View:
    """The inside of a JSON string with its escapes undone."""
    return _view(text, _JSON_UNIT, _json_unit)


def _json_unit(unit: str) -> tuple[tuple[str, int], ...]:
    """One escape or character."""
    if unit[0] != "\\":
        return ((unit, 1),)
    try:
        return ((json.loads(f'"{unit}"'), len(unit)),)
    except ValueError:
        return tuple((char, 1) for char in unit)


def percent_view(text: str, *, plus: bool) -> View:
    """Percent-escapes undone; `+` is a space where `plus` says so."""

    def unit_of(unit: str) -> tuple[tuple[str, int], ...]:
        if unit[0] == "%" and len(unit) > 2:
            chars = bytes.fromhex(unit.replace("%", "")).decode("utf-8", "surrogateescape")
            return tuple((char, 3 * len(char.encode("utf-8", "surrogateescape"))) for char in chars)
        return ((" " if plus and unit == "+" else unit, 1),)

    return _view(text, _PERCENT_UNIT, unit_of)


def entity_view(text: str) -> View:
    """Character references of HTML and XML undone."""
    return _view(text, _ENTITY_UNIT, lambda unit: ((html.unescape(unit), len(unit)),))


def _view(text: str, units: re.Pattern[str], said: Callable[[str], tuple[tuple[str, int], ...]]) -> View:
    """A view made unit by unit; a unit that says several characters begins them all where it begins."""
    chars: list[str] = []
    starts: list[int] = []
    place = 0
    for unit in units.findall(text):
        for char, width in said(unit):
            for one in char:
                chars.append(one)
                starts.append(place)
            place += width
    starts.append(place)
    return View("".join(chars), starts)
