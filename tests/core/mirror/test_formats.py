"""Older formats are read through one-step converters, newer ones are refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.mirror.formats import STEPS, Step, format_of, upgrade
from truemirror.core.mirror.model import FORMAT
from truemirror.errors import FormatError


def noting(step: str) -> Step:
    """A step that writes down that it was taken, in mirrors and parts."""

    def convert(document: dict[str, Any]) -> dict[str, Any]:
        """The document with one more step."""
        return {**document, "path": [*document.get("path", []), step]}

    return Step(mirror=convert, part=convert)


FUTURE = {number: noting(f"{number}-{number + 1}") for number in range(1, 6)}


@given(st.integers(1, 6), st.sampled_from(["mirror", "part"]))
def test_every_older_format_goes_through_each_step_once(found: int, kind: str) -> None:
    """A document of format n passes the steps n to n+1 and so on, and says the newest format at the end."""
    result = upgrade({"format": found}, kind, steps=FUTURE, newest=6)
    assert result.get("path", []) == [f"{number}-{number + 1}" for number in range(found, 6)]
    assert result["format"] == 6


@given(st.integers(1, 6), st.integers(1, 6))
def test_converters_compose(found: int, between: int) -> None:
    """Upgrading in two legs is the same as in one."""
    first = upgrade({"format": found}, "part", steps=FUTURE, newest=max(found, between))
    assert upgrade(first, "part", steps=FUTURE, newest=6) == upgrade({"format": found}, "part", steps=FUTURE, newest=6)


def test_a_kind_that_stayed_the_same_only_gets_the_new_number() -> None:
    """A step says only what changed."""
    assert upgrade({"format": 1, "recorded": ""}, "scenario", steps=FUTURE, newest=3) == {"format": 3, "recorded": ""}


def test_the_document_that_came_in_stays_as_it_was() -> None:
    """Upgrading makes a new document."""
    document = {"format": 1}
    upgrade(document, "part", steps=FUTURE, newest=3)
    assert document == {"format": 1}


def test_every_older_format_has_its_step() -> None:
    """From each format but the newest a step leads on."""
    assert set(STEPS) == set(range(1, FORMAT))


def test_a_document_without_format_is_of_the_first() -> None:
    """The frame of hand-written files may be bare."""
    assert format_of({}) == 1


def test_a_newer_format_is_refused_with_what_to_do() -> None:
    """A mirror from a newer truemirror is not guessed at."""
    with pytest.raises(FormatError) as caught:
        upgrade({"format": FORMAT + 1}, "mirror")
    assert caught.value.where == "format"
    assert f"format {FORMAT + 1}" in caught.value.what
    assert "upgrade truemirror" in caught.value.fix


@pytest.mark.parametrize("found", [0, -1, True, "1", 1.0, None, [], {}])
def test_what_is_no_format_is_refused(found: object) -> None:
    """A format is a number from 1 on."""
    with pytest.raises(FormatError, match="number from 1 on"):
        format_of({"format": found})
