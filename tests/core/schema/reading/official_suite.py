"""The official test suite of JSON Schema, and which of its cases are not for us.

Rules: a case that is left out says why; the tests count them and see that each differs indeed.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from truemirror.core.schema.reading import Dialect, Source

FOLDER = Path(__file__).parents[3] / "vendor" / "json-schema-test-suite"
FILES: Mapping[Dialect, str] = {
    Dialect.DRAFT4: "draft4",
    Dialect.DRAFT6: "draft6",
    Dialect.DRAFT7: "draft7",
    Dialect.DRAFT201909: "draft2019-09",
    Dialect.DRAFT202012: "draft2020-12",
}
LEFT_OUT: Mapping[str, str] = {
    "optional/zeroTerminatedFloats.json": "draft 4 lets an implementation choose; here 1.0 is an integer in all drafts",
    "optional/content.json": "contents are annotations here, as later drafts have it",
    "optional/dependencies-compatibility.json": "`dependencies` is no keyword of these drafts",
    "optional/format-assertion.json": "meta-schemas of one's own are refused",
    "vocabulary.json": "meta-schemas of one's own are refused",
}


class Case(NamedTuple):
    """A schema of the suite and what it says of some values."""

    dialect: Dialect
    file: str
    name: str
    schema: Any
    verdicts: list[tuple[str, Any, bool]]

    @property
    def source(self) -> Source:
        """The schema with the documents it may refer to."""
        return Source(self.schema, self.dialect, documents=remotes())


@cache
def remotes() -> Mapping[str, Any]:
    """The documents that cases refer to, by their URIs."""
    documents: Mapping[str, Any] = json.loads((FOLDER / "remotes.json").read_text())
    return documents


@cache
def files(dialect: Dialect) -> Mapping[str, list[Case]]:
    """The cases of a draft, by file."""
    told = json.loads((FOLDER / f"{FILES[dialect]}.json").read_text())
    return {
        file: [
            Case(
                dialect,
                file,
                case["description"],
                case["schema"],
                [(one["description"], one["data"], one["valid"]) for one in case["tests"]],
            )
            for case in cases
        ]
        for file, cases in told.items()
    }


def all_files() -> Iterator[tuple[Dialect, str]]:
    """Every file of the suite that is for us."""
    for dialect in Dialect:
        for file in files(dialect):
            if file not in LEFT_OUT:
                yield dialect, file
