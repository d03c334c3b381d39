"""Traces of flows in a folder, one below the other: what the last run of each test left behind.

    FOLDER/index.html              all traces of the last runs
    FOLDER/TEST/trace.json         the last run's trace: of a failure all that is kept, of a passed test the outline
    FOLDER/TEST/green.json         the outline of the last run that passed
    FOLDER/TEST/index.html         the page of a failure
    FOLDER/TEST/try1/...           pictures, dom.txt, page.mhtml, driver.log of the telling try

Rules: only masked traces are written; no name leaves the folder, whoever chose it; nothing is followed that is a link.
A failure's files are dropped when its test passes, or when so many newer failures are there that nobody would look.
"""

import hashlib
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from truemirror.core.flow.document import read_trace, trace_json
from truemirror.core.flow.thin import Limits, forgotten, is_failure, kept_try, small, thinned
from truemirror.core.flow.trace import Outcome, Trace, Try
from truemirror.disk import write_whole
from truemirror.errors import FormatError, StoreError
from truemirror.usecases.mask_trace import PICTURES, Masked

TRACE, GREEN, PAGE, INDEX = "trace.json", "green.json", "index.html", "index.html"
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")
FINAL = "final"
"""How the names of pictures begin that show the pages at the end."""
_LONGEST_NAME = 80
_LONGEST_KIND = 8
_LONGEST = 64 * 1024 * 1024
_FIX = "free some space, or name another folder with --flows-traces"
_AS_TEXT = frozenset({"html", "htm", "xhtml", "svg"})
"""Files that must not be opened as what they are: a snapshot's scripts would run."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A trace as it lies in its folder."""

    trace: Trace
    folder: Path
    page: Path | None
    """The failure page; None for a test that passed, and for a failure that is too old."""


Render = Callable[[Trace, Trace | None, Mapping[str, bytes]], str]
"""Makes a failure's page from its trace, the last green one and the files of its telling try."""


def folder_name(test: str) -> str:
    """The name of a test's folder: readable, safe on every disk, another one for every test."""
    digest = hashlib.blake2b(test.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    words = _UNSAFE.sub("-", test.replace("::", "-").removesuffix(".py")).strip("-")
    if len(words) > _LONGEST_NAME:
        words = words[-_LONGEST_NAME:].partition("-")[2] or words[-_LONGEST_NAME:]
    return f"{words.strip('-') or 'test'}-{digest}"


def write_trace(folder: Path, masked: Masked, render: Render, limits: Limits | None = None) -> Kept:
    """Keep the trace of one test, instead of the one before; gives back where it lies. Raises StoreError."""
    limits = limits or Limits()
    room = folder / folder_name(masked.trace.test)
    _refuse_links(room)
    trace, green = masked.trace, _green(room)
    if trace.tries and trace.tries[-1].outcome is Outcome.PASSED:
        _write(room / GREEN, _outline(trace))
    _drop(room)
    if not is_failure(trace):
        _write(room / TRACE, _outline(trace))
        return Kept(small(trace), room, None)
    files = dict(_fitting(masked.files, limits)) if trace.tries else {}
    trace = _naming(thinned(trace, limits), files)
    kept = kept_try(trace)
    for name, content in files.items():
        _write(room / f"try{kept.number if kept else 1}" / name, content)
    page = room / PAGE
    _write(page, render(trace, green, files).encode("utf-8", "replace"))
    _write(room / TRACE, trace_json(trace))
    prune(folder, limits.failures)
    return Kept(trace, room, page)


def read_traces(folder: Path) -> tuple[Kept, ...]:
    """Every trace in a folder, failures first, then by name. Raises FormatError, StoreError."""
    try:
        rooms = sorted(one for one in folder.iterdir() if one.is_dir() and not one.is_symlink())
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise StoreError(f"it cannot be read: {error.strerror}", where=str(folder)) from None
    found = [_kept(room, trace) for room in rooms if (trace := _read(room / TRACE)) is not None]
    return tuple(sorted(found, key=lambda one: (not is_failure(one.trace), one.trace.test)))


def write_index(folder: Path, render: Callable[[tuple[Kept, ...]], str]) -> Path:
    """Write the page over all traces of a folder. Raises StoreError, FormatError."""
    page = folder / INDEX
    _write(page, render(read_traces(folder)).encode("utf-8", "replace"))
    return page


def prune(folder: Path, most: int) -> int:
    """Of all but the newest failures keep the trace alone; gives back how many that were. Raises StoreError."""
    pages = [one for one in folder.glob(f"*/{PAGE}") if not one.parent.is_symlink()]
    aged = sorted(pages, key=lambda page: (-_written(page), str(page)))
    for page in aged[most:]:
        _drop(page.parent)
        trace = _read(page.parent / TRACE)
        if trace is not None:
            _write(page.parent / TRACE, trace_json(forgotten(trace)))
    return len(aged[most:])


def _naming(trace: Trace, files: Mapping[str, bytes]) -> Trace:
    """The trace with its steps naming those pictures that are kept, as they are called there."""
    return replace(trace, tries=tuple(_named(one, files) for one in trace.tries))


def _named(one: Try, files: Mapping[str, bytes]) -> Try:
    """The same of a try."""
    names = [safe_file(step.picture) for step in one.steps]
    steps = zip(one.steps, names, strict=True)
    return replace(one, steps=tuple(replace(step, picture=name if name in files else "") for step, name in steps))


def _kept(room: Path, trace: Trace) -> Kept:
    """A trace as it lies in its folder."""
    page = room / PAGE
    return Kept(trace, room, page if page.is_file() else None)


def _fitting(files: Mapping[str, bytes], limits: Limits) -> Iterator[tuple[str, bytes]]:
    """Those files that fit into a test's folder, by safe names: texts, pictures of the end, then the last steps."""
    room = limits.folder
    names = sorted(sorted(files, reverse=True), key=lambda name: not name.startswith(FINAL))
    pictures = [name for name in names if name.rpartition(".")[2].lower() in PICTURES]
    archives = [name for name in names if name.endswith(".mhtml")]
    texts = [name for name in names if name not in pictures and name not in archives]
    for name in (*texts, *pictures[: limits.pictures], *archives):
        safe = safe_file(name)
        if safe and len(files[name]) <= room:
            room -= len(files[name])
            yield safe, files[name]


def safe_file(name: str) -> str:
    """A file's name that stays in its folder; empty when nothing is left of it."""
    stem, _, kind = name.rpartition(".")
    stem, kind = _UNSAFE.sub("-", stem).strip("-")[:_LONGEST_NAME], _UNSAFE.sub("", kind)[:_LONGEST_KIND]
    return f"{stem}.{'txt' if kind.lower() in _AS_TEXT else kind}" if stem and kind else ""


def _read(path: Path) -> Trace | None:
    """A trace, None where none is. Raises FormatError, StoreError."""
    try:
        if path.is_symlink() or not path.is_file():
            return None
        if path.stat().st_size > _LONGEST:
            raise FormatError("is too long for a trace", where=str(path), fix="remove it, and run the test again")
        return read_trace(path.read_bytes())
    except FormatError as error:
        where = str(path) if error.where in ("", str(path)) else f"{path}, {error.where}"
        raise FormatError(error.what, where=where, fix=error.fix or "remove it, and run the test again") from None
    except OSError as error:
        raise StoreError(f"it cannot be read: {error.strerror}", where=str(path)) from None


def _outline(trace: Trace) -> bytes:
    """What is written of a test that passed."""
    return trace_json(small(trace), indented=False)


def _green(room: Path) -> Trace | None:
    """The outline of the last run that passed; None where it cannot be read: a failure is kept all the same."""
    try:
        return _read(room / GREEN)
    except FormatError:
        return None


def _drop(room: Path) -> None:
    """Remove a failure's page and files, never its trace. Another worker may be faster. Raises StoreError."""
    try:
        (room / PAGE).unlink(missing_ok=True)
        for one in room.glob("try*"):
            if one.is_symlink():
                one.unlink(missing_ok=True)
            else:
                shutil.rmtree(one, ignore_errors=True)
    except OSError as error:
        raise StoreError(f"an old trace cannot be removed: {error.strerror}", where=str(room), fix=_FIX) from None


def _refuse_links(room: Path) -> None:
    """Raise StoreError when a test's folder is a link to somewhere else."""
    if room.is_symlink():
        raise StoreError("is a link, and traces do not leave their folder", where=str(room), fix="remove it")


def _written(page: Path) -> float:
    """When a page was written; long ago when another worker has just removed it."""
    try:
        return page.stat().st_mtime
    except OSError:
        return 0.0


def _write(path: Path, content: bytes) -> None:
    """Write one file wholly. Raises StoreError."""
    write_whole(path, content, "the trace cannot be written", _FIX)
