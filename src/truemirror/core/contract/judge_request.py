"""Judging requests: parameters, headers and body against what the contract asks for.

Rules: what is asked for and missing, or not what it should be, breaks; what nobody declared is told.
"""

from collections.abc import Iterator, Mapping

import orjson

from truemirror.core.contract.checker import Checkers
from truemirror.core.contract.contract import Content, Operation, Parameter
from truemirror.core.contract.finding import Finding
from truemirror.core.contract.judge_text import judge_text
from truemirror.core.contract.references import readable
from truemirror.core.contract.saying import Saying, Scene, declared, media_type, opening
from truemirror.core.wire.canonical import canonical_query
from truemirror.core.wire.exchange import Request
from truemirror.core.wire.large import is_large

_REMEMBERED = 4_096


class RequestJudge:
    """Judges the requests to one service."""

    def __init__(self, checkers: Checkers, say: Saying) -> None:
        """Keep what requests are judged by."""
        self._checkers = checkers
        self._say = say
        self._right: set[tuple[str, str | None]] = set()
        """Queries that nothing was wrong with, by operation."""

    def asked(self, operation: Operation, request: Request, scene: Scene) -> Iterator[Finding]:
        """One request of a known operation."""
        if operation.parameters or "?" in request.target:
            yield from self._query(operation, request.query, scene)
            yield from self._headers(operation, request, scene)
        if operation.body is not None:
            yield from self._sent(operation.body, request, scene, readable(operation.place) + "/requestBody")

    def _query(self, operation: Operation, query: str | None, scene: Scene) -> Iterator[Finding]:
        """The query; one that was right before is right again."""
        key = (operation.place, query)
        if key in self._right:
            return
        is_right = True
        for found in self._queried(operation, query, scene):
            is_right = False
            yield found
        if is_right and len(self._right) < _REMEMBERED:
            self._right.add(key)

    def _queried(self, operation: Operation, query: str | None, scene: Scene) -> Iterator[Finding]:
        """The parameters that a query has, and those that it lacks."""
        sent: dict[str, list[str]] = {}
        for name, value in canonical_query(query):
            sent.setdefault(name, []).append(value or "")
        declared = {one.name: one for one in operation.parameters if one.where == "query"}
        for name, one in declared.items():
            yield from self._parameter(one, sent.get(name), f"request query {name}", scene)
        for name in sent:
            if name not in declared and not any(name.startswith(one + "[") for one in declared):
                yield self._say.finding(
                    "request-parameter-unknown",
                    scene,
                    f"the query parameter {name} is not declared",
                    location=f"request query {name}",
                    expected=", ".join(sorted(declared)) or "no query",
                    actual=name,
                    schema_location=readable(operation.place),
                )

    def _headers(self, operation: Operation, request: Request, scene: Scene) -> Iterator[Finding]:
        """The headers that are declared."""
        for one in operation.parameters:
            if one.where == "header":
                texts = list(request.headers.all(one.name)) or None
                yield from self._parameter(one, texts, f"request header {one.name}", scene)

    def _parameter(self, one: Parameter, texts: list[str] | None, location: str, scene: Scene) -> Iterator[Finding]:
        """One declared parameter."""
        if texts:
            yield from judge_text(self._checkers, self._say, "request-parameter-invalid", one, texts, location, scene)
        elif one.required:
            yield self._say.finding(
                "request-parameter-missing",
                scene,
                f"the {one.where} parameter {one.name} is missing",
                location=location,
                expected="the parameter",
                actual="absent",
                schema_location=readable(one.place),
            )

    def _sent(self, content: Content, request: Request, scene: Scene, schema_location: str) -> Iterator[Finding]:
        """The body of a request."""
        shared = {"location": "request body", "schema_location": schema_location}
        promised = ", ".join(content.places)
        if not request.body:
            if content.required:
                said = "the body is missing"
                yield self._say.finding(
                    "request-body-missing", scene, said, expected=promised, actual="empty", **shared
                )
            return
        media = media_type(request.headers)
        schema = declared(content, media)
        if schema is None:
            said = f"{media.name or 'a body without a media type'} is not accepted"
            yield self._say.finding(
                "request-media-type-undeclared", scene, said, expected=promised, actual=media.name, **shared
            )
        elif schema and media.is_json:
            yield from self._sent_json(schema, request.body, scene, shared)

    def _sent_json(self, schema: str, body: bytes, scene: Scene, shared: Mapping[str, str]) -> Iterator[Finding]:
        """A JSON body of a request; of one that is too large to be held only its hash is known."""
        if is_large(body):
            return
        try:
            value = orjson.loads(body)
        except ValueError as error:
            said = f"the body says it is JSON and is not: {error}"
            yield self._say.finding("request-not-json", scene, said, expected="JSON", actual=opening(body), **shared)
            return
        inspection = self._checkers.at(schema).inspect(value)
        for violation in map(inspection.renamed, inspection.violations):
            yield self._say.violation("request-" + violation.kind, violation, scene, "request body")
        for steps in inspection.extras:
            yield self._say.undeclared("request-attribute-extra", steps, value, scene, "request body")
