"""What people wrote into a contract survives when it is inferred again: texts always, facts where they are locked.

Rules: a locked place is found again by the data it describes; what cannot be kept is told, never dropped in silence.
`locked: true` under `x-truemirror` keeps a whole place, `locked: [enum, format]` these keywords of it, also that they
are absent; `keys` keeps the decision between a map and an object, `name` the name of a shape's document.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from posixpath import dirname, relpath
from typing import Any

from truemirror.core.contract.contract import EXTENSION
from truemirror.core.contract.infer.data_places import DataPlace, Spot, data_places, node_at, referred
from truemirror.core.contract.infer.hand_written import keep_written_operations, written_title
from truemirror.core.contract.pointer import pointer

LOCKED = "locked"
TEXTS = ("description", "examples", "example", "deprecated", "externalDocs", "$comment", "readOnly", "writeOnly")
"""Keywords of schemas that inference never writes, so that a person did."""

_EVIDENCE = frozenset({"seen", "null", "keys", "tag", "items", "type", "pattern", "beyond-double", "operations"})


@dataclass(frozen=True, slots=True)
class Lost:
    """A lock whose place is no longer there."""

    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Kept:
    """Documents with what people wrote in them."""

    documents: dict[str, Any]
    locks: tuple[str, ...] = ()
    """The places of all locks that were kept."""
    lost: tuple[Lost, ...] = ()


def decisions(old: Mapping[str, Any]) -> dict[DataPlace, str]:
    """What people decided about maps and objects, by place: `data` for a map, `names` for attributes."""
    found: dict[DataPlace, str] = {}
    for place, spot in data_places(old).items():
        node = node_at(old, spot)
        words = _locked(node)
        if words is True or (words and "keys" in words):
            is_data = _extension(node).get("keys", "") == "data" or "properties" not in node
            if "object" in str(node.get("type")):
                found[place] = "data" if is_data else "names"
    return found


def keep(old: Mapping[str, Any], new: Mapping[str, Any]) -> Kept:
    """Inferred documents with everything that people wrote into or locked in older ones."""
    documents = deepcopy(dict(new))
    keep_written_operations(old, documents)
    _keep_names(old, documents)
    locks: list[str] = []
    lost: list[Lost] = []
    sources = _sources(old)
    known = data_places(documents)
    for spot, places in sources.items():
        node = node_at(old, spot)
        targets = list(dict.fromkeys(known[place] for place in places if place in known))
        if not targets and isinstance(node_at(documents, spot), Mapping):
            targets = [spot]
        if not targets:
            targets = _inserted(documents, known, places)
            if not targets and _locked(node):
                lost.append(Lost(_named(spot), "is locked, and nothing of the kind was recorded"))
        for target in targets:
            _keep_place(old, spot, documents, target)
        if targets and _locked(node):
            locks.append(_named(spot))
    _complete(old, documents)
    return Kept(documents, tuple(locks), tuple(lost))


def _sources(old: Mapping[str, Any]) -> dict[Spot, list[DataPlace]]:
    """The schemas in which people wrote something, outermost first, and the data they describe."""
    found: dict[Spot, list[DataPlace]] = {}
    for place, spot in data_places(old).items():
        node = node_at(old, spot)
        if _is_written(node, spot):
            found.setdefault(spot, []).append(place)
    return dict(sorted(found.items(), key=lambda one: (len(one[0].steps), one[0].document, str(one[0].steps))))


def _is_written(node: Mapping[str, Any], spot: Spot) -> bool:
    """Whether a person wrote something into a schema."""
    own = set(_extension(node)) - _EVIDENCE
    return bool(own) or any(_is_text(name) for name in node) or written_title(node, spot)


def _is_text(name: str) -> bool:
    """Whether a keyword is one that inference never writes and that promises nothing."""
    return name in TEXTS or (name.startswith("x-") and name != EXTENSION)


def _keep_place(old: Mapping[str, Any], spot: Spot, documents: dict[str, Any], target: Spot) -> None:
    """Carry over what a person wrote into one schema."""
    source, node = node_at(old, spot), node_at(documents, target)
    if not isinstance(node, dict):
        return
    words = _locked(source)
    if words is True:
        node.clear()
        node.update(_moved(source, spot.document, target.document))
        return
    for name in source:
        if _is_text(name) or (name == "title" and written_title(source, spot)):
            node[name] = deepcopy(source[name])
    for word in words or ():
        if word in source:
            node[word] = _moved(source[word], spot.document, target.document)
        elif word not in ("keys", "name"):
            node.pop(word, None)
    carried = {name: value for name, value in _extension(source).items() if name not in _EVIDENCE}
    if words and "keys" in words and "keys" in _extension(source):
        carried["keys"] = _extension(source)["keys"]
    if carried:
        node[EXTENSION] = {**_extension(node), **deepcopy(carried)}


def _inserted(documents: dict[str, Any], known: Mapping[DataPlace, Spot], places: list[DataPlace]) -> list[Spot]:
    """Places made for locked attributes that no sample had, in the objects that they belong to."""
    made: list[Spot] = []
    for place in places:
        around = known.get(DataPlace(place.operation, place.part, place.path[:-1])) if place.path else None
        node = node_at(documents, around) if around else None
        if around and isinstance(node, Mapping) and isinstance(node.get("properties"), dict):
            spot = Spot(around.document, (*around.steps, "properties", place.path[-1]))
            if place.path[-1] not in node["properties"]:
                node["properties"][place.path[-1]] = {}
                made.append(spot)
    return made


def _moved(value: Any, source: str, target: str) -> Any:
    """A copy of what a person locked, its references seen from its new document."""
    if isinstance(value, list):
        return [_moved(one, source, target) for one in value]
    if not isinstance(value, Mapping):
        return value
    made = {name: _moved(one, source, target) for name, one in value.items()}
    reference = value.get("$ref")
    spot = referred(source, reference) if isinstance(reference, str) else None
    if spot is not None:
        way = relpath(spot.document, dirname(target) or ".")
        fragment = f"#{pointer(spot.steps)}" if spot.steps else ""
        made["$ref"] = f"{way if way.startswith('../') else f'./{way}'}{fragment}"
    return made


def _complete(old: Mapping[str, Any], documents: dict[str, Any]) -> None:
    """Keep the documents that something which was kept refers to."""
    missing = True
    while missing:
        named = {spot.document for path, one in documents.items() for spot in _referred(path, one)}
        missing = bool(added := {path: deepcopy(old[path]) for path in sorted(named - set(documents)) if path in old})
        documents |= added


def _referred(path: str, document: Any) -> Iterator[Spot]:
    """What a document refers to."""
    for node in _referring(document):
        spot = referred(path, node["$ref"])
        if spot is not None:
            yield spot


def _keep_names(old: Mapping[str, Any], documents: dict[str, Any]) -> None:
    """Call shapes as a person locked them."""
    known = data_places(documents)
    for place, spot in data_places(old).items():
        words = _locked(node_at(old, spot)) if not spot.steps else None
        now = known.get(place)
        if not words or (words is not True and "name" not in words) or now is None or now.steps:
            continue
        if now.document != spot.document and spot.document not in documents and now.document in documents:
            documents[spot.document] = documents.pop(now.document)
            _renamed(documents, now.document, spot.document)
            known = data_places(documents)


def _renamed(documents: dict[str, Any], old: str, new: str) -> None:
    """Let references to a document follow its new name."""
    for path, document in documents.items():
        for node in _referring(document):
            spot = referred(path, node["$ref"])
            if spot is not None and spot.document == old:
                node["$ref"] = node["$ref"].replace(old.rsplit("/", 1)[-1], new.rsplit("/", 1)[-1])


def _referring(node: Any) -> Iterator[dict[str, Any]]:
    """Every object below a node that refers to another."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node
        for one in node.values():
            yield from _referring(one)
    elif isinstance(node, list):
        for one in node:
            yield from _referring(one)


def _extension(node: Any) -> Mapping[str, Any]:
    """What a node has under the extension."""
    found = node.get(EXTENSION) if isinstance(node, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _locked(node: Any) -> bool | list[str] | None:
    """What is locked of a node: True for all of it, keywords, or None."""
    words = _extension(node).get(LOCKED)
    if words is True:
        return True
    if isinstance(words, str):
        return [words]
    return [str(word) for word in words] if isinstance(words, list) and words else None


def _named(spot: Spot) -> str:
    """A spot as people read it."""
    return f"{spot.document}#{pointer(spot.steps)}" if spot.steps else spot.document
