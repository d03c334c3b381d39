"""Requests with variables in them: which names a text has, and the text with their values.

    /api/v1/deals/{deal_id}      a variable          {{ }}      a brace
    {"email":"{email}"}          in a body only names that are known are variables, so JSON needs no doubled braces

Rules: values are put in once and never read again, so a value with braces in it stays as it is.
"""

import re
from collections.abc import Iterator, Mapping

from truemirror.errors import UsageError

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""What a variable may be called."""

_PART = re.compile(r"\{\{|\}\}|\{([A-Za-z_][A-Za-z0-9_]*)\}")
_BODY = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_WHOLE = re.compile(r"\"\{([A-Za-z_][A-Za-z0-9_]*)\}\"")


def names_in(text: str) -> Iterator[str]:
    """The variables of a target or a header's value, in order."""
    return (found[1] for found in _PART.finditer(text) if found[1])


def names_in_body(text: str) -> Iterator[str]:
    """Strings of a body that are nothing but a name in braces, and so surely meant as variables."""
    return (found[1] for found in _WHOLE.finditer(text))


def filled(text: str, values: Mapping[str, str]) -> str:
    """A target or a header's value with its variables. Raises UsageError for one without a value."""

    def put(found: re.Match[str]) -> str:
        """A brace or a value."""
        if not found[1]:
            return found[0][0]
        if found[1] not in values:
            raise UsageError(f"the variable {found[1]!r} has no value", where=text)
        return values[found[1]]

    return _PART.sub(put, text)


def filled_body(text: str, values: Mapping[str, str]) -> str:
    """A body with the variables that are known; every other brace stays."""
    return _BODY.sub(lambda found: values.get(found[1], found[0]), text)
