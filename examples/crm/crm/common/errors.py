"""The errors a service can answer with: stable codes, one shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Detail:
    """What is wrong with one field of a request."""

    field: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as the caller will see it."""

    status: int
    code: str
    message: str
    details: Sequence[Detail] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


class ApiError(Exception):
    """Raised anywhere below a route to answer the request with an error."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="crm"'}


def malformed_json(message: str) -> ApiError:
    """The body is not JSON."""
    return ApiError(Problem(400, "malformed_json", message))


def unauthenticated(message: str = "A valid bearer token is needed.") -> ApiError:
    """Nobody knows who is calling."""
    return ApiError(Problem(401, "unauthenticated", message, headers=_CHALLENGE))


def invalid_credentials() -> ApiError:
    """The email or the password is wrong; which one is not said."""
    return ApiError(Problem(401, "invalid_credentials", "Email or password is wrong.", headers=_CHALLENGE))


def account_locked() -> ApiError:
    """The user exists but may not log in."""
    return ApiError(Problem(403, "account_locked", "This user is locked. Ask an owner of the account to unlock it."))


def forbidden(message: str) -> ApiError:
    """The caller is known and may not do this."""
    return ApiError(Problem(403, "forbidden", message))


def not_found(what: str, name: str) -> ApiError:
    """There is no such record, or the caller must not learn that there is."""
    return ApiError(Problem(404, "not_found", f"There is no {what} {name!r}."))


def not_acceptable() -> ApiError:
    """The caller refuses JSON, and JSON is all there is."""
    return ApiError(Problem(406, "not_acceptable", "This service answers application/json only."))


def conflict(code: str, message: str, details: Sequence[Detail] = ()) -> ApiError:
    """The request contradicts the present state."""
    return ApiError(Problem(409, code, message, details))


def body_too_large(limit: int) -> ApiError:
    """The body is larger than the service reads."""
    return ApiError(Problem(413, "body_too_large", f"The body must not exceed {limit} bytes."))


def unsupported_media_type() -> ApiError:
    """The body is not labelled as JSON."""
    return ApiError(Problem(415, "unsupported_media_type", "Send the body as application/json in UTF-8."))


def validation_failed(details: Sequence[Detail]) -> ApiError:
    """The request is well formed, and some of its fields are not acceptable."""
    fields = ", ".join(sorted({detail.field for detail in details}))
    return ApiError(Problem(422, "validation_failed", f"These fields are not valid: {fields}.", details))


def key_reused() -> ApiError:
    """An Idempotency-Key came back with another request."""
    message = "This Idempotency-Key was used for a different request."
    return ApiError(Problem(422, "idempotency_key_reused", message))


def too_many(code: str, message: str, retry_after: int) -> ApiError:
    """The caller must slow down."""
    return ApiError(Problem(429, code, message, headers={"Retry-After": str(retry_after)}))


def neighbour_unavailable(name: str) -> ApiError:
    """A service that this answer cannot do without is gone."""
    message = f"The {name} service does not answer. Try again shortly."
    return ApiError(Problem(503, "neighbour_unavailable", message, headers={"Retry-After": "1"}))


INTERNAL = Problem(500, "internal_error", "Something went wrong on our side.")
