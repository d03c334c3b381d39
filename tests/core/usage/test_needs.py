"""What consumers need is kept, and read back as it was."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.usage.needs import KINDS, Asked, Expectation, Need, document, read, reads, states_of
from truemirror.core.usage.paths import Every, spelled, steps_of
from truemirror.core.wire.exchange import Request
from truemirror.core.wire.headers import Headers
from truemirror.errors import FormatError

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
paths = st.lists(st.sampled_from(Every) | texts, max_size=4).map(tuple)
needs = st.builds(
    Need,
    operation=texts,
    status=texts,
    path=paths,
    kinds=st.sets(st.sampled_from(KINDS)).map(lambda kinds: tuple(sorted(kinds))),
    pattern=texts,
    required=st.booleans(),
    because=texts,
)
requests = st.builds(
    Asked,
    st.builds(
        Request, texts, texts, st.lists(st.tuples(texts, texts), max_size=2).map(tuple).map(Headers), st.binary()
    ),
    texts,
    st.lists(texts, max_size=2).map(tuple),
)


@given(paths)
def test_a_path_reads_back_as_it_was(path: tuple[Any, ...]) -> None:
    """Whatever its names are."""
    assert steps_of(spelled(path)) == path


def test_paths_are_spelled_as_people_read_them() -> None:
    """Plain where that is possible."""
    assert spelled(("items", Every.ITEM, "owner", Every.MEMBER, "a b")) == '$.items[].owner.*["a b"]'


@given(
    st.builds(
        Expectation, texts, texts, st.lists(needs, max_size=3).map(tuple), st.lists(requests, max_size=2).map(tuple)
    )
)
def test_an_expectation_reads_back_as_it_was(expectation: Expectation) -> None:
    """Bodies that are no text included."""
    assert read(document(expectation)) == expectation


SOUND = document(Expectation("web", "pets", (Need("GET /", "200", ("a",)),), (Asked(Request("GET", "/")),)))


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2}, {"consumer": None}, {"needs": {}}, {"needs": [1]}, {"needs": [{"operation": "GET /"}]},
        {"needs": [{**SOUND["needs"][0], "kinds": ["text"]}]}, {"needs": [{**SOUND["needs"][0], "path": "a.b"}]},
        {"needs": [{**SOUND["needs"][0], "path": '$["\\x"]'}]}, {"needs": [{**SOUND["needs"][0], "pattern": 1}]},
        {"requests": [{**SOUND["requests"][0], "headers": ["a"]}]},
        {"requests": [{**SOUND["requests"][0], "base64": "?"}]},
    ],
)  # fmt: skip
def test_what_is_no_expectation_is_refused(change: dict[str, Any]) -> None:
    """With its place."""
    assert read(SOUND)
    with pytest.raises(FormatError) as told:
        read({**SOUND, **change}, "web.json")
    assert told.value.where.startswith("web.json")


def test_an_unread_path_is_known_as_such_only_where_all_consumers_are() -> None:
    """Else nobody knows."""
    known = (Expectation("web", "pets", (Need("GET /", "200", ("a", Every.ITEM, "b")),)),)
    assert reads(known, ["web"])("$.a[].b") is True
    assert reads(known, ["web"])("$.a[].c") is False
    assert reads(known, ["web", "feed"])("$.a[].c") is None
    assert reads(known, ["web", "feed"])("$.a[].b") is True
    assert reads((), [])("$.a") is None


def test_states_are_found_by_the_scenario_that_they_made() -> None:
    """A request without any adds nothing."""
    asked = (Asked(Request("GET", "/"), "", ("Tom is there", "it is night")), Asked(Request("GET", "/"), "", ("Tom",)))
    known = Expectation("web", "pets", (), (*asked, Asked(Request("GET", "/"))))
    assert states_of([known]) == {"Tom is there, it is night": ("Tom is there", "it is night"), "Tom": ("Tom",)}


def test_states_that_are_no_texts_are_refused() -> None:
    """With their place."""
    content = document(Expectation("web", "pets", (), (Asked(Request("GET", "/")),)))
    content["requests"][0]["states"] = [1]
    with pytest.raises(FormatError, match="states") as caught:
        read(content, "web.json")
    assert caught.value.where == "web.json, requests[0]"
