"""The store of mirrors, as folders of files below one root.

Rules: reading writes nothing but what a killed recorder left to be taken in, and where that cannot be written it is
taken in for the reader alone. Names that become paths are checked first; nothing outside the root is read or written.
"""

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path

from truemirror.adapters.mirror_files.commit import finish, is_half_done
from truemirror.adapters.mirror_files.journal import FileJournal, remove_if_empty, take_in
from truemirror.adapters.mirror_files.large_bodies import discard_coming
from truemirror.adapters.mirror_files.lock import FOLD, JOURNAL, RECORD, SAVE, Held, WriterLock, folder_lock
from truemirror.adapters.mirror_files.parts import FileParts
from truemirror.adapters.mirror_files.reading import body_reader, read_mirror, read_rules, read_scenario
from truemirror.adapters.mirror_files.refusal import refused
from truemirror.adapters.mirror_files.tape import TapeWriter, tapes
from truemirror.adapters.mirror_files.writing import write_mirror, write_scenarios
from truemirror.core.mirror.document import Reading
from truemirror.core.mirror.folder import BODIES, MIRROR_FILE, SERVICE_NAME, VERSION_NAME, folder_of, hashed_folder_of
from truemirror.core.mirror.model import DEFAULT_SCENARIO, Mirror
from truemirror.core.mirror.versions import version_order
from truemirror.errors import FormatError, StoreError
from truemirror.ports import Parts

FIRST_VERSION = "0"
"""The version of a mirror that was recorded before there was a contract."""


def utc_day() -> str:
    """Today, in UTC."""
    return datetime.now(UTC).date().isoformat()


class MirrorFiles:
    """Mirrors in a folder; see `truemirror.ports.MirrorStore`."""

    def __init__(self, root: Path | str, *, today: Callable[[], str] = utc_day) -> None:
        """Keep mirrors below `root`, which need not exist yet; `today` tells the day of a recording."""
        self.root = Path(root)
        self._today = today

    def services(self) -> tuple[str, ...]:
        """Names of all services that have a mirror, sorted."""
        return tuple(name for name in _folders(self.root, SERVICE_NAME.match) if self.versions(name))

    def versions(self, service: str) -> tuple[str, ...]:
        """Contract versions that a service has mirrors for, oldest first."""
        folder = self.root / _checked(service, "service", SERVICE_NAME.match)
        names = [name for name in _folders(folder, VERSION_NAME.match) if _holds_mirror(folder / name)]
        return tuple(sorted(names, key=version_order))

    def load(self, service: str, version: str | None = None) -> Mirror:
        """One mirror, the newest version when none is named. Raises FormatError; StoreError when there is none."""
        mirror, problems = self.load_all_readable(service, version)
        if problems:
            raise problems[0]
        return mirror

    def load_all_readable(self, service: str, version: str | None = None) -> tuple[Mirror, tuple[FormatError, ...]]:
        """One mirror with those scenarios that can be read, and why the others cannot.

        Raises FormatError when the mirror's main file cannot be read; StoreError when there is no such mirror.
        """
        folder, found, settled = self._found(service, version)
        with folder_lock(folder, alone=False):
            _see_whole(folder)
            mirror, problems = self._read(folder, service, found, may_be_new=bool(tapes(folder)))
            further: list[FormatError] = []
            if not settled:
                try:
                    mirror, _, _ = take_in(folder, mirror, problems)
                except FormatError as error:
                    further = [error] if error not in problems.values() else []
        return mirror, (*problems.values(), *further)

    def parts(self, service: str, version: str | None = None) -> Parts:
        """All exchanges of one mirror, a part at a time. Raises FormatError; StoreError when there is none."""
        folder, found, settled = self._found(service, version)
        if not settled or tapes(folder):  # what is on a tape belongs to scenarios, and may replace some
            return tuple(scenario.exchanges for scenario in self.load(service, found).scenarios)
        root = os.path.realpath(self.root)
        with folder_lock(folder, alone=False):
            _see_whole(folder)
            read_rules(folder, root, service, found, may_be_new=False)
            return FileParts(folder, root, service)

    def _found(self, service: str, version: str | None) -> tuple[Path, str, bool]:
        """The folder of a mirror and its version, and whether what a killed recorder left is in it.

        Raises StoreError when there is no such mirror.
        """
        versions = self.versions(service)
        if not versions or (version is not None and version not in versions):
            raise self._no_mirror(service, version, versions)
        found = version or versions[-1]
        folder = self._inside(service, found)
        settled = self._settle(folder, service, found)
        if not _holds_mirror(folder):  # a recorder was killed before its first exchange
            remove_if_empty(folder)
            raise self._no_mirror(service, version, self.versions(service))
        return folder, found, settled

    def save(self, mirror: Mirror) -> None:
        """Write a mirror; files whose content stays the same are not touched. Raises StoreError."""
        folder = self._make(mirror.service, mirror.version)
        lock = WriterLock.take(folder, SAVE)
        try:
            finish(folder)
            mirror, _, left = take_in(folder, mirror, {})
            write_mirror(folder, mirror, lambda name, files: self._is_damaged(folder / name, files))
            _remove(left)
        finally:
            lock.release()
            remove_if_empty(folder)

    def journal(self, service: str, version: str | None = None, *, replace: bool = True) -> FileJournal:
        """Begin to record; what a killed recorder left is folded in first.

        Raises StoreError when another records, FormatError when the recording needs a scenario that cannot be read:
        the default one, which is merged, and without `replace` any.
        """
        versions = self.versions(service)
        found = version or (versions[-1] if versions else FIRST_VERSION)
        folder = self._make(service, found)
        lock = WriterLock.take(folder, RECORD)
        try:
            mirror, problems = self._fold_left(folder, service, found)
            needed = [error for name, error in problems.items() if not replace or name == DEFAULT_SCENARIO]
            if needed:
                raise needed[0]
            discard_coming(folder)
            writer = TapeWriter.begin(folder, replace=replace, recorded=self._today())
        except BaseException:
            lock.release()
            remove_if_empty(folder)
            raise
        return FileJournal(folder, lock, mirror, writer, sound=not problems)

    def _settle(self, folder: Path, service: str, version: str) -> bool:
        """Take in what a killed recorder left. False when that cannot be written and is still to be taken in."""
        if not (folder / JOURNAL).exists():
            return True
        try:
            lock = WriterLock.take(folder, FOLD)
        except Held:  # a recorder is at work; its tape is its own
            return True
        except StoreError:
            return False
        try:
            self._fold_left(folder, service, version)
        except (StoreError, FormatError):  # told by who reads on
            return False
        finally:
            lock.release()
        return True

    def _fold_left(self, folder: Path, service: str, version: str) -> tuple[Mirror, dict[str, FormatError]]:
        """Finish what was begun and fold the tapes that were left; the mirror as it then is, for who holds the lock."""
        finish(folder)
        mirror, problems = self._read(folder, service, version, may_be_new=True)
        mirror, changed, left = take_in(folder, mirror, problems)
        if changed:
            write_scenarios(folder, mirror, changed)
        _remove(left)
        cured = {folder for name in changed for folder in (folder_of(name), hashed_folder_of(name))}
        return mirror, {name: error for name, error in problems.items() if name not in cured}

    def _read(
        self, folder: Path, service: str, version: str, *, may_be_new: bool
    ) -> tuple[Mirror, dict[str, FormatError]]:
        """What a mirror's folder holds."""
        return read_mirror(folder, os.path.realpath(self.root), service, version, may_be_new=may_be_new)

    def _is_damaged(self, folder: Path, files: list[str]) -> bool:
        """Whether a scenario's folder cannot be read."""
        root = os.path.realpath(self.root)
        try:
            read_scenario(folder, files, root, "", Reading(body_reader(folder.parent / BODIES, root)))
        except FormatError:
            return True
        return False

    def _make(self, service: str, version: str) -> Path:
        """A mirror's folder, made where it is missing."""
        _checked(service, "service", SERVICE_NAME.match)
        _checked(version, "version", VERSION_NAME.match)
        folder = self.root / service / version
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise refused(error, error.filename or folder) from None
        return self._inside(service, version)

    def _inside(self, service: str, version: str) -> Path:
        """A mirror's folder, which no link may lead out of the root."""
        folder = self.root / service / version
        if not os.path.realpath(folder).startswith(os.path.realpath(self.root) + os.sep):
            raise FormatError("leads out of the mirrors' folder", where=str(folder), fix="replace the link by a folder")
        return folder

    def _no_mirror(self, service: str, version: str | None, versions: tuple[str, ...]) -> StoreError:
        """There is no such mirror; there are others."""
        record = f"record it: truemirror record {service} --upstream URL"
        if versions:
            known = ", ".join(versions)
            return StoreError(f"no mirror of {service} {version}", where=str(self.root), nearest=known, fix=record)
        services = self.services()
        near = get_close_matches(service, services, n=1)
        listed = f"mirrors: {', '.join(services)}" if services else "there are no mirrors yet"
        nearest = f"{near[0]} ({listed})" if near else listed
        return StoreError(f"no mirror of {service!r}", where=str(self.root), nearest=nearest, fix=record)


def _see_whole(folder: Path) -> None:
    """See that no change of a folder's files was interrupted. Raises StoreError."""
    if is_half_done(folder):
        fix = f"give this user the right to write in {folder}, so that the change can be finished"
        raise StoreError("a change of this mirror was interrupted", where=str(folder), fix=fix)


def _checked(name: str, what: str, matches: Callable[[str], object]) -> str:
    """A name that may become a folder's. Raises StoreError."""
    if not matches(name):
        fix = "use letters, digits, dots, dashes and underscores, beginning with a letter or digit"
        raise StoreError(f"{name!r} cannot be the name of a {what}", fix=fix)
    return name


def _remove(files: Iterable[Path]) -> None:
    """Remove tapes whose content is in the mirror."""
    for file in files:
        try:
            file.unlink()
        except OSError as error:
            raise refused(error, file, "remove") from None


def _folders(folder: Path, matches: Callable[[str], object]) -> list[str]:
    """Names of the folders in a folder, sorted; none where it does not exist."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries if matches(entry.name) and entry.is_dir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise refused(error, folder, "read") from None


def _holds_mirror(folder: Path) -> bool:
    """Whether a version's folder holds a mirror, be it only what a killed recorder left or a damaged one."""
    try:
        with os.scandir(folder) as entries:
            return any(entry.name == MIRROR_FILE or entry.name == JOURNAL or entry.is_dir() for entry in entries)
    except OSError:
        return False
