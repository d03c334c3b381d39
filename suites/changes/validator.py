"""An independent look at what a contract accepts: plain OpenAPI reading, `jsonschema` on the documents as written.

Rules: nothing of truemirror is imported, so that what it proves is held against somebody else's word.
"""

from datetime import date, datetime
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from suites.changes.edited import JSON, Edited

_URI = "https://contract.invalid/"
_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("date-time")
def _is_moment(value: object) -> bool:
    """A day with a time and an offset."""
    return not isinstance(value, str) or ("T" in value and _parses(datetime.fromisoformat, value))


@_FORMATS.checks("date")
def _is_day(value: object) -> bool:
    """A day alone."""
    return not isinstance(value, str) or (len(value) == 10 and _parses(date.fromisoformat, value))


def _parses(parse: Any, value: str) -> bool:
    """Whether a text can be read."""
    try:
        parse(value)
    except ValueError:
        return False
    return True


class Accepts:
    """What one version of a contract accepts."""

    def __init__(self, contract: Edited) -> None:
        """Lay out its documents."""
        self._contract = contract
        documents = {"openapi.yaml": contract.openapi} | {
            f"schemas/{name}": it for name, it in contract.schemas.items()
        }
        self._registry: Registry[Any] = Registry().with_resources(
            (_URI + name, Resource(document, DRAFT202012)) for name, document in documents.items()
        )

    def request(self, operation: str, body: Any) -> bool:
        """Whether a request with this body."""
        found = self._operation(operation)
        return found is not None and self._holds(body, self._path(operation), "requestBody", "content", JSON, "schema")

    def answer(self, operation: str, status: int, body: Any = None) -> bool:
        """Whether an answer of this status with this body; None is no body."""
        found = self._operation(operation)
        declared = found["responses"].get(str(status)) if found else None
        if declared is None or "content" not in declared:
            return declared is not None and body is None
        steps = ("responses", str(status), "content", JSON, "schema")
        return body is not None and self._holds(body, self._path(operation), *steps)

    def _operation(self, name: str) -> Any:
        """An operation; None where there is none."""
        method, _, path = name.partition(" ")
        return self._contract.openapi["paths"].get(path, {}).get(method.lower())

    def _path(self, operation: str) -> str:
        """Where an operation stands."""
        method, _, path = operation.partition(" ")
        return f"/paths/{path.replace('~', '~0').replace('/', '~1')}/{method.lower()}"

    def _holds(self, value: Any, start: str, *steps: str) -> bool:
        """Whether a value conforms to the schema at some steps."""
        place = "/".join((start, *(step.replace("~", "~0").replace("/", "~1") for step in steps)))
        pointer = place.replace("{", "%7B").replace("}", "%7D")
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$ref": f"{_URI}openapi.yaml#{pointer}"}
        return Draft202012Validator(schema, registry=self._registry, format_checker=_FORMATS).is_valid(value)
