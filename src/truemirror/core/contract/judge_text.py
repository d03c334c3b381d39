"""Judging parameters and headers, which are text that stands for a value."""

from collections.abc import Iterator, Sequence

from truemirror.core.contract.checker import Checkers
from truemirror.core.contract.contract import Parameter
from truemirror.core.contract.explain import Violation
from truemirror.core.contract.finding import Finding
from truemirror.core.contract.pointer import short
from truemirror.core.contract.saying import Saying, Scene
from truemirror.core.contract.text import readings
from truemirror.core.mirror.standin import is_stand_in


def judge_text(
    checkers: Checkers, say: Saying, rule: str, one: Parameter, texts: Sequence[str], location: str, scene: Scene
) -> Iterator[Finding]:
    """A text that stands for a value."""
    if not one.place or any(is_stand_in(text) for text in texts):
        return
    checker = checkers.at(one.place)
    first: Violation | None = None
    for value in readings(texts, one.schema, explode=one.explode):
        violations = checker.inspect(value).violations
        if not violations:
            return
        first = first or violations[0]
    if first:
        said = first.message.replace("`the value`", f"`{one.name}`")
        shared = {"location": location, "schema_location": first.schema_location}
        yield say.finding(rule, scene, said, expected=first.expected, actual=short(texts[-1]), **shared)
