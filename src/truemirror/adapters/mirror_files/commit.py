"""Changing several files of a mirror at once, so that a kill or a full disk leaves all of them old or all new.

Every new content is written beside (`.journal/staged/`), flushed to the disk, and listed in `.journal/commit.json`.
From the moment that list is in place the change will happen: whoever comes next finishes it. Renames come last.

Rules: whoever commits holds the writer's lock. Finishing twice is the same as once. The list is checked like any other
file that could come from anywhere: it can name nothing but files of this mirror.
"""

import contextlib
import errno
import os
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from truemirror.adapters.mirror_files.lock import JOURNAL, folder_lock
from truemirror.adapters.mirror_files.refusal import refused
from truemirror.core.mirror.bodies import SHA256
from truemirror.core.mirror.folder import BODIES, MIRROR_FILE, PART_NAME, SCENARIO_FILE, is_folder_name
from truemirror.core.mirror.strict_json import parse_json
from truemirror.errors import FormatError

LIST = "commit.json"
STAGED = "staged"
ATTRIBUTES = ".gitattributes"
"""In the folder of bodies: keeps version control from changing line ends in them."""

_STAGED_NAME = re.compile(r"[0-9]{1,9}\Z")
_SYNC_THREADS = 8


def commit(folder: Path, writes: Mapping[str, bytes], removals: Iterable[str]) -> None:
    """Write and remove files, by their paths inside the folder. Raises StoreError; then nothing has changed."""
    removed = sorted(removals)
    if not writes and not removed:
        return
    journal = folder / JOURNAL
    for path in (*writes, *removed):
        _check_parent(folder, path)
    try:
        _stage(journal / STAGED, list(writes.values()))
        plan = {"remove": removed, "rename": [[str(number), path] for number, path in enumerate(writes)]}
        _write(journal / STAGED / LIST, orjson.dumps(plan))
        _sync(journal / STAGED)
        (journal / STAGED / LIST).rename(journal / LIST)
        _sync(journal)
    except OSError as error:
        discard(folder)
        raise refused(error, error.filename or folder) from None
    finish(folder)


def is_pending(folder: Path) -> bool:
    """Whether a change was listed and not finished."""
    return (folder / JOURNAL / LIST).exists()


def is_half_done(folder: Path) -> bool:
    """Whether a listed change was begun and not finished, so that the folder is neither old nor new."""
    if not is_pending(folder):
        return False
    renames, _ = _read(folder / JOURNAL / LIST)
    return not all((folder / JOURNAL / STAGED / staged).exists() for staged, _ in renames)


def finish(folder: Path) -> None:
    """Carry out what the list says, wherever it was left. Raises StoreError, FormatError."""
    plan = folder / JOURNAL / LIST
    if not plan.exists():
        discard(folder)
        return
    with folder_lock(folder, alone=True):
        try:
            renames, removals = _read(plan)
            _apply(folder, renames, removals)
            plan.unlink()
            _sync(plan.parent)
        except OSError as error:
            raise refused(error, error.filename or folder) from None
    discard(folder)


def discard(folder: Path) -> None:
    """Remove what was written beside and is not needed."""
    shutil.rmtree(folder / JOURNAL / STAGED, ignore_errors=True)


def _stage(staged: Path, contents: Sequence[bytes]) -> None:
    """Write each content beside, under its number, and wait until the disk has it."""
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(parents=True)
    paths = [staged / str(number) for number in range(len(contents))]
    if len(paths) < _SYNC_THREADS:
        for path, content in zip(paths, contents, strict=True):
            _write(path, content)
        return
    from concurrent.futures import ThreadPoolExecutor  # a thirtieth of a second that most starts do not need

    with ThreadPoolExecutor(_SYNC_THREADS) as pool:  # file systems join flushes that come at the same time
        for _ in pool.map(_write, paths, contents):
            pass


def _write(path: Path, content: bytes) -> None:
    """Write a file and wait until the disk has it."""
    with path.open("xb", buffering=0) as file:
        left = memoryview(content)
        while left:
            left = left[file.write(left) :]
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Wait until the disk has the names in a folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # file systems that know no such thing for folders
            raise
    finally:
        os.close(descriptor)


def _apply(folder: Path, renames: Sequence[tuple[str, str]], removals: Sequence[str]) -> None:
    """Move what was staged into place, then remove; what is done already is passed over."""
    touched = {folder}
    for staged, path in renames:
        target = folder / path
        if target.parent not in touched:
            _check_parent(folder, path)
            target.parent.mkdir(exist_ok=True)
            touched.add(target.parent)
        with contextlib.suppress(FileNotFoundError):
            (folder / JOURNAL / STAGED / staged).rename(target)
    for path in removals:
        target = folder / path
        if target.parent.is_dir():
            _check_parent(folder, path)
            touched.add(target.parent)
            target.unlink(missing_ok=True)
    for one in sorted(touched):
        if one != folder and not any(one.iterdir()):
            one.rmdir()
    for one in sorted(touched):
        if one.is_dir():
            _sync(one)


def _check_parent(folder: Path, path: str) -> None:
    """Refuse to write through a link, wherever it leads."""
    inner = (folder / path).parent
    if inner != folder and inner.is_symlink():
        raise FormatError("is a link, which is not written through", where=str(inner), fix="replace it by a folder")


def _read(path: Path) -> tuple[list[tuple[str, str]], list[str]]:
    """Renames and removals that a list asks for."""
    try:
        document = parse_json(path.read_bytes())
    except FormatError as error:
        raise _bad_list(path, error.what) from None
    match document:
        case {"remove": [*removals], "rename": [*pairs]} if all(map(_is_ours, removals)):
            renames: list[tuple[str, str]] = []
            for pair in pairs:
                match pair:
                    case [str(staged), str(target)] if _STAGED_NAME.match(staged) and _is_ours(target):
                        renames.append((staged, target))
                    case _:
                        raise _bad_list(path, f"asks for something strange: {pair!r}")
            return renames, removals
        case _:
            raise _bad_list(path, "is no list of changes")


def _is_ours(path: Any) -> bool:
    """Whether a path names a file that a mirror's folder may hold."""
    if type(path) is not str:
        return False
    folder, slash, name = path.rpartition("/")
    if not slash:
        return name == MIRROR_FILE
    if folder == BODIES:
        return bool(SHA256.match(name)) or name == ATTRIBUTES
    return is_folder_name(folder) and (name == SCENARIO_FILE or bool(PART_NAME.match(name)))


def _bad_list(path: Path, what: str) -> FormatError:
    """A list of changes that no truemirror wrote."""
    return FormatError(what, where=str(path), fix=f"look into {path.parent}, take out what you need, and remove it")
