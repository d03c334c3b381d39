"""The rules by which exchanges, mirrors and contracts are judged: one row each.

Rules: an id is stable, because approvals and fingerprints hang on it; the level of a row is what a finding weighs
unless a team decides otherwise; every finding of this package is made from a row, so that none is without an
explanation and a way to mend it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from truemirror.core.contract.finding import Finding, Level
from truemirror.core.contract.rules_live import LIVE_ROWS
from truemirror.core.contract.rules_usage import USAGE_ROWS
from truemirror.errors import UsageError


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table."""

    id: str
    area: str
    """operation, request, response, contract, mirror, convention, drift, attack or consumer."""
    level: Level
    meaning: str
    """What it means when this is found, in one sentence."""
    mend: str
    """What to do about it, in one sentence."""


_B, _W, _I = Level.BREAK, Level.WARN, Level.INFO
_DECLARE = "Declare it in a new version of the contract, or mend the service."
_RECORD = "Record a conversation that shows it, or take it out of the next version of the contract."
_SEND = "Send what the contract declares, or ask the provider for a new version."
_KEEP = "Give the attribute back what the contract promises, or release a new major version."

_ROWS: Final = (
    Rule("operation-unknown", "operation", _B, "The contract has no such operation.", _DECLARE),
    Rule(
        "operation-unserved",
        "operation",
        _I,
        "A consumer asked for something that the service does not offer.",
        "Ask for an operation that the contract declares.",
    ),
    Rule(
        "operation-inexpressible",
        "operation",
        _I,
        "OpenAPI has no word for this method, so no contract can hold it.",
        "Nothing; it is told so that nobody believes it was checked.",
    ),
    Rule("status-undeclared", "response", _B, "The contract declares no such status for this operation.", _DECLARE),
    Rule(
        "media-type-undeclared",
        "response",
        _B,
        "The body is of a media type that the contract does not declare.",
        _DECLARE,
    ),
    Rule(
        "response-not-json",
        "response",
        _B,
        "JSON is promised and something else came.",
        "Answer with JSON on every path, errors of proxies and frameworks included.",
    ),
    Rule("response-body-missing", "response", _B, "A body is promised and none came.", _KEEP),
    Rule("response-body-undeclared", "response", _W, "A body came where the contract promises none.", _DECLARE),
    Rule("response-attribute-missing", "response", _B, "An attribute that the contract promises is not there.", _KEEP),
    Rule(
        "response-attribute-extra",
        "response",
        _I,
        "An attribute came that the contract does not declare.",
        "Declare it, so that consumers may rely on it.",
    ),
    Rule("response-attribute-forbidden", "response", _B, "An attribute came that the contract rules out.", _KEEP),
    Rule("response-type-changed", "response", _B, "An attribute is of another type than the contract promises.", _KEEP),
    Rule(
        "response-null-unexpected",
        "response",
        _B,
        "An attribute is null that the contract promises to be filled.",
        _KEEP,
    ),
    Rule("response-enum-unknown", "response", _B, "A value came that is not among those the contract lists.", _DECLARE),
    Rule("response-format-changed", "response", _B, "A text is not in the format that the contract promises.", _KEEP),
    Rule(
        "response-variant-unknown",
        "response",
        _B,
        "The value is none of the variants that the contract lists.",
        _DECLARE,
    ),
    Rule("response-bounds-broken", "response", _B, "A value is outside the bounds that the contract promises.", _KEEP),
    Rule("response-schema-broken", "response", _B, "The value breaks another promise of its schema.", _KEEP),
    Rule("response-header-missing", "response", _B, "A header that the contract promises is not there.", _KEEP),
    Rule("response-header-invalid", "response", _B, "A header is not what the contract promises.", _KEEP),
    Rule(
        "error-shape-broken",
        "response",
        _B,
        "An error does not have the shape that the contract promises.",
        "Answer errors in the one shape of the service, from every layer of it.",
    ),
    Rule(
        "error-code-unknown",
        "response",
        _B,
        "An error carries a code that the contract does not list here.",
        _DECLARE,
    ),
    Rule("request-not-json", "request", _B, "JSON is asked for and something else was sent.", _SEND),
    Rule(
        "request-media-type-undeclared",
        "request",
        _B,
        "The body is of a media type that the contract does not accept.",
        _SEND,
    ),
    Rule("request-body-missing", "request", _B, "A body is asked for and none was sent.", _SEND),
    Rule("request-attribute-missing", "request", _B, "An attribute that the contract asks for is not there.", _SEND),
    Rule("request-attribute-extra", "request", _I, "An attribute was sent that the contract does not declare.", _SEND),
    Rule("request-attribute-forbidden", "request", _B, "An attribute was sent that the contract rules out.", _SEND),
    Rule("request-type-changed", "request", _B, "An attribute is of another type than the contract asks for.", _SEND),
    Rule("request-null-unexpected", "request", _B, "An attribute is null that the contract asks to be filled.", _SEND),
    Rule("request-enum-unknown", "request", _B, "A value was sent that is not among those the contract lists.", _SEND),
    Rule("request-format-changed", "request", _B, "A text is not in the format that the contract asks for.", _SEND),
    Rule("request-variant-unknown", "request", _B, "The value is none of the variants that the contract lists.", _SEND),
    Rule("request-bounds-broken", "request", _B, "A value is outside the bounds that the contract sets.", _SEND),
    Rule("request-schema-broken", "request", _B, "The value breaks another demand of its schema.", _SEND),
    Rule("request-parameter-missing", "request", _B, "A parameter that the contract asks for is not there.", _SEND),
    Rule("request-parameter-invalid", "request", _B, "A parameter is not what the contract asks for.", _SEND),
    Rule(
        "request-parameter-unknown",
        "request",
        _W,
        "A query parameter was sent that the contract does not declare.",
        _SEND,
    ),
    Rule(
        "contract-missing",
        "contract",
        _W,
        "A mirror has no contract to be held against.",
        "Run `truemirror infer SERVICE` and review what it writes.",
    ),
    Rule(
        "contract-nonstandard",
        "contract",
        _W,
        "The contract is not what OpenAPI or AsyncAPI asks for, so other tools may refuse it.",
        "Mend that place as OpenAPI 3.1 says.",
    ),
    Rule(
        "contract-version-missing",
        "contract",
        _W,
        "A mirror was recorded against a version that has no contract.",
        "Infer that version, or record the mirror again; until then the newest contract is used.",
    ),
    Rule(
        "operation-unrecorded",
        "contract",
        _I,
        "No recording shows an operation that the contract declares.",
        _RECORD,
    ),
    Rule("status-unrecorded", "contract", _I, "No recording shows a status that the contract declares.", _RECORD),
    Rule(
        "mirror-missing",
        "mirror",
        _I,
        "A contract has no mirror that shows it kept.",
        "Run `truemirror record SERVICE --upstream URL`.",
    ),
    Rule(
        "mirror-drift",
        "mirror",
        _B,
        "The running service no longer behaves as it was recorded.",
        "Record it again when the change is meant, or mend the service.",
    ),
    Rule(
        "mirror-stale",
        "mirror",
        _W,
        "The mirror is older than `max_age_days` allows, and the configuration only warns of it.",
        "Record it again.",
    ),
    Rule(
        "mirror-fault",
        "mirror",
        _I,
        "A recording holds a broken connection, about which contracts say nothing.",
        "Nothing; it is told so that nobody believes an answer was checked.",
    ),
    Rule(
        "version-changed",
        "contract",
        _B,
        "A published version promises something else than when it was published.",
        "Restore it from git, and publish the change under a number of its own.",
    ),
    Rule(
        "version-withdrawn",
        "contract",
        _B,
        "A published version is gone.",
        "Restore it from git; deprecate it with a day until which it is served.",
    ),
    Rule(
        "version-undeserved",
        "contract",
        _B,
        "A version that is to come has a number that is too small for its change.",
        "Name its folder as it deserves, give back what it takes away, or waive what it breaks, with a reason.",
    ),
    Rule(
        "version-deprecated",
        "contract",
        _I,
        "A version is in use of which it is known until which day it is served.",
        "Move to a newer version before that day.",
    ),
    Rule(
        "version-ended",
        "contract",
        _W,
        "A version is in use after the day until which it is served.",
        "Move to a newer version, or agree on another day.",
    ),
    Rule(
        "waiver-ended",
        "contract",
        _W,
        "The last day of a waiver is over, and what it waived is still there.",
        "Mend what was waived, or decide anew and give the waiver another day.",
    ),
    Rule(
        "convention-collection-envelope",
        "convention",
        _W,
        "A collection is not wrapped as items and metadata with a total.",
        'Answer {"items": [...], "metadata": {"total": n}}, so that every consumer pages alike.',
    ),
    Rule(
        "convention-one-error-shape",
        "convention",
        _W,
        "Errors of one service have more than one shape.",
        "Give all errors the shape that most have.",
    ),
    Rule(
        "convention-json-only",
        "convention",
        _W,
        "A service answers something else than JSON.",
        "Answer JSON, and 406 in the error shape to those who ask for something else.",
    ),
    Rule(
        "convention-ids-are-strings",
        "convention",
        _W,
        "An identifier is a number, which clients round and sort and add.",
        "Make it a string in the next major version.",
    ),
    Rule(
        "convention-snake-case",
        "convention",
        _W,
        "Attributes or parameters are named in another style than snake_case.",
        "Name new ones in snake_case, and the old ones in the next major version.",
    ),
    Rule(
        "convention-pagination",
        "convention",
        _W,
        "A collection is paged by parameters of other names than all others.",
        "Page by limit and offset, or by cursor, so that every consumer pages alike.",
    ),
    *(Rule(*row) for row in LIVE_ROWS),
    *(Rule(*row) for row in USAGE_ROWS),
)

RULES: Final[Mapping[str, Rule]] = MappingProxyType({row.id: row for row in _ROWS})
"""All rules by id, in the order in which people should read them."""


def rule(rule_id: str) -> Rule:
    """The row of an id. Raises UsageError, naming the nearest, when there is none."""
    if rule_id in RULES:
        return RULES[rule_id]
    from difflib import get_close_matches

    near = get_close_matches(rule_id, RULES, n=1, cutoff=0.3)
    raise UsageError(f"there is no rule {rule_id!r}", nearest=near[0] if near else "", fix="use an id of the table")


def finding(
    rule_id: str,
    service: str,
    message: str,
    *,
    operation: str = "",
    location: str = "",
    expected: str = "",
    actual: str = "",
    owner: str = "",
    schema_location: str = "",
    evidence: str = "",
    consumers: tuple[str, ...] = (),
) -> Finding:
    """A finding of a rule, at the rule's level."""
    return Finding(
        rule=rule_id,
        level=rule(rule_id).level,
        service=service,
        operation=operation,
        location=location,
        message=message,
        expected=expected,
        actual=actual,
        owner=owner,
        schema_location=schema_location,
        evidence=evidence,
        consumers=consumers,
    )
