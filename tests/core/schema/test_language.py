"""Laws of regular languages: they behave like sets of strings, and are asked for words exactly."""

from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.core.schema.languages import ALPHABET, LANGUAGES, WORDS

from truemirror.core.schema.budget import Budget, OutOfSteps
from truemirror.core.schema.codepoints import points
from truemirror.core.schema.language import (
    ANY,
    NONE,
    Language,
    all_of,
    any_of,
    complement,
    exactly,
    in_order,
    one_of,
    times,
)
from truemirror.core.schema.language_alphabet import FRIENDLY
from truemirror.core.schema.language_words import Found, accepts, find, included, is_empty

SHORT = [("".join(word)) for length in range(5) for word in product(ALPHABET, repeat=length)]
OVER_ALPHABET = times(one_of(points(*((ord(one), ord(one)) for one in ALPHABET))), 0, None)


def same(left: Language, right: Language) -> bool:
    """Whether two languages have the same words."""
    return included(left, right, Budget(10**6)) and included(right, left, Budget(10**6))


def asked(language: Language, **wishes: object) -> Found | None:
    """The answer of `find`, or None where the steps do not suffice."""
    try:
        return find(language, Budget(50_000), **wishes)  # type: ignore[arg-type]
    except OutOfSteps:
        return None


@given(LANGUAGES, LANGUAGES, WORDS)
def test_membership_is_boolean_logic(left, right, word):
    """A word is in the union, the intersection and the complement as logic says."""
    in_left, in_right = accepts(left, word), accepts(right, word)
    assert accepts(any_of(left, right), word) == (in_left or in_right)
    assert accepts(all_of(left, right), word) == (in_left and in_right)
    assert accepts(complement(left), word) == (not in_left)


@given(LANGUAGES, LANGUAGES, WORDS, WORDS)
def test_words_of_parts_make_words_of_the_whole(left, right, first, second):
    """A word of one language and a word of the next are together a word of both in order."""
    if accepts(left, first) and accepts(right, second):
        assert accepts(in_order(left, right), first + second)


@given(LANGUAGES, WORDS)
def test_a_sequence_has_only_words_that_can_be_cut(language, word):
    """A word of a language twice over is two words of it."""
    cuts = any(accepts(language, word[:place]) and accepts(language, word[place:]) for place in range(len(word) + 1))
    assert accepts(in_order(language, language), word) == cuts
    assert accepts(times(language, 2, 2), word) == cuts


@given(LANGUAGES, st.integers(0, 3), st.integers(0, 3), WORDS)
def test_a_repetition_is_the_choice_of_its_counts(language, fewest, more, word):
    """Between two and four times is two, three or four times."""
    counted = any_of(*(in_order(*[language] * count) for count in range(fewest, fewest + more + 1)))
    assert accepts(times(language, fewest, fewest + more), word) == accepts(counted, word)


@given(LANGUAGES, LANGUAGES)
def test_de_morgan(left, right):
    """What is in neither is outside of both."""
    assert same(complement(any_of(left, right)), all_of(complement(left), complement(right)))


@given(LANGUAGES)
def test_the_complement_of_the_complement_is_the_language(language):
    """Twice the opposite is the thing, and it has nothing in common with its opposite."""
    assert complement(complement(language)) == language
    assert is_empty(all_of(language, complement(language)), Budget())
    assert same(any_of(language, complement(language)), ANY)


@given(LANGUAGES, LANGUAGES)
def test_equal_languages_have_equal_hashes(left, right):
    """Equality is by structure, and the hash goes with it."""
    assert (left == right) <= (hash(left) == hash(right))
    assert any_of(left, right) == any_of(right, left)
    assert all_of(left, right) == all_of(right, left)


@given(LANGUAGES, LANGUAGES)
def test_inclusion_holds_for_every_short_word_or_a_word_tells(inner, outer):
    """Where one is not inside the other, some word shows it; where it is, no word does."""
    beyond = find(all_of(inner, complement(outer)), Budget())
    assert included(inner, outer, Budget()) == (beyond.words == ())
    if beyond.words:
        assert accepts(inner, beyond.words[0])
        assert not accepts(outer, beyond.words[0])
    else:
        assert not [word for word in SHORT if accepts(inner, word) and not accepts(outer, word)]


@given(LANGUAGES, st.integers(0, 3), st.one_of(st.none(), st.integers(0, 4)), st.frozensets(WORDS), st.integers(1, 9))
def test_found_words_are_in_the_language_and_the_window(language, shortest, longest, without, count):
    """Each word found is another one, accepted, of a length that was asked for, and not refused."""
    found = asked(language, shortest=shortest, longest=longest, without=without, count=count)
    assume(found is not None)
    assert len(set(found.words)) == len(found.words) <= count
    assert [len(word) for word in found.words] == sorted(len(word) for word in found.words)
    for word in found.words:
        assert accepts(language, word)
        assert shortest <= len(word) <= (len(word) if longest is None else longest)
        assert word not in without


@given(LANGUAGES, st.integers(0, 3), st.integers(0, 4), st.frozensets(WORDS, max_size=3))
def test_a_complete_answer_has_all_words(language, shortest, longest, without):
    """Over three letters, the words found are those that trying all of them gives."""
    small = all_of(language, OVER_ALPHABET)
    right = {
        word for word in SHORT if shortest <= len(word) <= longest and word not in without and accepts(language, word)
    }
    found = find(small, Budget(10**7), shortest=shortest, longest=longest, without=without, count=len(right) + 1)
    assert set(found.words) == right
    assert found.complete
    if right:
        fewer = find(small, Budget(10**7), shortest=shortest, longest=longest, without=without, count=len(right) - 1)
        exact = find(small, Budget(10**7), shortest=shortest, longest=longest, without=without, count=len(right))
        assert not fewer.complete
        assert exact.complete


def test_nothing_and_everything():
    """No word is in NONE, every word is in ANY."""
    assert find(NONE, Budget()) == Found((), complete=True)
    assert find(ANY, Budget()).words == ("",)
    assert find(ANY, Budget(), shortest=3, longest=2) == Found((), complete=True)
    assert find(ANY, Budget(), longest=0, count=2) == Found(("",), complete=True)


@pytest.mark.parametrize("language", [ANY, complement(exactly("a")), times(one_of(points((0, 0x10FFFF))), 0, None)])
def test_a_lone_surrogate_is_in_no_language(language):
    """JSON text has no lone surrogates, so that no language has words with them."""
    assert not accepts(language, "\ud800")
    assert not accepts(language, "a\udfff")
    assert exactly("\ud800") == NONE


def test_words_are_readable():
    """Printable ASCII comes first, other letters only where nothing else is in a set."""
    assert find(times(ANY, 1, 1), Budget(), shortest=3, longest=3).words == ("aaa",)
    assert sorted(FRIENDLY) == [chr(code) for code in range(0x20, 0x7F)]
    assert find(one_of(points((0, 0x40))), Budget(), count=3).words == ("0", "1", "2")
    assert find(one_of(points((0, 0x1F), (0xE4, 0xE5))), Budget()).words == ("ä",)
    assert find(one_of(points((10, 10))), Budget()).words == ("\n",)


def test_a_word_of_a_great_length_is_found():
    """A window that begins at a hundred thousand letters is walked to in a loop."""
    letter = one_of(points((0x61, 0x7A)))
    for language in (times(letter, 1, None), times(letter, 0, 100_000), times(in_order(letter, exactly("-")), 0, None)):
        found = find(language, Budget(), shortest=100_000)
        assert [len(word) for word in found.words] == [100_000]
    assert find(times(letter, 0, 9), Budget(), shortest=100_000) == Found((), complete=True)


def test_large_counts_are_compared_without_counting():
    """A hundred thousand letters at most are also two hundred thousand at most, but not fifty."""
    letter = one_of(points((0x61, 0x7A)))
    assert included(times(letter, 1, 10**9), times(letter, 0, 2 * 10**9), Budget(1000))
    assert not included(times(letter, 1, 10**9), times(letter, 0, 50), Budget(1000))
    assert is_empty(all_of(times(letter, 5, 10**9), times(letter, 2 * 10**9, None)), Budget(1000))


def test_steps_run_out():
    """A question that is too hard ends with OutOfSteps, not with a guess."""
    either = one_of(points((0x61, 0x62)))
    late = in_order(times(either, 0, None), exactly("a"), times(either, 40, 40))
    other = in_order(times(either, 0, None), exactly("b"), times(either, 41, 41))
    with pytest.raises(OutOfSteps):
        included(times(either, 60, None), any_of(late, all_of(complement(late), other)), Budget(3000))
