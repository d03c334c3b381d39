"""Ten changes of providers that break nobody."""

from typing import Any

from suites.changes.change import Live, harmless
from suites.changes.edited import Edited


def _limited(contract: Edited) -> None:
    """Pages of tags hold at most 100."""
    contract.parameter("GET /v1/tags", "limit")["schema"] |= {"minimum": 1, "maximum": 100}


def _archived(status: int, body: Any) -> tuple[int, Any]:
    """A tag tells when it was archived."""
    return status, {**body, "archived_at": "2026-03-02T09:00:00Z"}


def _composed(contract: Edited) -> None:
    """A session is a whoami with a token."""
    token = {"type": "object", "properties": {"token": {"type": "string"}}, "required": ["token"]}
    contract.schemas["session.schema.json"] = {"allOf": [{"$ref": "./whoami.schema.json"}, token]}


@harmless(
    "tags",
    "attribute-added",
    live=Live("GET /v1/tags/t1", _archived),
)
def tags_tell_when_they_were_archived(contract: Edited) -> None:
    """An answer gains an optional attribute: `archived_at` of a tag."""
    contract.schema("tag")["properties"]["archived_at"] = {"type": "string", "format": "date-time"}


@harmless("deals", "attribute-added")
def deals_take_a_note(contract: Edited) -> None:
    """A request takes an optional field more: `note` of a new deal."""
    contract.asked("POST /v1/deals")["properties"]["note"] = {"type": "string"}


@harmless("tags", "operation-added")
def colours_are_told(contract: Edited) -> None:
    """There is one operation more: `GET /v1/colours`."""
    schema = {"type": "array", "items": {"type": "string"}}
    answer = {"description": "OK", "content": {"application/json": {"schema": schema}}}
    contract.openapi["paths"]["/v1/colours"] = {"get": {"responses": {"200": answer}}}


@harmless("core", "description-added")
def roles_are_described(contract: Edited) -> None:
    """Words for people: `role` of a user is described."""
    contract.schema("user")["properties"]["role"]["description"] = "What the user may do in the account."


@harmless("deals", "schema-rewritten")
def contacts_of_deals_move_out(contract: Edited) -> None:
    """A refactoring with `$ref`: the contact of a deal is a shape of its own."""
    properties = contract.schema("deal")["properties"]
    contract.schemas["deal_contact.schema.json"] = properties["contact"]
    properties["contact"] = {"$ref": "./deal_contact.schema.json"}


@harmless("auth", "description-changed", before=_composed)
def sessions_are_written_out(contract: Edited) -> None:
    """`allOf` is flattened: a session was a whoami with a token, and is one object."""
    contract.schemas["session.schema.json"] = Edited("auth").schema("session")


@harmless("core", "schema-rewritten")
def phones_are_null_in_other_words(contract: Edited) -> None:
    """Nullable is spelt otherwise: `phone` of a user is `anyOf` instead of two types."""
    contract.schema("user")["properties"]["phone"] = {"anyOf": [{"type": "string"}, {"type": "null"}]}


@harmless("tags", "bounds-loosened", before=_limited)
def pages_grow(contract: Edited) -> None:
    """A request is bound less: `limit` goes up to 500 instead of 100."""
    contract.parameter("GET /v1/tags", "limit")["schema"]["maximum"] = 500


@harmless("tags", "request-parameter-optional-added")
def tags_are_asked_for_by_colour(contract: Edited) -> None:
    """There is one query parameter more, which nobody needs to send: `colour`."""
    colour = {"name": "colour", "in": "query", "schema": {"type": "string"}}
    contract.operation("GET /v1/tags")["parameters"].append(colour)


@harmless("deals", "operation-deprecated")
def removing_deals_is_to_go(contract: Edited) -> None:
    """An operation is announced to go: `DELETE /v1/deals/{deal_id}`."""
    contract.operation("DELETE /v1/deals/{deal_id}").update({"deprecated": True, "x-sunset": "2027-06-30"})
