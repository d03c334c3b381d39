"""What the difference of two schemas means for whoever meets both: a verdict, and findings that explain it.

Rules: the verdict rests on the whole documents alone, never on the sum of the changes; a finding that breaks carries a
value that the independent validator accepts on one side and refuses on the other; what cannot be decided is unknown,
with its reason.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from truemirror.core.contract.compat.apply import CannotApply, with_change
from truemirror.core.contract.compat.change import Change
from truemirror.core.contract.compat.changes import changes
from truemirror.core.contract.compat.compare import Comparison, End
from truemirror.core.contract.compat.policy import BARE, OLD_SENDS, Direction, Mode, Policy
from truemirror.core.contract.compat.row import Row
from truemirror.core.contract.compat.rules import ROWS, level
from truemirror.core.contract.compat.saying import compact, message, tail
from truemirror.core.contract.compat.verifying import Official
from truemirror.core.contract.finding import Finding, Level
from truemirror.core.schema.budget import Budget, OutOfSteps
from truemirror.core.schema.inclusion import Answer, Proven, Refuted, Undecided
from truemirror.core.schema.reading import Reading, SchemaError, Side, Source, Undeclared, Unreadable, meaning

FORMATS: Final = frozenset(
    (
        *("date", "date-time", "duration", "email", "hostname", "ipv4", "ipv6"),
        *("json-pointer", "regex", "time", "uri", "uri-reference", "uuid"),
    )
)
"""The formats that are promises where the policy says that formats are."""
_SIDES: Final = {
    Direction.REQUEST: Side.REQUEST,
    Direction.RESPONSE: Side.RESPONSE,
    Direction.EVENT: Side.RESPONSE,
}
_CLOSING: Final = frozenset({"undeclared-closed", "unevaluated-closed"})
_STEPS_PER_CHANGE: Final = 8
"""A change alone may cost this part of what the whole may."""
_READ_LESS: Final = frozenset({"attribute-removed", "required-attribute-removed", "attribute-now-optional"})
"""Changes that nobody minds who does not read what they are about."""


class Verdict(StrEnum):
    """How a comparison ends."""

    COMPATIBLE = "compatible"
    BREAKING = "breaking"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What there is to say about one pair of schemas in one direction."""

    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    reasons: tuple[str, ...] = ()
    """Why it is unknown, a sentence each; empty otherwise."""


def judge(
    old: Source,
    new: Source,
    direction: Direction,
    policy: Policy = Policy(),  # noqa: B008
    *,
    where: str = "",
    service: str = "",
    operation: str = "",
) -> Judgement:
    """Judge one pair of schemas.

    `where` is said before the place in the data: `response 200 body` makes a finding's location
    `response 200 body $.owner.email`; empty for bare schemas. `operation` is `GET /v1/deals/{id}`. Raises SchemaError
    when a document is no valid schema or a reference leads nowhere.
    """
    try:
        return _Case(old, new, direction, policy, where, service, operation).judged()
    except RecursionError:
        return Judgement(Verdict.UNKNOWN, reasons=("the schemas are nested too deeply",))


def judge_mode(old: Source, new: Source, mode: Mode, policy: Policy = Policy()) -> Judgement:  # noqa: B008
    """Judge a pair of bare schemas in every direction that a mode asks for. Raises SchemaError."""
    return joined(tuple(judge(old, new, direction, policy) for direction in mode.directions))


def joined(parts: tuple[Judgement, ...]) -> Judgement:
    """Several judgements as one: breaking where any is, else unknown where any is."""
    verdicts = {one.verdict for one in parts}
    worst = next((one for one in (Verdict.BREAKING, Verdict.UNKNOWN) if one in verdicts), Verdict.COMPATIBLE)
    reasons = dict.fromkeys(reason for one in parts for reason in one.reasons)
    return Judgement(worst, tuple(found for one in parts for found in one.findings), tuple(reasons))


class _Case:
    """One pair of schemas in one direction."""

    def __init__(
        self, old: Source, new: Source, direction: Direction, policy: Policy, where: str, service: str, operation: str
    ) -> None:
        """Keep the question."""
        self._old, self._new, self._direction, self._policy = old, new, direction, policy
        self._where, self._service, self._operation = where, service, operation
        self._sends_old = direction in OLD_SENDS
        sender, receiver = (old, new) if self._sends_old else (new, old)
        readings = self._readings()
        self._inner, self._outer = End(sender, readings[0]), End(receiver, readings[1])
        self._witnesses: list[Any] = []
        self._explained, self._left = 0, policy.steps // 2
        self._doubts: list[str] = []

    def _readings(self) -> tuple[Reading, Reading]:
        """How sender and receiver are read."""
        formats = FORMATS if self._policy.asserts_formats(self._direction) else frozenset()
        as_declared = Reading(formats, side=_SIDES.get(self._direction, Side.BOTH))
        if self._direction in BARE or not self._policy.tolerant:
            return as_declared, as_declared
        receiver = Undeclared.DECLARED if self._direction is Direction.REQUEST else Undeclared.OPEN
        return replace(as_declared, undeclared=Undeclared.CLOSED), replace(as_declared, undeclared=receiver)

    def judged(self) -> Judgement:
        """The judgement."""
        if self._is_same():
            return self._same()
        found = self._changes()
        self._forgive_unread(found)
        whole = Comparison(self._inner, self._outer, self._policy.steps)
        answer = whole.answer()
        if isinstance(answer, Refuted):
            self._witnesses.append(answer.witness)
        findings = [self._finding(one, whole, answer) for one in found]
        breaks = any(one.level is Level.BREAK for one in findings)
        if isinstance(answer, Refuted) and not breaks:
            findings.insert(0, self._root(answer.witness))
            breaks = True
        if not findings:
            findings.append(self._rewritten())
        if breaks:
            return Judgement(Verdict.BREAKING, tuple(findings))
        if isinstance(answer, Undecided):
            return Judgement(Verdict.UNKNOWN, tuple(findings), (answer.reason,))
        if self._doubts:
            return Judgement(Verdict.UNKNOWN, tuple(findings), tuple(dict.fromkeys(self._doubts)))
        return Judgement(Verdict.COMPATIBLE, tuple(findings))

    def _is_same(self) -> bool:
        """Whether both sides are the same documents."""
        old, new = self._old, self._new
        same = (old.pointer, old.uri, old.dialect) == (new.pointer, new.uri, new.dialect)
        return same and _equal(old.root, new.root) and _equal(dict(old.documents), dict(new.documents))

    def _same(self) -> Judgement:
        """The judgement of a schema beside itself, which has to be one all the same. Raises SchemaError."""
        with suppress(Unreadable, OutOfSteps):
            meaning(self._old, Reading(), Budget(self._policy.steps))
        return Judgement(Verdict.COMPATIBLE)

    def _changes(self) -> list[Change]:
        """What differs; nothing where that cannot be told."""
        try:
            return changes(self._old, self._new)
        except (LookupError, TypeError, ValueError, AttributeError):  # an odd document; the reader says what is wrong
            self._doubts.append("what differs cannot be listed")
            return []

    def _forgive_unread(self, found: list[Change]) -> None:
        """Read the old side as those read it who are there."""
        if self._direction not in (Direction.RESPONSE, Direction.EVENT):
            return
        for one in found:
            if one.kind in _READ_LESS and self._policy.reads(one.path) is False:
                try:
                    source = with_change(self._outer.source, self._new, one, is_old=True)
                except CannotApply:
                    continue
                self._outer = replace(self._outer, source=source)

    def _finding(self, change: Change, whole: Comparison, answer: Answer) -> Finding:
        """What one change means."""
        row = ROWS.get(change.kind) or ROWS["schema-rewritten"]
        is_read = self._policy.reads(change.path)
        witness, note = self._shown(change, whole, answer)
        breaks = witness is not None
        weight = level(row, self._direction, breaks=breaks, is_read=is_read)
        text = compact(witness[0]) if witness else ""
        return self._made(row, weight, change.path, message(row, change, self._direction, text, note), text, change)

    def _shown(self, change: Change, whole: Comparison, answer: Answer) -> tuple[tuple[Any] | None, str]:
        """A value that shows that a change breaks somebody, or what there is to say instead."""
        closing = change.kind in _CLOSING and self._direction is Direction.REQUEST and self._policy.tolerant
        if isinstance(answer, Proven) and not closing:
            return None, ""
        self._explained += 1
        if self._left <= 0 or self._explained > self._policy.most_changes:
            self._doubt(change, closing)
            return (None if closing else self._blamed_by_place(change)), ""
        inner, outer, asked = self._inner, self._outer, whole
        if closing:
            inner, outer = (
                End(one.source, replace(one.reading, undeclared=Undeclared.DECLARED)) for one in (inner, outer)
            )
            asked = Comparison(inner, outer, self._policy.steps)
            asked.answer(0)
        try:
            made = with_change(inner.source, outer.source, change, is_old=self._sends_old)
            alone = Comparison(inner, End(made, outer.reading), self._policy.steps // _STEPS_PER_CHANGE).beside(asked)
            found = alone.answer(0)
            self._left -= alone.spent
        except (CannotApply, SchemaError, LookupError, TypeError, ValueError):
            self._doubt(change, closing)
            return self._blamed_by_place(change), ""
        if isinstance(found, Refuted) and asked.is_witness(found.witness):
            self._witnesses.append(found.witness)
            return (found.witness,), ""
        for known in self._witnesses:
            if alone.is_witness(known) and asked.is_witness(known):
                return (known,), ""
        self._doubt(change, closing and not isinstance(found, Proven))
        if isinstance(found, Refuted) and isinstance(answer, Proven):
            return None, "another change makes up for it"
        return None, ""

    def _doubt(self, change: Change, is_open: bool) -> None:
        """Note that nobody can say whether closing an object breaks callers, which the whole does not answer."""
        if is_open:
            self._doubts.append(f"{change.path}: whether somebody sends undeclared attributes cannot be decided")

    def _blamed_by_place(self, change: Change) -> tuple[Any] | None:
        """A known witness that the receiver refuses for the keyword of a change that cannot be made alone."""
        if not change.keyword:
            return None
        official = Official(self._outer.source, self._outer.reading)
        path = _starred(change.path)
        for known in self._witnesses:
            for error in official.errors(known):
                said = "$" + "".join("[]" if isinstance(step, int) else f".{step}" for step in error.absolute_path)
                if error.validator == change.keyword and path in (said, f"{said}.{change.name}"):
                    return (known,)
        return None

    def _root(self, witness: Any) -> Finding:
        """The finding of a break that no change alone explains."""
        row = ROWS["schema-narrowed" if self._sends_old else "schema-widened"]
        text = compact(witness)
        return self._made(row, Level.BREAK, "$", f"{row.says}; {tail(self._direction, text)}", text, None)

    def _rewritten(self) -> Finding:
        """The finding of documents that differ and say the same."""
        row = ROWS["schema-rewritten"]
        return self._made(row, Level.INFO, "$", row.says, "", None)

    def _made(self, row: Row, weight: Level, path: str, said: str, witness: str, change: Change | None) -> Finding:
        """A finding of a row."""
        return Finding(
            rule=row.id,
            level=weight,
            service=self._service,
            operation=self._operation,
            location=f"{self._where} {path}".strip(),
            message=said,
            schema_location=(
                change.pointer_old if change.after is None and change.before is not None else change.pointer_new
            )
            if change
            else "#",
            direction=self._direction.value,
            witness=witness,
        )


def _equal(one: Any, other: Any) -> bool:
    """Whether two documents are the same, `true` and `1` being two things."""
    waiting = [(one, other)]
    while waiting:
        this, that = waiting.pop()
        if this is that:
            continue
        if type(this) is not type(that):
            return False
        if isinstance(this, dict):
            if this.keys() != that.keys():
                return False
            waiting.extend((value, that[name]) for name, value in this.items())
        elif isinstance(this, list):
            if len(this) != len(that):
                return False
            waiting.extend(zip(this, that, strict=True))
        elif this != that:
            return False
    return True


def _starred(path: str) -> str:
    """A path of the data with every place of an array as `[]`."""
    import re

    return re.sub(r"\[\d+\]", "[]", path)
