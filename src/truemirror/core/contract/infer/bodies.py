"""Writing the bodies and headers of requests and answers as OpenAPI objects.

Rules: JSON has a schema, everything else only its media type; an error refers to the one error shape and adds, where
the evidence closes it, which codes it may carry in this place; bodies of requests are written where they are used and
have no closed choices, since what a service would refuse was not seen.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from truemirror.core.contract.contract import EXTENSION
from truemirror.core.contract.infer.codes import Codes
from truemirror.core.contract.infer.evidence import Evidence
from truemirror.core.contract.infer.gather import Answers, Bodies, Gathered, OperationEvidence, Texted
from truemirror.core.contract.infer.schema import Style, schema_of
from truemirror.core.contract.infer.shapes import Shapes
from truemirror.core.contract.json_text import read_json
from truemirror.core.wire.media import parse_media_type

_FOLDER = "./schemas/"
_FEWEST_REQUESTS = 3
"""Requests that must all have had an attribute that no refusal spoke of for it to be required."""
_BODILESS = frozenset({204, 205, 304})


class Writer:
    """Writes the bodies of one service."""

    def __init__(self, gathered: Gathered, shapes: Shapes, *, examples: bool = False) -> None:
        """Keep the shapes that bodies refer to; with `examples`, one recorded body is shown in each place."""
        self._examples = examples
        names = {key: shape.name for key, shape in shapes.of.items()}
        self._answers = Style(names, _FOLDER, named=gathered.named)
        self._errors = Style(names, _FOLDER, choices=False)
        self._requests = Style({}, _FOLDER, choices=False, fewest=_FEWEST_REQUESTS)
        self._codes = Codes(gathered.operations, shapes)

    def request(self, operation: OperationEvidence) -> dict[str, Any]:
        """The body of an operation's requests; empty when there never was one."""
        bodies = operation.bodies
        if not bodies.media:
            return {}
        required: dict[str, Any] = {} if bodies.empty else {"required": True}
        style = replace(self._requests, asked=operation.asked)
        return required | {
            "content": {media: self._media(media, bodies, style) for media in sorted(bodies.media)},
            EXTENSION: {"seen": bodies.count - bodies.empty},
        }

    def answer(self, operation: OperationEvidence, status: int) -> dict[str, Any]:
        """Headers and body of the answers with one status."""
        answers = operation.answers[status]
        found: dict[str, Any] = {}
        if answers.headers:
            found["headers"] = {name: _header(answers.headers[name], answers) for name in sorted(answers.headers)}
        notes = {"seen": answers.count}
        if answers.bodies.media and status not in _BODILESS:
            found["content"] = self._content(operation, status, answers.bodies)
            if answers.bodies.empty:
                notes["empty"] = answers.bodies.empty
        return found | {EXTENSION: notes}

    def _content(self, operation: OperationEvidence, status: int, bodies: Bodies) -> dict[str, Any]:
        """The media types of an answer."""
        style = self._errors if status >= 400 else self._answers
        content = {media: self._media(media, bodies, style) for media in sorted(bodies.media)}
        for media, evidence in bodies.json.items():
            if status >= 400 and "$ref" in content[media]["schema"]:
                content[media]["schema"] |= self._codes.narrowing(operation, status, evidence)
        return content

    def _media(self, media: str, bodies: Bodies, style: Style) -> dict[str, Any]:
        """What is known of a body of one media type, and perhaps what one looked like."""
        found = _media(media, bodies, style)
        if self._examples and media in bodies.examples:
            found["examples"] = {"recorded": {"value": read_json(bodies.examples[media])}}
        return found


def _media(media: str, bodies: Bodies, style: Style) -> dict[str, Any]:
    """What is known of a body of one media type."""
    evidence: Evidence | None = bodies.json.get(media)
    if evidence is not None:
        return {"schema": schema_of(evidence, style)}
    if parse_media_type(media).is_json:
        return {"schema": {}}  # it never was JSON, which the check will say
    return {"schema": {"type": "string"}} if media.startswith("text/") else {}


def _header(texted: Texted, answers: Answers) -> Mapping[str, Any]:
    """A header of answers, required when it was always there."""
    required: dict[str, Any] = {"required": True} if texted.present == answers.count else {}
    is_number = texted.texts > 0 and texted.integers == texted.texts
    return required | {"schema": {"type": "integer" if is_number else "string"}}
