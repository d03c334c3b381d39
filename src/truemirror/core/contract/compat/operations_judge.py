"""What the difference of two interfaces means: a verdict, and findings with one cause each.

Rules: a schema that many operations share is judged once in each direction, and what is found in it is told once, with
all operations that it touches; identical schemas need no judge; any break makes the whole breaking, else anything
unknown makes it unknown.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final

from truemirror.core.contract.compat.judge import Judgement, Verdict, judge
from truemirror.core.contract.compat.operations import interface_changes
from truemirror.core.contract.compat.operations_found import NO_WITNESS, Change, Question
from truemirror.core.contract.compat.operations_schemas import Schemas, Signature, same
from truemirror.core.contract.compat.policy import Direction, Mode, Policy
from truemirror.core.contract.compat.rules_operations import OPERATION_RULES
from truemirror.core.contract.compat.saying import compact
from truemirror.core.contract.finding import Finding, Level
from truemirror.core.contract.openapi.interface import Interface, Place
from truemirror.core.contract.openapi.upgrade import original
from truemirror.core.contract.references import readable
from truemirror.core.schema.reading.source import Source

Ask = Callable[[Source, Source, Direction, Policy], Judgement]
_Pair = tuple[Place | None, Place | None, Direction]
_Signatures = tuple[Signature, Signature, Direction]
_Told = tuple[Finding, tuple[str, ...]]
"""A finding, and the operations that it touches."""
UNJUDGED: Final = frozenset(
    {
        "webhooks-changed",
        "request-encoding-changed",
        "body-markup-changed",
        "schema-dialect-changed",
        "security-flow-changed",
        "event-traits-changed",
        "event-details-changed",
    }
)
"""Rules of changes that nobody here judges: what they are about makes the whole unknown."""


def judge_interfaces(
    old: Interface,
    new: Interface,
    mode: Mode = Mode.BACKWARD,
    policy: Policy = Policy(),  # noqa: B008
    ask: Ask = judge,
) -> Judgement:
    """Judge two versions of what a service offers.

    Backward asks whether those who know the old one are safe with the new one, forward whether those who know the new
    one are safe with the old one, as after a rollback; full asks both. Raises SchemaError for a schema that is none.
    """
    if mode is Mode.BACKWARD:
        return _Judge(old, new, policy, ask).judgement()
    back = _Judge(new, old, policy, ask).judgement()
    if mode is Mode.FORWARD:
        return back
    told = tuple(replace(one, message=f"when rolled back: {one.message}") for one in back.findings)
    there = _Judge(old, new, policy, ask).judgement()
    return Judgement(
        _worst((there.verdict, back.verdict)),
        (*there.findings, *told),
        (*there.reasons, *(f"when rolled back: {one}" for one in back.reasons)),
    )


def _worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict of the whole."""
    known = set(verdicts)
    for one in (Verdict.BREAKING, Verdict.UNKNOWN):
        if one in known:
            return one
    return Verdict.COMPATIBLE


class _Judge:
    """Judges two interfaces in one direction."""

    def __init__(self, old: Interface, new: Interface, policy: Policy, ask: Ask) -> None:
        """Keep both sides."""
        self._sides = old, new
        self._old, self._new = Schemas(old), Schemas(new)
        self._policy, self._ask = policy, ask

    def judgement(self) -> Judgement:
        """The verdict, and what there is to say."""
        changes: list[Change] = []
        asked: dict[_Signatures, list[Question]] = {}
        for found in interface_changes(*self._sides):
            if isinstance(found, Change):
                changes.append(found)
            else:
                signatures = self._old.signature(found.old), self._new.signature(found.new)
                asked.setdefault((*signatures, found.direction), []).append(found)
        told = list(_of_changes(changes))
        verdicts = [_verdict(one) for one in changes]
        unjudged = (f"{one.operation} {one.place}".strip() for one in changes if _verdict(one) is Verdict.UNKNOWN)
        reasons = [f"{place}: what differs there is not judged" for place in unjudged]
        alike: set[tuple[Place, Place]] = set()
        for users in asked.values():
            pair: _Pair = (users[0].old, users[0].new, users[0].direction)
            if same(self._old, pair[0], self._new, pair[1], alike):
                continue
            answer = self._ask(self._old.source(pair[0]), self._new.source(pair[1]), pair[2], self._policy)
            verdicts.append(answer.verdict)
            told.extend(self._placed(one, users) for one in answer.findings)
            reasons.extend(f"{_place(users[0])}: {one}" for one in answer.reasons)
        return Judgement(_worst(verdicts), tuple(_one_cause(told)), tuple(dict.fromkeys(reasons)))

    def _placed(self, finding: Finding, users: list[Question]) -> _Told:
        """A finding at the place of the first who uses the schema, and the operations of all."""
        placed = replace(
            finding,
            operation=users[0].operation,
            location=f"{_place(users[0])} {finding.location}".strip(),
            schema_location=self._before(finding.schema_location),
        )
        return placed, tuple(one.operation for one in users)

    def _before(self, uri: str) -> str:
        """A place in the schemas as it was written by people."""
        path, _, fragment = readable(uri).partition("#")
        for side in self._sides:
            if path in side.originals:
                return str(original(side.originals, Place(path, fragment)))
        return uri


def _of_changes(changes: Iterable[Change]) -> Iterator[_Told]:
    """Findings of changes, those of one cause together."""
    together: dict[tuple[str, str], list[Change]] = {}
    for number, change in enumerate(changes):
        together.setdefault((change.rule, change.cause or f"#{number}"), []).append(change)
    for group in together.values():
        first = group[0]
        finding = Finding(
            rule=first.rule,
            level=OPERATION_RULES[first.rule].level,
            service="",
            operation=first.operation,
            location=f"{first.operation} {first.place}".strip(),
            message=first.message,
            direction=first.direction.value,
            witness="" if first.witness is NO_WITNESS else compact(first.witness),
        )
        yield finding, tuple(one.operation for one in group)


def _verdict(change: Change) -> Verdict:
    """What a change alone means."""
    if change.rule in UNJUDGED:
        return Verdict.UNKNOWN
    return Verdict.BREAKING if OPERATION_RULES[change.rule].level is Level.BREAK else Verdict.COMPATIBLE


def _place(question: Question) -> str:
    """`GET /v1/tags 200`."""
    return f"{question.operation} {question.place}"


def _one_cause(told: Iterable[_Told]) -> Iterator[Finding]:
    """Findings with one cause as one, which names how many operations it touches."""
    together: dict[tuple[str, ...], list[_Told]] = {}
    for number, (finding, operations) in enumerate(told):
        cause = finding.schema_location if finding.schema_location.strip("#") else f"#{number}"
        key = (finding.rule, finding.level, finding.direction, cause, _attribute(finding.location))
        together.setdefault(key, []).append((finding, operations))
    for group in together.values():
        first = group[0][0]
        touched = tuple(dict.fromkeys(one for _, operations in group for one in operations))
        more = len(touched) - 1
        said = f" (and {more} more operation{'s' if more > 1 else ''})" if more else ""
        yield replace(first, message=first.message + said, operations=touched)


def _attribute(location: str) -> str:
    """The attribute that a place in the data ends with; empty where it ends with an item or the whole value."""
    step = location.rpartition("$")[2].rpartition(".")[2]
    return "" if step.endswith("]") else step
