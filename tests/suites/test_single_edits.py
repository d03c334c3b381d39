"""Every attribute of every shape of the reference system's answers, edited in six ways: each is judged as it has to be.

What has to be follows from the edit alone: a reader of an answer is broken by an attribute that has another type, may
be null, may be missing or is gone, and is not by one that is new and optional or that is described.
"""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from suites.changes.edited import Edited, Schema

from truemirror.core.contract.compat.operations_judge import judge_interfaces
from truemirror.core.contract.openapi.detect import interface_of

SERVICES = ("auth", "core", "tags", "deals")
Edit = Callable[[Schema, str], None]


def _retyped(shape: Schema, name: str) -> None:
    """Another type."""
    shape["properties"][name] = {"type": "boolean" if shape["properties"][name].get("type") != "boolean" else "string"}


def _nulled(shape: Schema, name: str) -> None:
    """Null beside what was."""
    shape["properties"][name] = {"anyOf": [shape["properties"][name], {"type": "null"}]}


def _optional(shape: Schema, name: str) -> None:
    """It may be missing."""
    shape["required"].remove(name)


def _gone(shape: Schema, name: str) -> None:
    """It is no longer there."""
    del shape["properties"][name]
    shape["required"].remove(name)


def _another(shape: Schema, name: str) -> None:
    """One more, which need not be there."""
    shape["properties"][f"{name}_more"] = {"type": "string"}


def _described(shape: Schema, name: str) -> None:
    """Words for people."""
    shape["properties"][name]["description"] = "told"


BREAKING: tuple[Edit, ...] = (_retyped, _nulled, _optional, _gone)
HARMLESS: tuple[Edit, ...] = (_another, _described)


def _places() -> list[tuple[str, str, str]]:
    """Every required attribute of every shape: service, shape, name; those that may be null already aside."""
    return [
        (service, shape, name)
        for service in SERVICES
        for shape, schema in Edited(service).schemas.items()
        for name in schema["required"]
        if {"type", "$ref"} & schema["properties"][name].keys() and not isinstance(_type(schema, name), list)
    ]


def _type(schema: Schema, name: str) -> Any:
    """What type an attribute has."""
    return schema["properties"][name].get("type")


def _verdict(contract: Edited, changed: Edited) -> str:
    """What the comparison of two versions says."""
    sides = []
    for one in (contract, changed):
        schemas = {f"schemas/{name}": schema for name, schema in one.schemas.items()}
        sides.append(interface_of({"openapi.yaml": one.openapi, **schemas}, "", "crm"))
    return judge_interfaces(*sides).verdict.value


def _judged(place: tuple[str, str, str], edit: Edit) -> str:
    """What is said of one edit."""
    service, shape, name = place
    old, new = Edited(service), Edited(service)
    new.schemas = copy.deepcopy(new.schemas)
    edit(new.schemas[shape], name)
    return _verdict(old, new)


CASES = [
    (place, edit, verdict)
    for place in _places()
    for edits, verdict in ((BREAKING, "breaking"), (HARMLESS, "compatible"))
    for edit in edits
]
FEW = CASES[::37]


def _cases(cases: list[tuple[tuple[str, str, str], Edit, str]]) -> pytest.MarkDecorator:
    """A test for each edit."""
    names = [f"{'-'.join(place).replace('.schema.json', '')}{edit.__name__}" for place, edit, _ in cases]
    return pytest.mark.parametrize(("place", "edit", "verdict"), cases, ids=names)


@_cases(FEW)
def test_an_edit_of_an_answer_is_judged_as_it_has_to_be(place: tuple[str, str, str], edit: Edit, verdict: str) -> None:
    """A few of them every time."""
    assert _judged(place, edit) == verdict


@pytest.mark.nightly
@_cases([case for case in CASES if case not in FEW])
def test_so_is_every_other_one(place: tuple[str, str, str], edit: Edit, verdict: str) -> None:
    """All others every night."""
    assert _judged(place, edit) == verdict


@pytest.mark.parametrize("service", SERVICES)
def test_another_code_of_any_error_breaks_its_readers(service: str) -> None:
    """Each constant code of an answer by itself."""
    old = Edited(service)
    found = 0
    for path in old.openapi["paths"].values():
        for method, operation in path.items():
            for answer in operation.get("responses", {}).values() if method != "parameters" else ():
                schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
                code = schema.get("properties", {}).get("error", {}).get("properties", {}).get("code", {})
                if "const" not in code:
                    continue
                found += 1
                kept, code["const"] = code["const"], "another_code"
                changed = copy.deepcopy(old)
                code["const"] = kept
                assert _verdict(old, changed) == "breaking"
    assert found
