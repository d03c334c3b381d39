"""Ten changes of providers that break somebody."""

from typing import Any

from suites.changes.change import Live, harmful
from suites.changes.edited import Edited, renamed

_TAG = {"subject": "deal:d1", "label": "urgent", "colour": "#b3261e"}


def _with(**changed: Any) -> Any:
    """An answer with some attributes changed."""
    return lambda status, body: (status, {**body, **changed})


@harmful(
    "tags",
    "attribute-renamed",
    live=Live(
        "GET /v1/tags/t1",
        lambda status, body: (status, {"name" if key == "label" else key: value for key, value in body.items()}),
        rule="response-attribute-missing",
    ),
)
def label_becomes_name(contract: Edited) -> None:
    """An attribute gets another name: `label` of a tag is now `name`."""
    renamed(contract.schema("tag"), "label", "name")


@harmful("deals", "type-changed")
def version_becomes_text(contract: Edited) -> None:
    """An attribute gets another type: `version` of a deal is a text instead of a number."""
    contract.schema("deal")["properties"]["version"]["type"] = "string"


@harmful("core", "null-added", live=Live("GET /v1/users/u1", _with(email=None), rule="response-null-unexpected"))
def email_may_be_null(contract: Edited) -> None:
    """An attribute becomes nullable: `email` of a user."""
    contract.schema("user")["properties"]["email"]["type"] = ["string", "null"]


@harmful("deals", "values-added")
def another_currency(contract: Edited) -> None:
    """An enum of answers gains a member: a deal may be in `CHF`."""
    contract.schema("deal")["properties"]["currency"]["enum"].append("CHF")


@harmful("deals", "required-attribute-added")
def region_is_asked_for(contract: Edited) -> None:
    """A request needs a field that nobody sends: `region` of a new deal."""
    schema = contract.asked("POST /v1/deals")
    schema["properties"]["region"] = {"type": "string"}
    schema["required"].append("region")


@harmful(
    "tags",
    "values-added",
    "values-removed",
    live=Live(
        "POST /v1/tags",
        lambda status, body: (409, {"error": {**body["error"], "code": "duplicate_tag"}}),
        body=_TAG,
        times=2,
        rule="error-code-unknown",
    ),
)
def another_code_of_conflict(contract: Edited) -> None:
    """An error gets another code: `already_tagged` is now `duplicate_tag`."""
    contract.answered("POST /v1/tags", 409)["properties"]["error"]["properties"]["code"]["const"] = "duplicate_tag"


@harmful("deals", "response-success-status-removed", "response-success-status-added")
def nothing_comes_back(contract: Edited) -> None:
    """200 becomes 204: deals are no longer answered."""
    answers = contract.operation("GET /v1/deals")["responses"]
    answers["204"] = {"description": "No content"}
    del answers["200"]


@harmful(
    "tags",
    "required-attribute-removed",
    live=Live(
        "GET /v1/tags?subject=deal:d1",
        lambda status, body: (status, {"items": body["items"], **body["metadata"]}),
        rule="response-attribute-missing",
    ),
)
def pages_are_counted_elsewhere(contract: Edited) -> None:
    """Pagination moves: `metadata.total` and its kin stand beside `items`."""
    for operation in ("GET /v1/tags", "POST /v1/search"):
        schema = contract.answered(operation, 200)
        del schema["properties"]["metadata"]
        counts = {name: {"type": "integer"} for name in ("limit", "offset", "total")}
        schema["properties"] |= counts
        schema["required"] = ["items", *counts]


@harmful("deals", "type-changed")
def custom_becomes_a_list(contract: Edited) -> None:
    """A map becomes a list: `custom` of a deal holds pairs."""
    text = {"type": "string"}
    pair = {"type": "object", "properties": {"name": text, "value": text}, "required": ["name", "value"]}
    contract.schema("deal")["properties"]["custom"] = {"type": "array", "items": pair}


@harmful(
    "auth",
    "format-changed",
    live=Live(
        "POST /v1/sessions",
        lambda status, body: (status, {**body, "expires_at": body["expires_at"][:10]}),
        body={"email": "ada@northwind.example", "password": "demo-ada"},
        rule="response-format-changed",
    ),
)
def sessions_end_with_a_day(contract: Edited) -> None:
    """A date has another format: `expires_at` of a session is a day instead of a moment."""
    contract.schema("session")["properties"]["expires_at"]["format"] = "date"
