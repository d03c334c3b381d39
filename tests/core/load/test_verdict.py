"""The four words."""

import pytest

from truemirror.core.load.verdict import Verdict, worst
from truemirror.errors import ExitCode


@pytest.mark.parametrize(
    ("said", "whole"),
    [
        ((Verdict.PASS, Verdict.PASS), Verdict.PASS),
        ((Verdict.PASS, Verdict.INCONCLUSIVE), Verdict.INCONCLUSIVE),
        ((Verdict.INVALID, Verdict.INCONCLUSIVE), Verdict.INVALID),
        ((Verdict.INVALID, Verdict.FAIL), Verdict.FAIL),
        ((), Verdict.INCONCLUSIVE),
    ],
)
def test_the_whole_is_as_good_as_its_worst_part(said: tuple[Verdict, ...], whole: Verdict) -> None:
    """And of nothing, nothing was shown."""
    assert worst(said) is whole


def test_each_word_has_an_exit_code_and_only_pass_is_kept() -> None:
    """0, 1, 3, 4."""
    assert [one.exit_code for one in Verdict] == [
        ExitCode.KEPT, ExitCode.BROKEN, ExitCode.UNKNOWN, ExitCode.COULD_NOT_RUN,
    ]  # fmt: skip
    assert [one for one in Verdict if one.is_conclusive] == [Verdict.PASS, Verdict.FAIL]
