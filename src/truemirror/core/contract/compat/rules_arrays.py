"""Rules about arrays.

Rules: each row has the row of the change undone as its mirror.
"""

from typing import Any, Final

from truemirror.core.contract.compat.row import Row

_TAKE = "Go on taking what was taken, or release a new major version."
_GIVE = "Go on giving no more than was promised, or release a new major version."


def _array(**keywords: Any) -> dict[str, Any]:
    """A schema of arrays for an example."""
    return {"type": "array", **keywords}


_S: Final[dict[str, Any]] = {"type": "string"}
_N: Final[dict[str, Any]] = {"type": "integer"}


def _pair(
    narrow: str, widen: str, says: tuple[str, str], meaning: tuple[str, str], wide: Any, tight: Any
) -> tuple[Row, Row]:
    """A rule about allowing less, and its mirror."""
    return (
        Row(narrow, "arrays", "bibi", says[0], meaning[0], _TAKE, wide, tight, widen),
        Row(widen, "arrays", "ibib", says[1], meaning[1], _GIVE, tight, wide, narrow),
    )


ROWS: Final = (
    *_pair(
        "items-count-tightened",
        "items-count-loosened",
        (
            "the number of items of {path} is bounded more tightly: {keyword} is {after}, was {before}",
            "the number of items of {path} is bounded more loosely: {keyword} is {after}, was {before}",
        ),
        (
            "Senders of fewer or more items are refused.",
            "Readers that take the first item, or room for the last, may fail.",
        ),
        _array(),
        _array(minItems=1),
    ),
    *_pair(
        "items-added",
        "items-removed",
        ("the items of {path} are held to a schema now", "the items of {path} may now be anything"),
        ("Senders of other items are refused.", "Readers meet items that they were never promised."),
        _array(),
        _array(items=_S),
    ),
    *_pair(
        "tuple-place-added",
        "tuple-place-removed",
        ("the item at {path} is held to a schema now", "the item at {path} may now be anything"),
        ("Senders of another item in that place are refused.", "Readers relied on the item in that place."),
        _array(prefixItems=[_S]),
        _array(prefixItems=[_S, _N]),
    ),
    *_pair(
        "unevaluated-items-added",
        "unevaluated-items-removed",
        ("further items of {path} are held to a schema now", "further items of {path} may now be anything"),
        ("Senders of further items are refused.", "Readers meet further items that they were never promised."),
        _array(prefixItems=[_S]),
        _array(prefixItems=[_S], unevaluatedItems=False),
    ),
    *_pair(
        "unique-added",
        "unique-removed",
        ("no two items of {path} may be equal now", "items of {path} may now be equal"),
        ("Senders of equal items are refused.", "Readers that make a set or a mapping lose items."),
        _array(items=_N),
        _array(items=_N, uniqueItems=True),
    ),
    *_pair(
        "contains-added",
        "contains-removed",
        ("{path} now has to contain an item of a kind", "{path} need no longer contain an item of a kind"),
        ("Senders without such an item are refused.", "Readers that look for the item may not find it."),
        _array(),
        _array(contains=_N),
    ),
    *_pair(
        "contains-count-tightened",
        "contains-count-loosened",
        (
            "how many items of a kind {path} contains is bounded more tightly: {keyword} is {after}, was {before}",
            "how many items of a kind {path} contains is bounded more loosely: {keyword} is {after}, was {before}",
        ),
        ("Senders of fewer or more of them are refused.", "Readers may find fewer or more of them."),
        _array(contains=_N),
        _array(contains=_N, minContains=2),
    ),
)
