"""Files of the working folder as they were in a revision, as git remembers them.

Rules: git is only asked, with its own words for a revision; plain JSON and YAML files are laid out in a folder of their
own, which goes away afterwards; links are not followed and nothing is written into the repository.
"""

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from truemirror.errors import StoreError

_SUFFIXES = (".json", ".yaml", ".yml")
_LARGEST = 512 * 1024 * 1024
"""Bytes of all documents of a revision."""


def is_revision(text: str, root: Path) -> bool:
    """Whether git knows a revision by that text; no where there is no git or no repository."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "--verify", "--quiet", "--end-of-options", f"{text}^{{commit}}"],
            cwd=root,
            check=False,
            capture_output=True,
            stdin=subprocess.DEVNULL,
        )
    except OSError:
        return False
    return done.returncode == 0


@contextmanager
def as_it_was(revision: str, path: str, root: Path) -> Iterator[Path]:
    """A file or folder as it was in a revision, with the documents around a file.

    `path` is relative to `root`. Raises StoreError when there was no such path, or it leads out of the repository.
    """
    named = f"{revision}:{path}"
    inside = PurePosixPath(path)
    kind = _git(root, named, "cat-file", "-t", f"{revision}:./{path}").decode().strip()
    around = inside if kind == "tree" else inside.parent
    archive = _git(root, named, "archive", "--format=tar", revision, "--", str(around))
    with tempfile.TemporaryDirectory(prefix="truemirror-") as made:
        _lay_out(archive, Path(made), named)
        yield Path(made) / inside


def _lay_out(archive: bytes, folder: Path, named: str) -> None:
    """Write the documents of an archive below a folder. Raises StoreError."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        members = [one for one in tar.getmembers() if one.isfile() and one.name.endswith(_SUFFIXES)]
        if sum(one.size for one in members) > _LARGEST:
            raise StoreError(f"holds more than {_LARGEST // 1024**2} MB of documents", where=named)
        tar.extractall(folder, members, filter="data")


def _git(root: Path, named: str, *arguments: str) -> bytes:
    """What a git command prints. Raises StoreError with what git said."""
    try:
        done = subprocess.run(["git", *arguments], cwd=root, check=False, capture_output=True, stdin=subprocess.DEVNULL)
    except OSError as error:
        raise StoreError(f"git cannot be asked: {error.strerror}", where=named) from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        told = said[-1].removeprefix("fatal: ") if said else "git refused"
        raise StoreError(told, where=named, fix="name a revision, a colon, and a path that was there: main:contracts/x")
    return done.stdout
