"""Places of secrets, views that undo escapes, and texts written again."""

import html
import json
from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.mirror.redaction_shapes import encoded_like
from truemirror.core.mirror.redaction_spots import (
    Box,
    Escapes,
    Spot,
    Why,
    entity_view,
    json_view,
    ordered,
    percent_view,
    render,
    secrets_of,
    shifted,
    view_of,
)


def spot(start: int, end: int, why: Why = Why.NAME) -> Spot:
    """A spot of no particular secret."""
    return Spot(start, end, "s", why)


@given(st.text())
def test_a_json_view_says_what_json_says(text: str) -> None:
    """Undoing the escapes of a JSON string gives the string, and every character leads back to where it was written."""
    for ascii_only in (True, False):
        raw = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
        view = json_view(raw)
        assert view.text == text
        assert view.starts[-1] == len(raw)
        for place, char in enumerate(text):
            assert json.loads(f'"{raw[view.starts[place] : view.starts[place + 1]]}"') == char


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_percent_view_says_what_an_address_says(text: str) -> None:
    """Undoing percent-escapes gives what the standard library gives, byte by byte."""
    raw = "".join(f"%{byte:02X}" if byte % 3 else chr(byte) for byte in text.encode() if byte < 128 or byte % 3)
    view = percent_view(raw, plus=False)
    assert view.text == unquote(raw, errors="surrogateescape")
    assert list(view.starts) == sorted(view.starts)
    assert view.starts[-1] == len(raw)


def test_a_plus_is_a_blank_in_a_query_only() -> None:
    """`+` says a blank where the escapes are those of a query."""
    assert percent_view("a+b%2B", plus=True).text == "a b+"
    assert percent_view("a+b%2B", plus=False).text == "a+b+"


@given(st.text("ab&<>\"'é;#"))
def test_an_entity_view_says_what_markup_says(text: str) -> None:
    """Undoing character references gives the text that was escaped."""
    assert entity_view(html.escape(text)).text == text


def test_broken_escapes_are_themselves() -> None:
    """What is no escape says what it is."""
    assert json_view("\\u12 \\").text == "\\u12 \\"
    assert percent_view("100% %zz %", plus=False).text == "100% %zz %"
    assert entity_view("&nonsense; & &#;").text == "&nonsense; & &#;"


def test_no_view_without_escapes() -> None:
    """A text that has no escapes of a kind needs no view."""
    assert [view_of("plain-text", escapes) for escapes in Escapes] == [None] * len(Escapes)


def test_of_overlapping_places_the_longer_stays() -> None:
    """No two places overlap; of those that do, the longer stays, and among equals the surer."""
    assert ordered([spot(5, 9), spot(0, 3)]) == (spot(0, 3), spot(5, 9))
    assert ordered([spot(0, 9), spot(2, 5), spot(4, 12)]) == (spot(0, 9),)
    assert ordered([spot(0, 4), spot(2, 9)]) == (spot(2, 9),)
    assert ordered([spot(0, 4, Why.RANDOM), spot(0, 4, Why.SHAPE)]) == (spot(0, 4, Why.SHAPE),)


def test_boxes_are_opened_and_closed() -> None:
    """A box is encoded anew only when something in it changed; gaps inside and outside are treated alike."""
    text = "-> aGVsbG8gc2VjcmV0IQ== <-"
    box = Box(3, 23, "hello secret!", (Spot(6, 12, "secret", Why.NAME),), lambda plain: encoded_like("a===", plain))
    assert list(secrets_of((box,))) == [("secret", Why.NAME)]
    assert render(text, (box,), lambda _s, _w: None) == text
    assert render(text, (box,), lambda _s, _w: "X", str.upper) == "-> SEVMTE8gWCE= <-"
    assert shifted((box,), 2)[0].start == 5
