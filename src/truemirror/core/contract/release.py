"""Published versions of a contract: what was promised never changes, and a number says what the change deserves.

Rules: a published version is known by the digest of what it promises; evidence is no promise. Numbers follow Semantic
Versioning 2.0.0: whoever may break somebody takes a major step, whoever promises more a minor one, whoever promises the
same a patch; below 1.0.0 a minor step may break (§4). What cannot be decided counts as breaking.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from truemirror.core.contract.contract import EXTENSION
from truemirror.core.contract.differences import PROMISES, UNORDERED
from truemirror.core.contract.version import FIRST, ordered

_NUMBERS = re.compile(r"(\d+)(?:\.(\d+))?(?:\.(\d+))?(-[0-9A-Za-z.-]+)?(?:\+.*)?\Z")


class Size(StrEnum):
    """How large a step between two versions is."""

    PATCH = "patch"
    MINOR = "minor"
    MAJOR = "major"


_SIZES = tuple(Size)

EDITORIAL = frozenset(
    {"schema-rewritten", "reference-changed"}
    | {f"{what}-{how}" for what in ("description", "example") for how in ("added", "removed", "changed")}
)
"""Rules of changes that say the same in other words; whatever else nobody breaks by is more than was promised (SemVer
2.0.0 §7: also a deprecation takes a minor step)."""


@dataclass(frozen=True, slots=True)
class Release:
    """One version, as it was published."""

    version: str
    digest: str
    """Of what it promises, as `digest_of` gives it."""
    day: str
    """When it was published, as YYYY-MM-DD in UTC."""
    until: str = ""
    """The last day on which it is served; empty while nobody has deprecated it."""
    reason: str = ""
    """Why it is deprecated, and what to use instead."""


def digest_of(documents: Mapping[str, Any]) -> str:
    """Sixteen hexadecimal digits of what documents promise, whatever their order, layout and evidence."""
    text = json.dumps(_promised(documents, ""), sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _promised(value: Any, key: str) -> Any:
    """A value without evidence; lists that have no order are sorted."""
    if isinstance(value, Mapping):
        found = {str(name): _promised(one, str(name)) for name, one in value.items() if name != EXTENSION}
        own = value.get(EXTENSION)
        kept = {name: one for name, one in own.items() if name in PROMISES} if isinstance(own, Mapping) else {}
        return found | {EXTENSION: kept} if kept else found
    if isinstance(value, list):
        items = [_promised(one, "") for one in value]
        return sorted(items, key=lambda one: json.dumps(one, sort_keys=True)) if key in UNORDERED else items
    return value


def step_size(old: str, new: str) -> Size | None:
    """How large the step from one version to another is; None where the other is not newer."""
    before, after = _numbers(old), _numbers(new)
    if ordered((new, old))[-1] == old:
        return None
    place = next((place for place in range(3) if before[place] != after[place]), 2)
    return (Size.MAJOR, Size.MINOR, Size.PATCH)[place]


def suffices(old: str, new: str, deserved: Size) -> bool:
    """Whether the step from one version to another is as large as the change deserves."""
    size = step_size(old, new)
    if size is None:
        return False
    wanted = Size.MINOR if deserved is Size.MAJOR and _numbers(old)[0] == 0 else deserved
    return _SIZES.index(size) >= _SIZES.index(wanted)


def stepped(old: str, size: Size) -> str:
    """The version after one, a step of this size on; a major step from 0.x stays below 1.0.0."""
    major, minor, patch = _numbers(old)
    if size is Size.PATCH:
        return f"{major}.{minor}.{patch + 1}"
    if size is Size.MINOR or major == 0:
        return f"{major}.{minor + 1}.0"
    return f"{major + 1}.0.0"


def _numbers(version: str) -> tuple[int, int, int]:
    """The three numbers of a version."""
    found = _NUMBERS.match(version) or _NUMBERS.match(FIRST)
    assert found is not None
    return int(found[1]), int(found[2] or 0), int(found[3] or 0)


def newest_before(releases: Iterable[Release], version: str) -> Release | None:
    """The release that a version is compared with: the newest of those before it.

    So 1.4.1 follows 1.4.0 though 2.0.0 is out: two lines live side by side.
    """
    by_version = {one.version: one for one in releases}
    line = ordered({*by_version, version})
    place = line.index(version)
    return by_version[line[place - 1]] if place else None
