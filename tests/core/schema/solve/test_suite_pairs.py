"""Schemas of the official suite against each other: its own values never refute what is proven."""

from collections.abc import Iterator
from itertools import product

import pytest
from tests.core.schema.reading.official_suite import LEFT_OUT, Case, files

from truemirror.core.schema.budget import Budget
from truemirror.core.schema.inclusion import Proven, Refuted, included
from truemirror.core.schema.membership import Untestable, holds
from truemirror.core.schema.reading import Dialect, Unreadable, meaning
from truemirror.core.schema.terms import Json, Meaning

_FILES = ["contains.json", "oneOf.json", "unevaluatedItems.json", "dependentSchemas.json", "pattern.json", "not.json"]


def _readable(dialect: Dialect, file: str) -> Iterator[tuple[Case, Meaning]]:
    """The cases of a file that can be put into terms."""
    for case in files(dialect)[file]:
        try:
            yield case, meaning(case.source)
        except Unreadable:
            continue


def _wrong(dialect: Dialect, file: str) -> list[tuple[str, str, Json]]:
    """Pairs of a file that are judged against a value of the suite, or by a witness that is none."""
    cases = list(_readable(dialect, file))
    instances = [one for case, _ in cases for _, one, _ in case.verdicts]
    wrong = []
    for (one, inner), (two, outer) in product(cases, repeat=2):
        answer = included(inner, outer, Budget())
        if answer == Proven():
            wrong += [(one.name, two.name, value) for value in instances if _refutes(inner, outer, value)]
        if isinstance(answer, Refuted) and not _refutes(inner, outer, answer.witness):
            wrong.append((one.name, two.name, answer.witness))
    return wrong


def _refutes(inner: Meaning, outer: Meaning, value: Json) -> bool:
    """Whether a value is in the one and not in the other, as far as that can be tested."""
    try:
        return holds(inner.term, inner.definitions, value) and not holds(outer.term, outer.definitions, value)
    except Untestable:
        return False


@pytest.mark.parametrize("file", _FILES)
def test_no_value_of_the_suite_refutes_what_is_proven(file: str) -> None:
    """All pairs of schemas of one file, with all values of that file."""
    assert _wrong(Dialect.DRAFT202012, file) == []


@pytest.mark.nightly
@pytest.mark.parametrize("dialect", Dialect)
def test_no_value_of_the_whole_suite_refutes_what_is_proven(dialect: Dialect) -> None:
    """All pairs of schemas of each file of a draft."""
    assert [one for file in files(dialect) if file not in LEFT_OUT for one in _wrong(dialect, file)] == []
