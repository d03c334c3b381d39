"""What a format cannot say is told by its cause."""

import pytest

from truemirror.cli.left_out import tell_left_out
from truemirror.core.foreign.carried import LeftOut


def test_what_has_one_cause_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    """With its first entry and how many more; another reason is a line of its own."""
    same = [LeftOut(f"exchange {number}", "body", "no place for bytes", "leave it") for number in (1, 2, 3)]
    tell_left_out([*same, LeftOut("exchange 2", "fault", "no place for a fault")], "not in the file")
    assert capsys.readouterr().err.splitlines() == [
        "not in the file: exchange 1 and 2 more: body: no place for bytes",
        "  fix: leave it",
        "not in the file: exchange 2: fault: no place for a fault",
    ]


def test_a_long_list_says_what_it_keeps_back(capsys: pytest.CaptureFixture[str]) -> None:
    """Every entry is shown or counted."""
    tell_left_out([LeftOut(f"exchange {number}", "body", f"reason {number}") for number in range(45)], "left out")
    assert capsys.readouterr().err.splitlines()[-1] == "and 5 more; --json lists all"
