"""Reading a mirror's folder, which may hold anything.

Rules: nothing is read from outside the mirrors' folder, whatever links or names say; only regular files are opened.
Every error names its file. One scenario that cannot be read does not keep the others from being read.
"""

import contextlib
import gc
import hashlib
import os
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from truemirror.adapters.mirror_files.large_bodies import from_file
from truemirror.adapters.mirror_files.refusal import refused
from truemirror.core.mirror.document import Reading
from truemirror.core.mirror.folder import (
    BODIES,
    MIRROR_FILE,
    PART_NAME,
    SCENARIO_FILE,
    decode_mirror,
    decode_part,
    decode_scenario,
    each_of_part,
    is_folder_name,
    part_name,
)
from truemirror.core.mirror.model import Mirror, MirrorRules, Scenario
from truemirror.core.mirror.strict_json import parse_json
from truemirror.core.wire.exchange import Exchange
from truemirror.core.wire.large import HELD
from truemirror.errors import FormatError

LONGEST_FILE = 256 * 1024 * 1024
"""A part is about one MiB; what is so much longer is no part of a mirror."""

Value = TypeVar("Value")


def read_mirror(
    folder: Path, root: str, service: str, version: str, *, may_be_new: bool
) -> tuple[Mirror, dict[str, FormatError]]:
    """A mirror with all scenarios that can be read, and for each folder that cannot why.

    Raises FormatError for the main file, which must be there unless the mirror may be a new one; StoreError.
    """
    with collector_resting():
        rules = read_rules(folder, root, service, version, may_be_new)
        scenarios, problems = _read_scenarios(folder, root, service)
    return Mirror(service, version, scenarios, rules), problems


@contextlib.contextmanager
def collector_resting() -> Iterator[None]:
    """Without a search for garbage in the many values that are made and stay: a third of the time otherwise."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def read_rules(folder: Path, root: str, service: str, version: str, may_be_new: bool) -> MirrorRules:
    """The rules in a mirror's main file."""
    path = folder / MIRROR_FILE
    if not path.exists():
        if may_be_new:
            return MirrorRules()
        fix = f"restore it (`git checkout -- {path}`), or record the service again"
        raise FormatError("is missing, though there is a folder for it", where=str(path), fix=fix)
    return located(path, root, service, lambda document: decode_mirror(document, service, version))


def _read_scenarios(folder: Path, root: str, service: str) -> tuple[tuple[Scenario, ...], dict[str, FormatError]]:
    """All scenarios in order of their names, and for each folder that cannot be read why."""
    reading = Reading(body_reader(folder / BODIES, root))
    scenarios: dict[str, Scenario] = {}
    problems: dict[str, FormatError] = {}
    for name, files in scenario_folders(folder):
        try:
            scenario = read_scenario(folder / name, files, root, service, reading)
            if scenario.name in scenarios:
                path = str(folder / name)
                raise FormatError(f"the scenario {scenario.name!r} is there twice", where=path, fix="remove one folder")
            scenarios[scenario.name] = scenario
        except FormatError as error:
            problems[name] = error
    return tuple(scenarios[name] for name in sorted(scenarios)), problems


def scenario_folders(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Names of the folders that hold scenarios, each with the names of its files, sorted."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if is_folder_name(entry.name) and entry.is_dir())
        for name in names:
            inner = sorted((path.name for path in (folder / name).iterdir()), key=lambda one: (len(one), one))
            files = [one for one in inner if one == SCENARIO_FILE or PART_NAME.match(one)]
            if files:
                yield name, files
    except OSError as error:
        raise refused(error, error.filename or folder, "read") from None


def read_scenario(folder: Path, files: list[str], root: str, service: str, reading: Reading) -> Scenario:
    """One scenario from its folder. Raises FormatError, StoreError."""
    name, recorded = scenario_head(folder, files, root, service)
    exchanges: list[Exchange] = []
    for path in part_paths(folder, files, service):
        exchanges += located(path, root, service, lambda document: decode_part(document, reading))
    return Scenario(name, tuple(exchanges), recorded)


def scenario_head(folder: Path, files: list[str], root: str, service: str) -> tuple[str, str]:
    """The name of a scenario and the day of its recording. Raises FormatError, StoreError."""
    if SCENARIO_FILE not in files:
        return folder.name, ""
    path = folder / SCENARIO_FILE
    return located(path, root, service, lambda document: decode_scenario(document, folder.name))


def part_paths(folder: Path, files: list[str], service: str) -> Iterator[Path]:
    """The parts of a scenario in order. Raises FormatError when it comes to one that is missing."""
    for number, part in enumerate(one for one in files if one != SCENARIO_FILE):
        if part != part_name(number):
            missing = folder / part_name(number)
            raise FormatError(
                "is missing, though later parts are there", where=str(missing), fix=_fix(missing, service)
            )
        yield folder / part


def exchanges_of(path: Path, root: str, service: str, reading: Reading) -> Iterator[Exchange]:
    """The exchanges of one part, decoded one by one as they are asked for. Raises FormatError, StoreError."""
    with _placed(path, service):
        with collector_resting():
            document = parse_json(read_file(path, root, LONGEST_FILE))
        yield from each_of_part(document, reading)


def located(path: Path, root: str, service: str, decode: Callable[[Any], Value]) -> Value:
    """What a file holds; errors name the file and, where they know none of their own, a fix."""
    with _placed(path, service):
        return decode(parse_json(read_file(path, root, LONGEST_FILE)))


@contextlib.contextmanager
def _placed(path: Path, service: str) -> Iterator[None]:
    """Whatever is wrong with the form of a file names it, and a fix."""
    try:
        yield
    except FormatError as error:
        where = f"{path}, {error.where}" if error.where else str(path)
        raise FormatError(
            error.what, where=where, nearest=error.nearest, fix=error.fix or _fix(path, service)
        ) from None


def _fix(path: Path, service: str) -> str:
    """What helps against a damaged file."""
    if path.name == MIRROR_FILE:
        return f"restore it (`git checkout -- {path}`), or remove it and record {service} again"
    record = f"truemirror record {service} --upstream URL --scenario {path.parent.name}"
    return f"restore it (`git checkout -- {path}`), or record it again: {record}"


def read_file(path: Path, root: str, longest: int) -> bytes:
    """The bytes of a regular file inside the root. Raises FormatError without a place, StoreError."""
    try:
        real = os.path.realpath(path)
        if not real.startswith(root + os.sep):
            raise FormatError("leads out of the mirrors' folder", fix="replace the link by a file")
        status = Path(real).stat()
        if not stat.S_ISREG(status.st_mode):
            raise FormatError("is no regular file", fix="remove it")
        if status.st_size > longest:
            raise FormatError(f"is too long to be a part of a mirror: {status.st_size} bytes")
        with open(real, "rb", buffering=0) as file:  # noqa: PTH123 (twice as fast as the method of a path)
            return file.readall()
    except OSError as error:
        raise refused(error, path, "read") from None


def body_reader(bodies: Path, root: str, *, keeps: bool = True) -> Callable[[str, int], bytes]:
    """Gives large bodies by name and size, and checks that they are what they were.

    One that `keeps` them reads each once, however often it is named. What is too large to be held is read by who
    sends it.
    """
    known: dict[str, bytes] = {}

    def read(name: str, size: int) -> bytes:
        """One body."""
        if size > HELD:
            return from_file(bodies / name, root, size)
        body = known.get(name)
        if body is None:
            body = _read_body(bodies / name, root)
            if keeps:
                known[name] = body
        if len(body) != size:
            raise FormatError(f"the body has {len(body)} bytes, not {size}", where="size")
        return body

    return read


def _read_body(path: Path, root: str) -> bytes:
    """A large body from its file."""
    if not path.exists():
        raise FormatError(f"the body {path} is missing", where="file")
    try:
        body = read_file(path, root, sys.maxsize)
    except FormatError as error:
        raise FormatError(f"the body {path} {error.what}", where="file", fix=error.fix) from None
    if hashlib.sha256(body).hexdigest() != path.name:
        raise FormatError(f"the body {path} was changed: its bytes are not those of its name", where="file")
    return body
