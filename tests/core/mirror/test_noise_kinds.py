"""Which values are of which kind, and which kind several values share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.mirror.noise_kinds import (
    holds,
    is_meaning,
    is_text_of,
    is_value_of,
    kind_of_texts,
    kind_of_values,
    widest,
)

UUID = "0b7e1c9a-6a53-4f0e-9d5e-3a1f6f3b7c11"
JSON_KINDS = ("date-time", "date", "http-date", "uuid", "integer", "number", "string")


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (("2026-01-01T00:00:00Z", "2026-01-02T10:00:00.5+01:00"), "date-time"),
        (("2026-01-01", "2026-12-31"), "date"),
        (("2026-01-01", "2026-13-31"), "string"),
        (("2026-01-01", "2026-01-01T00:00:00Z"), "string"),
        (("Mon, 02 Mar 2026 09:00:00 GMT", "Tue, 03 Mar 2026 09:00:00 GMT"), "http-date"),
        ((UUID, UUID.upper()), "uuid"),
        ((1, 2), "integer"),
        ((1, 2.5), "number"),
        (("1", "2"), "string"),
        (("1", 2), ""),
        ((True, False), ""),
        ((None, "2026-01-01"), ""),
        (([], []), ""),
        (({}, {}), ""),
        ((True, 1), ""),
    ],
)
def test_json_values_have_the_narrowest_kind_that_all_keep(values: tuple[object, ...], kind: str) -> None:
    """Or none."""
    assert kind_of_values(values) == kind


@pytest.mark.parametrize(
    ("name", "texts", "kind"),
    [
        ("ETag", ('"a1"', 'W/"b2"'), "etag"),
        ("ETag", ("a b", "c d"), "string"),
        ("X-Count", ("7", "8"), "integer"),
        ("X-Cost", ("7", "8.5"), "number"),
        ("Last-Modified", ("Mon, 02 Mar 2026 09:00:00 GMT", "Tue, 03 Mar 2026 09:00:00 GMT"), "http-date"),
        ("X-Id", (UUID, UUID), "uuid"),
        ("X-Id", (UUID, "r-17"), "string"),
    ],
)
def test_texts_of_headers_have_kinds_too(name: str, texts: tuple[str, ...], kind: str) -> None:
    """Digits are a number there."""
    assert kind_of_texts(name, texts) == kind


@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        ("ok", "failed", True),
        ("HIT", "MISS", True),
        ("", "r-17", True),
        ("no such tag", "no such deal.", True),
        ("r-17", "r-18", False),
        ("took 5 ms", "took 7 ms", False),
        (1, 2, False),
    ],
)
def test_a_word_says_something(one: object, other: object, says: bool) -> None:
    """It is not chance that it changed."""
    assert is_meaning(one, other) is is_meaning(other, one) is says


@given(st.sets(st.sampled_from(JSON_KINDS), min_size=1))
def test_the_widest_kinds_hold_all(kinds: set[str]) -> None:
    """Of one family there is one."""
    few = widest(kinds, text=False)
    assert len(few) <= 2
    assert all(any(holds(kind, one, text=False) for kind in few) for one in kinds)
    assert len(widest(kinds, text=True)) == 1


@given(st.text() | st.integers() | st.floats() | st.booleans() | st.none())
def test_a_value_of_a_kind_is_of_every_wider_kind(value: object) -> None:
    """Else one rule more would tell apart what was the same."""
    for kind in JSON_KINDS:
        for other in JSON_KINDS:
            if is_value_of(kind, value) and holds(other, kind, text=False):
                assert is_value_of(other, value)


@given(st.text() | st.integers().map(str) | st.floats(allow_nan=False).map(str))
def test_a_text_of_a_kind_is_of_every_wider_kind(text: str) -> None:
    """In headers and queries all kinds are kinds of text."""
    for kind in JSON_KINDS:
        for other in JSON_KINDS:
            if is_text_of(kind, text) and holds(other, kind, text=True):
                assert is_text_of(other, text)
