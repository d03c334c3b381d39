"""What people wrote into the OpenAPI document itself: texts, names of parameters, servers, whole locked operations.

Rules: everything that inference never writes survives; what it writes itself survives only where it is locked.
"""

from collections.abc import Mapping
from copy import deepcopy
from posixpath import basename
from typing import Any

from truemirror.core.contract.contract import EXTENSION, METHODS, OPENAPI
from truemirror.core.contract.infer.data_places import Spot
from truemirror.core.contract.infer.names import title_of
from truemirror.core.mirror.operation import nameless

_WRITTEN = frozenset(
    {
        "description", "summary", "operationId", "tags", "externalDocs", "deprecated", "example", "examples", "title",
        "contact", "license", "termsOfService", "servers", "callbacks", "links", "webhooks", "jsonSchemaDialect",
    }
)  # fmt: skip
_EVIDENCE = frozenset({"seen", "empty", "exchanges", "left-out"})
_SUFFIX = ".schema.json"


def written_title(node: Mapping[str, Any], spot: Spot) -> bool:
    """Whether a schema has a title of its own, not the one made from its document's name."""
    title = node.get("title")
    if not isinstance(title, str):
        return False
    return bool(spot.steps) or title != title_of(basename(spot.document).removesuffix(_SUFFIX))


def keep_written_operations(old: Mapping[str, Any], documents: dict[str, Any]) -> None:
    """Carry over what people wrote around the schemas of the OpenAPI document."""
    before, now = old.get(OPENAPI), documents.get(OPENAPI)
    if not isinstance(before, Mapping) or not isinstance(now, dict):
        return
    paths = now.get("paths")
    if isinstance(paths, dict):
        now["paths"] = _paths(_mapping(before.get("paths")), paths)
    for kind, named in _mapping(before.get("components")).items():
        kept = now.setdefault("components", {}).setdefault(kind, {})
        for name, one in _mapping(named).items():
            kept.setdefault(name, deepcopy(one))
    keep_written(before, now)


def keep_written(before: Mapping[str, Any], now: dict[str, Any]) -> None:
    """Carry over what people wrote in one object and all below it, schemas left out."""
    _keep_locked(before, now)
    for name, value in before.items():
        if name in _WRITTEN or (name.startswith("x-") and name != EXTENSION):
            now[name] = deepcopy(value)
        elif name in ("schema", "components", EXTENSION) or name not in now:
            continue
        elif isinstance(value, Mapping) and isinstance(now[name], dict):
            keep_written(value, now[name])
        elif name == "parameters" and isinstance(value, list) and isinstance(now[name], list):
            _parameters(value, now[name])
    carried = {name: value for name, value in _mapping(before.get(EXTENSION)).items() if name not in _EVIDENCE}
    if carried:
        now[EXTENSION] = {**_mapping(now.get(EXTENSION)), **deepcopy(carried)}


def _keep_locked(before: Mapping[str, Any], now: dict[str, Any]) -> None:
    """Carry over what is locked of an object."""
    words = _mapping(before.get(EXTENSION)).get("locked")
    if words is True:
        now.clear()
        now.update(deepcopy(dict(before)))
    for word in words if isinstance(words, list) else ():
        if word in before:
            now[word] = deepcopy(before[word])
        else:
            now.pop(word, None)


def _parameters(before: list[Any], now: list[Any]) -> None:
    """The same for parameters, which are known by place and name."""
    known = {(one.get("in"), one.get("name")): one for one in before if isinstance(one, Mapping)}
    for one in now:
        old = known.pop((one.get("in"), one.get("name")), None)
        if old is not None:
            keep_written(old, one)
    now.extend(deepcopy(one) for one in known.values() if _mapping(one.get(EXTENSION)).get("locked"))


def _paths(before: Mapping[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """Paths with the parameters' names that they had, and with operations that are locked."""
    named = {nameless(str(template)): str(template) for template in before}
    made: dict[str, Any] = {}
    for template, item in now.items():
        kept = named.get(nameless(template), template)
        made[kept] = _with_names(item, template, kept)
    for template, item in before.items():
        for method in METHODS:
            one = _mapping(_mapping(item).get(method))
            if _mapping(one.get(EXTENSION)).get("locked") is True and method not in made.get(template, {}):
                around = {name: deepcopy(item[name]) for name in ("parameters",) if name in item}
                made.setdefault(template, around)[method] = deepcopy(dict(one))
    return dict(sorted(made.items()))


def _with_names(item: dict[str, Any], template: str, kept: str) -> dict[str, Any]:
    """A path item whose parameters are called as in another template of the same path."""
    if template == kept:
        return item
    names = dict(zip(_names(template), _names(kept), strict=True))
    for one in item.get("parameters", []):
        if one.get("in") == "path":
            one["name"] = names.get(one["name"], one["name"])
    return item


def _names(template: str) -> list[str]:
    """The names of a template's parameters."""
    return [step[1:-1] for step in template.split("/") if step.startswith("{") and step.endswith("}")]


def _mapping(node: Any) -> Mapping[str, Any]:
    """A node that is an object; else nothing."""
    return node if isinstance(node, Mapping) else {}
