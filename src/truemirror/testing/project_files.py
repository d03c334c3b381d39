"""A project's files in memory.

Rules: it keeps the promises of `truemirror.ports.ProjectFiles`.
"""

from collections.abc import Mapping


class FakeProjectFiles:
    """Files that are only remembered."""

    def __init__(self, files: Mapping[str, str] | None = None) -> None:
        """What is there in the beginning, by path."""
        self.files = dict(files or {})

    def read(self, path: str) -> str | None:
        """What a file says; None when it is not there."""
        return self.files.get(path)

    def write(self, path: str, text: str) -> None:
        """Remember it."""
        self.files[path] = text
