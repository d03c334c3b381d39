"""What can be wrong with a schema, and what can be too hard to be read.

Rules: an invalid document is a SchemaError with its place and its remedy; a valid one that nobody here can put into
terms is Unreadable, which is an answer and no error of the document.
"""

from truemirror.errors import FormatError


class SchemaError(FormatError):
    """A schema that its draft does not allow, or a reference that leads nowhere."""

    def __init__(
        self, what: str, *, where: str = "", nearest: str = "", fix: str = "", pointer: str = "", keyword: str = ""
    ) -> None:
        """Keep the parts of the text, and the JSON pointer of the schema and the keyword at fault."""
        super().__init__(what, where=where, nearest=nearest, fix=fix)
        self.pointer = pointer
        self.keyword = keyword


class Unreadable(Exception):
    """A construct that cannot be put into terms, and why; what depends on it is unknown."""

    def __init__(self, construct: str, reason: str) -> None:
        """Keep both parts."""
        super().__init__(f"{construct}: {reason}")
        self.construct = construct
        self.reason = reason
