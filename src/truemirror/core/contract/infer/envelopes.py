"""Error envelopes that frameworks and standards are known for, told by their attributes.

Rules: the most telling comes first; what fits nothing has no name. A name helps people and changes no schema.
"""

from collections.abc import Callable

from truemirror.core.contract.infer.evidence import Evidence, Objects

PROBLEM_MEDIA = "application/problem+json"

_Rule = tuple[str, Callable[[Objects], bool]]


def envelope_of(objects: Objects, media: str = "") -> str:
    """What an error is known as: `RFC 9457 problem`, `Spring Boot`; empty for an envelope of its own."""
    if media == PROBLEM_MEDIA:
        return "ASP.NET problem" if _has(objects, "traceId") else "RFC 9457 problem"
    return next((name for name, fits in _RULES if fits(objects)), "")


def _place(objects: Objects | None, name: str) -> Evidence | None:
    """The evidence of an attribute."""
    member = (objects.members or {}).get(name) if objects else None
    return member.evidence if member else None


def _has(objects: Objects | None, *names: str) -> bool:
    """Whether objects have all these attributes."""
    return all(_place(objects, name) is not None for name in names)


def _is(objects: Objects | None, name: str, kind: str) -> bool:
    """Whether an attribute is of one type, null aside."""
    place = _place(objects, name)
    return place is not None and set(place.kinds) - {"null"} == {kind}


def _inner(objects: Objects, name: str) -> Objects | None:
    """The objects in an attribute, or in the list that it is."""
    place = _place(objects, name)
    if place is None:
        return None
    return place.objects or (place.items.objects if place.items else None)


def _is_text_list(place: Evidence | None) -> bool:
    """Whether a place holds lists of texts."""
    return place is not None and set(place.kinds) == {"array"} and _texts_only(place.items)


def _texts_only(place: Evidence | None) -> bool:
    """Whether a place holds nothing but texts."""
    return place is not None and set(place.kinds) == {"string"}


def _by_field(objects: Objects | None) -> bool:
    """Whether objects say for each field a list of texts."""
    members = (objects.members or {}) if objects else {}
    return bool(members) and all(_is_text_list(member.evidence) for member in members.values())


def _only(objects: Objects, *names: str) -> bool:
    """Whether objects have no other attributes than these."""
    return set(objects.members or ()) <= set(names)


_RULES: tuple[_Rule, ...] = (
    ("ASP.NET problem", lambda one: _has(one, "title", "status", "traceId")),
    ("RFC 9457 problem", lambda one: _has(one, "title", "status") and (_has(one, "type") or _has(one, "detail"))),
    ("Spring Boot", lambda one: _has(one, "timestamp", "status", "error", "path")),
    ("FastAPI validation", lambda one: _has(_inner(one, "detail"), "loc", "msg", "type")),
    ("NestJS or Fastify", lambda one: _has(one, "statusCode", "message")),
    ("Litestar", lambda one: _has(one, "status_code", "detail")),
    ("GraphQL", lambda one: _has(_inner(one, "errors"), "message") and _graphql(one)),
    ("JSON:API", lambda one: _has(_inner(one, "errors"), "title") or _has(_inner(one, "errors"), "detail")),
    ("Laravel validation", lambda one: _has(one, "message") and _by_field(_inner(one, "errors"))),
    ("Rails", lambda one: _by_field(_inner(one, "errors")) or _is_text_list(_place(one, "errors"))),
    ("Rails", lambda one: _only(one, "status", "error") and _has(one, "status", "error")),
    ("GitHub", lambda one: _has(one, "message", "documentation_url")),
    ("AWS", lambda one: _has(one, "__type")),
    ("Zod", lambda one: _has(_inner(one, "issues"), "path", "message")),
    ("OAuth 2.0", lambda one: _is(one, "error", "string") and _has(one, "error_description")),
    ("Google APIs", lambda one: _is(_inner(one, "error"), "code", "integer") and _has(_inner(one, "error"), "message")),
    ("error object with a code", lambda one: _is(_inner(one, "error"), "code", "string")),
    ("error object with a type", lambda one: _is(_inner(one, "error"), "type", "string")),
    ("code and message", lambda one: _has(one, "code", "message")),
    (
        "detail (FastAPI, Django REST framework)",
        lambda one: _only(one, "detail", "code") and _texts_only(_place(one, "detail")),
    ),
    ("message alone", lambda one: _only(one, "message") and _texts_only(_place(one, "message"))),
    ("error alone", lambda one: _only(one, "error") and _texts_only(_place(one, "error"))),
    ("Django REST framework validation", lambda one: _by_field(one)),
)


def _graphql(objects: Objects) -> bool:
    """Whether errors stand beside data, or say where in a query they are."""
    errors = _inner(objects, "errors")
    return _has(objects, "data") or _has(errors, "locations") or (_has(errors, "path") and _has(errors, "extensions"))
