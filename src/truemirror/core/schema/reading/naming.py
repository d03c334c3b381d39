"""Names for recursive terms, made from their content.

Rules: definitions of the same content have the same name, in one document or in two; nothing else has. First
definitions that unfold alike are made one, then parts that equal a definition become references to it, then each
circle of definitions is named by its own shape and the names of what it leads to.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from fractions import Fraction
from hashlib import sha256
from typing import Any, Final, TypeAlias

from truemirror.core.schema.budget import Budget
from truemirror.core.schema.reading.marks import every_member
from truemirror.core.schema.terms import (
    EVERYTHING,
    Both,
    Contains,
    Either,
    EveryItem,
    EveryMember,
    ItemAt,
    Meaning,
    Not,
    Ref,
    Term,
    both,
    either,
    negate,
)

Definitions: TypeAlias = Mapping[str, Term]
_MOST_ROUNDS: Final = 20


def settled(term: Term, definitions: Definitions, budget: Budget) -> Meaning:
    """A term and its definitions with their final names; definitions that nothing refers to are left out."""
    if not definitions:
        return Meaning(term)
    term, definitions = _without_plain(term, _reachable(term, definitions), budget)
    for _ in range(_MOST_ROUNDS):
        size = len(definitions)
        term, definitions = _merged(term, definitions, budget)
        folded = _folded(term, definitions, budget)
        if folded == (term, definitions) and len(definitions) == size:
            break
        term, definitions = folded
    names: dict[str, str] = {}
    for circle in _circles(definitions):
        names.update(_named(circle, definitions, names, budget))
    rename = _Rewrite(lambda one: Ref(names[one.name]) if isinstance(one, Ref) else None, budget)
    final = rename.of(term)
    return Meaning(final, _reachable(final, {names[name]: rename.of(one) for name, one in definitions.items()}))


def _without_plain(term: Term, definitions: Definitions, budget: Budget) -> tuple[Term, Definitions]:
    """Definitions that do not lead to themselves after all put where they are referred to."""
    while plain := _plain(definitions):
        term, definitions = _expanded(term, definitions, plain, budget)
    return term, definitions


def _plain(definitions: Definitions) -> set[str]:
    """The definitions that do not lead to themselves."""
    circles = (circle for circle in _circles(definitions) if len(circle) == 1)
    return {name for circle in circles for name in circle if name not in _references(definitions[name])}


def _expanded(term: Term, definitions: Definitions, plain: set[str], budget: Budget) -> tuple[Term, Definitions]:
    """Plain definitions put where they are referred to."""
    expand = _Rewrite(lambda one: _body(expand, definitions, plain, one), budget)
    kept = {name: expand.of(one) for name, one in definitions.items() if name not in plain}
    final = expand.of(term)
    return final, _reachable(final, kept)


def _body(expand: "_Rewrite", bodies: Definitions, plain: set[str], term: Term) -> Term | None:
    """What stands for a reference to a plain definition; None for anything else."""
    return expand.of(bodies[term.name]) if isinstance(term, Ref) and term.name in plain else None


class _Rewrite:
    """Replaces parts of terms from the outside in, each part once."""

    def __init__(self, change: Callable[[Term], Term | None], budget: Budget) -> None:
        """Take what says the new part for an old one, None to go on inside it."""
        self._change = change
        self._budget = budget
        self._known: dict[Term, Term] = {}

    def of(self, term: Term) -> Term:
        """The term with its parts replaced."""
        known = self._known.get(term)
        if known is None:
            changed = self._change(term)
            known = self._known[term] = self.inside(term) if changed is None else changed
        return known

    def inside(self, term: Term) -> Term:
        """The term with the parts inside it replaced."""
        self._budget.spend()
        match term:
            case Both(terms=parts):
                return both(*map(self.of, parts))
            case Either(terms=parts):
                return either(*map(self.of, parts))
            case Not(term=inner):
                return negate(self.of(inner))
            case EveryMember(names=names, values=values):
                return every_member(self.of(names), self.of(values))
            case ItemAt(values=values) | EveryItem(values=values):
                inner = self.of(values)
                return EVERYTHING if inner == EVERYTHING else replace(term, values=inner)
            case Contains(fewest=fewest, values=values):
                return Contains(fewest, self.of(values))
            case _:
                return term


def _merged(term: Term, definitions: Definitions, budget: Budget) -> tuple[Term, Definitions]:
    """Definitions that unfold alike made one."""
    marks = dict.fromkeys(definitions, b"")
    classes = 1
    while True:
        digest = _Digest(marks, budget)
        marks = {name: digest.of(one) for name, one in definitions.items()}
        if len(set(marks.values())) == classes:
            break
        classes = len(set(marks.values()))
    first: dict[bytes, str] = {}
    kept = {name: first.setdefault(mark, name) for name, mark in marks.items()}
    rename = _Rewrite(lambda one: Ref(kept[one.name]) if isinstance(one, Ref) else None, budget)
    return rename.of(term), {name: rename.of(definitions[name]) for name in first.values()}


def _folded(term: Term, definitions: Definitions, budget: Budget) -> tuple[Term, Definitions]:
    """Parts that equal a definition made references to it."""
    by_body = {body: name for name, body in definitions.items()}
    fold = _Rewrite(lambda one: Ref(by_body[one]) if one in by_body else None, budget)
    return fold.of(term), {name: fold.inside(body) for name, body in definitions.items()}


def _named(
    circle: frozenset[str], definitions: Definitions, names: Mapping[str, str], budget: Budget
) -> dict[str, str]:
    """Names for a circle of definitions that no two of which unfold alike; what it leads to has its names."""
    outside = {name: told.encode() for name, told in names.items()}
    marks = dict.fromkeys(circle, b"")
    while True:
        digest = _Digest({**outside, **marks}, budget)
        marks = {name: digest.of(definitions[name]) for name in circle}
        if len(set(marks.values())) == len(circle):
            break
    order = sorted(circle, key=lambda name: marks[name])
    digest = _Digest({**outside, **{name: str(place).encode() for place, name in enumerate(order)}}, budget)
    whole = sha256(b"".join(digest.of(definitions[name]) for name in order)).digest()
    return {name: sha256(whole + str(place).encode()).hexdigest()[:32] for place, name in enumerate(order)}


class _Digest:
    """Digests of terms by content; a reference counts as what is given for its name."""

    def __init__(self, marks: Mapping[str, bytes], budget: Budget) -> None:
        """Take the digests of names."""
        self._marks = marks
        self._budget = budget
        self._known: dict[Any, bytes] = {}

    def of(self, part: Any) -> bytes:
        """The digest of a term, a language, or a value in one."""
        if isinstance(part, Ref):
            return sha256(b"Ref" + self._marks[part.name]).digest()
        if not is_dataclass(part):
            return self._plain(part)
        known = self._known.get(part)
        if known is None:
            self._budget.spend()
            inner = b"".join(self.of(getattr(part, one.name)) for one in fields(part))
            known = self._known[part] = sha256(type(part).__name__.encode() + b":" + inner).digest()
        return known

    def _plain(self, part: Any) -> bytes:
        """The digest of a value that is no term."""
        if isinstance(part, frozenset):
            return sha256(b"set" + b"".join(sorted(map(self.of, part)))).digest()
        if isinstance(part, tuple):
            return sha256(b"row" + b"".join(map(self.of, part))).digest()
        told = str(part) if isinstance(part, Fraction) else repr(part)
        return sha256(told.encode("utf-8", "surrogatepass")).digest()


def _references(term: Term) -> frozenset[str]:
    """The names that a term refers to."""
    names: set[str] = set()
    seen: set[Term] = set()
    waiting = [term]
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        if isinstance(one, Ref):
            names.add(one.name)
        for each in fields(one):
            inner = getattr(one, each.name)
            parts: Iterable[Any] = inner if isinstance(inner, frozenset) else (inner,)
            waiting += (part for part in parts if isinstance(part, Term))
    return frozenset(names)


def _reachable(term: Term, definitions: Definitions) -> Definitions:
    """The definitions that a term leads to."""
    kept: dict[str, Term] = {}
    waiting = list(_references(term))
    while waiting:
        name = waiting.pop()
        if name not in kept:
            kept[name] = definitions[name]
            waiting += _references(kept[name])
    return kept


def _circles(definitions: Definitions) -> list[frozenset[str]]:
    """Definitions that lead to each other, together; what a circle leads to comes before it."""
    onward = {name: _references(one) for name, one in definitions.items()}
    order: list[str] = []
    seen: set[str] = set()
    for start in onward:
        stack: list[tuple[str, bool]] = [(start, False)]
        while stack:
            name, left = stack.pop()
            if left:
                order.append(name)
            elif name not in seen:
                seen.add(name)
                stack += [(name, True), *((one, False) for one in onward[name])]
    backward: dict[str, set[str]] = {name: set() for name in onward}
    for name, leads in onward.items():
        for one in leads:
            backward[one].add(name)
    return _components(reversed(order), backward)[::-1]


def _components(order: Iterable[str], backward: Mapping[str, set[str]]) -> list[frozenset[str]]:
    """The second half of finding circles: who leads to whom, in the order in which they were left."""
    done: set[str] = set()
    found: list[frozenset[str]] = []
    for start in order:
        if start in done:
            continue
        circle, waiting = set(), [start]
        while waiting:
            name = waiting.pop()
            if name not in done:
                done.add(name)
                circle.add(name)
                waiting += backward[name]
        found.append(frozenset(circle))
    return found
