"""Patterns of JSON Schema, which are looked for anywhere, and regexes of Pact, which have to match the whole text.

Rules: what one takes the other takes; a pattern made from a regex gives that regex back.
"""

from typing import Final

_BEGIN: Final = "^(?:"
_END: Final = ")$"
_ANYTHING: Final = r"[\s\S]*"


def pattern_of(regex: str) -> str:
    """The pattern of texts that a regex matches from end to end."""
    return f"{_BEGIN}{regex}{_END}"


def regex_of(pattern: str) -> str:
    """A regex that matches every text in which a pattern is found, from end to end."""
    inner = pattern[len(_BEGIN) : -len(_END)]
    if pattern.startswith(_BEGIN) and pattern.endswith(_END) and _is_closed(inner):
        return inner
    return f"{_ANYTHING}(?:{pattern}){_ANYTHING}"


def _is_closed(text: str) -> bool:
    """Whether no parenthesis of a text closes one that was opened before it, and none stays open."""
    depth, in_class, escaped = 0, False, False
    for sign in text:
        if escaped:
            escaped = False
        elif sign == "\\":
            escaped = True
        elif in_class:
            in_class = sign != "]"
        elif sign == "[":
            in_class = True
        elif sign == "(":
            depth += 1
        elif sign == ")":
            depth -= 1
            if depth < 0:
                return False
    return depth == 0 and not in_class and not escaped
