"""Files of other tools, read into plain values: JSON and YAML, and the bodies that lie beside them.

Rules: an imported file is hostile. Nothing is executed and nothing is fetched; sizes and depth are bounded; YAML makes
plain values only, and what its aliases would unfold to counts as if it were written out. A body's file lies inside the
folder of the import, links followed, or is refused.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from truemirror.core.foreign.carried import Source
from truemirror.core.foreign.formats import FORMATS, Layout
from truemirror.core.mirror.strict_json import parse_json
from truemirror.errors import FormatError, UsageError

LARGEST_JSON = 512 * 1024 * 1024
"""The largest JSON file that is read, in bytes."""
LARGEST_YAML = 64 * 1024 * 1024
"""The largest YAML file; reading YAML takes a hundred times as long."""
LARGEST_BODY = 128 * 1024 * 1024
DEEPEST = 100
"""Levels of nesting."""
MOST_NODES = 5_000_000
"""Values of a YAML file, those counted again that an alias repeats."""
MOST_FILES = 10_000

_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: type[Any] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_SUFFIXES = {".json": "json", ".har": "json", ".yaml": "yaml", ".yml": "yaml"}


class _PlainLoader(_LOADER):  # type: ignore[misc]
    """YAML that makes texts, numbers, truth values, null, bytes, lists and objects; a time stays a text."""


_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _LOADER.yaml_implicit_resolvers.items()
}
_PlainLoader.add_constructor("!binary", yaml.SafeLoader.construct_yaml_binary)  # as Ruby writes it
_PlainLoader.add_constructor("tag:yaml.org,2002:python/unicode", yaml.SafeLoader.construct_yaml_str)
_PlainLoader.add_constructor("tag:yaml.org,2002:python/str", yaml.SafeLoader.construct_yaml_str)
_PlainLoader.add_constructor("tag:yaml.org,2002:python/tuple", yaml.SafeLoader.construct_yaml_seq)


@dataclass(frozen=True, slots=True)
class ForeignFiles:
    """Reads what is imported; see `truemirror.ports.ForeignDocuments`."""

    largest_json: int = LARGEST_JSON
    largest_yaml: int = LARGEST_YAML

    def sources(self, format_name: str, paths: Sequence[str]) -> Iterator[Source]:
        """A document for each file, or for each file in a folder. Raises UsageError, FormatError."""
        layout = FORMATS[format_name].layout
        for given in paths:
            path = Path(given)
            if not path.exists():
                raise UsageError("there is no such file", where=given, fix="name the file, or the folder, to import")
            if layout is Layout.STUBS:
                yield self._stubs(path)
            elif path.is_dir():
                for file in _files(path, FORMATS[format_name].suffixes):
                    name = file.relative_to(path).with_suffix("").as_posix()
                    yield Source(name, self.document(file), _bodies(path))
            else:
                yield Source(path.stem, self.document(path), _bodies(path.parent))

    def document(self, path: Path) -> object:
        """What a file holds, as plain values. Raises FormatError."""
        kind = _SUFFIXES.get(path.suffix.lower(), "json")
        raw = _read(path, self.largest_yaml if kind == "yaml" else self.largest_json, _SPLIT)
        try:
            if kind == "yaml" or (path.suffix.lower() not in _SUFFIXES and raw.lstrip()[:1] not in (b"{", b"[")):
                return load_yaml(raw)
            value = parse_json(raw)
            _bounded(value)
        except FormatError as error:
            where = f"{path}: {error.where}" if error.where else str(path)
            raise FormatError(error.what, where=where, nearest=error.nearest, fix=error.fix) from None
        return value

    def _stubs(self, path: Path) -> Source:
        """WireMock's mappings: one file, or a folder of them with the bodies in `__files` beside it."""
        if path.is_file():
            root = path.parent.parent if path.parent.name == "mappings" else path.parent
            return Source(path.stem, [[path.name, self.document(path)]], _bodies(root / "__files"))
        inner = path / "mappings"
        root, folder = (path, inner) if inner.is_dir() else (path.parent if path.name == "mappings" else path, path)
        found = [[one.relative_to(folder).as_posix(), self.document(one)] for one in _files(folder, (".json",))]
        return Source(root.resolve().name, found, _bodies(root / "__files"))


_SPLIT = "split it into several files and import them together: truemirror import FORMAT FILE FILE ..."


def _files(folder: Path, suffixes: Sequence[str]) -> list[Path]:
    """The files below a folder, in order of their paths; links that lead out of it are not followed."""
    root = os.path.realpath(folder)
    found: list[Path] = []
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__files" and not name.startswith("."))
        for name in sorted(names):
            file = Path(parent, name)
            if file.suffix.lower() in suffixes and os.path.realpath(file).startswith(root + os.sep):
                found.append(file)
        if len(found) > MOST_FILES:
            raise UsageError(
                f"holds more than {MOST_FILES} files", where=str(folder), fix="import its folders by turns"
            )
    if not found:
        kinds = ", ".join(f"*{one}" for one in suffixes)
        raise UsageError(f"holds no files of this kind ({kinds})", where=str(folder), fix="name the file itself")
    return sorted(found)


def _bodies(folder: Path) -> Callable[[str], bytes]:
    """What reads a body's file by the name that a document gives it, inside one folder."""

    def body(name: str) -> bytes:
        """A body. Raises FormatError."""
        root = os.path.realpath(folder)
        path = os.path.realpath(Path(root) / name) if "\0" not in name else root
        if not path.startswith(root + os.sep):
            fix = f"put the file into {folder}"
            raise FormatError("leads out of the folder that is imported", where=name, fix=fix)
        return _read(Path(path), LARGEST_BODY, "make the body smaller")

    return body


def _read(path: Path, largest: int, fix: str) -> bytes:
    """A file's bytes. Raises FormatError when it cannot be read or is too large."""
    try:
        if not path.is_file():
            raise FormatError("is no file", where=str(path), fix="put it there, or take the entry out")
        size = path.stat().st_size
        if size > largest:
            what = f"has {size / 1_048_576:.0f} MiB; up to {largest // 1_048_576} MiB are read"
            raise FormatError(what, where=str(path), fix=fix)
        return path.read_bytes()
    except OSError as error:
        raise FormatError(f"cannot be read: {error.strerror}", where=str(path)) from None


def _bounded(value: Any) -> None:
    """Refuse what is nested deeper than any recording is. Raises FormatError."""
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for one in level
            if type(one) in (dict, list)
            for inner in (one.values() if type(one) is dict else one)
            if type(inner) in (dict, list)
        ]
        if not level:
            return
    raise FormatError(f"is nested deeper than {DEEPEST} levels")


def _line(event: Any) -> str:
    """Where an event stands."""
    return f"line {event.start_mark.line + 1}"


def load_yaml(raw: bytes) -> object:
    """The plain value of a YAML text. Raises FormatError when it is none, or would unfold too far."""
    try:
        _Watch().see(raw)
        loader = _PlainLoader(raw)
        try:
            return loader.get_single_data()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise FormatError(f"is no YAML of plain values: {error.problem}", where=where) from None
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise FormatError(f"is no YAML of plain values: {' '.join(str(error).split())[:200]}") from None


@dataclass(slots=True)
class _Watch:
    """Follows a YAML text without making anything of it, and stops where it would grow too far."""

    open: list[tuple[int, str | None]] = field(default_factory=list)
    """The size before each collection that is open, and its anchor."""
    sizes: dict[str, int] = field(default_factory=dict)
    """How much is behind an anchor, all its aliases written out."""
    size: int = 0

    def see(self, raw: bytes) -> None:
        """All of a text. Raises FormatError."""
        for event in yaml.parse(raw, Loader=_LOADER):
            self._event(event)
            if self.size > MOST_NODES:
                raise FormatError(f"holds more than {MOST_NODES} values, aliases written out", fix=_SPLIT)

    def _event(self, event: Any) -> None:
        """One event."""
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.sizes:
                what = f"the alias *{event.anchor} stands for nothing that is complete before it"
                raise FormatError(what, where=_line(event))
            self.size += self.sizes[event.anchor]
        elif isinstance(event, yaml.ScalarEvent):
            self.size += 1
            if event.anchor:
                self.sizes[event.anchor] = 1 + len(event.value) // 1024
        elif isinstance(event, yaml.CollectionStartEvent):
            self.open.append((self.size, event.anchor))
            self.size += 1
            if len(self.open) > DEEPEST:
                raise FormatError(f"is nested deeper than {DEEPEST} levels", where=_line(event))
        elif isinstance(event, yaml.CollectionEndEvent):
            before, anchor = self.open.pop()
            if anchor:
                self.sizes[anchor] = self.size - before


def rendered(document: Mapping[str, Any], *, as_yaml: bool) -> bytes:
    """A document as a file's content. Raises UsageError when JSON cannot hold it."""
    if as_yaml:
        text: str = yaml.dump(dict(document), Dumper=_PlainDumper, allow_unicode=True, sort_keys=False, width=1_000)
        return text.encode("utf-8", "backslashreplace")
    try:
        return json.dumps(document, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace") + b"\n"
    except TypeError:
        fix = "write YAML: name the file .yaml"
        raise UsageError("a cassette in JSON cannot hold a body that is no text", fix=fix) from None


class _PlainDumper(_DUMPER):  # type: ignore[misc]
    """YAML without aliases."""

    def ignore_aliases(self, data: object) -> bool:
        """Everything is written out."""
        return True
