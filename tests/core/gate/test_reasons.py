"""What has one cause is told once."""

from dataclasses import replace

from truemirror.core.contract.finding import Finding, Level
from truemirror.core.gate.reasons import affected_tests, reasons_of

MISSING = Finding(
    rule="response-attribute-missing",
    level=Level.BREAK,
    service="tags",
    operation="GET /v1/tags/{tag_id}",
    location="response 200 body /label",
    message="`label` is missing",
    owner="team-tags",
    schema_location="schemas/tag.schema.json#/required",
    consumers=("deals",),
)


def test_findings_of_one_cause_make_one_reason_that_counts_them() -> None:
    """Two operations that show the same broken schema are one reason, seen twice, at two places."""
    other = replace(MISSING, operation="GET /v1/tags", location="response 200 body /items/0/label")
    (reason,) = reasons_of([MISSING, other, MISSING])
    assert (reason.seen, len(reason.places), reason.consumers) == (3, 2, ("deals",))
    assert "deals" in reason.next_step


def test_findings_of_different_causes_stay_apart() -> None:
    """Another place in the contract is another reason."""
    other = replace(MISSING, schema_location="schemas/tag.schema.json#/properties/colour", rule="response-type-changed")
    assert len(reasons_of([MISSING, other])) == 2


def test_what_more_services_rely_on_comes_first() -> None:
    """The cause stands before its consequences."""
    consequence = replace(MISSING, service="deals", consumers=(), schema_location="")
    assert [reason.service for reason in reasons_of([consequence, MISSING])] == ["tags", "deals"]


def test_what_is_below_break_is_no_reason() -> None:
    """A warning or a piece of information does not block."""
    assert reasons_of([replace(MISSING, level=Level.WARN), replace(MISSING, level=Level.INFO)]) == ()


def test_tests_are_named_by_the_operations_they_used() -> None:
    """Parameters' names do not matter for that."""
    uses = {"test_a": {"tags": ["GET /v1/tags/{}"]}, "test_b": {"tags": ["POST /v1/tags"]}, "test_c": {}}
    assert affected_tests("tags", frozenset({"GET /v1/tags/{tag_id}"}), uses) == ("test_a",)
    assert reasons_of([MISSING], uses)[0].tests == ("test_a",)
