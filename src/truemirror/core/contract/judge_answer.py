"""Judging answers: status, headers and body against what the contract promises.

Rules: errors are held as strictly as successes; where no operation or status is declared, an error still has to have
the service's one error shape.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from truemirror.core.contract.checker import NOTHING, Checkers, Inspection
from truemirror.core.contract.contract import METHODS, Answer, Content, Contract, Operation
from truemirror.core.contract.explain import Violation
from truemirror.core.contract.finding import Finding
from truemirror.core.contract.judge_text import judge_text
from truemirror.core.contract.pointer import clipped
from truemirror.core.contract.references import readable, uri_of
from truemirror.core.contract.saying import BODILESS, Saying, Scene, declared, media_type, opening
from truemirror.core.wire.exchange import Response
from truemirror.core.wire.large import is_large
from truemirror.core.wire.media import MediaType, parse_media_type

_UNSERVED = frozenset({404, 405, 501})
"""Statuses by which a service says that it has no such operation (RFC 9110 §15.5.5, §15.5.6, §15.6.2)."""

_EXPRESSIBLE = frozenset(method.upper() for method in METHODS)


class AnswerJudge:
    """Judges the answers of one service."""

    def __init__(self, contract: Contract, checkers: Checkers, say: Saying) -> None:
        """Keep what answers are judged by."""
        self._contract = contract
        self._checkers = checkers
        self._say = say

    def unknown(self, method: str, target: str, response: Response, scene: Scene) -> Iterator[Finding]:
        """An operation that the contract does not have; errors keep their shape even there."""
        location = f"request {method} {clipped(target, 100)}"
        if method.upper() not in _EXPRESSIBLE or not target.startswith("/"):
            said = f"{method} {clipped(target, 100)} cannot be written in OpenAPI"
            yield self._say.finding("operation-inexpressible", scene, said, location=location)
        elif response.status in _UNSERVED:
            said = f"{scene.operation} is not offered, and the service says so with {response.status}"
            yield self._say.finding("operation-unserved", scene, said, location=location, actual=str(response.status))
        else:
            said = f"there is no {scene.operation} in the contract"
            actual = f"answered with {response.status}"
            yield self._say.finding(
                "operation-unknown", scene, said, location=location, expected="a declared operation", actual=actual
            )
        if response.status >= 400 and method.upper() != "HEAD":
            yield from self._error_shape(response, scene)

    def answered(self, operation: Operation, method: str, response: Response, scene: Scene) -> Iterator[Finding]:
        """One answer of a known operation."""
        answer = operation.answer(response.status)
        bodiless = method.upper() == "HEAD" or response.status in BODILESS
        if method.upper() != operation.method and response.status in _UNSERVED:
            yield from self.unknown(method, operation.template, response, scene)  # a HEAD that GET does not stand for
            return
        if answer is None:
            yield self._undeclared(operation, response.status, scene)
            if response.status >= 400 and not bodiless:
                yield from self._error_shape(response, scene)
            return
        if answer.headers:
            yield from self._headers(answer, response, scene)
        if not bodiless:
            yield from self._body(answer, response, scene)

    def _undeclared(self, operation: Operation, status: int, scene: Scene) -> Finding:
        """A status that the contract does not declare for this operation."""
        return self._say.finding(
            "status-undeclared",
            scene,
            f"{operation.name} answered with {status}, which the contract does not declare",
            location=f"response {status}",
            expected="one of " + ", ".join(sorted(operation.answers)),
            actual=str(status),
            schema_location=readable(operation.place) + "/responses",
        )

    def _headers(self, answer: Answer, response: Response, scene: Scene) -> Iterator[Finding]:
        """The headers that are declared for an answer."""
        for header in answer.headers:
            location = f"response {response.status} header {header.name}"
            texts = response.headers.all(header.name)
            if texts:
                yield from judge_text(
                    self._checkers, self._say, "response-header-invalid", header, texts, location, scene
                )
            elif header.required:
                yield self._say.finding(
                    "response-header-missing",
                    scene,
                    f"the header {header.name} is missing",
                    location=location,
                    expected="the header",
                    actual="absent",
                    schema_location=readable(header.place),
                )

    def _body(self, answer: Answer, response: Response, scene: Scene) -> Iterator[Finding]:
        """The body of an answer; the usual case, declared JSON, is looked at first."""
        media = media_type(response.headers)
        schema = declared(answer.content, media) if response.body else None
        if schema is None:
            yield from self._odd_body(answer, media, response, scene)
        elif schema and media.is_json and not is_large(response.body):  # of a large body only its hash is known
            yield from self._json(schema, response, scene)

    def _odd_body(self, answer: Answer, media: MediaType, response: Response, scene: Scene) -> Iterator[Finding]:
        """A body that is missing, that nobody declared, or that is of another media type."""
        content = answer.content
        shared = {"location": f"response {response.status} body", "schema_location": readable(answer.place)}
        if response.body and content.places:
            yield self._other_media(content, media, response.body, scene, shared)
        elif response.body:
            said, actual = "a body came where none is declared", media.name or "bytes"
            yield self._say.finding("response-body-undeclared", scene, said, expected="none", actual=actual, **shared)
        elif content.places and content.required:
            said, expected = "the body is missing", ", ".join(content.places)
            yield self._say.finding("response-body-missing", scene, said, expected=expected, actual="empty", **shared)

    def _json(self, schema: str, response: Response, scene: Scene) -> Iterator[Finding]:
        """A body that is promised to be JSON."""
        try:
            value = orjson.loads(response.body)
        except ValueError as error:
            yield self._say.finding(
                "response-not-json",
                scene,
                f"the body says it is JSON and is not: {error}",
                location=f"response {response.status} body",
                expected="JSON",
                actual=opening(response.body),
                schema_location=readable(schema),
            )
            return
        inspection = self._checkers.at(schema).inspect(value)
        if inspection is not NOTHING:
            yield from self._inspected(inspection, value, response.status, scene)

    def _inspected(self, inspection: Inspection, value: Any, status: int, scene: Scene) -> Iterator[Finding]:
        """What was found in a JSON value."""
        location = f"response {status} body"
        for violation in map(inspection.renamed, inspection.violations):
            rule = _error_rule(violation) if status >= 400 else "response-" + violation.kind
            yield self._say.violation(rule, violation, scene, location)
        for steps in inspection.extras:
            yield self._say.undeclared("response-attribute-extra", steps, value, scene, location)

    def _other_media(
        self, content: Content, media: MediaType, body: bytes, scene: Scene, shared: Mapping[str, str]
    ) -> Finding:
        """A body of a media type that is not declared; HTML where JSON is promised has a rule of its own."""
        promised = ", ".join(content.places)
        wants_json = any(parse_media_type(name).is_json for name in content.places)
        if wants_json and not media.is_json:
            said = f"{media.name or 'something without a media type'} came where JSON is promised"
            return self._say.finding(
                "response-not-json", scene, said, expected=promised, actual=opening(body), **shared
            )
        said = f"{media.name or 'no media type'} is not declared"
        return self._say.finding("media-type-undeclared", scene, said, expected=promised, actual=media.name, **shared)

    def _error_shape(self, response: Response, scene: Scene) -> Iterator[Finding]:
        """An error that no operation declares, held against the service's one error shape."""
        shape = self._contract.error_shape
        if not shape or response.status in BODILESS:
            return
        media = media_type(response.headers)
        if media.is_json:
            yield from self._json(uri_of(shape), response, scene)
            return
        location, where = f"response {response.status} body", readable(uri_of(shape))
        yield self._say.finding(
            "error-shape-broken",
            scene,
            f"the error is {media.name or 'without a media type'}, not JSON in the error shape",
            location=location,
            expected="JSON as the error shape says",
            actual=opening(response.body) if response.body else "empty",
            schema_location=where,
        )


def _error_rule(violation: Violation) -> str:
    """The rule that an error breaks: its code is unknown, or its shape is another one."""
    return "error-code-unknown" if violation.kind == "enum-unknown" else "error-shape-broken"
