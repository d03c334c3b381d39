"""The states of an automaton, each the regular expression of what may still follow, made as they are asked for.

Rules: one `States` serves one question and dies with it. A state is a whole number; equal expressions are the same
number, and expressions are simplified as they are made, so that few states stand for one set of words. What a letter
does to a state is its derivative; `moves` gives the derivatives by all letters at once, as sets of blocks of the
alphabet. Every new state is paid for from the budget. After: Brzozowski 1964; Owens, Reppy and Turon 2009.
"""

from collections.abc import Iterable
from typing import Final, TypeAlias

from truemirror.core.schema.budget import Budget
from truemirror.core.schema.language import AllOf, AnyOf, Except, InOrder, Language, OneOf, Times
from truemirror.core.schema.language_alphabet import Alphabet, sets_of

POINTS: Final = 0
CHAIN: Final = 1
LOOP: Final = 2
ANY_OF: Final = 3
ALL_OF: Final = 4
EXCEPT: Final = 5
ENDLESS: Final = -1
"""The upper bound of a loop that has none."""

NONE: Final = 0
EMPTY: Final = 1
LETTER: Final = 2
ANY: Final = 3

Node: TypeAlias = tuple[int, ...]
"""The kind and its parts: POINTS mask; CHAIN and ANY_OF and ALL_OF states; LOOP body, fewest, most; EXCEPT state."""
Moves: TypeAlias = tuple[tuple[int, int], ...]
"""Sets of blocks that share none, and the state each leads to; letters in no set lead to NONE."""


class States:
    """All states that one question has met."""

    __slots__ = ("_known", "_moves", "alphabet", "budget", "nodes", "nullable", "sure")

    def __init__(self, language: Language, budget: Budget) -> None:
        """States for questions to a language, paid for from a budget."""
        self.alphabet = Alphabet(sets_of(language))
        self.budget = budget
        self.nodes: list[Node] = []
        self.nullable: list[bool] = []
        self.sure: list[bool] = []
        """Whether the expression tells that a state has words; where it is False, it may have some."""
        self._known: dict[Node, int] = {}
        self._moves: list[Moves | None] = []
        everything = self.alphabet.everything
        for node in ((POINTS, 0), (CHAIN,), (POINTS, everything), (LOOP, LETTER, 0, ENDLESS)):
            self._state(node)

    def _state(self, node: Node) -> int:
        """The number of an expression that cannot be simplified."""
        known = self._known.get(node)
        if known is None:
            self.budget.spend()
            known = self._known[node] = len(self.nodes)
            nullable, sure = self._facts(node)
            self.nodes.append(node)
            self._moves.append(None)
            self.nullable.append(nullable)
            self.sure.append(nullable or sure)
        return known

    def _facts(self, node: Node) -> tuple[bool, bool]:
        """Whether the empty word is in an expression, and whether it surely has words."""
        kind, parts = node[0], node[1:]
        if kind == POINTS:
            return False, parts[0] != 0
        if kind == LOOP:
            return parts[1] == 0 or self.nullable[parts[0]], self.sure[parts[0]]
        if kind == EXCEPT:
            return not self.nullable[parts[0]], self.nodes[parts[0]][0] == POINTS
        if kind == ANY_OF:
            return any(self.nullable[part] for part in parts), any(self.sure[part] for part in parts)
        every = all(self.nullable[part] for part in parts)
        return every, kind == CHAIN and all(self.sure[part] for part in parts)

    def compiled(self, language: Language) -> int:
        """The state whose words are those of a language."""
        return self._compiled(language, {})

    def _compiled(self, language: Language, known: dict[int, int]) -> int:
        """The state of a language; `known` are those of the parts seen so far."""
        state = known.get(id(language))
        if state is None:
            match language:
                case OneOf(points=points):
                    state = self.points(self.alphabet.mask(points))
                case InOrder(parts=parts):
                    state = self.chain([self._compiled(part, known) for part in parts])
                case Times(body=body, fewest=fewest, most=most):
                    state = self.loop(self._compiled(body, known), fewest, ENDLESS if most is None else most)
                case AnyOf(parts=parts):
                    state = self.any_of([self._compiled(part, known) for part in parts])
                case AllOf(parts=parts):
                    state = self.all_of([self._compiled(part, known) for part in parts])
                case Except(part=part):
                    state = self.negated(self._compiled(part, known))
                case _:
                    raise TypeError(language)
            known[id(language)] = state
        return state

    def points(self, mask: int) -> int:
        """Words of one letter out of a set of blocks."""
        return self._state((POINTS, mask))

    def counted(self, state: int) -> tuple[int, int, int]:
        """A state as a loop: body, fewest, most; what is no loop is a loop of once."""
        node = self.nodes[state]
        return (node[1], node[2], node[3]) if node[0] == LOOP else (state, 1, 1)

    def chain(self, states: Iterable[int]) -> int:
        """One after the other."""
        parts: list[int] = []
        for state in states:
            if state == NONE:
                return NONE
            for part in self.nodes[state][1:] if self.nodes[state][0] == CHAIN else (state,):
                self._follow(parts, part)
        return parts[0] if len(parts) == 1 else self._state((CHAIN, *parts))

    def _follow(self, parts: list[int], part: int) -> None:
        """Put one more state to the end of a chain; loops of the same body become one."""
        if part == ANY:
            while parts and self.nullable[parts[-1]]:
                parts.pop()
        elif parts and parts[-1] == ANY and self.nullable[part]:
            return
        if parts:
            body, fewest, most = self.counted(parts[-1])
            again, least, greatest = self.counted(part)
            if body == again:
                parts[-1] = self.loop(body, fewest + least, _sum(most, greatest))
                return
        parts.append(part)

    def loop(self, body: int, fewest: int, most: int) -> int:
        """The body so many times."""
        if most == 0 or body == EMPTY:
            return EMPTY
        if body == NONE:
            return EMPTY if fewest == 0 else NONE
        if body == ANY:
            return ANY
        if self.nullable[body]:
            fewest = 0
            node = self.nodes[body]
            if node[0] == ANY_OF and EMPTY in node:
                body = self.any_of([part for part in node[1:] if part != EMPTY])
        inner, least, greatest = self.counted(body)
        if inner != body and _without_gaps(fewest, most, least, greatest):
            return self.loop(inner, fewest * least, _product(most, greatest))
        if most == 1:
            return body if fewest == 1 or self.nullable[body] else self.any_of([EMPTY, body])
        return self._state((LOOP, body, fewest, most))

    def negated(self, state: int) -> int:
        """Every word that is not in a state."""
        node = self.nodes[state]
        kind = node[0]
        if state == NONE:
            return ANY
        if state == ANY:
            return NONE
        if kind == EXCEPT:
            return node[1]
        if kind == ANY_OF:
            return self.all_of([self.negated(part) for part in node[1:]])
        if kind == ALL_OF:
            return self.any_of([self.negated(part) for part in node[1:]])
        body, fewest, most = self.counted(state)
        if body == LETTER:
            return self.any_of([*self._below(LETTER, 0, fewest - 1), *self._above(LETTER, most)])
        if state == EMPTY:
            return self.loop(LETTER, 1, ENDLESS)
        return self._state((EXCEPT, state))

    def _below(self, body: int, fewest: int, most: int) -> list[int]:
        """A loop, where its bounds leave one."""
        return [self.loop(body, fewest, most)] if fewest <= most else []

    def _above(self, body: int, most: int) -> list[int]:
        """More of the body than `most`."""
        return [] if most == ENDLESS else [self.loop(body, most + 1, ENDLESS)]

    def any_of(self, states: Iterable[int]) -> int:
        """What is in any of the states."""
        parts: set[int] = set()
        mask = 0
        for state in states:
            node = self.nodes[state]
            for part in node[1:] if node[0] == ANY_OF else (state,):
                if self.nodes[part][0] == POINTS:
                    mask |= self.nodes[part][1]
                else:
                    parts.add(part)
        if mask:
            parts.add(self.points(mask))
        if ANY in parts:
            return ANY
        if len(parts) < 2:
            return parts.pop() if parts else NONE
        self.budget.spend(len(parts))
        self._join_loops(parts)
        if EMPTY in parts and any(part != EMPTY and self.nullable[part] for part in parts):
            parts.remove(EMPTY)
        for part in list(parts):
            node = self.nodes[part]
            if node[0] == EXCEPT and node[1] in parts:
                return ANY
            if node[0] == ALL_OF and not parts.isdisjoint(node[1:]):
                parts.discard(part)
        if ANY in parts:
            return ANY
        return parts.pop() if len(parts) == 1 else self._state((ANY_OF, *sorted(parts)))

    def _join_loops(self, parts: set[int]) -> None:
        """Make one of parts that differ only in how often they do something first, where counts leave no gap."""
        groups: dict[Node, list[tuple[int, int, int]]] = {}
        for part in parts:
            node = self.nodes[part]
            chained = node[0] == CHAIN and len(node) > 1
            body, fewest, most = self.counted(node[1] if chained else part)
            groups.setdefault((body, *(node[2:] if chained else ())), []).append((fewest, most, part))
        for (body, *others), counts in groups.items():
            rest = tuple(others)
            whole = self._known.get((CHAIN, *rest)) if len(rest) != 1 else rest[0]
            if whole in parts and any(most != 1 for _, most, _ in counts):
                counts.append((0, 0, whole or EMPTY))
            if len(counts) > 1:
                self._join_counts(parts, body, rest, sorted(counts))

    def _join_counts(self, parts: set[int], body: int, rest: Node, counts: list[tuple[int, int, int]]) -> None:
        """Join the loops of one body before the same rest; (fewest, most, part) of each, sorted."""
        fewest, most, part = counts[0]
        joined = [part]
        for least, greatest, other in [*counts[1:], (-1, -1, NONE)]:
            if other != NONE and (most == ENDLESS or least <= most + 1):
                most = ENDLESS if ENDLESS in (most, greatest) else max(most, greatest)
                joined.append(other)
                continue
            if len(joined) > 1:
                parts.difference_update(joined)
                whole = self.chain([self.loop(body, fewest, most), *rest])
                node = self.nodes[whole]
                parts.update(node[1:] if node[0] == ANY_OF else (whole,))
            fewest, most, joined = least, greatest, [other]

    def all_of(self, states: Iterable[int]) -> int:
        """What is in all of the states."""
        parts: set[int] = set()
        for state in states:
            node = self.nodes[state]
            parts.update(node[1:] if node[0] == ALL_OF else (state,))
        parts.discard(ANY)
        if NONE in parts:
            return NONE
        if len(parts) < 2:
            return parts.pop() if parts else ANY
        self.budget.spend(len(parts))
        self._meet_loops(parts)
        if EMPTY in parts:
            return EMPTY if all(self.nullable[part] for part in parts) else NONE
        if not self._absorb(parts):
            return NONE
        if len(parts) < 2:
            return parts.pop() if parts else ANY
        return self._state((ALL_OF, *sorted(parts)))

    def _absorb(self, parts: set[int]) -> bool:
        """Drop what other parts already say; False where two parts are each other's opposite."""
        refused = {self.nodes[part][1] for part in parts if self.nodes[part][0] == EXCEPT}
        if not refused.isdisjoint(parts) or NONE in parts:
            return False
        for part in list(parts):
            node = self.nodes[part]
            if node[0] != ANY_OF:
                continue
            if not parts.isdisjoint(node[1:]):
                parts.remove(part)
                continue
            left = [one for one in node[1:] if one not in refused and not self._is_refusal_of(one, parts)]
            if len(left) < len(node) - 1:
                again = self.all_of([*(parts - {part}), self.any_of(left)])
                parts.clear()
                parts.update(self.nodes[again][1:] if self.nodes[again][0] == ALL_OF else (again,))
                return NONE not in parts
        return True

    def _is_refusal_of(self, state: int, parts: set[int]) -> bool:
        """Whether a state is the complement of one of the parts."""
        return self.nodes[state][0] == EXCEPT and self.nodes[state][1] in parts

    def _meet_loops(self, parts: set[int]) -> None:
        """Make one of the parts that are loops over single letters, and cut it by those that are refused."""
        loops = [part for part in parts if self.nodes[self.counted(part)[0]][0] == POINTS]
        if not loops:
            return
        body, fewest, most = self.counted(loops[0])
        mask = self.nodes[body][1]
        for part in loops[1:]:
            other, least, greatest = self.counted(part)
            mask &= self.nodes[other][1]
            fewest = max(fewest, least)
            most = max(most, greatest) if ENDLESS in (most, greatest) else min(most, greatest)
        parts.difference_update(loops)
        if most != ENDLESS and fewest > most:
            parts.add(NONE)
            return
        body = self.points(mask)
        ranges = [(fewest, most)]
        for part in list(parts):
            if self.nodes[part][0] == EXCEPT:
                inner, least, greatest = self.counted(self.nodes[part][1])
                if self.nodes[inner][0] == POINTS and mask & ~self.nodes[inner][1] == 0:
                    parts.remove(part)
                    ranges = [cut for one in ranges for cut in _cut(one, least, greatest)]
        left = self.any_of([self.loop(body, *one) for one in ranges])
        parts.update(self.nodes[left][1:] if self.nodes[left][0] == ALL_OF else (left,))

    def moves(self, state: int) -> Moves:
        """What each letter leads to."""
        known = self._moves[state]
        if known is None:
            self.budget.spend()
            known = self._moves[state] = self._find_moves(self.nodes[state])
        return known

    def _find_moves(self, node: Node) -> Moves:
        """The derivatives of an expression."""
        kind = node[0]
        if kind == POINTS:
            return ((node[1], EMPTY),) if node[1] else ()
        if kind == CHAIN:
            return self._chain_moves(node[1:])
        if kind == LOOP:
            body, fewest, most = node[1:]
            rest = self.loop(body, max(fewest - 1, 0), most if most == ENDLESS else most - 1)
            return self._sorted((mask, self.chain((to, rest))) for mask, to in self.moves(body))
        if kind == ANY_OF:
            return self._any_moves([pair for part in node[1:] for pair in self.moves(part)])
        if kind == ALL_OF:
            return self._all_moves(node[1:])
        return self._except_moves(node[1])

    def _chain_moves(self, parts: Node) -> Moves:
        """The moves of the first part, and of each next one while those before it may be empty."""
        pairs: list[tuple[int, int]] = []
        for place, part in enumerate(parts):
            rest = parts[place + 1 :]
            pairs.extend((mask, self.chain((to, *rest))) for mask, to in self.moves(part))
            if not self.nullable[part]:
                break
        return self._any_moves(pairs) if parts and self.nullable[parts[0]] else self._sorted(pairs)

    def _except_moves(self, part: int) -> Moves:
        """To the complement of where the part leads to."""
        left = self.alphabet.everything
        pairs = []
        for mask, to in self.moves(part):
            left &= ~mask
            pairs.append((mask, self.negated(to)))
        return self._sorted([*pairs, (left, ANY)] if left else pairs)

    def _any_moves(self, pairs: list[tuple[int, int]]) -> Moves:
        """Cut sets that overlap, and lead each piece to any of where the sets lead."""
        cells: list[tuple[int, tuple[int, ...]]] = []
        for left, to in self._sorted(pairs, apart=False):
            cut: list[tuple[int, tuple[int, ...]]] = []
            for mask, tos in cells:
                both = mask & left
                if both:
                    cut.append((both, (*tos, to)))
                    left ^= both
                if both != mask:
                    cut.append((mask ^ both, tos))
            if left:
                cut.append((left, (to,)))
            self.budget.spend(1 + len(cut) // 8)
            cells = cut
        return self._sorted((mask, tos[0] if len(tos) == 1 else self.any_of(tos)) for mask, tos in cells)

    def _all_moves(self, parts: Node) -> Moves:
        """Cut the sets along each other, and lead each piece to all of where the sets lead."""
        ordered = sorted(parts, key=lambda part: self.nodes[part][0] == EXCEPT)
        cells: list[tuple[int, tuple[int, ...]]] = [(mask, (to,)) for mask, to in self.moves(ordered[0])]
        for part in ordered[1:]:
            moves = self.moves(part)
            cells = [(mask & other, (*tos, to)) for mask, tos in cells for other, to in moves if mask & other]
            self.budget.spend(1 + len(cells) // 8)
        return self._sorted((mask, self.all_of(tos)) for mask, tos in cells)

    def _sorted(self, pairs: Iterable[tuple[int, int]], *, apart: bool = True) -> Moves:
        """Join the sets that lead to the same state, the friendliest letters first; `apart` where no sets overlap."""
        found: dict[int, int] = {}
        for mask, to in pairs:
            if to != NONE:
                found[to] = found.get(to, 0) | mask
        if len(found) == 1 or not apart:
            return tuple((mask, to) for to, mask in found.items())
        return tuple(sorted(((mask, to) for to, mask in found.items()), key=lambda pair: pair[0] & -pair[0]))


def _sum(most: int, more: int) -> int:
    """The upper bound of two loops in a row."""
    return ENDLESS if ENDLESS in (most, more) else most + more


def _product(most: int, times: int) -> int:
    """The upper bound of a loop in a loop."""
    return ENDLESS if ENDLESS in (most, times) else most * times


def _without_gaps(fewest: int, most: int, least: int, greatest: int) -> bool:
    """Whether a loop of a loop allows every count between its bounds."""
    if fewest == most:
        return True
    if fewest == 0:
        return least <= 1
    return greatest == ENDLESS or fewest * greatest + 1 >= (fewest + 1) * least


def _cut(bounds: tuple[int, int], least: int, greatest: int) -> list[tuple[int, int]]:
    """The counts within bounds that are not between `least` and `greatest`."""
    fewest, most = bounds
    below = least - 1 if most == ENDLESS else min(most, least - 1)
    found = [(fewest, below)] if fewest <= below else []
    if greatest != ENDLESS and (most == ENDLESS or greatest < most):
        found.append((max(fewest, greatest + 1), most))
    return found
