"""Names for what has none: parameters and shapes, made from the path segments around them.

Rules: a name is lower case, and the same segments always give the same name; English plurals are undone by rule, with
the few exceptions that APIs really have.
"""

import re

_IRREGULAR = {
    "people": "person",
    "children": "child",
    "men": "man",
    "women": "woman",
    "indices": "index",
    "matrices": "matrix",
    "vertices": "vertex",
    "series": "series",
    "species": "species",
    "movies": "movie",
    "cookies": "cookie",
    "news": "news",
    "data": "data",
    "media": "media",
    "criteria": "criterion",
    "settings": "settings",
    "preferences": "preferences",
}
_KEPT_ENDINGS = ("ss", "us", "is", "ics")
_ES_ENDINGS = ("sses", "shes", "ches", "xes", "zzes", "uses")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def words(segment: str) -> str:
    """A path segment as words joined by underscores: `dealStages` and `deal-stages` as `deal_stages`."""
    return _NOT_WORD.sub("_", _CAMEL.sub("_", segment).lower()).strip("_")


def singular(name: str) -> str:
    """One of many: `deal_stages` as `deal_stage`."""
    head, joint, last = name.rpartition("_")
    return head + joint + _singular(last)


def _singular(word: str) -> str:
    """One word in the singular."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 3 or word.endswith(_KEPT_ENDINGS) or not word.endswith("s"):
        return word
    if word.endswith("yses"):
        return word[:-2] + "is"
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(_ES_ENDINGS):
        return word[:-2]
    return word[:-1]


def parameter_name(before: str, attribute: str = "") -> str:
    """The name of a path parameter, from the segment before it and the attribute whose value it carries."""
    owner, attribute = singular(words(before)), words(attribute)
    if not owner:
        return attribute or "id"
    if not attribute or attribute == "id":
        return f"{owner}_id"
    return attribute if owner in attribute.split("_") or attribute.startswith(owner) else f"{owner}_{attribute}"


def shape_name(segment: str) -> str:
    """The name of a resource's shape, from the segment that names its collection: `deal-stage`."""
    return singular(words(segment)).replace("_", "-") or "root"


def distinct(name: str, taken: set[str]) -> str:
    """The name, numbered when it is taken; it is taken from now on."""
    number, made = 2, name
    while made in taken:
        made, number = f"{name}-{number}", number + 1
    taken.add(made)
    return made


def title_of(name: str) -> str:
    """A name as a title: `Deal stage`."""
    return name.replace("-", " ").replace("_", " ").capitalize()
