"""Schemas mean what the official test suite says, for terms and for the independent validator alike."""

import pytest
from tests.core.schema.reading.official_suite import LEFT_OUT, Case, all_files, files

from truemirror.core.schema.membership import holds
from truemirror.core.schema.reading import Dialect, SchemaError, meaning
from truemirror.core.schema.reading.validator import validator


def _wrong_by_terms(case: Case) -> list[str]:
    """The values of a case that terms judge otherwise than the suite."""
    said = meaning(case.source)
    return [
        f"{case.name}: {told}"
        for told, value, valid in case.verdicts
        if holds(said.term, said.definitions, value) is not valid
    ]


def _wrong_by_validator(case: Case) -> list[str]:
    """The values of a case that the independent validator judges otherwise than the suite."""
    reason = validator(case.source)
    return [f"{case.name}: {told}" for told, value, valid in case.verdicts if (reason(value) == "") is not valid]


@pytest.mark.parametrize(("dialect", "file"), list(all_files()))
def test_membership_by_terms_is_what_the_suite_says(dialect: Dialect, file: str) -> None:
    """Every value of the suite is in the term of its schema exactly where the suite calls it valid."""
    assert [wrong for case in files(dialect)[file] for wrong in _wrong_by_terms(case)] == []


@pytest.mark.parametrize(("dialect", "file"), list(all_files()))
def test_the_independent_validator_says_the_same(dialect: Dialect, file: str) -> None:
    """The validator that witnesses are verified by agrees with the suite, too."""
    assert [wrong for case in files(dialect)[file] for wrong in _wrong_by_validator(case)] == []


def test_the_number_of_values_judged_and_left_out_is_known() -> None:
    """What is left out of the suite is little, and a growing list would be seen."""
    judged, left_out = {}, {}
    for dialect in Dialect:
        counts = {file: sum(len(case.verdicts) for case in cases) for file, cases in files(dialect).items()}
        left_out[dialect.value] = sum(count for file, count in counts.items() if file in LEFT_OUT)
        judged[dialect.value] = sum(counts.values()) - left_out[dialect.value]
    assert judged == {"draft4": 709, "draft6": 935, "draft7": 1021, "2019-09": 1340, "2020-12": 1370}
    assert left_out == {"draft4": 1, "draft6": 0, "draft7": 10, "2019-09": 41, "2020-12": 45}


@pytest.mark.parametrize("left_out", list(LEFT_OUT))
def test_what_is_left_out_differs_indeed(left_out: str) -> None:
    """No file is left out whose values all are judged as the suite does."""
    cases = [case for dialect in Dialect for case in files(dialect).get(left_out, ())]
    assert any(_differs(case) for case in cases)


def _differs(case: Case) -> bool:
    """Whether a case cannot be read, or is judged otherwise than the suite does."""
    try:
        return _wrong_by_terms(case) != []
    except SchemaError:
        return True
