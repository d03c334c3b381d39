"""A shape is what an answer has, without its values."""

from hypothesis import given
from tests.core.flow.values import JSON_BODIES

from truemirror.core.flow.shape import NOTHING, is_known, joined, shape_of
from truemirror.core.wire.exchange import Response
from truemirror.core.wire.headers import Headers


def shape(body: bytes, media: str = "application/json") -> dict[str, frozenset[str]]:
    """The shape of a body."""
    return shape_of(Response(200, headers=Headers((("Content-Type", media),)), body=body))


def test_places_are_pointers_with_stars() -> None:
    """A slash in a name is escaped, members of a list are one place."""
    assert shape(b'{"a/b": [1, "x", null], "c": {"d": true}}') == {
        "": {"object"},
        "/a~1b": {"list"},
        "/a~1b/*": {"number", "text", "null"},
        "/c": {"object"},
        "/c/d": {"boolean"},
    }


def test_what_is_no_json_has_its_media_type() -> None:
    """And what is not there is nothing."""
    assert shape(b"a;b", "text/csv; charset=utf-8") == {"": {"text/csv"}}
    assert shape(b"") == {"": {NOTHING}}


@given(JSON_BODIES, JSON_BODIES)
def test_joining_is_in_any_order(one: bytes, other: bytes) -> None:
    """And joining with itself changes nothing."""
    assert joined(shape(one), shape(other)) == joined(shape(other), shape(one))
    assert joined(shape(one), shape(one)) == shape(one)


@given(JSON_BODIES)
def test_every_place_that_is_there_is_known(body: bytes) -> None:
    """Seen is known."""
    assert all(is_known(shape(body), place) for place in shape(body))


def test_what_is_not_known_is_told_from_what_is_not_there() -> None:
    """Of an object one knows what it lacks, of an empty list or a null nothing."""
    known = shape(b'{"items": [], "owner": null}')
    assert is_known(known, "/total")
    assert not is_known(known, "/items/*")
    assert not is_known(known, "/items/*/id")
    assert not is_known(known, "/owner/name")


def test_hostile_answers_have_an_end() -> None:
    """An answer of very many names, or of great depth, is cut and not a crash."""
    assert len(shape(b"{" + b",".join(b'"a%d":1' % one for one in range(5_500)) + b"}")) == 5_000
    assert shape(b"[" * 100_000)
