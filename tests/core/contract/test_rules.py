"""The table of rules: complete, and explained."""

import re
from pathlib import Path

import pytest

from truemirror.core.contract import rules, rules_live, rules_usage
from truemirror.core.contract.compat.rules import ROWS
from truemirror.core.contract.compat.rules_operations import OPERATION_RULES
from truemirror.core.contract.conventions import CONVENTIONS
from truemirror.core.contract.explain import KINDS
from truemirror.core.contract.finding import Level
from truemirror.core.contract.rules import RULES, finding, rule
from truemirror.errors import UsageError

TABLE = Path(rules.__file__)
SOURCE = TABLE.parents[2]
TABLES = (TABLE, Path(rules_live.__file__), Path(rules_usage.__file__))
_ID = re.compile(
    r'"((?:operation|status|media-type|response|request|error|contract|mirror|convention|drift|attack|waiver|version|consumer)'
    r'-[a-z]+(?:-[a-z]+)*)"'
)


def _used() -> set[str]:
    """Every id that the code names, and those that it puts together."""
    named = {one for path in SOURCE.rglob("*.py") if path not in TABLES for one in _ID.findall(path.read_text())}
    kinds = {*KINDS.values(), "null-unexpected", "schema-broken"}
    return named | {f"{direction}-{kind}" for direction in ("request", "response") for kind in kinds}


def test_every_row_has_a_use() -> None:
    """No rule is only on paper."""
    assert set(RULES) <= _used()


def test_every_id_that_judging_names_has_a_row() -> None:
    """No finding is without an explanation and a way to mend it."""
    files = [*TABLE.parent.rglob("*.py"), SOURCE / "usecases" / "check.py"]
    named = {one for path in files for one in _ID.findall(path.read_text())}
    known = {*RULES, *OPERATION_RULES, *ROWS}
    beginnings = {one for one in named if any(row.startswith(f"{one}-") for row in known)}
    assert named - beginnings <= known


@pytest.mark.parametrize("one", RULES.values(), ids=RULES)
def test_a_row_is_readable(one: rules.Rule) -> None:
    """An id is kebab-case, what it means and how to mend it are sentences."""
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", one.id)
    assert one.meaning.endswith(".")
    assert one.mend.endswith(".")
    areas = {"operation", "request", "response", "contract", "mirror", "convention", "drift", "attack", "consumer"}
    assert one.area in areas


def test_every_convention_has_its_row() -> None:
    """The table of conventions and the table of rules name the same ones."""
    assert set(CONVENTIONS) == {one.id for one in RULES.values() if one.area == "convention"}


def test_a_finding_weighs_what_its_rule_weighs() -> None:
    """The level comes from the table."""
    assert finding("response-attribute-extra", "deals", "said").level is Level.INFO
    assert finding("convention-json-only", "deals", "said").level is Level.WARN


def test_an_unknown_rule_names_the_nearest() -> None:
    """A slip of the pen is answered with the id that was meant."""
    with pytest.raises(UsageError) as caught:
        rule("response-attribute-mising")
    assert caught.value.nearest == "response-attribute-missing"
