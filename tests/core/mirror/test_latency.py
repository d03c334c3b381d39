"""Delays are drawn without chance: by seed, service, session and number alone."""

import math
from statistics import NormalDist, median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.mirror.latency import Latency, LatencyKind, parse_latency, parse_ms, parse_rate
from truemirror.errors import UsageError

SPREAD = parse_latency("lognormal:median=20ms,p95=80ms")
shares = st.floats(0.0001, 0.9999)


@given(st.integers(), st.text(), st.text(), st.integers(1, 10**9))
def test_a_delay_depends_on_nothing_but_seed_service_session_and_number(
    seed: int, service: str, session: str, number: int
) -> None:
    """Asked again, in whatever order, it is the same; it is positive and finite."""
    first = SPREAD.drawn_ms(seed, service, session, number)
    SPREAD.drawn_ms(seed, service, session + "x", number + 1)
    assert first == SPREAD.drawn_ms(seed, service, session, number)
    assert 0 < first < math.inf


@given(shares, shares)
def test_quantiles_rise(one: float, other: float) -> None:
    """A larger share of all calls stays below a longer delay."""
    low, high = sorted((one, other))
    assert SPREAD.quantile_ms(low) <= SPREAD.quantile_ms(high)


def test_median_and_p95_are_those_that_were_asked_for() -> None:
    """Half of the delays are shorter than the median, one in twenty is longer than p95."""
    assert SPREAD.quantile_ms(0.5) == pytest.approx(20.0)
    assert SPREAD.quantile_ms(0.95) == pytest.approx(80.0)
    drawn = sorted(SPREAD.drawn_ms(7, "tags", "a", number) for number in range(1, 20_001))
    assert median(drawn) == pytest.approx(20.0, rel=0.05)
    assert drawn[19_000] == pytest.approx(80.0, rel=0.05)


def test_the_logarithms_of_drawn_delays_are_normal() -> None:
    """Each decile of the distribution gets its tenth of the calls."""
    deciles = [NormalDist(math.log(20.0), SPREAD.sigma).inv_cdf(tenth / 10) for tenth in range(1, 10)]
    drawn = [math.log(SPREAD.drawn_ms(1, "tags", f"s{number % 10}", number)) for number in range(10_000)]
    for tenth, bound in enumerate(deciles, 1):
        assert sum(one < bound for one in drawn) == pytest.approx(tenth * 1_000, abs=200)


@pytest.mark.parametrize(
    "changed", [(8, "tags", "a", 1), (7, "deals", "a", 1), (7, "tags", "b", 1), (7, "tags", "a", 2)]
)
def test_another_seed_service_session_or_number_draws_another_delay(changed: tuple[int, str, str, int]) -> None:
    """Each of the four counts."""
    assert SPREAD.drawn_ms(7, "tags", "a", 1) != SPREAD.drawn_ms(*changed)


@pytest.mark.parametrize(
    ("text", "latency"),
    [
        ("none", Latency()),
        ("recorded", Latency(LatencyKind.RECORDED)),
        ("fixed:25ms", Latency(LatencyKind.FIXED, 25.0)),
        ("fixed:1.5s", Latency(LatencyKind.FIXED, 1500.0)),
        ("lognormal:p95=40ms, median=40ms", Latency(LatencyKind.LOGNORMAL, 40.0, 0.0)),
    ],
)
def test_a_latency_is_read_as_it_is_written(text: str, latency: Latency) -> None:
    """One way to write each kind."""
    assert parse_latency(text) == latency


def test_only_what_delays_counts_as_latency() -> None:
    """None and a fixed time of zero leave everything as fast as it is."""
    assert not parse_latency("none")
    assert not parse_latency("fixed:0ms")
    assert parse_latency("recorded")
    assert parse_latency("fixed:1us")


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("fixd:25ms", "fixed:25ms"),
        ("recordet", "recorded"),
        ("none:1ms", "none"),
        ("fixed:25", "25ms"),
        ("lognormal:mean=2ms,p95=3ms", "lognormal:median=20ms,p95=80ms"),
        ("lognormal", "lognormal:median=20ms"),
    ],
)
def test_a_latency_that_is_none_names_what_was_meant(text: str, near: str) -> None:
    """The error holds the nearest thing that would have worked."""
    with pytest.raises(UsageError) as raised:
        parse_latency(text)
    assert near in raised.value.nearest


@pytest.mark.parametrize("text", ["", "25", "25 minutes", "-1ms", "1e3ms", "2000000s", "nanms"])
def test_a_time_is_a_number_and_a_unit_up_to_an_hour(text: str) -> None:
    """Anything else is refused."""
    with pytest.raises(UsageError):
        parse_ms(text)


@pytest.mark.parametrize("text", ["lognormal:median=0ms,p95=3ms", "lognormal:median=9ms,p95=3ms"])
def test_a_p95_below_the_median_is_refused(text: str) -> None:
    """There is no such distribution."""
    with pytest.raises(UsageError, match="p95"):
        parse_latency(text)


def test_a_bandwidth_is_read_in_bytes_a_second() -> None:
    """Decimal and binary units are told apart; zero and words are refused."""
    assert parse_rate("64kB/s") == 64_000
    assert parse_rate("1.5 MiB/s") == 1.5 * 1_048_576
    for text in ("0kB/s", "64", "64kb/s", "fast"):
        with pytest.raises(UsageError, match="no bandwidth"):
            parse_rate(text)
