"""A finding: one place where what is does not agree with what was promised.

Rules: a finding is a value that names its rule, its place and its owner; how it looks is somebody else's business. Its
fingerprint does not change with the exact data that showed it, so that an approval survives the next commit.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a finding weighs."""

    BREAK = "break"
    """Somebody is broken by it."""
    WARN = "warn"
    """It may break somebody; a person should look."""
    INFO = "info"
    """Worth knowing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One disagreement, with its place and its proof."""

    rule: str
    """Stable kebab-case id of the rule: `response-attribute-missing`."""
    level: Level
    service: str
    operation: str
    """`GET /v1/deals/{id}`; empty when it concerns the whole service."""
    location: str
    """Where: `response 200 body /items/0/owner/name`, `request header X-Y`, or a file."""
    message: str
    """What is wrong, in one sentence."""
    expected: str = ""
    actual: str = ""
    owner: str = ""
    """The team to ask."""
    schema_location: str = ""
    """Where the contract says so: `schemas/deal.schema.json#/properties/owner`."""
    evidence: str = ""
    """Where it was seen: `mirrors/tags/1.0.0/ada-logs-in/0001.json, exchange 3`."""
    consumers: tuple[str, ...] = ()
    """Services that call this operation."""
    waived: str = ""
    """Why the team lives with it, and until when; empty for what nobody has waived."""
    direction: str = ""
    """Of a change: backward or forward between bare schemas; request, response or event in a contract."""
    witness: str = ""
    """Of a change: a value, as JSON, that one side of it accepts and the other refuses; empty where there is none."""
    operations: tuple[str, ...] = ()
    """Of a change: all operations that it touches, where one cause touches many."""

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that stay the same while rule, direction, service, operation and place do."""
        steps = self.location.split("/")
        place = "/".join("*" if step.isdigit() else step for step in steps)
        text = "\0".join((self.rule, self.service, self.operation, place, *filter(None, (self.direction,))))
        return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
