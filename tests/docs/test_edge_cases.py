"""The page of edge cases names tests that are there.

Rules: each row names its tests, or says why there is none.
"""

from pathlib import Path

import pytest
from tests.docs.test_features import exists

PAGE = Path(__file__).parents[2] / "docs/edge-cases.md"


def rows(marker: str) -> list[list[str]]:
    """The cells of the table behind a marker."""
    lines = PAGE.read_text(encoding="utf-8").partition(f"<!-- {marker} -->\n")[2].partition("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


CASES, REPORTS = rows("cases"), rows("reports")
ROWS = {row[0]: row for row in (*CASES, *REPORTS)}


def test_no_row_is_lost() -> None:
    """Every hard case, and every kind of report, is there once."""
    assert len(CASES) >= 22
    assert len(REPORTS) >= 44
    assert len(ROWS) == len(CASES) + len(REPORTS)


@pytest.mark.parametrize("row", ROWS)
def test_a_case_is_shown_or_explained(row: str) -> None:
    """Named tests exist; where none is named there is a reason."""
    *_, shown, remark = ROWS[row]
    named = [one.strip("`") for one in shown.split("<br>") if one]
    assert named or len(remark) > 20, f"{row}: neither a test nor a reason"
    for one in named:
        assert exists(one), f"{row}: there is no {one}"
