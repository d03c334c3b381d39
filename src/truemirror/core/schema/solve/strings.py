"""Texts in a language, of some length, that fulfil predicates which can only be tested.

Rules: without such predicates exact; with them, a text that passes is a value, and that none passes proves nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice, product
from string import ascii_lowercase
from typing import Final

from truemirror.core.schema import opaque
from truemirror.core.schema.budget import Budget
from truemirror.core.schema.language import ANY, Language, all_of, complement
from truemirror.core.schema.language_words import accepts, find
from truemirror.core.schema.solve.harvest import Gathering, Harvest
from truemirror.core.schema.terms import Length, Matches, Not, Opaque, Term, Words

_LETTERS: Final = ascii_lowercase
_TRIES: Final = 24
"""Words of the language that are tried against predicates, besides their own examples."""


@dataclass(slots=True)
class Texts:
    """What is asked of a text."""

    languages: list[Language] = field(default_factory=list)
    shortest: int = 0
    longest: int | None = None
    without: set[str] = field(default_factory=set)
    passes: list[Opaque] = field(default_factory=list)
    fails: list[Opaque] = field(default_factory=list)

    def language(self) -> Language:
        """The language that all of it is in."""
        return all_of(*self.languages) if self.languages else ANY

    def fits(self, text: str, language: Language) -> bool:
        """Whether a text is as long as it should be, in the language, and not excluded."""
        if text in self.without or len(text) < self.shortest or (self.longest is not None and len(text) > self.longest):
            return False
        return accepts(language, text)

    def tested(self, text: str) -> bool | None:
        """Whether a text fulfils the predicates; None when one of them cannot be tested."""
        answers = [opaque.test(one, text) for one in self.passes]
        answers += [None if (answer := opaque.test(one, text)) is None else not answer for one in self.fails]
        if False in answers:
            return False
        return None if None in answers else True


def find_texts(atoms: Iterable[Term], budget: Budget, count: int) -> Harvest:
    """Up to `count` texts for which all of the atoms hold; none of them is `Words` without a negation."""
    texts = _texts_of(atoms)
    if texts.longest is not None and texts.longest < texts.shortest:
        return Harvest((), True)
    if texts.passes or texts.fails:
        return _tested(texts, budget, count)
    return _words(texts, texts.language(), budget, count)


def _words(texts: Texts, language: Language, budget: Budget, count: int) -> Harvest:
    """Up to `count` words of a language that are not excluded: some first, then as many as cannot all be excluded."""
    if language == ANY:
        budget.spend(texts.shortest // 16)  # a word of a billion letters is not written down
        easy = tuple(islice(_easy(texts), count))
        if len(easy) == count:
            return Harvest(easy)
    asked = count + min(len(texts.without), 2)
    while True:
        found = find(language, budget, shortest=texts.shortest, longest=texts.longest, count=asked)
        words = tuple(word for word in found.words if word not in texts.without)[:count]
        if len(words) == count or found.complete:
            return Harvest(words, found.complete and len(words) < count)
        asked = count + len(texts.without)


def _easy(texts: Texts) -> Iterator[str]:
    """Words of plain letters, short ones first."""
    last = texts.shortest + 2 if texts.longest is None else min(texts.longest, texts.shortest + 2)
    for length in range(texts.shortest, last + 1):
        for end in product(_LETTERS, repeat=min(length, 2)):
            word = "a" * (length - len(end)) + "".join(end)
            if word not in texts.without:
                yield word


def _texts_of(atoms: Iterable[Term]) -> Texts:
    """The atoms as one question."""
    texts = Texts()
    for atom in atoms:
        match atom:
            case Matches(language=language):
                texts.languages.append(language)
            case Not(term=Matches(language=language)):
                texts.languages.append(complement(language))
            case Length(shortest=low, longest=high):
                texts.shortest = max(texts.shortest, low)
                if high is not None:
                    texts.longest = high if texts.longest is None else min(texts.longest, high)
            case Not(term=Words(values=words)):
                texts.without |= words
            case Opaque():
                texts.passes.append(atom)
            case Not(term=Opaque() as predicate):
                texts.fails.append(predicate)
    return texts


def _tested(texts: Texts, budget: Budget, count: int) -> Harvest:
    """Texts that pass the tests, among examples of the predicates and words of the language."""
    gathering = Gathering()
    language = texts.language()
    names = ", ".join(sorted(one.name for one in (*texts.passes, *texts.fails)))
    nothing_else = False
    for text in _candidates(texts, language, budget):
        if text is None:
            nothing_else = True
            continue
        budget.spend()
        if texts.tested(text):
            gathering.add(Harvest((text,), True))
            if len(gathering.values) == count:
                break
    if not (nothing_else and not gathering.values):
        gathering.doubt(f"no example of a text was found that settles {names}")
    return gathering.harvest()


def _candidates(texts: Texts, language: Language, budget: Budget) -> Iterator[str | None]:
    """Texts worth testing; None where there is no text at all but for the predicates."""
    for predicate in (*texts.passes, *texts.fails):
        for example in opaque.examples(predicate):
            if texts.fits(example, language):
                yield example
    found = _words(texts, language, budget, _TRIES)
    if found.empty:
        yield None
    yield from found.values
