"""Suites that are replayed in another order than recorded: what benchmarks/timeline.py counts, as laws."""

import random

import pytest
from benchmarks.timeline import ORDERS, best_possible, drawn_suite, in_recorded_order, kept, main, recorded, truemirror
from hypothesis import given, settings
from hypothesis import strategies as st

SUITES = {"seed": st.integers(0, 10_000), "kind": st.sampled_from(["own", "shared"]), "order": st.sampled_from(ORDERS)}


@given(**SUITES)
@settings(max_examples=20)
def test_with_labels_every_test_gets_its_recording_in_every_order(seed: int, kind: str, order: str) -> None:
    """Whatever the tests share."""
    suite = drawn_suite(random.Random(seed), 6, kind)
    tape, talks = recorded(suite)
    assert kept(suite, talks, truemirror(tape, labels=True), order, random.Random(seed)) == 1.0


@given(**SUITES)
@settings(max_examples=20)
def test_without_labels_no_more_is_kept_than_can_be_and_the_order_does_not_matter(
    seed: int, kind: str, order: str
) -> None:
    """The bound is one, and sessions do not touch each other."""
    suite = drawn_suite(random.Random(seed), 6, kind)
    tape, talks = recorded(suite)
    share = kept(suite, talks, truemirror(tape, labels=False), order, random.Random(seed))
    alone = kept(suite, talks, truemirror(tape, labels=False), "recorded", random.Random(seed))
    assert share == alone <= best_possible(talks) / 6


def test_a_rule_that_is_wrong_is_seen_to_be() -> None:
    """Each request in recorded order keeps all in that order and loses tests in another."""
    suite = drawn_suite(random.Random(1), 12, "shared")
    tape, talks = recorded(suite)
    assert kept(suite, talks, in_recorded_order(tape), "recorded", random.Random(1)) == 1.0
    assert kept(suite, talks, in_recorded_order(tape), "random", random.Random(1)) < 0.5


def test_the_table_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """A row for each rule."""
    main(["--runs", "2", "--tests", "3"])
    out = capsys.readouterr().out
    assert "| truemirror, with labels | 100 ± 0 | 100 ± 0 |" in out
    assert "| best possible without labels |" in out
