"""Formats are recognised more narrowly than validators check them."""

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.contract.infer.formats import format_of, is_money

NEARLY = st.one_of(
    st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9:.]{5,12}(Z|[+-][0-9]{2}:[0-9]{2})?)?", fullmatch=True),
    st.from_regex(r"[0-9a-fA-F-]{36}", fullmatch=True),
    st.from_regex(r"[a-z.+_'-]{1,5}@[a-z0-9.-]{1,8}", fullmatch=True),
    st.from_regex(r"https?://[a-z0-9.:/?#%\[\]@ -]{1,12}", fullmatch=True),
    st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){2,4}", fullmatch=True),
    st.text(max_size=20),
)


@given(NEARLY)
def test_what_is_recognised_every_validator_accepts(text: str) -> None:
    """A format that inference names never refuses the very text it was found in."""
    named = format_of(text)
    if named:
        assert jsonschema_rs.Draft202012Validator({"format": named}, validate_formats=True).is_valid(text)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("0b7e2f9c-8f3a-4d51-9c55-7e1c2f1b9a10", "uuid"),
        ("2026-01-31T12:00:00Z", "date-time"),
        ("2026-01-31T12:00:00.123456+01:00", "date-time"),
        ("2026-01-31", "date"),
        ("2026-02-30", ""),
        ("2026-01-31T25:00:00Z", ""),
        ("2026-01-31 12:00:00", ""),
        ("ada@example.org", "email"),
        ("@ada", ""),
        ("https://example.org/a?b=c#d", "uri"),
        ("urn:a:b", ""),
        ("127.0.0.1", "ipv4"),
        ("127.0.0.256", ""),
        ("1.2.3.4.", ""),
        ("01.2.3.4", ""),
        ("", ""),
        ("12.50", ""),
        ("２０２６-01-31", ""),
    ],
)
def test_each_format_has_its_shape(text: str, named: str) -> None:
    """And texts that only nearly have it have none."""
    assert format_of(text) == named


@pytest.mark.parametrize(("text", "is_one"), [("12.50", True), ("-0.99", True), ("12.5", False), ("€12.50", False)])
def test_amounts_of_money(text: str, is_one: bool) -> None:
    """Digits, a dot, two digits."""
    assert is_money(text) is is_one
