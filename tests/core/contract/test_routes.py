"""Finding the operation of a request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.contract.contract import Operation
from truemirror.core.contract.routes import Routes

TEMPLATES = (
    "/v1/deals",
    "/v1/deals/{deal_id}",
    "/v1/deals/current",
    "/v1/deals/{deal_id}/tags/{tag_id}",
    "/v1/{kind}/current/tags",
    "/files/{name}.json",
    "/files/{name}",
    "/v1/käse",
    "/",
)


def _routes(*prefixes: str) -> Routes:
    return Routes([Operation("GET", template, "") for template in TEMPLATES], prefixes or ("",))


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/v1/deals", "/v1/deals"),
        ("/v1/deals/d1", "/v1/deals/{deal_id}"),
        ("/v1/deals/current", "/v1/deals/current"),
        ("/v1/deals/current/tags/t1", "/v1/deals/{deal_id}/tags/{tag_id}"),
        ("/v1/contacts/current/tags", "/v1/{kind}/current/tags"),
        ("/v1/deals/current/tags", "/v1/{kind}/current/tags"),
        ("/files/a.json", "/files/{name}.json"),
        ("/files/a.yaml", "/files/{name}"),
        ("/files/.json", "/files/{name}"),
        ("/v1/k%c3%a4se", "/v1/käse"),
        ("/v1/de%61ls", "/v1/deals"),
        ("/v1/deals/a%2Fb", "/v1/deals/{deal_id}"),
        ("/v1/deals/", None),
        ("/v1/deals/d1/tags", None),
        ("/", "/"),
        ("", None),
        ("*", None),
    ],
)
def test_a_path_finds_its_template(path: str, template: str | None) -> None:
    """Texts win over parameters, segment by segment, and empty segments are no values."""
    found = _routes().find("GET", path)
    assert (found.template if found else None) == template


def test_the_path_of_a_server_is_taken_off() -> None:
    """Templates are relative to the servers' addresses."""
    found = _routes("/api", "").find("GET", "/api/v1/deals")
    assert found is not None
    assert found.template == "/v1/deals"


def test_methods_do_not_mix_and_head_is_get() -> None:
    """A path is known under its methods only; HEAD is answered as GET is."""
    routes = _routes()
    assert routes.find("POST", "/v1/deals") is None
    assert routes.find("head", "/v1/deals") == routes.find("get", "/v1/deals") != None  # noqa: E711  # a chain


@given(st.sampled_from(TEMPLATES), st.lists(st.text("abc123-_.", min_size=1, max_size=4), min_size=2, max_size=2))
def test_a_filled_template_finds_an_operation(template: str, values: list[str]) -> None:
    """Whatever the parameters' values, the path belongs to some operation."""
    filled = template
    for name, value in zip(("{deal_id}", "{tag_id}"), values, strict=True):
        filled = filled.replace(name, value)
    filled = filled.replace("{kind}", values[0]).replace("{name}", values[1])
    assert _routes().find("GET", filled) is not None
