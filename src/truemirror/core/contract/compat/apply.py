"""One side of a comparison with a single change made to it.

Rules: this finds which change is to blame, and a wrong guess is caught later, because every witness is held against the
original documents. What comes from the other side brings its references along: its documents are set aside under
addresses of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from truemirror.core.contract.compat.change import Act, Change, Edit
from truemirror.core.contract.compat.spots import LITERALS, NAMED, Spot
from truemirror.core.contract.pointer import Step
from truemirror.core.schema.reading.source import Source

ELSEWHERE: Final = "https://other-side.invalid/"
_HERE: Final = "here/document"


class CannotApply(Exception):
    """The change cannot be made alone."""


def with_change(base: Source, other: Source, change: Change, *, is_old: bool) -> Source:
    """One side with one change made as it is on the other. Raises CannotApply.

    `is_old` tells whether `base` is the old side of the change.
    """
    documents: dict[str, Any] = {**base.documents, base.uri: base.root}
    foreign = _set_aside(other)
    for edit in change.edits:
        here, there = (edit.old, edit.new) if is_old else (edit.new, edit.old)
        numbers = edit.value if is_old or edit.act is not Act.BRANCH else tuple(reversed(edit.value))
        if here.document not in documents:
            raise CannotApply
        made = _Made(edit, there, numbers, is_old)
        documents[here.document] = _at(documents[here.document], here.steps, made.edited)
    root = documents.pop(base.uri)
    return replace(base, root=root, documents={**documents, **foreign})


class _Made:
    """One edit on its way."""

    def __init__(self, edit: Edit, there: Spot, numbers: Any, is_old: bool) -> None:
        """Keep what is to be done, and where the other side says it."""
        self._edit = edit
        self._there = there
        self._value = numbers
        self._is_old = is_old

    def edited(self, schema: Any) -> Any:
        """The schema with the edit made."""
        edit, there = self._edit, self._there.schema
        if edit.act is Act.REPLACE:
            return self._moved(there)
        if edit.act is Act.NULL:
            null = {"type": "null"}
            return {"anyOf": [null, schema]} if edit.value == self._is_old else {"allOf": [schema, {"not": null}]}
        if not isinstance(schema, Mapping):
            raise CannotApply
        other = _got(there, edit.steps)
        if edit.act is Act.MEMBER:
            return _set(schema, edit.steps, _with_member(_got(schema, edit.steps), other, edit.value))
        if edit.act is Act.BRANCH:
            return _set(schema, edit.steps, self._branches(schema, other))
        return _set(schema, edit.steps, _ABSENT if other is _ABSENT else self._moved(other))

    def _branches(self, schema: Mapping[str, Any], other: Any) -> Any:
        """The branches with one more, or one less."""
        here, there = self._value
        branches = list(schema[self._edit.steps[0]])
        if here is None:
            return [*branches, self._moved(other[there])]
        del branches[here]
        return branches or _ABSENT

    def _moved(self, schema: Any) -> Any:
        """A part of the other side, with its references leading there."""
        return _readdressed(schema, elsewhere(self._there.base), keyword="")


_ABSENT: Final = object()


def _with_member(here: Any, there: Any, value: Any) -> Any:
    """A list with a value as the other list has it or has it not."""
    kept = [one for one in here if one != value] if isinstance(here, list) else []
    if isinstance(there, list) and value in there:
        kept.append(value)
    return kept or _ABSENT


def _got(schema: Any, steps: Sequence[str]) -> Any:
    """What is at some steps."""
    for step in steps:
        if not isinstance(schema, Mapping) or step not in schema:
            return _ABSENT
        schema = schema[step]
    return schema


def _set(schema: Mapping[str, Any], steps: Sequence[str], value: Any) -> dict[str, Any]:
    """The schema with something else at some steps."""
    step, *rest = steps
    made = dict(schema)
    below = made.get(step, {})
    if rest:
        made[step] = _set(below if isinstance(below, Mapping) else {}, rest, value)
    elif value is _ABSENT:
        made.pop(step, None)
    else:
        made[step] = value
    return made


def _at(node: Any, steps: Sequence[Step], edited: Any) -> Any:
    """A document with one place edited; everything else is shared."""
    if not steps:
        return edited(node)
    step, rest = steps[0], steps[1:]
    if isinstance(node, list) and isinstance(step, int) and step < len(node):
        return [_at(one, rest, edited) if number == step else one for number, one in enumerate(node)]
    if isinstance(node, Mapping) and step in node:
        return {**node, step: _at(node[str(step)], rest, edited)}
    raise CannotApply


def elsewhere(uri: str) -> str:
    """The address that stands for one of the other side."""
    if not uri:
        return ELSEWHERE + _HERE
    parts = urlsplit(uri)
    if not parts.scheme:
        return urljoin(ELSEWHERE + _HERE, uri)
    return ELSEWHERE + uri.replace("://", "/", 1).replace(":", "/", 1)  # no empty step, which urljoin would drop


def _set_aside(other: Source) -> dict[str, Any]:
    """The documents of the other side under addresses of their own."""
    documents = {**other.documents, other.uri: other.root}
    return {elsewhere(uri): _foreign(root) for uri, root in documents.items()}


def _foreign(root: Any) -> Any:
    """A document in which no name that it gives itself meets one of this side."""
    return _readdressed(root, "", keyword="")


def _readdressed(node: Any, base: str, *, keyword: str) -> Any:
    """A schema whose addresses are those of the other side; relative ones are made absolute where there is a base."""
    if isinstance(node, list):
        return [_readdressed(one, base, keyword="") for one in node]
    if not isinstance(node, Mapping):
        return node
    made: dict[str, Any] = {}
    for name, value in node.items():
        if keyword not in NAMED and name in LITERALS:
            made[name] = value
        elif (
            keyword not in NAMED
            and name in ("$ref", "$dynamicRef", "$recursiveRef", "$id", "id")
            and isinstance(value, str)
        ):
            absolute = urlsplit(value).scheme != ""
            made[name] = elsewhere(value) if absolute else urljoin(base, value) if base and name != "id" else value
        else:
            made[name] = _readdressed(value, base, keyword=name if keyword not in NAMED else "")
    return made
