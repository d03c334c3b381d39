"""Repetitions that look around mean what backtracking engines say, for every short text."""

import re
from itertools import product

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truemirror.core.schema.budget import Budget
from truemirror.core.schema.language import Language, all_of, complement
from truemirror.core.schema.language_reading import read_pattern
from truemirror.core.schema.language_states import States
from truemirror.core.schema.language_words import accepts, find, included, is_empty

SHORT = ["".join(word) for length in range(7) for word in product("ab-", repeat=length)]
LOOKS = st.sampled_from(
    ["(?!a)", "(?=b)", "(?!ab)", "(?=.*a)", "(?!.*--)", "(?!b*-)", r"\b", r"\B", "(?!a$)", "^", "$"]
)
LETTERS = st.sampled_from(["a", "b", "-", ".", "[ab]", "ab", "a?", "b*", "(?:a|ab)", "[^-]", "(?:b-)?"])
COUNTS = st.sampled_from(["*", "+", "?", "{2}", "{1,}", "{0,3}", "{2,}", "*?"])
BODIES = st.one_of(
    st.builds("{}{}".format, LOOKS, LETTERS),
    st.builds("{}{}".format, LETTERS, LOOKS),
    st.builds("{}{}{}".format, LETTERS, LOOKS, LETTERS),
    st.builds("{}{}|{}".format, LOOKS, LETTERS, LETTERS),
    st.builds("(?:{}{}){}{}".format, LOOKS, LETTERS, COUNTS, LETTERS),
    st.builds("(?!(?:{}{}){}-){}".format, LOOKS, LETTERS, COUNTS, LETTERS),
)
PATTERNS = st.builds(
    "{}(?:{}){}{}{}".format,
    st.sampled_from(["", "^", "^a?", "-"]),
    BODIES,
    COUNTS,
    st.one_of(LETTERS, BODIES.map("(?:{})".format)),
    st.sampled_from(["", "$", "$"]),
)


def texts_of(language: Language, texts: list[str]) -> list[str]:
    """The texts that are in a language, by one automaton."""
    states = States(language, Budget(10**8))
    start = states.compiled(language)

    def at_end(text: str) -> bool:
        state = start
        for letter in text:
            bit = states.alphabet.bit(ord(letter))
            state = next((to for mask, to in states.moves(state) if mask & bit), 0)
        return states.nullable[state]

    return [text for text in texts if at_end(text)]


@settings(max_examples=60)
@given(PATTERNS)
def test_every_short_text_is_judged_as_by_the_standard_library(pattern):
    """All texts of up to six letters out of three."""
    theirs = re.compile(pattern.replace("$", r"\Z"), re.ASCII)
    assert texts_of(read_pattern(pattern), SHORT) == [text for text in SHORT if theirs.search(text)]


@pytest.mark.nightly
@settings(max_examples=3000, deadline=None)
@given(PATTERNS)
def test_every_short_text_is_judged_as_by_the_standard_library_for_many_patterns(pattern):
    """The same for many more."""
    theirs = re.compile(pattern.replace("$", r"\Z"), re.ASCII)
    assert texts_of(read_pattern(pattern), SHORT) == [text for text in SHORT if theirs.search(text)]


@given(PATTERNS)
def test_a_pattern_with_its_opposite_is_nothing(pattern):
    """Complements and intersections of such repetitions keep the laws of sets."""
    language = read_pattern(pattern)
    assert read_pattern(pattern) == language
    assert hash(read_pattern(pattern)) == hash(language)
    assert included(language, language, Budget())
    for word in find(language, Budget(10**6), count=3).words:
        assert accepts(language, word)
        assert not accepts(complement(language), word)


@pytest.mark.parametrize(
    ("pattern", "right", "wrong"),
    [
        (r"^((?!foo).)*$", ["", "fo", "bar", "fofo"], ["foo", "a foo", "\n"]),
        (r"^(?:(?!--)[a-z0-9-])+$", ["a-b", "-a-"], ["a--b", "", "A"]),
        (r"^(?:(?!\.\.)[\w./])+$", ["a/b.c", "a."], ["a/../b"]),
        (r"^(?!.*\.\.)(?:[a-z](?!_)|_(?=[a-z]))+$", ["ab", "_a"], ["a_b", "_", "_1"]),
        (r"^(?:[a-z]|-(?!-|$))+$", ["a-b", "-a"], ["a-", "a--b"]),
        (r"^(?:\b\w+\b ?)+$", ["some words here", "one "], [" one", "a  b"]),
        (r"^<!--(?:(?!-->).)*-->$", ["<!-- a -->", "<!---->"], ["<!-- --> -->", "<!-- "]),
        (r"^(?:(?!a)[a-z]){1,63}$", ["b" * 63], ["", "ba", "b" * 64]),
        (r"(?:a$|b)*c", ["c", "bbc", "xc"], ["ab", ""]),
    ],
)
def test_repetitions_that_look_around(pattern, right, wrong):
    """Each row: a pattern, texts in which it is found, texts in which it is not; the validator says so, too."""
    language = read_pattern(pattern)
    theirs = jsonschema_rs.validator_for({"type": "string", "pattern": pattern})
    found = find(language, Budget(), count=5).words
    assert [text for text in (*right, *found) if not accepts(language, text) or not theirs.is_valid(text)] == []
    assert [text for text in wrong if accepts(language, text) or theirs.is_valid(text)] == []


@pytest.mark.parametrize(
    ("inner", "outer", "inside"),
    [
        (r"^((?!foo).)*$", r"^(?!.*foo).*$", True),
        (r"^(?!.*foo).*$", r"^((?!foo).)*$", True),
        (r"^(?:(?!--)[a-z0-9-])+$", r"^[a-z0-9]*(-[a-z0-9]+)*-?$", True),
        (r"^[a-z0-9]+(-[a-z0-9]+)*$", r"^(?:(?!--)[a-z0-9-])+$", True),
        (r"^[a-z0-9-]+$", r"^(?:(?!--)[a-z0-9-])+$", False),
        (r"^<!--(?:(?!-->).)*-->$", r"^<!--", True),
    ],
)
def test_inclusion_of_repetitions_that_look_around(inner, outer, inside):
    """Two ways to say the same are inside each other."""
    assert included(read_pattern(inner), read_pattern(outer), Budget()) is inside


def test_a_repetition_that_can_never_begin_has_no_words():
    """Conditions that contradict each other leave nothing."""
    assert is_empty(read_pattern(r"^(?:(?=a)b)+$"), Budget())
    assert is_empty(all_of(read_pattern(r"^((?!foo).)*$"), read_pattern("foo"), read_pattern("^.*$")), Budget())


def test_nested_repetitions_are_read_in_time_of_their_length():
    """Thirty loops in each other, and a hundred in a row, are no more than their text."""
    deep = "(?:(?!a)" * 30 + "b" + ")*" * 30
    assert accepts(read_pattern(f"^{deep}$"), "bbbb", Budget())
    assert accepts(read_pattern("^" + "(?:(?!a).)*" * 100 + "$"), "bbbb", Budget())
