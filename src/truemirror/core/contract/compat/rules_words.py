"""Rules about what schemas tell people and programs without holding any value to it.

Rules: none of these ever breaks by itself; each row has the row of the change undone as its mirror.
"""

from typing import Any, Final

from truemirror.core.contract.compat.policy import Direction
from truemirror.core.contract.compat.row import Row

_ALL = (Direction.BACKWARD, Direction.FORWARD, Direction.REQUEST, Direction.RESPONSE, Direction.EVENT)
_NONE = "Nothing."


def _three(
    family: str, what: str, meaning: str, keyword: str, one: Any, two: Any, *, warns: bool = False
) -> tuple[Row, ...]:
    """Rules about a word that came, went or changed."""
    mark = "wwww" if warns else "iiii"
    directions = _ALL if warns else ()
    plain: dict[str, Any] = {"type": "string"}
    examples = {
        "added": (plain, {**plain, keyword: one}, "removed"),
        "removed": ({**plain, keyword: one}, plain, "added"),
        "changed": ({**plain, keyword: one}, {**plain, keyword: two}, "changed"),
    }
    return tuple(
        Row(
            f"{family}-{word}",
            "words",
            mark,
            f"{what} of {{path}} was {word}",
            meaning,
            _NONE if not warns else "Ask whoever relies on it.",
            old,
            new,
            f"{family}-{mirror}",
            warns=directions,
        )
        for word, (old, new, mirror) in examples.items()
    )


def _two(
    family: str,
    says: tuple[str, str],
    meaning: str,
    keyword: str,
    *,
    warns: bool = False,
    marks: tuple[str, str] = ("", ""),
) -> tuple[Row, ...]:
    """Rules about a mark that came or went."""
    marked = {"type": "object", "properties": {"id": {"type": "string", keyword: True}}}
    plain = {"type": "object", "properties": {"id": {"type": "string"}}}
    mark = "wwww" if warns else "iiii"
    directions = _ALL if warns else ()
    return (
        Row(
            f"{family}-added",
            "words",
            marks[0] or mark,
            says[0],
            meaning,
            _NONE,
            plain,
            marked,
            f"{family}-removed",
            warns=directions,
        ),
        Row(
            f"{family}-removed",
            "words",
            marks[1] or mark,
            says[1],
            meaning,
            _NONE,
            marked,
            plain,
            f"{family}-added",
            warns=directions,
        ),
    )


ROWS: Final = (
    *_three("description", "the description", "Words for people changed.", "description", "a name", "the name"),
    *_three("example", "an example", "An example changed.", "examples", ["a"], ["b"]),
    *_three(
        "default",
        "the default",
        "Values stay as valid as they were; whoever leaves the attribute out may see another behaviour.",
        "default",
        "a",
        "b",
        warns=True,
    ),
    *_three(
        "content",
        "what is said of the content",
        "Readers that decode the text may fail; validators do not look.",
        "contentMediaType",
        "text/plain",
        "application/json",
        warns=True,
    ),
    *_two(
        "deprecated",
        ("{path} is deprecated", "{path} is no longer deprecated"),
        "A word about the future.",
        "deprecated",
    ),
    *_two(
        "read-only",
        ("{path} is now only read; it is ignored in requests", "{path} may be written now"),
        "The attribute leaves requests, or comes back to them; what that does to values is judged with the request.",
        "readOnly",
        warns=True,
        marks=("wwww", "wwbw"),
    ),
    *_two(
        "write-only",
        ("{path} is now only written; it leaves responses", "{path} is now read, too"),
        "The attribute leaves responses, or comes back to them; what that does to values is judged with the response.",
        "writeOnly",
        warns=True,
        marks=("wwwb", "wwww"),
    ),
    Row(
        "schema-rewritten",
        "words",
        "iiii",
        "the schema is written in other words and means the same",
        "A refactoring: values that were valid are, and no others.",
        _NONE,
        {"type": "string", "allOf": [{"minLength": 1}]},
        {"type": "string", "minLength": 1, "$defs": {"unused": {}}},
        "schema-rewritten",
    ),
)
