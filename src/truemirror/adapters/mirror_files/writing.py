"""Writing a mirror's folder: only what is different from what lies there.

Rules: what stays the same is not touched. A scenario that cannot be read is left alone unless it was recorded anew, and
as long as there is one no large body is removed, for it may be the one that is named there.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from truemirror.adapters.mirror_files.commit import ATTRIBUTES, commit
from truemirror.adapters.mirror_files.large_bodies import BODIES_AS_THEY_ARE, bring, flush
from truemirror.adapters.mirror_files.reading import scenario_folders
from truemirror.adapters.mirror_files.refusal import refused
from truemirror.core.mirror.bodies import LARGE, SHA256
from truemirror.core.mirror.folder import BODIES, MIRROR_FILE, encode_mirror, encode_scenario, folders_of
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Fault, Response
from truemirror.core.wire.large import Large


def write_scenarios(folder: Path, mirror: Mirror, names: Iterable[str]) -> None:
    """Write some of a mirror's scenarios, and the mirror's main file where there is none. Raises StoreError."""
    writes: dict[str, bytes] = {}
    removals: list[str] = []
    there = dict(scenario_folders(folder))
    folders = folders_of((one.name for one in mirror.scenarios), there)
    bodies: dict[str, bytes] = {}
    for name in names:
        scenario = mirror.scenario(name)
        if scenario is not None:
            flush(bring(folder, scenario.exchanges))
            inner = folders[name]
            _scenario(folder / inner, mirror, scenario, there.get(inner, []), writes, removals, bodies)
    if not (folder / MIRROR_FILE).exists():
        writes[MIRROR_FILE] = encode_mirror(mirror)
    commit(folder, {**_new_bodies(folder, bodies), **writes}, removals)


def write_mirror(folder: Path, mirror: Mirror, is_damaged: Callable[[str, list[str]], bool]) -> None:
    """Write a whole mirror and remove the scenarios that are no longer in it. Raises StoreError.

    `is_damaged` tells from a folder's name and its files whether it cannot be read.
    """
    writes: dict[str, bytes] = {}
    removals: list[str] = []
    there = dict(scenario_folders(folder))
    bodies: dict[str, bytes] = {}
    _if_changed(folder, MIRROR_FILE, encode_mirror(mirror), writes)
    folders = folders_of((one.name for one in mirror.scenarios), there)
    for scenario in mirror.scenarios:
        flush(bring(folder, scenario.exchanges))
        inner = folders[scenario.name]
        _scenario(folder / inner, mirror, scenario, there.pop(inner, []), writes, removals, bodies)
    damaged = {name for name, files in there.items() if is_damaged(name, files)}
    removals += [f"{name}/{file}" for name, files in there.items() if name not in damaged for file in files]
    if not damaged:
        removals += _unused_bodies(folder, mirror)
    commit(folder, {**_new_bodies(folder, bodies), **writes}, removals)


def remove_unused_bodies(folder: Path, mirror: Mirror) -> None:
    """Remove large bodies that no exchange has. Raises StoreError."""
    commit(folder, {}, _unused_bodies(folder, mirror))


def _scenario(
    inner: Path,
    mirror: Mirror,
    scenario: Scenario,
    there: list[str],
    writes: dict[str, bytes],
    removals: list[str],
    bodies: dict[str, bytes],
) -> None:
    """Collect what changes in a scenario's folder, given the names of the files that are there."""
    files = encode_scenario(scenario, mirror.rules, bodies, inner.name)
    for name, content in files.items():
        _if_changed(inner.parent, f"{inner.name}/{name}", content, writes)
    removals += [f"{inner.name}/{name}" for name in there if name not in files]


def _if_changed(folder: Path, path: str, content: bytes, writes: dict[str, bytes]) -> None:
    """Collect a file whose content is not the one on the disk."""
    target = folder / path
    try:
        if target.is_symlink() or target.read_bytes() != content:
            writes[path] = content
    except FileNotFoundError:
        writes[path] = content
    except OSError as error:
        raise refused(error, target, "read") from None


def _new_bodies(folder: Path, bodies: Mapping[str, bytes]) -> dict[str, bytes]:
    """Files of large bodies that are not there yet, before the files that name them."""
    writes: dict[str, bytes] = {}
    for name, body in bodies.items():
        target = folder / BODIES / name
        if not target.is_file() or target.stat().st_size != len(body):
            writes[f"{BODIES}/{name}"] = body
    if writes:
        _if_changed(folder, f"{BODIES}/{ATTRIBUTES}", BODIES_AS_THEY_ARE, writes)
    return writes


def _unused_bodies(folder: Path, mirror: Mirror) -> list[str]:
    """Files of large bodies that no exchange has."""
    try:
        there = [path.name for path in (folder / BODIES).iterdir() if SHA256.match(path.name)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise refused(error, folder / BODIES, "read") from None
    if not there:
        return []
    used = {_name(body) for _, _, exchange in mirror.places() for body in _large(exchange)}
    unused = [f"{BODIES}/{name}" for name in there if name not in used]
    if len(unused) == len(there) and (folder / BODIES / ATTRIBUTES).exists():
        unused.append(f"{BODIES}/{ATTRIBUTES}")
    return unused


def _large(exchange: Exchange) -> Iterator[bytes]:
    """The bodies of an exchange that have files of their own."""
    outcome = exchange.outcome
    bodies = [exchange.request.body]
    response = outcome if isinstance(outcome, Response) else outcome.partial
    if isinstance(outcome, Fault):
        bodies.append(outcome.received)
    if response is not None:
        bodies += (response.body, response.coded, *(frame.payload for frame in response.frames))
    return (body for body in bodies if len(body) > LARGE or isinstance(body, Large))


def _name(body: bytes) -> str:
    """The name of a large body's file."""
    return body.sha256 if isinstance(body, Large) else hashlib.sha256(body).hexdigest()
