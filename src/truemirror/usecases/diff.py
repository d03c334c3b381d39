"""Comparing two versions of what is promised: bare schemas, contract documents and folders, and pairs by the thousand.

Rules: what the documents are decides how they are compared; both sides have to be of one kind. A pair in a batch that
cannot be read or decided is a line of its own, never the end of the run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from truemirror.core.contract.compat.judge import Judgement, judge_mode
from truemirror.core.contract.compat.policy import Mode, Policy
from truemirror.core.contract.finding import Finding
from truemirror.core.contract.json_text import read_json
from truemirror.core.contract.openapi.detect import interface_of, offers
from truemirror.core.contract.pointer import clipped, printable
from truemirror.core.contract.references import BASE, uri_of
from truemirror.core.schema.reading import SchemaError, Source, dialect_of
from truemirror.errors import TruemirrorError, UsageError

LARGEST_LINE: Final = 8 * 1024 * 1024
"""Bytes of one pair; a longer line is answered as unknown."""


@dataclass(frozen=True, slots=True)
class Documents:
    """One side, as it was read."""

    name: str
    """What people call it: a file or a folder."""
    contents: Mapping[str, Any]
    first: str = ""
    """The document that was named; empty for a folder."""

    @property
    def is_contract(self) -> bool:
        """Whether it is what a service offers, not a bare schema."""
        return not self.first or offers(self.contents[self.first])

    @property
    def root(self) -> Any:
        """The document that was named."""
        return self.contents[self.first]


def diff(old: Documents, new: Documents, mode: Mode, policy: Policy) -> Judgement:
    """Compare two sides. Raises UsageError where they are of two kinds, FormatError where one cannot be read."""
    try:
        return _compared(old, new, mode, policy)
    except TruemirrorError as error:  # documents are called as people called them
        error.where, error.nearest = error.where.replace(BASE, ""), error.nearest.replace(BASE, "")
        raise


def _compared(old: Documents, new: Documents, mode: Mode, policy: Policy) -> Judgement:
    """The judgement of two sides. Raises as `diff` does."""
    if old.is_contract != new.is_contract:
        schema, contract = (new, old) if old.is_contract else (old, new)
        raise UsageError(
            f"{schema.name} is a schema and {contract.name} is a contract",
            fix="compare two schemas, two OpenAPI documents or two contract folders",
        )
    if old.is_contract:
        from truemirror.core.contract.compat.operations_judge import judge_interfaces

        sides = [interface_of(one.contents, one.first, one.name) for one in (old, new)]
        return judge_interfaces(sides[0], sides[1], mode, policy)
    dialect = dialect_of(old.root, new.root)
    return judge_mode(_source(old, dialect), _source(new, dialect), mode, policy)


def _source(side: Documents, dialect: Any) -> Source:
    """A bare schema with the documents around it."""
    others = {uri_of(path): one for path, one in side.contents.items() if path != side.first}
    return Source(side.root, dialect, "", uri_of(side.first) if others else "", others)


def document(judgement: Judgement) -> dict[str, Any]:
    """A judgement for programs."""
    made: dict[str, Any] = {
        "verdict": judgement.verdict.value,
        "findings": [finding_document(one) for one in judgement.findings],
    }
    return {**made, "reasons": list(judgement.reasons)} if judgement.reasons else made


def finding_document(one: Finding) -> dict[str, Any]:
    """A finding for programs; `witness` is null where there is none, which only notes and warnings have.

    Whom it concerns is said where the service is known, why it may stay where it is waived.
    """
    made: dict[str, Any] = {
        "rule": one.rule,
        "level": one.level.value,
        "direction": one.direction,
        "location": one.location,
        "message": one.message,
        "witness": json.loads(one.witness) if one.witness else None,
        "fingerprint": one.fingerprint,
    }
    if one.operation:
        made["operation"] = one.operation
        made["operations"] = list(one.operations)
    if one.service:
        made |= {"service": one.service, "owner": one.owner, "consumers": list(one.consumers)}
    return {**made, "waived": one.waived} if one.waived else made


def batch(lines: Iterable[bytes], mode: Mode, policy: Policy) -> Iterator[dict[str, Any]]:
    """An answer for every pair, in order; lines with nothing on them are skipped."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _answer(number, line, mode, policy)


def _answer(number: int, line: bytes, mode: Mode, policy: Policy) -> dict[str, Any]:
    """The answer to one line."""
    named: dict[str, Any] = {"id": None}
    try:
        if len(line) > LARGEST_LINE:
            raise ValueError(f"the line is longer than {LARGEST_LINE // 1024**2} MB")
        pair = _read(line)
        if not isinstance(pair, dict):
            raise ValueError("the line is no JSON object")
        named = {"id": pair.get("id")}
        return {**named, **document(_judged(pair, mode, policy))}
    except TruemirrorError as error:
        told = f"{error.where}: {error.what}" if error.where else error.what
        found: dict[str, Any] = {**named, "verdict": "unknown", "findings": [], "error": told}
    except (ValueError, RecursionError, MemoryError) as error:
        said = str(error) or "nested too deeply"
        found = {**named, "verdict": "unknown", "findings": [], "error": f"line {number}: {said}"}
    except Exception as error:
        said = f"line {number}: a defect in truemirror: {type(error).__name__}: {error}"
        found = {**named, "verdict": "unknown", "findings": [], "error": said}
    return found if named["id"] is not None else {**found, "line": number}


def _read(text: bytes) -> Any:
    """JSON in which no key is written twice, for readers differ in which of them counts. Raises ValueError."""
    value = read_json(text)
    json.loads(text, object_pairs_hook=_see_keys)
    return value


def _see_keys(members: list[tuple[str, Any]]) -> None:
    """Look at the keys of one object. Raises ValueError."""
    names = {name for name, _ in members}
    if len(names) < len(members):
        twice = next(name for number, (name, _) in enumerate(members) if name in {key for key, _ in members[:number]})
        raise ValueError(f"the key {clipped(printable(twice))!r} is written twice in one object")


def _judged(pair: Mapping[str, Any], mode: Mode, policy: Policy) -> Judgement:
    """The judgement of one pair. Raises ValueError, SchemaError."""
    missing = [name for name in ("old", "new") if name not in pair]
    if missing:
        raise ValueError(f"the pair has no {' and no '.join(missing)}")
    old, new = (_schema(pair[name], name) for name in ("old", "new"))
    said = pair.get("mode")
    if said is not None and said not in set(Mode):
        raise ValueError(f"`mode` is {said!r}; use backward, forward or full")
    mode = Mode(said) if said else mode
    if offers(old) or offers(new):
        sides = [Documents(name, {name: one}, name) for name, one in (("old", old), ("new", new))]
        return diff(sides[0], sides[1], mode, policy)
    dialect = dialect_of(old, new)
    return judge_mode(Source(old, dialect), Source(new, dialect), mode, policy)


def _schema(value: Any, name: str) -> Any:
    """A schema, which may be JSON in a text. Raises ValueError."""
    if isinstance(value, str):
        value = _read(value.encode())
    if not isinstance(value, dict | bool):
        raise SchemaError(f"`{name}` is no schema", fix="give an object or a boolean")
    return value
