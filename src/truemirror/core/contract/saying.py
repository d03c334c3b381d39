"""How the judges of a contract say what they found.

Rules: every finding carries who owns the service, who calls it, and the contract's own line; what is shown of bodies is
short.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from truemirror.core.contract.contract import Content
from truemirror.core.contract.explain import Violation
from truemirror.core.contract.finding import Finding
from truemirror.core.contract.pointer import Step, clipped, pointer, printable, short, spoken
from truemirror.core.contract.rules import finding
from truemirror.core.wire.headers import Headers
from truemirror.core.wire.media import MediaType, parse_media_type

BODILESS = frozenset({204, 205, 304})
"""Statuses whose answers have no body (RFC 9110 §15.3.5, §15.3.6, §15.4.5)."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What all findings of one exchange share."""

    operation: str
    evidence: str = ""
    """Where it was seen."""


@dataclass(frozen=True, slots=True)
class Saying:
    """Makes findings about one service; nothing in them can move a terminal's cursor."""

    service: str
    owner: str = ""
    consumers: tuple[str, ...] = ()

    def finding(self, rule: str, scene: Scene, message: str, **parts: str) -> Finding:
        """A finding of a rule."""
        return finding(
            rule,
            self.service,
            printable(message),
            operation=printable(scene.operation),
            owner=self.owner,
            evidence=scene.evidence,
            consumers=self.consumers,
            **{name: printable(text) for name, text in parts.items()},
        )

    def violation(self, rule: str, violation: Violation, scene: Scene, location: str) -> Finding:
        """A violation as a finding."""
        return self.finding(
            rule,
            scene,
            violation.message,
            location=f"{location} {pointer(violation.steps)}".rstrip(),
            expected=violation.expected,
            actual=violation.actual,
            schema_location=violation.schema_location,
        )

    def undeclared(self, rule: str, steps: tuple[Step, ...], value: Any, scene: Scene, location: str) -> Finding:
        """An undeclared attribute as a finding."""
        for step in steps:
            value = value[step]
        said = f"`{spoken(steps)}` is not declared"
        where = f"{location} {pointer(steps)}"
        return self.finding(rule, scene, said, location=where, expected="not declared", actual=short(value))


def media_type(headers: Headers) -> MediaType:
    """The media type that headers declare."""
    return _parsed(headers.get("content-type"))


_parsed = lru_cache(maxsize=1_024)(parse_media_type)


def declared(content: Content, media: MediaType) -> str | None:
    """The schema for a media type: itself, else a range that holds it; None when it is not declared."""
    places = content.places
    if media.name in places:
        return places[media.name]
    major = media.name.partition("/")[0]
    return places.get(f"{major}/*", places.get("*/*"))


def opening(body: bytes) -> str:
    """How a body begins."""
    return clipped(" ".join(body[:200].decode("utf-8", "replace").split()))
