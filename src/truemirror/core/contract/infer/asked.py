"""What a service asks for in bodies of requests: the attributes that it named when it refused one that lacked them.

Rules: a name counts only when the refused body lacked it, so that a wrong value asks for nothing; evidence adds up in
any order and is bounded: of very many names the first in order are kept.
"""

import re
from collections.abc import Container, Iterator
from typing import Any

MOST_NAMES = 512
"""Distinct names in the errors of one operation; beyond, the first in order are kept."""

_NAME = re.compile(r"[A-Za-z_][\w-]{0,60}\Z")
_IN_PROSE = re.compile(
    r"""['"`]([A-Za-z_][\w-]{0,60})['"`]|\b([A-Za-z_][\w-]{0,60}) (?:is|are) (?:required|missing)\b"""
)
_LONGEST = 300


class Asked:
    """What was asked for in one operation, name by name."""

    __slots__ = ("_had",)

    def __init__(self) -> None:
        """Nothing asked for yet."""
        self._had: dict[str, frozenset[str]] = {}
        """The attributes that all requests had that were refused for lacking one, by the name of that."""

    def refuse(self, body: Any, error: Any) -> None:
        """Take in a refused body and the error that it got; only objects lack attributes."""
        if not isinstance(body, dict):
            return
        had = frozenset(body)
        for name in set(_names(error)) - had:
            self._had[name] = self._had.get(name, had) & had
        while len(self._had) > MOST_NAMES:
            del self._had[max(self._had)]

    def __contains__(self, name: str) -> bool:
        """Whether an attribute was asked for."""
        return name in self._had

    def spares(self, name: str, known: Container[str]) -> bool:
        """Whether an attribute was lacking, and another of the `known` ones was asked for and never this one."""
        if name in self._had:
            return False
        return any(name not in had for other, had in self._had.items() if other in known)


NOTHING = Asked()
"""Where nobody asked for anything. It is never added to."""


def _names(error: Any) -> Iterator[str]:
    """What may be a name in an error: whole texts, the ends of pointers, words of sentences, keys of messages."""
    todo = [error]
    while todo:
        one = todo.pop()
        if isinstance(one, str):
            yield from _names_in_text(one[:_LONGEST])
        elif isinstance(one, list):
            todo.extend(one)
        elif isinstance(one, dict):
            todo.extend(one.values())
            yield from (name for name, said in one.items() if _is_messages(said) and _NAME.match(name))


def _names_in_text(text: str) -> Iterator[str]:
    """`title`, `/title`, `#/title`, `body.title`, `title is required`, `"title" was not given`."""
    last = re.split(r"[./]", text)[-1]
    if _NAME.match(last):
        yield last
    for found in _IN_PROSE.finditer(text):
        yield found[1] or found[2]


def _is_messages(said: Any) -> bool:
    """Whether a value is what some frameworks say of the attribute it stands under: a list of sentences."""
    return isinstance(said, list) and bool(said) and all(isinstance(one, str) and " " in one for one in said)
