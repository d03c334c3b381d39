"""The feature table says nothing that no test shows.

Rules: a feature with yes or partly names tests, each of which is there; a feature with no names none.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def table(marker: str) -> dict[str, list[str]]:
    """The rows behind a marker, by their first cell."""
    text = (ROOT / "docs/features.md").read_text(encoding="utf-8").partition(f"<!-- {marker} -->\n")[2]
    lines = text.partition("\n\n")[0].splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: row[1:] for row in rows}


VERDICTS = {feature: cells[0].strip("*") for feature, cells in table("features").items()}
SHOWN = {
    feature: [one.strip("`") for one in cells[0].split("<br>") if one] for feature, cells in table("shown by").items()
}


def exists(shown: str) -> bool:
    """Whether a test (or a file of tests) is there."""
    name, _, function = shown.partition("::")
    path = ROOT / "tests" / name
    if not path.is_file():
        return False
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    names = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    return function in names if function else any(one.startswith("test_") for one in names)


def test_both_tables_hold_the_same_features() -> None:
    """Nothing is claimed in one that the other does not know."""
    assert VERDICTS.keys() == SHOWN.keys()
    assert len(VERDICTS) >= 45


@pytest.mark.parametrize("feature", VERDICTS)
def test_what_is_claimed_is_shown(feature: str) -> None:
    """A yes has its tests; a no has none."""
    assert VERDICTS[feature] in ("Y", "P", "N")
    assert bool(SHOWN[feature]) is (VERDICTS[feature] != "N")
    for one in SHOWN[feature]:
        assert exists(one), f"{feature}: there is no {one}"


def test_a_test_that_is_not_there_is_noticed() -> None:
    """The tables can fail."""
    assert not exists("docs/test_features.py::test_of_nothing")
    assert not exists("docs/test_nothing.py")
    assert exists("docs/test_features.py::test_a_test_that_is_not_there_is_noticed")
