"""Which service spends the budget, by swapping one after the other."""

from truemirror.core.load.bisect import bisected
from truemirror.core.load.verdict import Gate, Verdict


def _mean(ms: float | None, half: float = 2.0) -> Gate:
    """The mean gate of a run."""
    if ms is None:
        return Gate("mean_ms", Verdict.INCONCLUSIVE, 46.0)
    return Gate("mean_ms", Verdict.INCONCLUSIVE, 46.0, estimate=ms, lcl=ms - half, ucl=ms + half)


def test_the_service_without_which_it_is_surely_faster_is_named() -> None:
    """With what it saves, and that the limit is kept then."""
    found = bisected(_mean(70), {"auth": _mean(69), "tags": _mean(44), "deals": _mean(70.5)}, 0.005)
    assert found.named == "tags"
    assert [one.service for one in found.savings] == ["tags", "auth", "deals"]
    assert found.savings[0].low < 26 < found.savings[0].high
    assert "tags spends it" in found.says
    assert "keeps the limit" in found.says


def test_of_two_that_cannot_be_told_apart_neither_is_named() -> None:
    """Both are told."""
    found = bisected(_mean(90), {"auth": _mean(70), "tags": _mean(68)}, 0.005)
    assert found.named == ""
    assert found.says.startswith("more than one may spend it: tags, auth")


def test_when_no_swap_saves_anything_nobody_is_named() -> None:
    """Or when nothing was measured."""
    assert bisected(_mean(50), {"auth": _mean(49), "tags": _mean(51)}, 0.005).named == ""
    assert "measured nothing" in bisected(_mean(None), {"auth": _mean(49)}, 0.005).says
    assert "no run with a mirror" in bisected(_mean(50), {"auth": _mean(None)}, 0.005).says


def test_more_services_need_a_greater_difference() -> None:
    """The risk is shared among them."""
    few = bisected(_mean(70), {"a": _mean(60)}, 0.005).savings[0]
    many = bisected(_mean(70), {"a": _mean(60), **{f"s{n}": _mean(70) for n in range(9)}}, 0.005).savings[0]
    assert many.low < few.low
