"""Contracts as files: contracts/<service>/<version>/openapi.yaml, asyncapi.yaml and schemas/*.schema.json.

Rules: what is read is limited in size and depth and never executed; a key that is written twice is a mistake, not a
choice; a file is written beside its place, flushed and renamed, so that a kill leaves the old one or the new one; files
whose content stays the same are not touched. A JSON document is written as JSON, everything else as YAML.
"""

import json
import os
import posixpath
import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml

from truemirror.core.contract.version import is_version, ordered
from truemirror.disk import FIX, write_whole
from truemirror.errors import FormatError, StoreError

LARGEST = 8 * 1024 * 1024
"""Bytes of one document; a contract that is larger is not one that people review."""

_DEEPEST = 100
_MOST_NODES = 2_000_000
_MOST_DOCUMENTS = 2_000
_ELSEWHERE = re.compile(r"#|/|[A-Za-z][A-Za-z0-9+.-]*:")
_ODD_BREAK = re.compile("[\x85\u2028\u2029\ufeff]")
_NOT_FINITE = (float("inf"), float("-inf"))
_SUFFIXES = (".json", ".yaml", ".yml")
UNWRITTEN = "cannot write the contract"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")


class ContractFiles:
    """Contracts in a folder."""

    def __init__(self, root: Path) -> None:
        """Keep the folder, which need not exist yet."""
        self._root = root

    def services(self) -> tuple[str, ...]:
        """Names of all services that have a contract, sorted."""
        return tuple(name for name in sorted(_folders(self._root)) if self.versions(name))

    def versions(self, service: str) -> tuple[str, ...]:
        """Versions of a service's contract, oldest first by semantic versioning."""
        return ordered(name for name in _folders(self._root / service) if is_version(name))

    def load(self, service: str, version: str | None = None) -> Mapping[str, object]:
        """All documents of one version, the newest when none is named, by path. Raises FormatError, StoreError."""
        known = self.versions(_named(service))
        if version is None and known:
            version = known[-1]
        if version not in known:
            raise StoreError(
                f"there is no contract {service} {version or ''}".rstrip(),
                where=str(self._root),
                nearest=", ".join(f"{service} {one}" for one in known) or ", ".join(self.services()),
                fix=f"run `truemirror infer {service}`, or name a version that exists",
            )
        folder = self._root / service / str(version)
        documents = {path.relative_to(folder).as_posix(): _read(path) for path in _documents(folder)}
        if not documents:
            raise FormatError("holds no documents", where=str(folder), fix="remove the folder, or infer it again")
        return documents

    def save(self, service: str, version: str, documents: Mapping[str, object]) -> Iterable[str]:
        """Write documents; gives back the paths that changed. Raises StoreError.

        Schemas of the version that are no longer among the documents are removed; files of other kinds stay.
        """
        folder = self._root / _named(service) / _named(version)
        texts = {path: _written(path, content) for path, content in sorted(documents.items())}
        changed: list[str] = []
        try:
            for path, text in texts.items():
                if write_whole(_inside(folder, path), text.encode("utf-8", "surrogatepass"), UNWRITTEN):
                    changed.append(path)
            for old in sorted(folder.glob("schemas/*.schema.json")):
                path = old.relative_to(folder).as_posix()
                if path not in texts:
                    old.unlink()
                    changed.append(path)
        except OSError as error:
            raise StoreError(
                f"{UNWRITTEN}: {error.strerror or error}",
                where=str(error.filename or folder),
                fix=FIX,
            ) from None
        return tuple(changed)


def documents_at(path: Path) -> tuple[dict[str, Any], str]:
    """The documents of a folder; or one document with those it refers to, and its name.

    Of a file, what it refers to in its own folder and below is read, too; what lies elsewhere is left to whoever
    follows the reference. Raises FormatError, StoreError.
    """
    if path.is_dir():
        return {one.relative_to(path).as_posix(): _read(one) for one in _documents(path)}, ""
    found: dict[str, Any] = {}
    todo = [path.name]
    while todo:
        name = todo.pop()
        if name in found:
            continue
        if len(found) >= _MOST_DOCUMENTS:
            raise FormatError(f"refers to more than {_MOST_DOCUMENTS} documents", where=str(path), fix="bundle them")
        found[name] = _read(path.parent / name)
        for reference in _references(found[name]):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), reference))
            if not target.startswith("..") and target.endswith(_SUFFIXES) and (path.parent / target).is_file():
                todo.append(target)
    return found, path.name


def _references(content: Any) -> Iterator[str]:
    """The paths of other documents that a document refers to."""
    todo = [content]
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            reference = node.get("$ref")
            if isinstance(reference, str) and not _ELSEWHERE.match(reference):
                yield unquote(reference.partition("#")[0])
            todo.extend(node.values())
        elif isinstance(node, list):
            todo.extend(node)


def _folders(root: Path) -> list[str]:
    """Names of the folders below one."""
    try:
        return [entry.name for entry in os.scandir(root) if entry.is_dir() and _NAME.match(entry.name)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise StoreError(f"cannot list the folder: {error.strerror}", where=str(root)) from None


def _documents(folder: Path) -> Iterator[Path]:
    """The documents of a version, in order of their paths."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in _SUFFIXES and not path.name.startswith(".") and path.is_file():
            yield path


def _named(name: str) -> str:
    """A name that cannot lead out of the folder. Raises StoreError."""
    if not _NAME.match(name):
        raise StoreError(
            f"{name!r} cannot be the name of a folder", fix="use letters, digits, dots, dashes and underscores"
        )
    return name


def _inside(folder: Path, path: str) -> Path:
    """The file of a document. Raises StoreError for a path that leads out of the version's folder."""
    if path.startswith("/") or any(part in ("", ".", "..") for part in path.split("/")):
        raise StoreError(f"{path!r} leads out of the contract's folder", where=str(folder))
    return folder / path


def _read(path: Path) -> Any:
    """One document. Raises FormatError with file and line, StoreError when the disk refuses."""
    try:
        if path.stat().st_size > LARGEST:
            raise FormatError(f"is larger than {LARGEST // 1024**2} MB", where=str(path), fix="split the document")
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(f"is not UTF-8: {error.reason} at byte {error.start}", where=str(path)) from None
    except OSError as error:
        raise StoreError(f"cannot be read: {error.strerror}", where=str(path)) from None
    content = _json(text, path) if path.suffix == ".json" else _yaml(text, path)
    _measure(content, path)
    return content


def _json(text: str, path: Path) -> Any:
    """A JSON document."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise FormatError(f"the key {twice!r} is written twice in one object", where=_line_of(text, twice, path))
        return found

    try:
        return json.loads(text, object_pairs_hook=unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        where = f"{path}, line {error.lineno}"
        raise FormatError(f"is not JSON: {error.msg}", where=where, fix="mend that line") from None
    except (RecursionError, ValueError) as error:
        said = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise FormatError(f"is not JSON: {said}", where=str(path)) from None


def _no_constant(name: str) -> Any:
    """NaN and the infinities are not JSON."""
    raise ValueError(f"{name} is no JSON value")


def _line_of(text: str, key: str, path: Path) -> str:
    """The line where a key is written for the second time."""
    needle = json.dumps(key, ensure_ascii=False)
    at = text.find(needle, text.find(needle) + 1)
    return f"{path}, line {text.count(chr(10), 0, at) + 1}" if at >= 0 else str(path)


_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]  # one of two classes, both without types
    """YAML as JSON knows it: no dates, no merge keys twice, no key twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """A mapping whose keys are texts, each written once."""
        self.flatten_mapping(node)
        found: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            name = key_node.value if isinstance(key_node, yaml.ScalarNode) else str(key)
            if name in found:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {name!r} is written twice", key_node.start_mark
                )
            found[name] = self.construct_object(value_node, deep=deep)
        return found


def _without_dates() -> None:
    """A date in a contract is a text, as in JSON."""
    _Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in _Base.yaml_implicit_resolvers.items()
    }
    _Loader.add_constructor("tag:yaml.org,2002:map", lambda loader, node: loader.construct_mapping(node, deep=True))


_without_dates()


def _yaml(text: str, path: Path) -> Any:
    """A YAML document."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506  # a safe loader that knows even less
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        last = text.count("\n") + 1
        where = f"{path}, line {min(mark.line + 1, last)}" if mark else str(path)
        raise FormatError(f"is not YAML: {error.problem or error.context}", where=where, fix="mend that line") from None
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        said = "nested too deeply" if isinstance(error, RecursionError) else str(error).partition("\n")[0]
        raise FormatError(f"is not YAML: {said}", where=str(path), fix="mend the document") from None


def _measure(content: Any, path: Path) -> None:
    """See that a document is JSON of a reasonable size, aliases written out."""
    todo: list[tuple[Any, int]] = [(content, 0)]
    seen = 0
    while todo:
        node, depth = todo.pop()
        seen += 1
        if depth > _DEEPEST or seen > _MOST_NODES:
            said = "is nested too deeply" if depth > _DEEPEST else "is too large once its aliases are written out"
            raise FormatError(said, where=str(path), fix="split the document")
        if isinstance(node, dict):
            todo.extend((value, depth + 1) for value in node.values())
        elif isinstance(node, list):
            todo.extend((value, depth + 1) for value in node)
        elif not (node is None or isinstance(node, str | int | float)) or node in _NOT_FINITE or node != node:
            named = node if isinstance(node, float) else f"a {type(node).__name__}"
            raise FormatError(f"holds {named}, which JSON does not know", where=str(path))


class _Dumper(yaml.SafeDumper):
    """YAML without aliases, lists indented, as people write it."""

    def ignore_aliases(self, data: Any) -> bool:
        """Never write an alias: each place is to be read by itself."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists below their key."""
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """A text; one with a line break that only YAML knows is quoted, or it would come back as another."""
    style = '"' if _ODD_BREAK.search(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def _written(path: str, content: object) -> str:
    """A document as text, the same for the same content."""
    if path.endswith(".json"):
        return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    return str(yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120))
