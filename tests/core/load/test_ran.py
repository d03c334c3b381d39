"""What a run leaves to be compared with."""

from tests.adapters.reports.load_runs_made_up import made_up

from truemirror.core.load.ran import past_of, summary


def test_a_run_finds_itself_in_the_history() -> None:
    """By profile, place and rate; other runs and odd lines are passed over."""
    line = summary(made_up())
    odd = [
        {},
        {"profile": "public-flow"},
        {**line, "rate": 61.0},
        {**line, "targets": [1]},
        {**line, "targets": {"a": 1}},
    ]
    (past,) = past_of([*odd, line], "public-flow", "mirror", 60.0)["public_flow"]
    first = made_up().verdicts[0].gates[0]
    assert (past.estimate, past.lcl, past.ucl, past.limit) == (first.estimate, first.lcl, first.ucl, 46.0)
    assert past.machine == "4f1c9a"


def test_earlier_runs_come_first() -> None:
    """By when they began, not by their place in the file."""
    line = summary(made_up())
    early = {**line, "began": "2025-01-01T00:00:00Z"}
    past = past_of([line, early], "public-flow", "mirror", 60.0)["public_flow"]
    assert [one.began[:4] for one in past] == ["2025", "2026"]
