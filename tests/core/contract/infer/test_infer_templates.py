"""Path templates from concrete paths."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.contract.infer.templates import Templates

UUID = "0b7e2f9c-8f3a-4d51-9c55-7e1c2f1b9a10"


def _templates(*seen: str | tuple[str, int] | tuple[str, int, Any]) -> list[str]:
    templates, paths = Templates(), []
    for one in seen:
        path, status, body = (one, 200, None) if isinstance(one, str) else (*one, None)[:3]
        templates.see(path, status, body)
        paths.append(path)
    return [templates.template(path) for path in paths]


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/v1/deals/42", "/v1/deals/{deal_id}"),
        (f"/v1/deals/{UUID}", "/v1/deals/{deal_id}"),
        ("/v1/deals/d42", "/v1/deals/{deal_id}"),
        ("/v1/deals/d42/tags/t7", "/v1/deals/{deal_id}/tags/{tag_id}"),
        ("/v1/people/p1/addresses/9", "/v1/people/{person_id}/addresses/{address_id}"),
        ("/reports/2026-01-31", "/reports/{report_date}"),
        ("/reports/2026-01", "/reports/{report_date}"),
        ("/files/0123456789abcdef", "/files/{file_id}"),
        ("/42", "/{id}"),
        ("/42/43", "/{id}/{id_2}"),
        ("/pairs/1/2", "/pairs/{pair_id}/{pair_id_2}"),
        ("/v1/sessions/current", "/v1/sessions/current"),
        ("/v2/oauth2/token", "/v2/oauth2/token"),
        ("/base64/SFRUUEJJTg0", "/base64/SFRUUEJJTg0"),
        ("/v1/deals/", "/v1/deals/"),
        ("/", "/"),
        ("/v1/%7Bx%7D", "/v1/%7Bx%7D"),
        ("/apis/v1beta1/pods", "/apis/v1beta1/pods"),
        ("/users/ada%40example.org", "/users/{user_id}"),
        ("/projects/group%2Fname/issues", "/projects/{project_id}/issues"),
        ("/files/report.pdf", "/files/{file_id}"),
        ("/export.csv", "/export.csv"),
        ("/calendar/2026/01", "/calendar/{calendar_year}/{calendar_month}"),
        ("/calendar/2026/01/31", "/calendar/{calendar_year}/{calendar_month}/{calendar_day}"),
    ],
)
def test_a_segment_is_a_parameter_by_its_shape(path: str, template: str) -> None:
    """Digits, UUIDs, hex and dates always, ids like d42 after a collection, versions and words never."""
    assert _templates(path) == [template]


def test_loose_ids_need_company_where_no_collection_is_before_them() -> None:
    """Two that look alike are values, one may be a word."""
    assert _templates("/basic-auth/user1", "/basic-auth/user2") == ["/basic-auth/{basic_auth_id}"] * 2


def test_values_that_answers_carry_are_parameters() -> None:
    """Siblings whose answers say their own segment under an identifying attribute."""
    seen = [("/users/ada", 200, {"username": "ada"}), ("/users/bob", 200, {"username": "bob"}), "/users/ada/posts"]
    assert _templates(*seen) == ["/users/{username}", "/users/{username}", "/users/{username}/posts"]
    assert _templates(("/stages/lead", 200, {"id": "lead"})) == ["/stages/{stage_id}"]


def test_a_word_that_an_answer_happens_to_carry_is_none() -> None:
    """One label, or an attribute that names nothing, is no evidence."""
    assert _templates(("/health/live", 200, {"status": "live"}), ("/health/ready", 200, {"status": "ready"})) == [
        "/health/live",
        "/health/ready",
    ]
    assert _templates(("/deals/summary", 200, {"name": "summary"})) == ["/deals/summary"]


def test_collections_that_look_alike_stay_apart() -> None:
    """The same envelope is no evidence that two segments are values."""
    page = {"items": [], "metadata": {"total": 0}}
    assert _templates(("/v1/deals", 200, page), ("/v1/tags", 200, page)) == ["/v1/deals", "/v1/tags"]


def test_values_above_are_told_by_what_answers_say() -> None:
    """An owner and a name, neither of which looks like an id."""
    seen = [
        ("/repos/ada/engine", 200, {"name": "engine", "owner": {"login": "ada"}}),
        ("/repos/bob/loom", 200, {"name": "loom", "owner": {"login": "bob"}}),
        ("/repos/bob/loom/issues/7", 200, {"number": 7}),
    ]
    assert _templates(*seen) == ["/repos/{repo_login}/{repo_name}"] * 2 + [
        "/repos/{repo_login}/{repo_name}/issues/{issue_id}"
    ]


def test_members_of_a_collection_behave_alike() -> None:
    """They lead on by the same word, or are answered in one form; words that name no member stay words."""
    assert _templates("/namespaces/default/pods", "/namespaces/web/pods", "/namespaces/all/pods") == [
        "/namespaces/{namespace_id}/pods",
        "/namespaces/{namespace_id}/pods",
        "/namespaces/all/pods",
    ]
    zone = {"offset": 1, "label": "x", "dst": True}
    assert _templates(("/zones/berlin", 200, zone), ("/zones/oslo", 200, zone), ("/zones/latest", 200, zone)) == [
        "/zones/{zone_id}",
        "/zones/{zone_id}",
        "/zones/latest",
    ]


def test_languages_are_values() -> None:
    """Two of them in one place."""
    assert _templates("/en/help", "/fr-CA/help") == ["/{locale}/help"] * 2
    assert _templates("/en/help", "/about/help") == ["/en/help", "/about/help"]


def test_what_was_never_found_is_a_value_where_its_siblings_are() -> None:
    """A missing deal has the path of a deal, whatever its name."""
    assert _templates("/deals/1", ("/deals/nope", 404)) == ["/deals/{deal_id}"] * 2
    assert _templates("/deals/1", "/deals/export") == ["/deals/{deal_id}", "/deals/export"]
    assert _templates(("/deals/nope", 404)) == ["/deals/nope"]
    assert _templates("/42", ("/status/404", 404)) == ["/{id}", "/status/{status_id}"]


@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from(["deals", "d1", "d2", "7", "tags", "v1", "ada", UUID]), min_size=1, max_size=4),
            st.sampled_from([200, 404]),
        ),
        min_size=1,
        max_size=8,
    ),
    st.randoms(),
)
def test_order_does_not_matter_and_templates_are_apart(
    seen: list[tuple[list[str], int]], shuffler: random.Random
) -> None:
    """The same paths give the same templates, no two of which differ in parameters' names only."""
    pairs = [("/" + "/".join(segments), status) for segments, status in seen]
    shuffled = pairs[:]
    shuffler.shuffle(shuffled)
    found = dict(zip([path for path, _ in pairs], _templates(*pairs), strict=True))
    assert found == dict(zip([path for path, _ in shuffled], _templates(*shuffled), strict=True))
    anonymous = {
        template: "/".join("{}" if "{" in one else one for one in template.split("/")) for template in found.values()
    }
    assert len(set(anonymous.values())) == len(anonymous)
    assert all(template.count("{") == len({one for one in template.split("/") if "{" in one}) for template in anonymous)
