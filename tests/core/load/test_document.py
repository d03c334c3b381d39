"""Runs and tallies as JSON."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.load.document import Run, run_document, run_of, tally_document, tally_of
from truemirror.core.load.profile import (
    Arrivals,
    Call,
    Flow,
    Judging,
    Limit,
    Model,
    Profile,
    Selection,
    Stage,
    Target,
)
from truemirror.core.load.tally import Cell, Instrument, Kind, Tally
from truemirror.errors import FormatError

NAMES = st.text(max_size=8)
TIMES = st.floats(0, 1e6)
COUNTS = st.integers(0, 10**9)
CALLS = st.builds(
    Call,
    NAMES,
    NAMES,
    NAMES,
    NAMES,
    headers=st.lists(st.tuples(NAMES, NAMES), max_size=2).map(tuple),
    body=NAMES,
    takes=st.dictionaries(NAMES, NAMES, max_size=2),
    expects=st.lists(st.integers(100, 599), max_size=2).map(tuple),
    think=TIMES,
)
TARGETS = st.builds(
    Target,
    NAMES,
    st.builds(Selection, st.tuples(NAMES), st.tuples(NAMES), st.tuples(NAMES)),
    st.none() | TIMES,
    st.tuples(st.builds(Limit, TIMES, TIMES)),
    TIMES,
)
PROFILES = st.builds(
    Profile,
    NAMES,
    st.builds(Arrivals, TIMES, TIMES, st.sampled_from(Model), COUNTS, st.tuples(TIMES)),
    st.lists(TARGETS, max_size=2).map(tuple),
    st.lists(st.builds(Flow, NAMES, st.lists(CALLS, max_size=2).map(tuple), TIMES, NAMES), max_size=2).map(tuple),
    st.lists(st.builds(Stage, TIMES, TIMES), max_size=2).map(tuple),
    st.builds(Judging, TIMES, st.tuples(TIMES), COUNTS, TIMES, TIMES),
    st.dictionaries(NAMES, st.tuples(st.dictionaries(NAMES, NAMES, max_size=2)), max_size=2),
    NAMES,
    TIMES,
)
RUNS = st.builds(Run, PROFILES, st.dictionaries(NAMES, NAMES, max_size=2), TIMES, COUNTS, TIMES, TIMES, NAMES)
KINDS = st.builds(Kind, NAMES, NAMES, NAMES)
CELLS = st.builds(
    Cell,
    COUNTS,
    TIMES,
    TIMES,
    TIMES,
    st.dictionaries(TIMES, COUNTS, max_size=3),
    st.dictionaries(NAMES, COUNTS, max_size=3),
)
SECONDS = st.builds(
    Instrument, COUNTS, COUNTS, COUNTS, st.dictionaries(COUNTS, COUNTS, max_size=3), TIMES, TIMES, TIMES, TIMES
)
TALLIES = st.builds(
    Tally,
    st.dictionaries(st.tuples(COUNTS, KINDS), CELLS, max_size=4),
    st.dictionaries(COUNTS, SECONDS, max_size=3),
    st.dictionaries(st.tuples(KINDS, COUNTS), COUNTS, max_size=4),
    st.tuples(NAMES),
    st.tuples(NAMES),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


def through(document: dict[str, Any]) -> Any:
    """What another process reads."""
    return json.loads(json.dumps(document))


@given(RUNS)
def test_a_run_is_read_as_it_was_written(run: Run) -> None:
    """Every field of every value, through the bytes of JSON."""
    assert run_of(through(run_document(run))) == run


@given(TALLIES)
def test_a_tally_is_read_as_it_was_written(tally: Tally) -> None:
    """Floats as well: what is added later is the very sum."""
    assert tally_of(through(tally_document(tally))) == tally


@given(JSON, st.sampled_from(["profile", "addresses", "seconds", "workers"]))
def test_what_is_no_run_is_a_format_error(rubbish: Any, field: str) -> None:
    """Whatever stands in the place of a field, or of the whole."""
    good = through(run_document(Run(Profile("p", Arrivals(1.0), (), ()), {}, 1.0)))
    for document in (rubbish, {**good, field: rubbish}, {name: good[name] for name in good if name != field}):
        try:
            run_of(document)
        except FormatError:
            continue


@given(JSON, st.sampled_from(["kinds", "cells", "instrument", "spectrum", "workers", "lost"]))
def test_what_is_no_tally_is_a_format_error(rubbish: Any, field: str) -> None:
    """As for runs."""
    kind = Kind("s", "GET /", "f")
    good = through(tally_document(Tally(cells={(0, kind): Cell(1)}, instrument={0: Instrument(1)})))
    for document in (rubbish, {**good, field: rubbish}):
        try:
            tally_of(document)
        except FormatError:
            continue


@pytest.mark.parametrize("document", [{}, {"format": 2}, [], None])
def test_a_format_that_is_not_known_is_named(document: Any) -> None:
    """Newer words are not guessed at."""
    with pytest.raises(FormatError, match="format"):
        run_of(document)
    with pytest.raises(FormatError, match="format"):
        tally_of(document)
