"""Names from path segments."""

import pytest

from truemirror.core.contract.infer.names import distinct, parameter_name, shape_name, singular, title_of


@pytest.mark.parametrize(
    ("many", "one"),
    [
        ("deals", "deal"),
        ("companies", "company"),
        ("addresses", "address"),
        ("statuses", "status"),
        ("boxes", "box"),
        ("branches", "branch"),
        ("analyses", "analysis"),
        ("people", "person"),
        ("children", "child"),
        ("movies", "movie"),
        ("series", "series"),
        ("news", "news"),
        ("status", "status"),
        ("access", "access"),
        ("analytics", "analytics"),
        ("ties", "tie"),
        ("as", "as"),
        ("deal_stages", "deal_stage"),
        ("databases", "database"),
        ("caches", "cach"),
    ],
)
def test_plurals_are_undone(many: str, one: str) -> None:
    """By rule, with the exceptions that APIs have; a rule that is wrong at times is wrong the same way each time."""
    assert singular(many) == one


@pytest.mark.parametrize(
    ("before", "attribute", "name"),
    [
        ("deals", "", "deal_id"),
        ("deals", "id", "deal_id"),
        ("deal-stages", "", "deal_stage_id"),
        ("dealStages", "", "deal_stage_id"),
        ("users", "username", "username"),
        ("users", "email", "user_email"),
        ("users", "user_name", "user_name"),
        ("reports", "date", "report_date"),
        ("", "", "id"),
        ("", "slug", "slug"),
    ],
)
def test_parameters_are_named_after_what_they_name(before: str, attribute: str, name: str) -> None:
    """The collection before it, and the attribute that carries its value."""
    assert parameter_name(before, attribute) == name


def test_shapes_are_named_after_their_collection() -> None:
    """In the singular, with dashes, as file names are."""
    assert [shape_name(one) for one in ("deals", "dealStages", "%20", "")] == ["deal", "deal-stage", "20", "root"]


def test_a_name_that_is_taken_gets_a_number() -> None:
    """Two shapes never share a document."""
    taken: set[str] = set()
    assert [distinct("error", taken) for _ in range(3)] == ["error", "error-2", "error-3"]


def test_titles_are_readable() -> None:
    """Words with blanks, the first one capitalised."""
    assert title_of("deal-stage_item") == "Deal stage item"
