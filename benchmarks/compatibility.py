"""Comparing pairs of realistic schemas: time for a pair, and how many stay undecided.

Resources of an API (ids, states, money, owners, lists, maps, tagged shapes, references) are drawn with a seed, each is
edited once to three times as people do, and every pair is judged backward. Beside it, in the same run, the stock
`jsonschema` validator is put together and holds one value against both sides: what a comparison by examples costs at
least. With --suite, pairs of schemas of one file of the official suite in a folder are drawn and judged, too.
Milliseconds of processor time.
"""

import argparse
import copy
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import jsonschema

from benchmarks.table import machine, markdown, number
from truemirror.core.contract.compat.judge import judge
from truemirror.core.contract.compat.policy import Direction
from truemirror.core.schema.reading import SchemaError, Source, dialect_of

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_WORDS = ("name", "title", "email", "phone", "status", "stage", "currency", "note", "city", "source", "label", "locale")
_OBJECTS = ("owner", "address", "company", "contact", "pricing", "settings", "limits", "audit")
_STATES = ("new", "open", "won", "lost", "paused", "archived", "draft", "sent")
Pair = tuple[Any, Any]


class Maker:
    """Draws resources and edits of them; the same seed draws the same."""

    def __init__(self, seed: int) -> None:
        """A maker with a seed."""
        self._random = Random(seed)  # no secrets here

    def pair(self) -> Pair:
        """A resource and the same after some edits."""
        old = self._resource()
        new = copy.deepcopy(old)
        for _ in range(self._random.randint(1, 3)):
            self._edit(new)
        return old, new

    def _resource(self) -> Any:
        """One resource, or a page of them."""
        person = self._object(1)
        made = self._object(2)
        made["properties"] |= {"id": {"type": "string"}, "created_at": {"type": "string", "format": "date-time"}}
        made["properties"]["manager"] = {"$ref": "#/$defs/person"}
        made["properties"]["parent"] = {"anyOf": [{"$ref": "#/$defs/it"}, {"type": "null"}]}
        made["required"] = sorted({*made["required"], "id"})
        page = {
            "type": "object",
            "required": ["items", "metadata"],
            "properties": {
                "items": {"type": "array", "items": {"$ref": "#/$defs/it"}, "maxItems": 100},
                "metadata": {"type": "object", "required": ["total"], "properties": {"total": {"type": "integer"}}},
            },
        }
        root = page if self._random.random() < 0.4 else {"$ref": "#/$defs/it"}
        return {"$schema": _DRAFT, **root, "$defs": {"it": made, "person": person}}

    def _object(self, depth: int) -> Any:
        """An object of several attributes."""
        draw = self._random
        names = draw.sample(_WORDS, draw.randint(3, 8))
        made = {name: self._value() for name in names}
        if depth:
            for name in draw.sample(_OBJECTS, draw.randint(1, 3)):
                made[name] = self._object(depth - 1) if draw.random() < 0.7 else self._shapes()
        required = [name for name in made if draw.random() < 0.5]
        closed = {"additionalProperties": False} if draw.random() < 0.3 else {}
        return {"type": "object", "properties": made, "required": required, **closed}

    def _value(self) -> Any:
        """An attribute that is no object."""
        draw = self._random
        edge = draw.randint(1, 200)
        return draw.choice(
            (
                {"type": "string"},
                {"type": ["string", "null"], "maxLength": edge},
                {"type": "string", "enum": draw.sample(_STATES, draw.randint(2, 6))},
                {
                    "type": "string",
                    "pattern": draw.choice(("^[a-z]{2}$", "^[A-Z]{3}$", "^\\d+\\.\\d{2}$", "^[a-z0-9-]+$")),
                },
                {"type": "string", "format": draw.choice(("email", "uri", "date", "uuid"))},
                {"type": "integer", "minimum": 0},
                {"type": "number", "minimum": 0, "maximum": edge},
                {"type": "boolean"},
                {"type": "array", "items": {"type": "string", "minLength": 1}, "uniqueItems": True},
                {"type": "object", "additionalProperties": {"type": ["string", "number"]}},
            )
        )

    def _shapes(self) -> Any:
        """Some shapes that a tag tells apart."""
        tags = self._random.sample(_STATES, self._random.randint(2, 5))
        return {
            "oneOf": [
                {
                    "type": "object",
                    "required": ["kind"],
                    "properties": {"kind": {"const": tag}, "value": self._value()},
                }
                for tag in tags
            ]
        }

    def _edit(self, document: Any) -> None:
        """One edit of one object somewhere."""
        found = [one for one in _objects(document) if one.get("properties")]
        place = self._random.choice(found)
        name = self._random.choice(sorted(place["properties"]))
        self._random.choice(self._edits)(self, place, name)

    def _add(self, place: Any, name: str) -> None:
        """A new attribute."""
        place["properties"][f"new_{name}"] = self._value()

    def _remove(self, place: Any, name: str) -> None:
        """An attribute goes."""
        del place["properties"][name]
        place["required"] = [one for one in place.get("required", ()) if one != name]

    def _rename(self, place: Any, name: str) -> None:
        """An attribute is called otherwise."""
        place["properties"][f"{name}_text"] = place["properties"].pop(name)
        place["required"] = [f"{name}_text" if one == name else one for one in place.get("required", ())]

    def _retype(self, place: Any, name: str) -> None:
        """An attribute holds something else."""
        place["properties"][name] = self._value()

    def _require(self, place: Any, name: str) -> None:
        """An attribute becomes required, or no longer is."""
        place["required"] = sorted({*place.get("required", ())} ^ {name})

    def _nullable(self, place: Any, name: str) -> None:
        """An attribute may be null."""
        place["properties"][name] = {"anyOf": [place["properties"][name], {"type": "null"}]}

    def _tune(self, place: Any, name: str) -> None:
        """A member of an enumeration more or less, a bound moved."""
        schema = place["properties"][name]
        for word in ("maxLength", "maximum", "maxItems"):
            if word in schema:
                schema[word] += self._random.choice((-1, 1, 10))
        if "enum" in schema:
            schema["enum"] = [*schema["enum"][1:], *self._random.choice(((), ("more",), schema["enum"][:1]))]

    def _extract(self, place: Any, name: str) -> None:
        """The same, said by a branch: an edit that changes no meaning."""
        place.setdefault("allOf", []).append({"properties": {name: place["properties"][name]}})

    _edits: tuple[Callable[["Maker", Any, str], None], ...] = (
        *(_add, _add, _remove, _rename, _retype, _require, _require, _nullable, _tune, _tune, _extract),
    )


def _objects(node: Any) -> Iterator[Any]:
    """All objects of a document that describe objects."""
    if isinstance(node, dict):
        if isinstance(node.get("properties"), dict) and node.get("type") == "object":
            yield node
        for one in node.values():
            yield from _objects(one)
    elif isinstance(node, list):
        for one in node:
            yield from _objects(one)


def suite_pairs(folder: Path) -> Iterator[Pair]:
    """All pairs of schemas of each file of the official suite, 2020-12, that refer to nothing elsewhere."""
    for cases in json.loads((folder / "draft2020-12.json").read_text(encoding="utf-8")).values():
        yield from product([case["schema"] for case in cases], repeat=2)


def measured(name: str, pairs: Iterator[Pair], *, with_peer: bool) -> list[str]:
    """A row of the table: how long each pair took, and how they were judged."""
    times, peer, verdicts, reasons = [], 0.0, Counter[str](), Counter[str]()
    for old, new in pairs:
        begun = time.process_time()
        try:
            dialect = dialect_of(old, new)
            judged = judge(Source(old, dialect), Source(new, dialect), Direction.BACKWARD)
        except SchemaError:
            continue
        times.append((time.process_time() - begun) * 1_000)
        verdicts[judged.verdict.value] += 1
        reasons.update(judged.reasons)
        if with_peer:
            begun = time.process_time()
            for side in (old, new):
                jsonschema.Draft202012Validator(side).is_valid({"items": [], "metadata": {"total": 0}, "id": "1"})
            peer += (time.process_time() - begun) * 1_000
    times.sort()
    for reason, times_said in reasons.most_common(12):
        print(f"{name}: undecided {times_said} times: {reason[:150]}", file=sys.stderr)
    mean, count = sum(times) / len(times), len(times)
    figures = [mean, times[count // 2], times[count * 99 // 100], times[-1]]
    shares = [f"{100 * verdicts[word] / count:.2f} %" for word in ("compatible", "breaking", "unknown")]
    ratio = f"{mean / (peer / count):.1f}" if with_peer else "–"
    return [name, number(count), *map(number, figures), *shares, ratio]


def main() -> int:
    """Judge the pairs and print the table; gives back the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=1_000, help="how many pairs of each sort")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--suite", type=Path, help="folder of the official test suite, by draft")
    options = parser.parse_args()
    maker = Maker(options.seed)
    drawn = (maker.pair() for _ in range(options.pairs))
    rows = [measured("realistic", drawn, with_peer=True)]
    if options.suite:
        among = list(suite_pairs(options.suite))
        sampled = Random(options.seed).sample(among, min(options.pairs, len(among)))  # no secrets here
        rows.append(measured("official suite", iter(sampled), with_peer=False))
    head = ["pairs", "count", "mean, ms", "p50", "p99", "most", "compatible", "breaking", "unknown", ": jsonschema"]
    print(f"Measured on: {machine()}; milliseconds of processor time for a pair.\n")
    print(markdown(head, rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
