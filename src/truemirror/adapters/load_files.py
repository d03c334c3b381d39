"""Files of load runs: profiles by name or path, the history of runs, what a generator proved of itself.

Rules: a profile that is not there names the nearest; mistakes in one have the line of the file. The history is lines of
JSON, added to and never written anew; lines that cannot be read are passed over. A proof is kept for a day.
"""

import json
import os
import tomllib
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from truemirror.config.lines import KeyPath, key_lines, line_of
from truemirror.core.load.profile import Profile
from truemirror.core.load.profile_text import parse
from truemirror.disk import write_whole
from truemirror.errors import ConfigError, StoreError, UsageError

_DAY = 86_400.0
_LONGEST = 64 * 1_048_576


def find_profile(folder: Path, asked: str) -> Path:
    """The file of a profile, by its path or its name in the folder. Raises UsageError."""
    path = Path(asked)
    if path.is_file():
        return path
    named = folder / f"{asked}.toml"
    if "/" not in asked and named.is_file():
        return named
    known = sorted(one.stem for one in folder.glob("*.toml")) if folder.is_dir() else []
    near = get_close_matches(Path(asked).stem, known, n=1, cutoff=0.4)
    nearest = near[0] if near else ", ".join(known) or "there is none yet"
    raise UsageError(f"no load profile is called {asked!r}", where=str(folder), nearest=nearest,
                     fix="truemirror load derive SERVICE -o load/NAME.toml")  # fmt: skip


def read_profile(path: Path, services: Collection[str] | None = None) -> Profile:
    """The profile in a file. Raises ConfigError with every mistake and its line."""
    try:
        if path.stat().st_size > _LONGEST:
            raise ConfigError("it is over 64 MiB, which no profile is", where=str(path))
        text = path.read_bytes().decode("utf-8-sig")
        document = tomllib.loads(text.replace("\r\n", "\n"))
    except OSError as error:
        raise ConfigError(f"it cannot be read: {error.strerror}", where=str(path)) from None
    except UnicodeDecodeError:
        raise ConfigError("it is not UTF-8", where=str(path), fix="save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"it is not TOML: {error}", where=str(path)) from None
    lines = key_lines(text)

    def place(keys: KeyPath) -> str:
        """Where a key stands."""
        return f"{path}:{line_of(lines, keys) or 1}: {'.'.join(keys)}"

    return parse(document, services=services, place=place)


def with_secrets(profile: Profile, environment: Mapping[str, str]) -> dict[str, tuple[Mapping[str, str], ...]]:
    """The pools with `env:NAME` filled in. Raises UsageError for a variable that is not set."""
    filled: dict[str, tuple[Mapping[str, str], ...]] = {}
    for pool, rows in profile.data.items():
        filled[pool] = tuple(
            {name: _secret(value, environment, f"data.{pool}.{name}") for name, value in row.items()} for row in rows
        )
    return filled


def _secret(value: str, environment: Mapping[str, str], where: str) -> str:
    """What stands for a value."""
    name = value.removeprefix("env:")
    if name == value:
        return value
    if name not in environment:
        raise UsageError(f"the environment variable {name} is not set", where=where, fix=f"export {name}=...")
    return environment[name]


class History:
    """The lines that runs left."""

    def __init__(self, file: Path) -> None:
        """Nothing is read yet."""
        self._file = file

    def lines(self) -> list[dict[str, Any]]:
        """All that can be read, oldest first."""
        try:
            written = self._file.read_bytes().splitlines()
        except OSError:
            return []
        found = []
        for line in written:
            try:
                value = json.loads(line)
            except ValueError:
                continue
            if isinstance(value, dict):
                found.append(value)
        return found

    def add(self, line: Mapping[str, object]) -> None:
        """One more, whole. Raises StoreError."""
        text = json.dumps(line, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            number = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                os.write(number, text)
                os.fsync(number)
            finally:
                os.close(number)
        except OSError as error:
            raise StoreError(f"the history cannot be written: {error.strerror}", where=str(self._file)) from None


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Where what holds for this machine is kept."""
    base = environment.get("XDG_CACHE_HOME") or str(Path(environment.get("HOME") or "~").expanduser() / ".cache")
    return Path(base) / "truemirror" / "load"


def kept_proof(file: Path, now: float) -> dict[str, Any] | None:
    """A proof that was kept less than a day ago; `now` in seconds since 1970."""
    try:
        found = json.loads(file.read_bytes())
        is_fresh = 0 <= now - float(found["at"]) < _DAY
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return dict(found) if is_fresh else None


def keep_proof(file: Path, proof: Mapping[str, object], now: float) -> None:
    """Keep a proof; a disk that refuses costs the time to prove again, nothing else."""
    try:
        write_whole(file, json.dumps({"at": now, **proof}).encode())
    except StoreError:
        return
