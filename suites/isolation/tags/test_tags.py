"""tags, alone: what it asks auth is answered by auth's mirror."""

import httpx
import pytest
from suites.reference import VIC, LogIn, Service

from truemirror.testing import has_attributes, is_error

TAG = "id subject label colour created_at"


@pytest.fixture
def ada(service: Service, log_in: LogIn) -> httpx.Client:
    """A tags service with fresh seed records, asked by someone who may read and write."""
    tags = service("tags")
    tags.headers.update(log_in())
    return tags


def test_tags_of_a_subject_come_as_a_collection(ada: httpx.Client) -> None:
    """Collections share one envelope."""
    answer = ada.get("/v1/tags", params={"subject": "deal:d1"})
    assert answer.status_code == 200
    assert has_attributes(answer.json(), "items metadata.total")


def test_a_tag_is_added_read_and_removed(ada: httpx.Client) -> None:
    """And is gone afterwards."""
    made = ada.post("/v1/tags", json={"subject": "deal:d7", "label": "重要", "colour": "#b3261e"})
    assert made.status_code == 201
    assert has_attributes(made.json(), TAG)
    place = f"/v1/tags/{made.json()['id']}"
    assert ada.get(place).json()["label"] == "重要"
    assert ada.delete(place).status_code == 204
    assert is_error(ada.get(place), 404, code="not_found")


def test_the_same_tag_twice_is_a_conflict(ada: httpx.Client) -> None:
    """A subject carries a label once."""
    body = {"subject": "deal:d8", "label": "urgent", "colour": "#b3261e"}
    assert ada.post("/v1/tags", json=body).status_code == 201
    assert is_error(ada.post("/v1/tags", json=body), 409, code="already_tagged")


def test_many_subjects_are_asked_at_once(ada: httpx.Client) -> None:
    """A read that is made with POST."""
    answer = ada.post("/v1/search", json={"subjects": [f"deal:d{number}" for number in range(1, 40)]})
    assert answer.status_code == 200
    assert has_attributes(answer.json(), " ".join(f"items[].{name}" for name in TAG.split()))


def test_who_may_only_read_cannot_tag(service: Service, log_in: LogIn) -> None:
    """The scopes that auth gives are kept."""
    body = {"subject": "deal:d1", "label": "mine", "colour": "#000000"}
    assert is_error(service("tags").post("/v1/tags", json=body, headers=log_in(VIC)), 403, code="forbidden")


def test_without_a_token_nothing_is_told(service: Service) -> None:
    """The one error shape."""
    assert is_error(service("tags").get("/v1/tags", params={"subject": "deal:d1"}), 401, code="unauthenticated")


@pytest.mark.parametrize("body", [{}, {"subject": "nonsense", "label": "x"}, {"subject": "deal:d1", "label": ""}])
def test_a_wrong_tag_is_refused_by_field(body: dict[str, str], ada: httpx.Client) -> None:
    """Validation names the fields."""
    answer = ada.post("/v1/tags", json=body)
    assert is_error(answer, 422, code="validation_failed")
    assert answer.json()["error"]["details"]
