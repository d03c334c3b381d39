"""Patterns mean what ECMA-262 says, as two engines of others say, too; what cannot be said exactly is refused."""

import re
from itertools import product

import greenery
import jsonschema_rs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.core.schema.wild_patterns import WILD

from truemirror.core.schema.budget import Budget
from truemirror.core.schema.language import Language
from truemirror.core.schema.language_reading import NotRegular, read_pattern
from truemirror.core.schema.language_words import accepts, find, included, is_empty

ATOMS = st.sampled_from(
    ["a", "b", ".", "[ab]", "[^a]", r"\d", r"\w", r"\s", r"\D", r"\W", r"\S", "[a-c_]", r"\x61", "é", r"[^\w]", " "]
)
EDGES = st.sampled_from(["^", "$", r"\b", "(?=a)", "(?!b)", "(?=.*b)", "(?!.*a$)"])
COUNTS = st.sampled_from(["*", "+", "?", "{2}", "{1,}", "{0,2}", "*?", "{1,3}?"])
PLAIN = st.recursive(
    ATOMS,
    lambda some: st.one_of(
        st.builds("({}){}".format, some, COUNTS),
        st.builds("{}{}".format, some, some),
        st.builds("(?:{}|{})".format, some, some),
    ),
    max_leaves=5,
)
PATTERNS = st.recursive(
    st.one_of(PLAIN, EDGES),
    lambda some: st.one_of(
        st.builds("{}{}".format, some, some),
        st.builds("(?:{}|{})".format, some, some),
        st.builds("{}|{}".format, some, some),
        st.builds("({})?".format, some),
        st.builds("(?={})".format, some),
        st.builds("(?!{})".format, some),
    ),
    max_leaves=6,
)
TEXTS = st.text(alphabet="ab1_ -é\n", max_size=6)
SAMPLES = ["".join(word) for length in range(5) for word in product("ab-", repeat=length)]


@given(PATTERNS, st.lists(TEXTS, min_size=1, max_size=8))
def test_patterns_are_found_where_the_standard_library_finds_them(pattern, texts):
    """`re` agrees on the part of the syntax that both have, with ASCII classes and the true end of the text."""
    ours = read_pattern(pattern)
    theirs = re.compile(pattern.replace("$", r"\Z").replace(".", r"[^\n]"), re.ASCII)
    for text in texts:
        assert accepts(ours, text) == (theirs.search(text) is not None), (pattern, text)


@given(PATTERNS, st.lists(st.text(alphabet="ab1_ -é\n\r\u2028\u00a0\u0661𝔞", max_size=5), min_size=1, max_size=8))
def test_patterns_are_found_where_the_validator_finds_them(pattern, texts):
    """`jsonschema_rs`, which follows ECMA-262, takes the same texts."""
    ours = read_pattern(pattern)
    theirs = jsonschema_rs.validator_for({"type": "string", "pattern": pattern})
    for text in texts:
        if r"\b" in pattern or "." in pattern or "(?" in pattern:  # there its classes are those of Unicode
            text = text.encode("ascii", "ignore").decode().replace("\r", "")
        assert accepts(ours, text) == theirs.is_valid(text), (pattern, text)


@given(PATTERNS)
def test_a_word_of_a_pattern_is_one_to_the_standard_library(pattern):
    """What `find` gives, `re` finds the pattern in; and where it says that there is none, short texts have none."""
    found = find(read_pattern(pattern), Budget(10**7), count=3)
    theirs = re.compile(pattern.replace("$", r"\Z"), re.ASCII)
    assert all(theirs.search(word) for word in found.words if word.isascii())
    if not found.words:
        assert not any(theirs.search(text) for text in SAMPLES)


@pytest.mark.parametrize("name", WILD)
def test_patterns_in_the_wild(name):
    """A pattern as schemas have it is found in its words and not in others, here and at the validator."""
    pattern, right, wrong = WILD[name]
    language = read_pattern(pattern)
    theirs = jsonschema_rs.validator_for({"type": "string", "pattern": pattern})
    given_words = find(language, Budget(), count=5).words
    assert len(given_words) == 5
    for word in (*right, *given_words):
        assert accepts(language, word), word
        assert theirs.is_valid(word), word
    for word in wrong:
        assert not accepts(language, word), word
        assert not theirs.is_valid(word), word


@pytest.mark.parametrize("name", WILD)
def test_a_pattern_in_the_wild_lies_inside_itself_and_some_others(name):
    """Each is inside of itself; where one is not inside of another, a word that only it has shows it."""
    language = read_pattern(WILD[name][0])
    assert included(language, language, Budget())
    for other in ("something", "slug", "identifier", "one line", "uuid"):
        if not included(language, read_pattern(WILD[other][0]), Budget()):
            continue
        theirs = re.compile(WILD[other][0].replace("$", r"\Z"), re.ASCII)
        assert all(theirs.search(word) for word in (*WILD[name][1], *find(language, Budget(), count=20).words))


@pytest.mark.parametrize(
    ("inner", "outer", "inside"),
    [
        ("uuid of version 4", "uuid", False),
        ("uuid", "slug", True),
        ("date", "plain date", True),
        ("plain date", "date", False),
        ("date-time in UTC", "date-time", True),
        ("email of letters", "plain email", True),
        ("long email", "plain email", False),
        ("constant", "identifier", True),
        ("currency", "constant", True),
        ("country", "currency", False),
        ("semantic version", "short version", False),
        ("host name", "one line", True),
        ("host name", "no blanks at the ends", True),
        ("strong word", "one line", True),
        ("not reserved", "slug", True),
    ],
)
def test_inclusion_in_the_wild(inner, outer, inside):
    """One pattern is stricter than another, or is not."""
    assert included(read_pattern(WILD[inner][0]), read_pattern(WILD[outer][0]), Budget()) is inside


@pytest.mark.parametrize(
    ("pattern", "right", "wrong"),
    [
        (r"^a|b$", ["ax", "xb"], ["xa", "bx"]),
        (r"(^|,)x", ["x", "a,x"], ["ax"]),
        (r"a^b", [], ["ab", "a^b", ""]),
        (r"a$b", [], ["ab", "a$b"]),
        (r"^$", [""], ["a", "\n"]),
        (r"^a$", ["a"], ["a\n"]),
        (r"^.$", ["a", "𝔞", "\x85"], ["\n", "\r", "\u2028", "\u2029", "ab"]),
        (r"^[^]$", ["\n", "a"], [""]),
        (r"[]", [], ["", "a"]),
        (r"^\d$", ["1"], ["\u0661"]),
        (r"^\w$", ["a", "_"], ["é", "-"]),
        (r"^\s$", ["\ufeff", "\u00a0", "\v", "\u2003"], ["\x1c", "\x85", "a"]),
        (r"^\cJ\0\x41\u0042\u{1d51e}\ud835\udd1e$", ["\n\0AB𝔞𝔞"], ["\n\0AB"]),
        (r"^\-\_\/\@\ä$", ["-_/@ä"], [r"\-"]),
        (r"^[\b]$", ["\b"], ["b"]),
        (r"^[\w-.]+$", ["a-.", "-"], [",", "+"]),
        (r"^[a\-z]$", ["a", "-", "z"], ["b"]),
        (r"^x{,3}$", ["x{,3}"], ["x", "xx"]),
        (r"^a{x}{$", ["a{x}{"], ["a"]),
        (r"^]}$", ["]}"], []),
        (r"^\p{Lu}\p{L}\P{L}$", ["Éa1"], ["éa1", "Éab"]),
        (r"^[\p{Letter}\p{gc=Nd}]+$", ["aé\u0661"], ["-", "²"]),
        (r"^(?<year>\d)(?P<day>\d)$", ["12"], ["1"]),
        (r"(?i)^[a-c]x\d$", ["AX1", "bx2"], ["dx1"]),
        (r"(?i)^[^a]$", ["b"], ["a", "A"]),
        (r"(?i)^k$", ["K", "\u212a"], ["x"]),
        (r"\bfoo\b", ["foo", "a foo.", "éfoo"], ["food", "_foo"]),
        (r"a\Bb", ["ab"], ["a b"]),
        (r"^(?=.*\d)(?=.*[a-z])[^x]{2,}$", ["a1", "1-a"], ["aa", "a1x"]),
        (r"^(?!foo)\w+(?!\w)$", ["bar", "fo"], ["foo", "food"]),
        (r"(a(?=b)|b){2}$", ["ab", "bb"], ["aa", "ba"]),
        (r"^(?:a|$|b){2}$", ["", "a", "ab"], ["abb"]),
        (r"^(?:ab?)+?c*?$", ["aba", "abcc"], ["cb"]),
    ],
)
def test_what_a_pattern_means(pattern, right, wrong):
    """Each row: a pattern, texts in which it is found, texts in which it is not."""
    language = read_pattern(pattern)
    assert [text for text in right if not accepts(language, text)] == []
    assert [text for text in wrong if accepts(language, text)] == []
    if not right:
        assert is_empty(language, Budget())


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("a++", "a possessive quantifier, at 2"),
        ("a(?<=a)b", "a lookbehind, at 1"),
        ("(?<!a)b", "a lookbehind, at 0"),
        ("(?>a)b", "an atomic group, at 0"),
        (r"(a)\1", r"the back reference \1, at 3"),
        (r"(?<n>a)\k<n>", r"the escape \k, at 7"),
        ("(?(1)a)", "a conditional, at 0"),
        (r"^a\Z", r"the escape \Z, at 2"),
        (r"\Aa", r"the escape \A, at 0"),
        (r"\p{Script=Greek}", r"the property \p{Script=Greek}, which is no general category, at 0"),
        (r"\p{Foo}", r"the property \p{Foo}, which is no general category, at 0"),
        (r"\p", r"\p without a property in braces, at 0"),
        ("(?s).", "inline flags, at 0"),
        ("a(?i)b", "inline flags, at 1"),
        ("(?i)[\u0100-\uff00]", "a large set of letters without regard to case, at 8"),
        ("[[:alpha:]]", "a POSIX class, which ECMA-262 does not know, at 1"),
        ("(a", "a ( without its ), at 0"),
        ("a)", "a ) without its (, at 1"),
        ("[a", "a class without its ], at 0"),
        ("[a-", "a class without its ], at 0"),
        ("[b-a]", "the range b-a, which is in the wrong order, at 1"),
        ("*a", "a quantifier with nothing before it, at 0"),
        ("a|{2}", "a quantifier with nothing before it, at 2"),
        ("a**", "a quantifier after a quantifier, at 2"),
        ("^*", "a quantifier after an edge, at 0"),
        ("a{3,2}", "a quantifier whose bounds are in the wrong order, at 0"),
        ("a\\", "a backslash at the end, at 1"),
        (r"\x4", "an escape whose hexadecimal digits are missing, at 0"),
        (r"\u{110000}", "an escape that names no code point, at 0"),
        (r"\u{}", "an escape that names no code point, at 0"),
        ("(" * 100 + ")" * 100, "groups nested deeper than 60, at 60"),
        (r"(?:a$|b)*c", "an edge or a lookahead inside of a repetition that goes round more than 8 times, at 0"),
    ],
)
def test_what_cannot_be_said_exactly_is_refused(pattern, reason):
    """The refusal names the construct and where it begins."""
    with pytest.raises(NotRegular) as error:
        read_pattern(pattern)
    assert error.value.reason == reason


@given(st.text(alphabet="ab(){}[]|*+?^$\\.-,:=!<>1pux&ié\ud800", max_size=14))
def test_any_text_is_read_or_refused(pattern):
    """Whatever the text, there is a language or a reason."""
    try:
        read = read_pattern(pattern)
    except NotRegular as error:
        assert error.reason  # noqa: PT017 - most texts are read
        return
    assert isinstance(read, Language)
    assert read_pattern(pattern) == read


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+b", "^(a|a)*$", "(.*)*x", r"^(([a-z])+.)+[A-Z]([a-z])+$", "^(a?){400}a{40}$", "(x+x+)+y", "^(a|aa)+$"],
)
def test_patterns_that_ruin_backtracking_are_cheap(pattern):
    """A pattern that some engines take years for costs a few hundred steps."""
    language = read_pattern(pattern)
    assert not is_empty(language, Budget(5_000))
    assert included(language, language, Budget(20_000))
    assert not accepts(language, "-" * 200, Budget(20_000))
    assert find(language, Budget(20_000), shortest=200).words


@pytest.mark.parametrize(
    "pattern", ["^a{1,100000}$", "^(a{1,1000}){1,1000}$", "^((a{1,9999}){9999}){9999}b$", "^" + "x" * 5000]
)
def test_large_counts_are_read_without_counting(pattern):
    """Reading costs no more than the pattern is long."""
    assert find(read_pattern(pattern), Budget(2_000_000_000), longest=5000).words or "9999" in pattern


def test_many_words():
    """Fifty alternatives are no more than a small tree."""
    words = [f"{first}{second}-status" for first in "abcdefghij" for second in "klmno"]
    language = read_pattern(f"^({'|'.join(words)})$")
    found = find(language, Budget(30_000), count=60)
    assert found.complete
    assert sorted(found.words) == sorted(words)


@given(PLAIN, PLAIN)
def test_inclusion_agrees_with_another_library(inner, outer):
    """`greenery`, which builds automata in another way, sees the same inclusions of plain patterns."""
    assume(r"\s" not in (inner + outer).lower())
    inner, outer = inner.replace("*?", "*").replace("}?", "}"), outer.replace("*?", "*").replace("}?", "}")
    left, right = greenery.parse(inner.replace(".", "[^\n\r\u2028\u2029]")), greenery.parse(outer)
    assume("." not in outer)
    theirs = (left & right).equivalent(left)
    assert included(read_pattern(f"^(?:{inner})$"), read_pattern(f"^(?:{outer})$"), Budget()) == theirs
