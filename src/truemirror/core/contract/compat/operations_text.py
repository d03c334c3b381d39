"""What is known of a parameter's value from the fact that it travels as text.

Rules: a number, a truth value or a text is written in the same way whatever `explode` says; every simple value is a
text, so whoever takes any text takes them all; where a type cannot be seen at once, nothing is assumed.
"""

from collections.abc import Mapping

from truemirror.core.contract.openapi.documents import Documents
from truemirror.core.contract.openapi.interface import Interface, Parameter, Place
from truemirror.errors import FormatError

_SIMPLE = frozenset({"string", "integer", "number", "boolean"})
_NOTES = frozenset({"type", "description", "title", "example", "examples", "default", "deprecated", "$comment"})
_PLAIN_STYLES = frozenset({"form", "simple"})


class Texts:
    """Looks at the parameters of two interfaces."""

    def __init__(self, old: Interface, new: Interface) -> None:
        """Keep the documents of both."""
        self._old, self._new = Documents(old.documents), Documents(new.documents)

    def same(self, old: Parameter, new: Parameter) -> bool:
        """Whether a value of a parameter is written in the same way on both sides."""
        if (old.media, old.style, old.explode) == (new.media, new.style, new.explode):
            return True
        if old.media or new.media or not {old.style, new.style} <= _PLAIN_STYLES:
            return False
        return bool(_types(self._old, old.schema)) and bool(_types(self._new, new.schema))

    def may_be_text(self, parameter: Parameter) -> bool:
        """Whether a value may be more than a number or truth value."""
        return bool(parameter.media) or not _is_no_text(self._old, parameter.schema)

    def suffice(self, old: Parameter, new: Parameter) -> bool:
        """Whether what was a number or truth value is any text now, which on the wire takes in all that was."""
        if old.media or new.media or new.schema is None:
            return False
        return _is_no_text(self._old, old.schema) and _any_text(self._new, new.schema)

    def sufficed(self, old: Parameter, new: Parameter) -> bool:
        """Whether what was any text is a number or truth value now, which whoever reads any text reads on the wire."""
        if old.media or new.media or old.schema is None:
            return False
        return _is_no_text(self._new, new.schema) and _any_text(self._old, old.schema)


def _types(documents: Documents, place: Place | None) -> frozenset[str]:
    """The simple types that a schema names; empty when it may be something else."""
    schema = _schema(documents, place)
    said = schema.get("type")
    names = frozenset([said] if isinstance(said, str) else said if isinstance(said, list) else ())
    return names if names <= _SIMPLE else frozenset()


def _is_no_text(documents: Documents, place: Place | None) -> bool:
    """Whether a schema takes only numbers and truth values, each of which is written as a text that is not theirs."""
    types = _types(documents, place)
    return bool(types) and "string" not in types


def _any_text(documents: Documents, place: Place) -> bool:
    """Whether a schema takes every text."""
    schema = _schema(documents, place)
    return schema.get("type") == "string" and _NOTES.issuperset(key for key in schema if not str(key).startswith("x-"))


def _schema(documents: Documents, place: Place | None) -> Mapping[str, object]:
    """The schema at a place; empty when it is none that can be looked at."""
    if place is None:
        return {}
    try:
        schema = documents.at(place)
    except FormatError:
        return {}
    return schema if isinstance(schema, Mapping) and "$ref" not in schema else {}
