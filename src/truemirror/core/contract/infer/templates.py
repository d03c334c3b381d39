"""Path templates from concrete paths: which segments name one thing among many, and what to call them.

Rules: a segment is a parameter when its shape says so (digits, a UUID, a date, long hex, an address, an encoded slash),
when it looks like an id or a file after the name of a collection, when answers carry it as the value of an identifying
attribute, or when, after the name of a collection, it behaves like its siblings; one that was only ever not found is a
parameter where its siblings are. A version (`v1`) never is, nor a word like `me`. The same paths give the same
templates in any order.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from truemirror.core.contract.infer.key_shapes import LANGUAGES
from truemirror.core.contract.infer.names import parameter_name, singular, words
from truemirror.core.contract.infer.segments import DATE, MARK, MONTH, NUMBER, VERSION, YEAR, is_plural, keys_of
from truemirror.core.mirror.operation import looks_like_parameter

_FILE = re.compile(r"[^.].*\.[A-Za-z][A-Za-z0-9]{0,4}\Z")
_LOCALE = re.compile(r"([a-z]{2})(?:[-_][A-Z]{2})?\Z")
_NOT_THERE = frozenset({400, 404, 405, 410, 422, 501})
_SURE = frozenset({"id", "uuid", "slug", "key", "username", "login", "handle"})
_LIKELY = frozenset({"name", "code", "label", "email", "ref", "reference", "symbol", "sku", "number", "token", "path"})
_NO_MEMBERS = """
    me self own mine current latest recent last first next new all any none search find lookup query filter count
    total summary stats statistics metrics batch bulk export import upload download sync login logout register
    signup refresh verify validate preview status health healthz ready live info version schema config settings
    public private archived deleted active inactive open closed trash draft drafts default_values options suggest
    autocomplete random popular trending featured today tomorrow yesterday upcoming
"""
_WORDS = frozenset(_NO_MEMBERS.split())
"""What stands after the name of a collection and names no member of it."""

_ECHOES_KEPT = 2
_FEWEST_ALIKE = 3
"""Attributes that two answers must both have for their segments to be alike."""


@dataclass(slots=True)
class Segment:
    """What came after some segments, in concrete paths."""

    children: dict[str, "Segment"] = field(default_factory=dict)
    statuses: set[int] = field(default_factory=set)
    """The statuses of answers to the path that ends here."""
    echoes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Attributes of answers to the path that ends here, or goes on from here, whose value is this segment, and the
    first two such values in order: enough to know that there were two."""
    forms: set[tuple[str, ...]] = field(default_factory=set)
    """The attributes of resources that the path ending here was answered with, each as a sorted list."""

    def absorb(self, other: "Segment") -> None:
        """Take in another segment, and all below it."""
        self.statuses |= other.statuses
        for attribute, values in other.echoes.items():
            self.echo(attribute, *values)
        self.forms |= other.forms
        for text, child in other.children.items():
            self.children.setdefault(text, Segment()).absorb(child)

    def echo(self, attribute: str, *values: str) -> None:
        """Take in values that answers carried under an attribute."""
        self.echoes[attribute] = tuple(sorted({*self.echoes.get(attribute, ()), *values}))[:_ECHOES_KEPT]

    def everywhere(self) -> Iterator[int]:
        """The statuses of this path and all below it."""
        yield from self.statuses
        for child in self.children.values():
            yield from child.everywhere()


@dataclass(slots=True)
class _Place:
    """A place in the tree of templates."""

    texts: dict[str, "_Place"] = field(default_factory=dict)
    values: dict[str, "_Place"] = field(default_factory=dict)
    """Segments that are values of the parameter here; all lead to the same place."""
    parameter: str = ""


class Templates:
    """Templates for all paths that were seen."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self._root = Segment()
        self._places: _Place | None = None

    def see(self, path: str, status: int, body: object = None) -> None:
        """Take in one path, with the status and the JSON body that it was answered with."""
        self._places = None
        node, texts = self._root, path.split("/")[1:]
        told = _told(body) if status < 400 and isinstance(body, Mapping) else {}
        for text, key in zip(texts, keys_of(path), strict=True):
            node = node.children.get(key) or node.children.setdefault(key, Segment())
            for name in told.get(text, ()):
                if _identifies(name):
                    node.echo(name, text)
        node.statuses.add(status)
        if told and isinstance(body, Mapping):
            plain = unquote(texts[-1])
            for name, value in body.items():
                if value == plain and isinstance(value, str):
                    node.echo(name, plain)
            if len(body) >= _FEWEST_ALIKE and "items" not in body:
                node.forms.add(tuple(sorted(body)))

    def template(self, path: str) -> str:
        """The template of a path that was seen."""
        if self._places is None:
            self._places = _settle(self._root, _Above())
        place, made = self._places, ""
        for text, key in zip(path.split("/")[1:], keys_of(path), strict=True):
            if key in place.values:
                made += "/{" + place.parameter + "}"
                place = place.values[key]
            else:
                made += "/" + text
                place = place.texts.get(key) or _Place()
        return made


def _told(body: Mapping[str, object]) -> dict[str, set[str]]:
    """Each text in an answer, with the attributes that carry it: its own ones, and those of the objects right in it."""
    found: dict[str, set[str]] = {}
    for name, value in body.items():
        nested = value.items() if isinstance(value, Mapping) else ((name, value),)
        for inner, text in nested:
            if isinstance(text, str):
                found.setdefault(text, set()).add(inner)
    return found


@dataclass(frozen=True, slots=True)
class _Above:
    """What is known of the segments before a place."""

    right_before: str = ""
    """The segment right before, when it is a text and no version."""
    noun: str = ""
    """The last segment that is a text and no version."""
    taken: frozenset[str] = frozenset()
    """Names of parameters so far."""

    def after_text(self, text: str) -> "_Above":
        """One segment on, over a text."""
        if VERSION.match(text):
            return _Above("", self.noun, self.taken)
        return _Above(text, text, self.taken)

    def after_parameter(self, name: str) -> "_Above":
        """One segment on, over a parameter."""
        return _Above("", self.noun, self.taken | {name})


def _settle(node: Segment, above: _Above) -> _Place:
    """Decide on everything after a place."""
    values, attribute = _values(node, above)
    place = _Place()
    for text, child in node.children.items():
        if text not in values:
            place.texts[text] = _settle(child, above.after_text(text))
    if values:
        merged = Segment()
        for text in values:
            merged.absorb(node.children[text])
        place.parameter = _name(above, attribute)
        below = _settle(merged, above.after_parameter(place.parameter))
        place.values = dict.fromkeys(values, below)
    return place


def _values(node: Segment, above: _Above) -> tuple[set[str], str]:
    """The segments after a place that are values of one parameter, and the attribute that they are values of."""
    texts = [text for text in node.children if text and not VERSION.match(text)]
    values = {text for text in texts if text.startswith(MARK)}
    in_collection = is_plural(above.right_before)
    loose = {text for text in texts if looks_like_parameter(text)} - values
    if above.right_before and (len(loose) > 1 or values or in_collection):
        values |= loose
    locales = {text for text in texts if _is_locale(text)}
    if len(locales) > 1 and not in_collection:
        values |= locales
    if in_collection:
        values |= {text for text in texts if _FILE.match(text)} | _alike(node, texts)
    echoed, attribute = _echoed(node, texts, above)
    values |= echoed
    if values:
        values |= {text for text in texts if _never_there(node.children[text])}
    return values, attribute or _kind_of(values, above)


def _kind_of(values: set[str], above: _Above) -> str:
    """What all values are by their look: a date, a year, a month, a day, a language; empty when nothing is known."""
    if not values:
        return ""
    if values <= {DATE}:
        return "date"
    if values <= {YEAR}:
        return "year"
    if values <= {MONTH} and any(name.endswith("year") for name in above.taken):
        return "month"
    if values <= {MONTH, NUMBER} and any(name.endswith("month") for name in above.taken):
        return "day"
    return "locale" if all(_LOCALE.match(text) for text in values) else ""


def _is_locale(text: str) -> bool:
    """Whether a segment names a language, perhaps with a country."""
    found = _LOCALE.match(text)
    return bool(found) and found[1] in LANGUAGES if found else False


def _alike(node: Segment, texts: Iterable[str]) -> set[str]:
    """Members of a collection: at least two segments that are answered in one form, or lead on by the same word."""
    sharing: dict[object, set[str]] = {}
    for text in texts:
        if text.lower() in _WORDS:
            continue
        child = node.children[text]
        below = [one for one in child.children if _leads_on(one, child.children[one])]
        for trait in (*child.forms, *below):
            sharing.setdefault(trait, set()).add(text)
    return {text for group in sharing.values() if len(group) > 1 for text in group}


def _leads_on(text: str, node: Segment) -> bool:
    """Whether a segment is a word that something was found at."""
    named = bool(text) and not text.startswith(MARK) and not looks_like_parameter(text)
    return named and not _never_there(node)


def _never_there(node: Segment) -> bool:
    """Whether a path was asked for and never found, nor anything below it."""
    return bool(node.statuses) and set(node.everywhere()) <= _NOT_THERE


def _echoed(node: Segment, texts: Iterable[str], above: _Above) -> tuple[set[str], str]:
    """Segments that answers carry as the value of an identifying attribute, and the attribute most of them do."""
    own = singular(words(above.noun))
    likely = _LIKELY | {own} if own else _LIKELY
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update({echo: len(values) for echo, values in node.children[text].echoes.items()})
    good = {echo for echo, count in counts.items() if _identifies(echo) or (echo in likely and count > 1)}
    found = {text for text in texts if node.children[text].echoes.keys() & good}
    best = min(good, key=lambda echo: (echo != "id", -counts[echo], echo), default="")
    return found, best


def _identifies(attribute: str) -> bool:
    """Whether an attribute names the thing it belongs to."""
    return attribute in _SURE or attribute.endswith("_id")


def _name(above: _Above, attribute: str) -> str:
    """A name for the parameter that no other in the path has."""
    name = parameter_name(above.noun, attribute)
    number, made = 2, name
    while made in above.taken:
        made, number = f"{name}_{number}", number + 1
    return made
