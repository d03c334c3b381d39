"""Every rule about operations follows from what a change does and to whom, and has examples that are run."""

import ast
from pathlib import Path

import pytest
from openapi_spec_validator import validate

import truemirror.core.contract.compat as compat
from truemirror.core.contract.compat.operations import interface_changes
from truemirror.core.contract.compat.operations_examples import BAD, GOOD, Example
from truemirror.core.contract.compat.operations_found import Change
from truemirror.core.contract.compat.row_operations import OperationRule, level_of
from truemirror.core.contract.compat.rules_operations import OPERATION_RULES
from truemirror.core.contract.finding import Level
from truemirror.core.contract.openapi.interface import Interface
from truemirror.core.contract.openapi.reading import read_interface

ALL = pytest.mark.parametrize("rule", OPERATION_RULES.values(), ids=OPERATION_RULES)


def _read(content: dict[str, object]) -> Interface:
    """What a document offers."""
    name = "asyncapi.yaml" if "asyncapi" in content else "openapi.yaml"
    return read_interface({name: content}, **{name.partition(".")[0]: name})


def _rules(example: Example) -> set[str]:
    """The rules that speak of an example."""
    return {one.rule for one in interface_changes(_read(example.old), _read(example.new)) if isinstance(one, Change)}


@ALL
def test_the_bad_example_is_what_the_rule_speaks_of(rule: OperationRule) -> None:
    """It shows that change and no other."""
    assert _rules(rule.bad) == {rule.id}


@ALL
def test_the_good_example_breaks_nobody(rule: OperationRule) -> None:
    """It is next to the bad one, the rule is silent, and so is every rule that breaks."""
    told = _rules(rule.good)
    assert rule.id not in told
    assert all(OPERATION_RULES[one].level is not Level.BREAK for one in told)


@ALL
def test_a_change_undone_has_a_rule_or_a_reason_to_have_none(rule: OperationRule) -> None:
    """No change is told in one direction only by oversight."""
    if rule.mirror:
        assert rule.mirror in OPERATION_RULES
        assert _rules(rule.bad.back) == {rule.mirror}
    else:
        assert rule.because


@ALL
def test_a_level_that_does_not_follow_has_a_reason(rule: OperationRule) -> None:
    """The table is computed; exceptions speak for themselves."""
    assert rule.level is level_of(rule.direction, rule.effect) or rule.because


@ALL
def test_every_row_is_explained(rule: OperationRule) -> None:
    """Meaning and remedy are sentences."""
    assert rule.meaning.endswith(".")
    assert rule.mend.endswith(".")


@pytest.mark.parametrize("example", [*BAD.values(), *GOOD.values()])
def test_examples_are_valid_documents(example: Example) -> None:
    """The standard's validator takes both sides."""
    for content in (example.old, example.new):
        if "openapi" in content:
            validate(content)


def test_every_rule_that_is_used_is_in_the_table() -> None:
    """No change has a rule that nobody can look up, and no row is without a use."""
    folder = Path(str(compat.__file__)).parent
    texts = {
        node.value
        for path in folder.glob("operations*.py")
        if path.name != "operations_examples.py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    made = {
        f"response-{family}-status-{what}" for family in ("success", "error", "other") for what in ("added", "removed")
    }
    assert set(OPERATION_RULES) <= texts | made
    assert set(OPERATION_RULES) == set(BAD)
